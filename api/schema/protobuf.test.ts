import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../meta/object.ts'
import { canonical } from './canonical.ts'
import { DecodeError } from './decode.ts'
import { decodeProtobuf, encodeProtobuf, envelope, openEnvelope, watchFrame } from './protobuf.ts'

interface Recorded {
  id: string
  body: string
  message?: string
  answer?: unknown
}
const recorded = new Map(
  readFileSync(new URL('testdata/protobuf.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line): [string, Recorded] => [JSON.parse(line).id.replace('protobuf/', ''), JSON.parse(line)]),
)
function bodyOf(id: string): Uint8Array {
  const found = recorded.get(id)
  if (found === undefined) throw new Error(`no case ${id}`)
  return Uint8Array.from(Buffer.from(found.body, 'base64'))
}
function read(id: string, model: string): JsonObject {
  return canonical(model, decodeProtobuf(model, openEnvelope(bodyOf(id)).raw))
}

test('[AP57] a body is opened and read', () => {
  expect(openEnvelope(bodyOf('create/configmap-json-answer'))).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  expect(read('create/configmap-json-answer', 'io.k8s.api.core.v1.ConfigMap')).toEqual({
    metadata: { name: 'x', labels: { a: 'b' } },
    data: { k: 'v' },
  })
  expect(read('create/secret-bytes', 'io.k8s.api.core.v1.Secret')).toMatchObject({
    data: { k: 'AAH/' },
    type: 'Opaque',
  })
  expect(read('create/intstr', 'io.k8s.api.core.v1.Service')).toMatchObject({
    spec: { ports: [{ port: 80, targetPort: 'web' }] },
  })
  expect(read('create/quantity', 'io.k8s.api.core.v1.PersistentVolumeClaim')).toMatchObject({
    spec: { resources: { requests: { storage: '1Gi' } } },
  })
  expect(read('token/request', 'io.k8s.api.authentication.v1.TokenRequest')).toMatchObject({
    spec: { expirationSeconds: 3600 },
  })
  expect(read('delete/options', 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')).toEqual({
    propagationPolicy: 'Background',
  })
})

test('[AP57] a body may name no type, and unknown fields are skipped', () => {
  expect(openEnvelope(bodyOf('create/no-typemeta'))).toMatchObject({ apiVersion: '', kind: '' })
  expect(read('create/strict-unknown-field', 'io.k8s.api.core.v1.ConfigMap')).toEqual({ metadata: { name: 'x' } })
})

test.each(['create/bad-magic', 'create/empty', 'create/truncated'])(
  '[AP57] %s is refused with the text of Kubernetes',
  (id) => {
    let message = ''
    try {
      read(id, 'io.k8s.api.core.v1.ConfigMap')
    } catch (error) {
      if (error instanceof DecodeError) message = error.message
    }
    // The server says what it expected before, and quotes the body after.
    expect(recorded.get(id)?.message).toContain(`(must be of type ConfigMap): ${message} (`)
  },
)

type Tree = { [field: string]: (Tree | string | number)[] }
const MESSAGES = new Set(['1', '2', '2.1', '2.2', '2.1.8', '2.1.11', '2.1.17', '2.1.17.4', '2.1.17.7'])
/** The message as the recordings show it: lists by field number. `MESSAGES` are the paths below which messages stand. */
function treeOf(bytes: Uint8Array, path = ''): Tree {
  const reader = new BinaryReader(bytes)
  const tree: Tree = {}
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const at = path === '' ? String(number) : `${path}.${number}`
    const list = (tree[number] ??= [])
    if (wireType === WireType.Varint) list.push(Number(reader.int64()))
    else if (MESSAGES.has(at)) list.push(treeOf(reader.bytes(), at))
    else list.push(reader.string())
  }
  return tree
}

test('[AP57] an answer has the fields that Kubernetes writes, zero values among them', () => {
  const model = 'io.k8s.api.core.v1.ConfigMap'
  const managed = {
    manager: 'replay',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-02T03:04:05Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { '.': {}, 'f:k': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } },
  }
  const metadata = {
    name: 'x',
    namespace: '$NS',
    uid: '$UID',
    resourceVersion: '$NUM',
    creationTimestamp: '2026-01-02T03:04:05Z',
    labels: { a: 'b' },
    managedFields: [managed],
  }
  const bytes = envelope('v1', 'ConfigMap', encodeProtobuf(model, { metadata, data: { k: 'v' } }))
  expect([...bytes.subarray(0, 4)]).toEqual([0x6b, 0x38, 0x73, 0])
  const seconds = Date.parse('2026-01-02T03:04:05Z') / 1000
  expect(treeOf(bytes.subarray(4))).toEqual(
    JSON.parse(JSON.stringify(recorded.get('create/kubectl-accept')?.answer).replaceAll('"$TIME"', String(seconds))),
  )
})

test('[AP57] an empty Time is null, and a fraction of a MicroTime is kept', () => {
  const lease = { metadata: {}, spec: { renewTime: '2026-01-02T03:04:05.000006Z', leaseDurationSeconds: 40 } }
  const model = 'io.k8s.api.coordination.v1.Lease'
  expect(canonical(model, decodeProtobuf(model, encodeProtobuf(model, lease)))).toEqual(lease)
  const event = canonical(
    'io.k8s.api.core.v1.Event',
    decodeProtobuf('io.k8s.api.core.v1.Event', encodeProtobuf('io.k8s.api.core.v1.Event', {})),
  )
  expect(event).toMatchObject({ firstTimestamp: null, eventTime: null })
})

test('[AP57] schemas of custom resources survive', () => {
  const model = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'
  const schema = {
    type: 'object',
    default: { a: [1, 'x', null] },
    maximum: 1.5,
    items: { type: 'string' },
    additionalProperties: false,
    dependencies: { a: ['b'], c: { type: 'object' } },
    example: 'e',
  }
  expect(canonical(model, decodeProtobuf(model, encodeProtobuf(model, schema)))).toEqual(schema)
})

test('an integer beyond 2^53 is refused by name', () => {
  const spec = Uint8Array.from([0x28, 255, 255, 255, 255, 255, 255, 255, 255, 127])
  const pod = Uint8Array.from([0x12, spec.length, ...spec])
  expect(() => decodeProtobuf('io.k8s.api.core.v1.Pod', pod)).toThrow('9223372036854775807 is beyond 2^53')
})

test('[AP57] a frame of a watch is its length, the type and the enveloped object', () => {
  const object = envelope('v1', 'Pod', encodeProtobuf('io.k8s.api.core.v1.Pod', { metadata: { name: 'x' } }))
  const frame = watchFrame('ADDED', object)
  expect(new DataView(frame.buffer).getUint32(0)).toBe(frame.length - 4)
  const event = new BinaryReader(frame.subarray(4))
  expect([event.tag()[0], event.string(), event.tag()[0]]).toEqual([1, 'ADDED', 2])
  const raw = new BinaryReader(event.bytes())
  expect(raw.tag()[0]).toBe(1)
  expect(raw.bytes()).toEqual(object)
})
