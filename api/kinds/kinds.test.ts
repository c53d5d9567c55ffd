import { expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject, Resource } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import type { Deployment, Namespace, Node } from '../schema/types.generated.ts'
import { hasModel } from '../schema/table.ts'
import { FACTS, resourceOf } from './declare.ts'
import { kindOfObject, kindOfResource, kinds } from './index.ts'
import { unifiedDiff } from './unified-diff.ts'

const context = (operation: string): { now: number; operation: string } => ({ now: 0, operation })
const meta = (name: string): object => ({
  name,
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-11-24T04:53:56Z',
})
function objectOf<T extends Resource>(resource: string, body: object): T {
  const kind = kindOfResource(resource)!
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: meta('x'), ...body }
  return withDefaults(kind.model, object as JsonObject) as unknown as T
}

test('[AP72] the kinds of the registry are the stored resources, in Kubernetes’ order of groups and versions', () => {
  const served = kinds.map(({ group, version, plural }) => `${group}/${version} ${plural}`)
  const known = FACTS.map(({ group, version, plural }) => `${group}/${version} ${plural}`)
  expect(served).toEqual(known.filter((name) => served.includes(name)))
  const missing = FACTS.filter(({ storage, preferred }) => storage !== undefined && preferred !== false)
    .map(resourceOf)
    .filter((resource) => kindOfResource(resource) === undefined)
  const elsewhere = ['customresourcedefinitions.apiextensions.k8s.io', 'events.events.k8s.io']
  expect(missing.filter((resource) => !elsewhere.includes(resource))).toEqual([])
  expect(kindOfObject('apps/v1', 'Deployment')?.resource).toBe('deployments.apps')
  expect(kindOfObject('v1', 'Deployment')).toBeUndefined()
  expect(kindOfResource('nothings.batch')).toBeUndefined()
})

test('[AP72] every kind has a model, and what is selectable beyond the facts is nothing', () => {
  for (const kind of kinds) {
    expect(hasModel(kind.model), kind.model).toBe(true)
    const own = (kind.storage?.selectableFields ?? []).filter((field) => !field.startsWith('metadata.'))
    expect(own, kind.plural).toEqual(expect.arrayContaining(Object.keys(kind.rules.fields ?? {})))
    const served = kind.rules.subresources ?? []
    expect((kind.subresources ?? []).map(({ name }) => name)).toEqual(expect.arrayContaining([...served]))
  }
})

test('[AP73] a namespace is finalized before it goes', () => {
  const { rules } = kindOfResource('namespaces')!
  const made = rules.prepareCreate?.(objectOf('namespaces', { spec: { finalizers: ['a.b/c'] } }), context('create'))
  expect(made).toMatchObject({ spec: { finalizers: ['a.b/c', 'kubernetes'] }, status: { phase: 'Active' } })
  expect(rules.held?.(made!)).toBe(true)
  expect(rules.markDeleted?.(made!)).toMatchObject({ status: { phase: 'Terminating' } })
  const ending: Namespace = { ...(made as Namespace), status: { phase: 'Terminating' } }
  const emptied: Namespace = { ...(made as Namespace), spec: { finalizers: [] } }
  expect(rules.prepareUpdate?.(emptied, made!, context('update'))).toMatchObject({
    spec: { finalizers: ['a.b/c', 'kubernetes'] },
  })
  expect(rules.prepareUpdate?.(emptied, made!, context('finalize'))).toMatchObject({ spec: { finalizers: [] } })
  expect(rules.validateStatus?.(ending, made!).map(formatFieldError)).toEqual([
    'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ])
})

test('[AP74] a node’s address range is set once', () => {
  const { rules } = kindOfResource('nodes')!
  const old = objectOf<Node>('nodes', { spec: { podCIDRs: ['10.244.0.0/24'] } })
  const moved = { ...old, spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] } }
  expect(rules.validateUpdate?.(moved, old, context('update')).map(formatFieldError)).toEqual([
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  ])
  const first = rules.validateUpdate?.(old, objectOf('nodes', { spec: {} }), context('update'))
  expect(first).toEqual([])
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  const twice = { ...old, spec: { taints: [taint, taint] } }
  expect(rules.validate?.(twice, context('update')).map(formatFieldError)).toEqual([
    'metadata.taints[1]: Duplicate value: {"Key":"node.kubernetes.io/not-ready","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
  ])
})

const deployment = (spec: object): Deployment =>
  objectOf('deployments.apps', {
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      ...spec,
    },
  })

test('[AP75] a Deployment’s strategy is printed as Go prints it, and its selector never changes', () => {
  const { rules } = kindOfResource('deployments.apps')!
  const errors = rules.validate?.(deployment({ strategy: { type: 'X' } }), context('create')) ?? []
  expect(errors.map(formatFieldError)).toEqual([
    'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ])
  const other = deployment({ selector: { matchLabels: { a: 'b', z: 'y' } } })
  expect(rules.validateUpdate?.(other, deployment({}), context('update')).map(formatFieldError)).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"a":"b","z":"y"}}: field is immutable',
  ])
})

test('[AP76] a template is validated below spec.template, its metadata without the word', () => {
  const { rules } = kindOfResource('deployments.apps')!
  const template = { metadata: { labels: { a: 'b', 'x y': '' } }, spec: { containers: [{ name: 'c' }] } }
  const errors = rules.validate?.(deployment({ template }), context('create')) ?? []
  expect(errors.map(({ field, type }) => `${field} ${type}`)).toEqual([
    'spec.template.labels Invalid',
    'spec.template.spec.containers[0].image Required',
  ])
})

test('[AP77] /scale reads and writes the replicas', () => {
  const { scale } = kindOfResource('deployments.apps')!.rules
  const object = { ...deployment({ replicas: 3 }), status: { replicas: 2 } }
  expect(scale?.read(object)).toEqual({ replicas: 3, current: 2, selector: 'a=b' })
  expect(scale?.write(object, 5)).toMatchObject({ spec: { replicas: 5 } })
})

test('an immutable Secret is frozen, and its type always is', () => {
  const { rules } = kindOfResource('secrets')!
  const old = objectOf('secrets', { data: { a: 'MQ==' }, immutable: true })
  const changed = objectOf('secrets', { data: { a: 'Mg==' }, type: 'foo' })
  expect(rules.validateUpdate?.(changed, old, context('update')).map(formatFieldError)).toEqual([
    'type: Invalid value: "foo": field is immutable',
    'immutable: Forbidden: field is immutable when `immutable` is set',
    'data: Forbidden: field is immutable when `immutable` is set',
  ])
})

test('unified diffs are those of difflib, two hunks where changes lie apart', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`)
  const after = before.map((line, i) => (i === 2 ? 'two' : i === 17 ? 'seventeen' : line))
  expect(unifiedDiff(before.join('\n'), after.join('\n'))).toBe(
    [
      '@@ -1,6 +1,6 @@',
      ' line 0',
      ' line 1',
      '-line 2',
      '+two',
      ' line 3',
      ' line 4',
      ' line 5',
      '@@ -15,6 +15,6 @@',
      ' line 14',
      ' line 15',
      ' line 16',
      '-line 17',
      '+seventeen',
      ' line 18',
      ' line 19',
      '',
    ].join('\n'),
  )
  expect(unifiedDiff('a\nb', 'a\nb')).toBe('')
})
