import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kindNamed, made, objectOf, refused, wrong } from '../../test/support/kind-rules.ts'
import type { JsonObject } from '../meta/object.ts'

/** What the recorded cases do not show of networking and storage: fields, changes, and what stays as it was. */

const NOW = Date.parse('2026-11-24T04:53:56Z')
const warned = (resource: string, body: JsonObject): readonly string[] => made(resource, body).warnings

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
  const sources = (spec: JsonObject, old?: JsonObject): unknown => {
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
  expect(sources({ dataSource: pvc })).toEqual({ dataSource: pvc, dataSourceRef: pvc })
  expect(sources({ dataSourceRef: other })).toEqual({ dataSource: other, dataSourceRef: other })
  expect(sources({ dataSource: other })).toEqual({ dataSource: undefined, dataSourceRef: undefined })
  expect(sources({ dataSourceRef: { ...pvc, namespace: 'n' } })).toEqual({
    dataSource: undefined,
    dataSourceRef: undefined,
  })
  expect(sources({ dataSource: other }, { dataSource: other, dataSourceRef: other })).toEqual({
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
