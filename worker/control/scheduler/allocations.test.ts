import { expect, test } from 'vitest'
import type { Pod } from '../../../api/schema/types.generated.ts'
import { podNamed } from '../../../test/simulation/still-view.ts'
import { Allocations, conflicts } from './allocations.ts'

const spec = (cpu: string, hostPort: number): Pod['spec'] => ({
  nodeName: 'a',
  containers: [
    {
      name: 'c',
      image: 'i',
      resources: { requests: { cpu } },
      ports: [{ containerPort: 1, hostPort, protocol: 'TCP' }],
    },
  ],
})

test('[SC13] what is taken follows every change of a Pod, and comes out even', () => {
  const index = new Allocations()
  const [pod, other] = [podNamed('p', { spec: spec('1', 80) }), podNamed('o', { spec: spec('500m', 81) })]
  index.apply(undefined, pod)
  index.apply(undefined, other)
  index.apply(pod, { ...pod, status: { phase: 'Running' } } as Pod)
  expect(index.of('a')).toMatchObject({ pods: 2, requested: { cpu: 1500 } })
  expect(index.of('a').ports.map(({ port }) => port)).toEqual([80, 81])
  index.apply(pod, { ...pod, status: { phase: 'Succeeded' } } as Pod)
  expect(index.of('a')).toMatchObject({ pods: 1, requested: { cpu: 500 } })
  index.apply(other, undefined)
  index.apply(other, undefined)
  expect(index.of('a')).toMatchObject({ pods: 0, requested: { cpu: 0 }, ports: [] })
})

test('a Pod that asks for more is counted anew', () => {
  const index = new Allocations()
  const pod = podNamed('p', { spec: spec('1', 80) })
  index.apply(undefined, pod)
  const larger: Pod = { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: spec('2', 80) }
  index.apply(pod, larger)
  expect(index.of('a')).toMatchObject({ pods: 1, requested: { cpu: 2000 } })
})

test.for([
  ['0.0.0.0', '0.0.0.0', 'TCP', 80, true],
  ['0.0.0.0', '10.0.0.1', 'TCP', 80, true],
  ['10.0.0.2', '10.0.0.1', 'TCP', 80, false],
  ['10.0.0.1', '10.0.0.1', 'UDP', 80, false],
  ['10.0.0.1', '10.0.0.1', 'TCP', 81, false],
] as const)('%s and %s, %s %i: %s', ([ip, other, protocol, port, expected]) => {
  expect(conflicts({ ip, protocol, port }, { ip: other, protocol: 'TCP', port: 80 })).toBe(expected)
})
