import { expect, test } from 'vitest'
import type { NodeSelectorTerm } from '../../../api/schema/types.generated.ts'
import { nodeNamed, podNamed } from '../../../test/simulation/still-view.ts'
import { allowsNode } from './node-affinity.ts'

const node = nodeNamed('a', { labels: { disk: 'ssd', cores: '8' } })
const required = (...nodeSelectorTerms: NodeSelectorTerm[]) =>
  podNamed('p', {
    spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } },
  })

test.for([
  ['disk', 'In', ['ssd', 'nvme'], true],
  ['disk', 'In', ['hdd'], false],
  ['none', 'In', ['x'], false],
  ['disk', 'NotIn', ['hdd'], true],
  ['none', 'NotIn', ['x'], true],
  ['disk', 'Exists', [], true],
  ['none', 'Exists', [], false],
  ['none', 'DoesNotExist', [], true],
  ['disk', 'DoesNotExist', [], false],
  ['cores', 'Gt', ['7'], true],
  ['cores', 'Gt', ['8'], false],
  ['cores', 'Lt', ['9'], true],
  ['disk', 'Gt', ['1'], false],
  ['none', 'Lt', ['1'], false],
] as const)('[SC14] %s %s %s: %s', ([key, operator, values, expected]) => {
  expect(allowsNode(required({ matchExpressions: [{ key, operator, values: [...values] }] }), node)).toBe(expected)
})

test('terms are alternatives, what stands in one is not, and an empty one matches nothing', () => {
  const [ssd, hdd] = [
    { key: 'disk', operator: 'In', values: ['ssd'] },
    { key: 'disk', operator: 'In', values: ['hdd'] },
  ]
  expect(allowsNode(required({ matchExpressions: [hdd] }, { matchExpressions: [ssd] }), node)).toBe(true)
  expect(allowsNode(required({ matchExpressions: [hdd, ssd] }), node)).toBe(false)
  expect(allowsNode(required({}), node)).toBe(false)
})

test('a term can name the node', () => {
  const field = (name: string) => ({ key: 'metadata.name', operator: 'In', values: [name] })
  expect(allowsNode(required({ matchFields: [field('a')] }), node)).toBe(true)
  expect(allowsNode(required({ matchFields: [field('b')] }), node)).toBe(false)
})

test('the node selector and the affinity must both allow it', () => {
  const pod = required({ matchExpressions: [{ key: 'disk', operator: 'Exists' }] })
  expect(allowsNode({ ...pod, spec: { ...pod.spec, nodeSelector: { disk: 'ssd' } } }, node)).toBe(true)
  expect(allowsNode({ ...pod, spec: { ...pod.spec, nodeSelector: { disk: 'hdd' } } }, node)).toBe(false)
})
