import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject, Resource } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import { kindOfResource } from './index.ts'
import type { Kind } from './kind.ts'

/** What the recorded cases do not show of networking and storage: fields, changes, and what stays as it was. */

const NOW = Date.parse('2026-11-24T04:53:56Z')
const META = { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-24T04:53:56Z' }

function kindNamed(resource: string): Kind {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`no kind ${resource}`)
  return kind
}
function objectOf(kind: Kind, body: JsonObject): Resource {
  const metadata = { ...META, ...(body['metadata'] as JsonObject | undefined) }
  const whole = { ...body, apiVersion: kind.apiVersion, kind: kind.kind, metadata }
  return withDefaults(kind.model, whole) as unknown as Resource
}
/** What is wrong with a new object, each sentence once. */
function wrong(resource: string, body: JsonObject): string[] {
  const kind = kindNamed(resource)
  const context = { now: NOW, operation: 'create' }
  const object = objectOf(kind, body)
  const ready = kind.rules.prepareCreate?.(object, context) ?? object
  return [...new Set((kind.rules.validate?.(ready, context) ?? []).map(formatFieldError))]
}
/** What is wrong with a change. */
function refused(resource: string, before: JsonObject, after: JsonObject, operation = 'update'): string[] {
  const kind = kindNamed(resource)
  const context = { now: NOW, operation }
  const old = objectOf(kind, before)
  const object = objectOf(kind, after)
  const ready = kind.rules.prepareUpdate?.(object, old, context) ?? object
  const errors =
    operation === 'status'
      ? (kind.rules.validateStatus?.(ready, old) ?? [])
      : [...(kind.rules.validate?.(ready, context) ?? []), ...(kind.rules.validateUpdate?.(ready, old, context) ?? [])]
  return [...new Set(errors.map(formatFieldError))]
}
const warned = (resource: string, body: JsonObject): readonly string[] =>
  kindNamed(resource).rules.warn?.(objectOf(kindNamed(resource), body)) ?? []

interface Case {
  rule: string
  name: string
  resource: string
  body: JsonObject
  before: JsonObject
  after: JsonObject
  /** A sentence, or a part of one. */
  says: (string | { contains: string })[]
}
const cases = readFileSync(new URL('testdata/network-storage.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
const of = (rule: string): Case[] => cases.filter((one) => one.rule === rule)
const said = ({ says }: Case): unknown[] =>
  says.map((text) => (typeof text === 'string' ? text : expect.stringContaining(text.contains)))

test.for(of('AP131'))('[AP131] of networking is refused: $name', (one) => {
  expect(wrong(one.resource, one.body)).toEqual(said(one))
})

test.for(of('AP132'))('[AP132] of storage and limits is refused: $name', (one) => {
  expect(wrong(one.resource, one.body)).toEqual(said(one))
})

test.for(of('AP133'))('[AP133] what may not change does not, what may does: $name', (one) => {
  expect(refused(one.resource, one.before, one.after)).toEqual(said(one))
})

test.for(of('AP134'))('[AP134] what was accepted before may stay: $name', ({ resource, body }) => {
  expect(wrong(resource, body).length).toBeGreaterThan(0)
  expect(refused(resource, body, body)).toEqual([])
})

test.for(of('AP135'))('[AP135] who writes these is warned: $name', (one) => {
  expect(warned(one.resource, one.body)).toEqual(said(one))
})

const claim = (more: JsonObject = {}): JsonObject => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
})

test('[AP136] the two sources of a claim say the same', () => {
  const { rules } = kindNamed('persistentvolumeclaims')
  const made = (spec: JsonObject, old?: JsonObject): unknown => {
    const kind = kindNamed('persistentvolumeclaims')
    const context = { now: NOW, operation: old === undefined ? 'create' : 'update' }
    const object = objectOf(kind, claim(spec))
    const ready =
      old === undefined
        ? rules.prepareCreate?.(object, context)
        : rules.prepareUpdate?.(object, objectOf(kind, claim(old)), context)
    const { dataSource, dataSourceRef } = (ready as unknown as { spec: JsonObject }).spec
    return { dataSource, dataSourceRef }
  }
  const pvc = { kind: 'PersistentVolumeClaim', name: 'a' }
  const other = { apiGroup: 'example.com', kind: 'Image', name: 'a' }
  expect(made({ dataSource: pvc })).toEqual({ dataSource: pvc, dataSourceRef: pvc })
  expect(made({ dataSourceRef: other })).toEqual({ dataSource: other, dataSourceRef: other })
  expect(made({ dataSource: other })).toEqual({ dataSource: undefined, dataSourceRef: undefined })
  expect(made({ dataSourceRef: { ...pvc, namespace: 'n' } })).toEqual({
    dataSource: undefined,
    dataSourceRef: undefined,
  })
  expect(made({ dataSource: other }, { dataSource: other, dataSourceRef: other })).toEqual({
    dataSource: other,
    dataSourceRef: other,
  })
})

const RESIZES = [
  '"ControllerResizeInProgress"',
  '"ControllerResizeInfeasible"',
  '"NodeResizeInProgress"',
  '"NodeResizeInfeasible"',
  '"NodeResizePending"',
].toSorted()

test('[AP133] a status is judged alone', () => {
  const resizing = {
    ...claim(),
    status: { allocatedResourceStatuses: { storage: 'Growing', cpu: 'NodeResizePending' } },
  }
  expect(refused('persistentvolumeclaims', claim(), resizing, 'status')).toEqual([
    `status.allocatedResourceStatus: Unsupported value: "storage": supported values: ${RESIZES.join(', ')}`,
    'status.allocatedResourceStatus: Unsupported value: "cpu": supported values: "storage"',
  ])
  const used = { spec: {}, status: { used: { pods: '-1' } } }
  expect(refused('resourcequotas', { spec: {} }, used, 'status')).toEqual([
    'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ])
  const points = { status: { loadBalancer: { ingress: [{ ip: '1.2.3' }, { hostname: '1.2.3.4' }] } } }
  expect(refused('ingresses.networking.k8s.io', { spec: {} }, { spec: {}, ...points }, 'status')).toEqual([
    'status.loadBalancer.ingress[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ])
})
