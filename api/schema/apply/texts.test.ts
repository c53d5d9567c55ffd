import { expect, test } from 'vitest'
import type { JsonObject } from '../../meta/object.ts'
import { conflictError } from './conflict.ts'
import { LAST_APPLIED, otherConflicts, withLastApplied } from './last-applied.ts'
import { type Owner, ownerKey, readOwners, writeOwners } from './owners.ts'
import { ownersOfParent, ownersOfScale } from './scale.ts'
import { modelType } from './type.ts'
import { validate } from './validate.ts'

const DEPLOYMENT = modelType('io.k8s.api.apps.v1.Deployment')
const spec = (pod: JsonObject): JsonObject => ({ spec: { template: { spec: pod } } })
const wrong: [object: JsonObject, text: string][] = [
  [{ foo: 1 }, '.foo: field not declared in schema'],
  [{ spec: { replicas: 'x' } }, '.spec.replicas: expected numeric (int or float), got string'],
  [{ spec: { replicas: { a: 1 } } }, '.spec.replicas: expected numeric (int or float), got map[string]interface {}'],
  [{ spec: { paused: 'x' } }, '.spec.paused: expected boolean, got &{x}'],
  [{ metadata: { labels: { a: 1 } } }, '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}'],
  [
    { metadata: { labels: { a: { b: ['x', 1.5, null] } } } },
    '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":[]interface {}{"x", 1.5, interface {}(nil)}}}',
  ],
  [{ metadata: { labels: [] } }, '.metadata.labels: expected map, got &{[]}'],
  [{ spec: 'x' }, '.spec: expected map, got &{x}'],
  [spec({ containers: { a: 1 } }), '.spec.template.spec.containers: expected list, got &{map[a:1]}'],
  // The table knows '' as the name's default, so an item without one is that item; validation refuses it later.
  [
    spec({ containers: [{ image: 'i' }, { image: 'j' }] }),
    '.spec.template.spec.containers: duplicate entries for key [name=""]',
  ],
  [
    spec({ containers: [{ name: 'c' }, null] }),
    '.spec.template.spec.containers: element 1: associative list with keys may not have a null element',
  ],
  [
    spec({ containers: ['c'] }),
    '.spec.template.spec.containers: element 0: associative list with keys may not have non-map elements',
  ],
  [
    spec({ containers: [{ name: 'c', env: [{ name: 'A' }, { name: 'A' }] }] }),
    '.spec.template.spec.containers[name="c"].env: duplicate entries for key [name="A"]',
  ],
  [
    { metadata: { finalizers: ['a', 'a', {}] } },
    'errors:\n  .metadata.finalizers: duplicate entries for key [="a"]\n  .metadata.finalizers: element 2: associative list without keys has an element that\'s a map type',
  ],
  [
    spec({ tolerations: [{ key: 'a' }, { nope: 1 }] }),
    '.spec.template.spec.tolerations[1].nope: field not declared in schema',
  ],
  [
    spec({ containers: [{ name: 'c', resources: { limits: { cpu: [] } } }] }),
    '.spec.template.spec.containers[name="c"].resources.limits.cpu: expected any scalar, got &{[]}',
  ],
]
test.each(wrong)('[AP169] %j does not fit: the words of structured-merge-diff', (object, text) => {
  expect(() => validate(DEPLOYMENT, object)).toThrow(new Error(text))
})

test('[AP169] numbers are quantities, numbers or texts are ports, and null fits everywhere', () => {
  const container = { name: 'c', resources: { limits: { cpu: 1 } }, livenessProbe: { httpGet: { port: 'http' } } }
  validate(DEPLOYMENT, spec({ containers: [container], nodeSelector: null, hostNetwork: null, tolerations: null }))
})

const owner = (manager: string, more: Partial<Owner> = {}): Owner => ({
  manager,
  operation: 'Apply',
  apiVersion: 'v1',
  subresource: '',
  fields: {},
  ...more,
})

test('[AP161] conflicts name the owner, the version of an update, and the subresource', () => {
  const a = owner('a')
  const u = owner('u"x', { operation: 'Update', subresource: 'status' })
  const one = conflictError([{ owner: u, path: ['f:data', 'f:x'] }])
  expect([one.reason, one.code, one.message]).toEqual([
    'Conflict',
    409,
    'Apply failed with 1 conflict: conflict with "u\\"x" with subresource "status" using v1: .data.x',
  ])
  expect(one.details?.causes).toEqual([
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "u\\"x" with subresource "status" using v1',
      field: '.data.x',
    },
  ])
  const many = conflictError([
    { owner: a, path: ['f:data', 'f:x'] },
    { owner: a, path: ['f:data', 'f:y'] },
    { owner: u, path: ['f:data', 'f:x'] },
  ])
  expect(many.message).toBe(
    'Apply failed with 3 conflicts: conflicts with "a":\n- .data.x\n- .data.y\n' +
      'conflicts with "u\\"x" with subresource "status" using v1:\n- .data.x',
  )
})

test('[AP166] entries are read back as they were written, and others are refused', () => {
  const owners = new Map(
    [
      owner('b', { time: '2026-01-01T00:00:01Z' }),
      owner('a', { operation: 'Update', fields: { 'f:x': {} } }),
      owner('c'),
    ].map((one) => [ownerKey(one), one]),
  )
  const written = writeOwners(owners)
  expect(written.map(({ manager }) => manager)).toEqual(['c', 'b', 'a'])
  expect(Object.keys(written[1] ?? {})).toEqual([
    'manager',
    'operation',
    'apiVersion',
    'time',
    'fieldsType',
    'fieldsV1',
  ])
  expect(writeOwners(readOwners(written))).toEqual(written)
  const entry = written[0] ?? {}
  for (const change of [{ operation: 'Foo' }, { apiVersion: '' }, { fieldsType: 'V2' }, { fieldsType: '' }]) {
    expect(() => readOwners([{ ...entry, ...change }]), JSON.stringify(change)).toThrow()
  }
})

test('[AP167] owners of the replicas are seen through the Scale and come back', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } }
  const all = { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } }
  const parent = new Map(
    [
      owner('a', { apiVersion: 'apps/v1', fields: all, time: '2026-01-01T00:00:00Z' }),
      owner('u', { operation: 'Update', apiVersion: 'apps/v1', fields: { 'f:spec': { 'f:paused': {} } } }),
    ].map((one) => [ownerKey(one), one]),
  )
  const ofScale = ownersOfScale(parent, 'autoscaling/v1')
  expect([...ofScale.values()]).toEqual([
    owner('a', { apiVersion: 'autoscaling/v1', fields: replicas, time: '2026-01-01T00:00:00Z' }),
  ])
  expect(ownersOfParent(parent, ofScale, 'apps/v1')).toEqual(parent)
  const scaler = owner('s', {
    operation: 'Update',
    apiVersion: 'autoscaling/v1',
    subresource: 'scale',
    fields: replicas,
  })
  const after = ownersOfParent(parent, new Map([[ownerKey(scaler), { ...scaler, time: 'now' }]]), 'apps/v1')
  expect([...after.values()]).toEqual([
    owner('a', { apiVersion: 'apps/v1', fields: { 'f:spec': { 'f:paused': {} } }, time: '2026-01-01T00:00:00Z' }),
    ...[...parent.values()].slice(1),
    { ...scaler, apiVersion: 'apps/v1' },
  ])
})

test('[AP171] what kubectl applied on the client is no conflict, and its annotation follows', () => {
  const type = modelType('io.k8s.api.core.v1.ConfigMap')
  const last = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1', b: '2' } }
  const live: JsonObject = {
    ...last,
    metadata: { name: 'x', annotations: { [LAST_APPLIED]: JSON.stringify(last), other: '1' } },
    data: { a: '1', b: 'changed' },
  }
  const client = owner('kubectl-client-side-apply', { operation: 'Update' })
  const conflicts = ['a', 'b'].map((key) => ({ owner: client, path: ['f:data', `f:${key}`] }))
  expect(otherConflicts(type, 'v1', live, conflicts)).toEqual([conflicts[1]])
  expect(otherConflicts(type, 'v2', live, conflicts)).toEqual(conflicts)
  expect(otherConflicts(type, 'v1', { ...live, metadata: { name: 'x' } }, conflicts)).toEqual(conflicts)
  const applied = { ...last, data: { b: '<' } }
  expect(withLastApplied(live, applied)['metadata']).toEqual({
    name: 'x',
    annotations: {
      [LAST_APPLIED]: '{"apiVersion":"v1","data":{"b":"\\u003c"},"kind":"ConfigMap","metadata":{"name":"x"}}\n',
      other: '1',
    },
  })
  const big = withLastApplied(live, { ...last, data: { b: 'x'.repeat(262_144) } })
  expect(big['metadata']).toEqual({ name: 'x', annotations: { other: '1' } })
  expect(withLastApplied(last, applied)).toBe(last)
})
