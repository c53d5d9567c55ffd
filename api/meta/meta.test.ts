import { expect, test } from 'vitest'
import { aggregate, invalid, notFound } from './failures.ts'
import { Path, forbidden, formatFieldError, invalidValue, notSupported, required, tooMany } from './field-error.ts'
import { goJson, goQuote } from './go-text.ts'
import { resolve } from './intstr.ts'
import { configKeyErrors, dnsLabelErrors, envNameErrors, portNameErrors, qualifiedNameErrors } from './names.ts'
import type { Resource } from './object.ts'
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  formatQuantity,
  milliValue,
  parseQuantity,
  roundUp,
  value,
} from './quantity.ts'
import { canonicalMicroTime, canonicalTime, elapsed, parseTime, rfc3339 } from './time.ts'
import { validateMeta } from './validate-meta.ts'

test.each([
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['1e3', '1e3'],
  ['1e2', '100'],
  ['12e6', '12e6'],
  ['1E', '1E'],
  ['0', '0'],
  ['-0', '0'],
  ['0Mi', '0'],
  ['01', '01'],
  ['+1', '+1'],
  ['1.10', '1100m'],
  ['1.100', '1.100'],
  ['0.1Gi', '107374182400m'],
  ['1Ki', '1Ki'],
  ['1000Ki', '1000Ki'],
  ['512', '512'],
  ['0.5Ki', '512'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['-0.1n', '-1n'],
  ['1e-10', '1e-9'],
  ['100000000000000000000', '100E'],
  ['16Ei', '9223372036854775807'],
  ['2000000', '2M'],
  ['2000001', '2000001'],
  ['Ki', '0'],
])('[AP89] quantity %s prints as %s', (given, printed) => {
  expect(canonicalQuantity(given)).toBe(printed)
})

test.each([
  ['', /^quantities must match the regular expression/],
  ['abc', /^quantities must match/],
  ['1 Gi', /^quantities must match/],
  ['1.1.1', /^quantities must match/],
  ['1i', /^unable to parse quantity's suffix$/],
  ['1mi', /^unable to parse quantity's suffix$/],
])('quantity %j is refused', (given, message) => {
  expect(() => parseQuantity(given)).toThrow(message)
})

test('quantities are exact and round away from zero', () => {
  const q = parseQuantity
  expect(formatQuantity(addQuantity(q('100m'), q('0.9')))).toBe('1')
  expect(formatQuantity(addQuantity(q('0'), q('1Gi')))).toBe('1Gi')
  expect(compareQuantity(q('1Gi'), q('1G'))).toBe(1)
  expect(compareQuantity(q('-2'), q('1e2000000000'))).toBe(-1)
  expect(compareQuantity(q('1e3'), q('1k'))).toBe(0)
  expect(milliValue(q('0.0001'))).toBe(1)
  expect(value(q('1500m'))).toBe(2)
  expect(value(q('64Mi'))).toBe(67108864)
  expect(formatQuantity(roundUp(q('1u'), -3))).toBe('1m')
})

test.each([
  ['2026-11-24T04:53:56Z', '2026-11-24T04:53:56Z'],
  ['2026-11-24T06:53:56.999+02:00', '2026-11-24T04:53:56Z'],
  ['2024-02-29T00:00:00-00:30', '2024-02-29T00:30:00Z'],
])('time %s prints as %s', (given, printed) => {
  expect(canonicalTime(given)).toBe(printed)
  expect(rfc3339(parseTime(given))).toBe(printed)
})

test.each([
  ['x', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  ['2026-13-01T00:00:00Z', 'parsing time "2026-13-01T00:00:00Z": month out of range'],
  ['2026-02-30T00:00:00Z', 'parsing time "2026-02-30T00:00:00Z": day out of range'],
  ['2026-02-03', 'parsing time "2026-02-03" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ['2026-02-03T00:00:00Zx', 'parsing time "2026-02-03T00:00:00Zx": extra text: "x"'],
])('time %s is refused as Go refuses it', (given, message) => {
  expect(() => parseTime(given)).toThrow(message)
})

test('a MicroTime keeps six digits', () => {
  expect(canonicalMicroTime('2026-11-24T04:53:56.123456+01:00')).toBe('2026-11-24T03:53:56.123456Z')
  expect(() => canonicalMicroTime('2026-11-24T04:53:56Z')).toThrow('cannot parse "Z" as ".000000"')
})

test.each([
  [-2000, '<invalid>'],
  [-500, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [125_000, '2m5s'],
  [600_000, '10m'],
  [3 * 3600_000, '3h'],
  [3.5 * 3600_000, '3h30m'],
  [47 * 3600_000, '47h'],
  [50 * 3600_000, '2d2h'],
  [8 * 86400_000, '8d'],
  [800 * 86400_000, '2y70d'],
  [9 * 365 * 86400_000, '9y'],
])('[AP90] an age of %d ms prints as %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text)
})

test('percentages resolve up for surge, down for unavailable', () => {
  expect(resolve('25%', 3, 'up')).toBe(1)
  expect(resolve('25%', 3, 'down')).toBe(0)
  expect(resolve(2, 3, 'up')).toBe(2)
  expect(() => resolve('x', 3, 'up')).toThrow('invalid value for IntOrString: invalid type: string is not a percentage')
})

test('names are refused with Kubernetes’ messages', () => {
  expect(dnsLabelErrors('a.b')).toEqual(['must not contain dots'])
  expect(dnsLabelErrors('a'.repeat(64))).toEqual(['must be no more than 63 characters'])
  expect(qualifiedNameErrors('/a')).toEqual(['prefix part must be non-empty'])
  expect(qualifiedNameErrors('example.com/a')).toEqual([])
  expect(qualifiedNameErrors('')).toHaveLength(2)
  expect(configKeyErrors('..a')).toEqual(["must not start with '..'"])
  expect(envNameErrors('a=b')).toHaveLength(1)
  expect(portNameErrors('9-')).toEqual([
    'must contain at least one letter (a-z)',
    'must not begin or end with a hyphen',
  ])
})

test('values are quoted as Go quotes them', () => {
  expect(goQuote('a"\n\u0001é\u200b')).toBe('"a\\"\\n\\x01é\\u200b"')
  expect(goJson({ a: '<b>' })).toBe('{"a":"\\u003cb\\u003e"}')
})

test('[AP91] field errors print as Kubernetes prints them, and the same text once', () => {
  const at = Path.of('spec').child('containers').index(0)
  expect(formatFieldError(required(at.child('image')))).toBe('spec.containers[0].image: Required value')
  expect(formatFieldError(invalidValue(at, { A: null }, 'bad'))).toBe(
    'spec.containers[0]: Invalid value: {"A":null}: bad',
  )
  expect(formatFieldError(notSupported('a', 'X', ['B', 'C']))).toBe(
    'a: Unsupported value: "X": supported values: "B", "C"',
  )
  expect(formatFieldError(tooMany('a', 3, 1))).toBe('a: Too many: 3: must have at most 1 item')
  const twice = [forbidden('a', 'no'), forbidden('a', 'no')]
  expect(aggregate(twice)).toBe('a: Forbidden: no')
  const failure = invalid({ group: 'apps', kind: 'Deployment' }, 'd', twice)
  expect(failure.message).toBe('Deployment.apps "d" is invalid: a: Forbidden: no')
  expect(failure.details?.causes).toHaveLength(2)
  expect(notFound('deployments.apps', 'x').toStatus()).toMatchObject({
    message: 'deployments.apps "x" not found',
    details: { name: 'x', group: 'apps', kind: 'deployments' },
  })
})

const named = (metadata: object): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'c',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-11-24T04:53:56Z',
    ...metadata,
  },
})
const rules = { namespaced: true, rules: {} }

test('[AP92] metadata that is wrong is named field by field', () => {
  expect(validateMeta(named({}), undefined, rules)).toEqual([])
  const twoControllers = [
    { apiVersion: 'v1', kind: 'Pod', name: 'y', uid: '1', controller: true },
    { apiVersion: 'v1', kind: 'Pod', name: 'z', uid: '2', controller: true },
  ]
  const texts = validateMeta(
    named({ name: '', finalizers: ['a b', 'foo'], ownerReferences: twoControllers, labels: { a: '-' } }),
    undefined,
    rules,
  ).map((error) => `${error.field} ${error.type}`)
  expect(texts).toEqual([
    'metadata.name Required',
    'metadata.labels Invalid',
    'metadata.ownerReferences Invalid',
    'metadata.finalizers Invalid',
    'metadata.finalizers[0] Invalid',
    'metadata.finalizers[1] Invalid',
  ])
})

test('[AP92] an update may not change what identifies an object', () => {
  const errors = validateMeta(named({ uid: 'xx' }), named({}), rules)
  expect(errors.map(formatFieldError)).toEqual([
    'metadata.uid: Invalid value: "xx": field is immutable',
    'metadata.uid: Invalid value: "xx": field is immutable',
  ])
  const deleting = { deletionTimestamp: '2026-11-24T04:53:56Z' }
  const added = validateMeta(named({ ...deleting, finalizers: ['a.b/c'] }), named(deleting), rules)
  expect(formatFieldError(added[0]!)).toBe(
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/c"}',
  )
})
