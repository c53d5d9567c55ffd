import { expect, test } from 'vitest'
import { canonicalBase64, decodeBase64, encodeBase64, utf8 } from './base64.ts'
import { decode, DecodeError, typeMetaOf } from './decode.ts'
import { canonicalDuration } from './duration.ts'
import { parseJson } from './json.ts'

const POD = 'io.k8s.api.core.v1.Pod'
const MAP = 'io.k8s.api.core.v1.ConfigMap'
const DEPLOYMENT = 'io.k8s.api.apps.v1.Deployment'
const SERVICE = 'io.k8s.api.core.v1.Service'
const SECRET = 'io.k8s.api.core.v1.Secret'
const CRD = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'
const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function read(model: string, text: string) {
  const { value, duplicates } = parseJson(text)
  return decode(model, value, duplicates)
}

/** The first seven are recorded from kube-apiserver 1.36 (malformed/body). */
const REFUSED: [string, string, string][] = [
  [MAP, '{"data":["a"]}', 'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string'],
  [MAP, '{"data":{"a":1}}', 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
  [
    DEPLOYMENT,
    '{"spec":{"replicas":99999999999}}',
    'json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    DEPLOYMENT,
    '{"spec":{"replicas":0.0}}',
    'json: cannot unmarshal number 0.0 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    POD,
    '{"spec":{"hostNetwork":"true"}}',
    'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
  ],
  [POD, '{"spec":{"containers":[{"resources":{"limits":{"cpu":"1x"}}}]}}', QUANTITY],
  [
    SERVICE,
    '{"spec":{"ports":[{"port":80,"targetPort":true}]}}',
    'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
  ],
  [MAP, '5', 'json: cannot unmarshal number into Go value of type v1.ConfigMap'],
  [POD, '{"spec":[]}', 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
  [
    POD,
    '{"spec":{"containers":{}}}',
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    POD,
    '{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}',
    'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
  ],
  [
    POD,
    '{"spec":{"dnsPolicy":1}}',
    'json: cannot unmarshal number into Go struct field PodSpec.spec.dnsPolicy of type v1.DNSPolicy',
  ],
  [
    POD,
    '{"spec":{"containers":[{"resources":{"limits":[]}}]}}',
    'json: cannot unmarshal array into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
  ],
  [
    POD,
    '{"metadata":{"creationTimestamp":"x"}}',
    'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  ],
  [
    POD,
    '{"metadata":{"creationTimestamp":1}}',
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
  ],
  [SECRET, '{"data":{"a":"a"}}', 'illegal base64 data at input byte 0'],
  [
    POD,
    '{"spec":{"activeDeadlineSeconds":9223372036854775807}}',
    'json: cannot unmarshal number 9223372036854775807 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
  ],
  [
    CRD,
    '{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"additionalProperties":1}}}]}}',
    'boolean or JSON schema expected',
  ],
]
test.each(REFUSED)('[AP52] %s %s is refused with the text of Go', (model, text, message) => {
  expect(() => read(model, text)).toThrow(new DecodeError(message))
})

test('[AP52] the first wrong type is told, unless a special type fails outright', () => {
  expect(() => read(POD, '{"spec":{"hostNetwork":1,"hostPID":2}}')).toThrow('PodSpec.spec.hostNetwork')
  expect(() => read(POD, '{"spec":{"hostNetwork":1,"overhead":{"cpu":"x"}}}')).toThrow(QUANTITY)
})

test('[AP53] unknown fields are dropped and listed in order, names being case-sensitive', () => {
  const body =
    '{"spec":{"containers":[{"name":"c","imagePulPolicy":"x","ports":[{"containerport":1,"containerPort":2}]}],"nodename":"a"}}'
  expect(read(POD, body)).toEqual({
    object: { spec: { containers: [{ name: 'c', ports: [{ containerPort: 2 }] }] } },
    strict: [
      'unknown field "spec.containers[0].imagePulPolicy"',
      'unknown field "spec.containers[0].ports[0].containerport"',
      'unknown field "spec.nodename"',
    ],
  })
})

test('[AP51] unknown and duplicate fields come in the order of the text; Go does not read what is unknown', () => {
  expect(read(MAP, '{"foo":{"a":1,"a":2},"data":{"b":"1","b":"2"}}').strict).toEqual([
    'unknown field "foo"',
    'duplicate field "data.b"',
  ])
  expect(read(MAP, '{"data":{"b":"1","b":"2"},"foo":1,"foo":2}').strict).toEqual([
    'duplicate field "data.b"',
    'unknown field "foo"',
  ])
})

test('[AP54] null means unset, and the zero value inside lists and maps', () => {
  expect(read(MAP, 'null').object).toEqual({})
  expect(read(MAP, '{"metadata":null,"data":{"a":null}}').object).toEqual({ data: { a: '' } })
  expect(read(POD, '{"spec":{"containers":[null],"overhead":{"cpu":null}}}').object).toEqual({
    spec: { containers: [{}], overhead: { cpu: '0' } },
  })
})

test('quantities, times and base64 become canonical text', () => {
  const body =
    '{"spec":{"overhead":{"cpu":1,"memory":"1024Mi"}},"metadata":{"creationTimestamp":"2026-01-01T02:00:00+02:00"}}'
  expect(read(POD, body).object).toEqual({
    spec: { overhead: { cpu: '1', memory: '1Gi' } },
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
  })
  expect(read(SECRET, '{"data":{"a":"YR==\\n","b":[104,105]}}').object).toEqual({ data: { a: 'YQ==', b: 'aGk=' } })
})

test('a key named __proto__ is a key like any other', () => {
  const { object } = read(MAP, '{"data":{"__proto__":"x"}}')
  expect(JSON.stringify(object)).toBe('{"data":{"__proto__":"x"}}')
})

test('the body is not changed', () => {
  const body = parseJson('{"spec":{"foo":1,"overhead":{"cpu":"1000m"}}}').value
  const before = JSON.stringify(body)
  decode(POD, body)
  expect(JSON.stringify(body)).toBe(before)
})

test('apiVersion and kind are read before the type is known', () => {
  expect(typeMetaOf({ apiVersion: 'v1', kind: 'Pod', x: 1 })).toEqual({ apiVersion: 'v1', kind: 'Pod' })
  expect(typeMetaOf(null)).toEqual({ apiVersion: '', kind: '' })
  expect(() => typeMetaOf(5)).toThrow(
    'json: cannot unmarshal number into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
  )
  expect(() => typeMetaOf({ kind: 1 })).toThrow(
    'json: cannot unmarshal number into Go struct field .kind of type string',
  )
})

test.each([['', 'a', 'ab', 'abc', 'abcd', 'ÿ\u0000€😀']])('base64 agrees with Node', (...texts) => {
  for (const text of texts) {
    const encoded = Buffer.from(text).toString('base64')
    expect(encodeBase64(utf8(text))).toBe(encoded)
    expect(canonicalBase64(encoded)).toBe(encoded)
    expect(Buffer.from(decodeBase64(encoded)).toString()).toBe(text)
  }
})

/** CorruptInputError of Go's encoding/base64. */
test.each([
  ['YQ', 0],
  ['YWJj!', 4],
  ['YQ=', 3],
  ['YQ=x', 2],
  ['YQ==x', 4],
  ['=', 0],
])('base64 %j is refused at byte %i', (text, at) => {
  expect(() => decodeBase64(text)).toThrow(`illegal base64 data at input byte ${at}`)
})

test.each([
  ['60s', '1m0s'],
  ['1.5h', '1h30m0s'],
  ['1500ms', '1.5s'],
  ['-2us', '-2µs'],
  ['0', '0s'],
])('the duration %s prints as %s', (text, printed) => {
  expect(canonicalDuration(text)).toBe(printed)
  expect(() => canonicalDuration(`${text}x`)).toThrow(`time: invalid duration "${text}x"`)
})
