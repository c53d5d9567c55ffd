import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../meta/object.ts'
import { canonical } from './canonical.ts'
import { decode } from './decode.ts'
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts'

/** Objects as kube-apiserver 1.36 served them, up to three of each kind. */
interface Served {
  id: string
  model: string
  object: JsonObject
}
const served = readFileSync(new URL('testdata/served.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Served => JSON.parse(line))

test.each(served)('[AP56] $id of $model is printed as Kubernetes prints it', ({ model, object }) => {
  expect(JSON.stringify(canonical(model, object))).toBe(JSON.stringify(object))
})

test.each(served)('[AP53] $id of $model is decoded without loss', ({ model, object }) => {
  const decoded = decode(model, object)
  expect(decoded.strict).toEqual([])
  expect(JSON.stringify(canonical(model, decoded.object))).toBe(JSON.stringify(object))
})

test.each(served)('[AP57] $id of $model survives protobuf', ({ model, object }) => {
  const { apiVersion, kind, ...rest } = object
  const back = canonical(model, decodeProtobuf(model, encodeProtobuf(model, rest)))
  expect(JSON.stringify({ kind, apiVersion, ...back })).toBe(JSON.stringify(object))
})

const POD = 'io.k8s.api.core.v1.Pod'

test('[AP56] fields stand in the order of Go, and maps are sorted', () => {
  const object = {
    status: {},
    spec: { containers: [] },
    metadata: { labels: { b: '2', a: '1' }, name: 'x' },
    kind: 'Pod',
  }
  expect(JSON.stringify(canonical(POD, object))).toBe(
    '{"kind":"Pod","metadata":{"name":"x","labels":{"a":"1","b":"2"}},"spec":{"containers":null},"status":{}}',
  )
})

test('[AP56] zero values are omitted, but for pointers', () => {
  const spec = {
    hostNetwork: false,
    nodeName: '',
    automountServiceAccountToken: false,
    priority: 0,
    volumes: [],
    nodeSelector: {},
  }
  expect(canonical(POD, { spec })).toEqual({
    metadata: {},
    spec: { containers: null, automountServiceAccountToken: false, priority: 0 },
    status: {},
  })
})

test('[AP56] what is never omitted is printed with its zero value', () => {
  expect(canonical('io.k8s.api.apps.v1.DaemonSet', {})).toEqual({
    metadata: {},
    spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, updateStrategy: {} },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  })
})

test('[AP56] quantities and times become canonical, unknown fields go', () => {
  const spec = { containers: null, overhead: { cpu: '1000m', memory: '1024Mi' }, foo: 1 }
  expect(canonical(POD, { metadata: { creationTimestamp: '2026-01-01T02:00:00.5+02:00' }, spec })).toEqual({
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: null, overhead: { cpu: '1', memory: '1Gi' } },
    status: {},
  })
})
