import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { made, refused, wrong } from '../../test/support/kind-rules.ts'
import type { JsonObject } from '../meta/object.ts'
import type { Pod } from '../schema/types.generated.ts'
import * as pair from './testdata/key-pairs.ts'

/** What the recorded cases do not show of the core group's kinds and of Pod templates. */

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
const cases = readFileSync(new URL('testdata/core.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)
const of = (rule: string): Case[] => cases.filter((one) => one.rule === rule)
const said = ({ says }: Case): unknown[] =>
  says.map((text) => (typeof text === 'string' ? text : expect.stringContaining(text.contains)))

test.for(of('AP260'))('[AP260] who writes a Pod is warned: $name', (one) => {
  expect(made(one.resource, one.body).warnings).toEqual(said(one))
})

test.for(of('AP261'))('[AP261] what an old object broke stays: $name', ({ resource, body }) => {
  expect(wrong(resource, body).length).toBeGreaterThan(0)
  expect(refused(resource, body, body)).toEqual([])
})

test.for(of('AP262'))('[AP262] a change is judged in Kubernetes’ order, and nothing else is forgiven: $name', (one) => {
  expect(refused(one.resource, one.before, one.after)).toEqual(said(one))
})

test.for(of('AP263'))(
  '[AP263] fields that stand in annotations or are set by machines are judged too: $name',
  (one) => {
    expect(wrong(one.resource, one.body)).toEqual(said(one))
  },
)

test.for(of('AP266'))('[AP266] volumes on other machines are refused in Kubernetes’ words: $name', (one) => {
  expect(wrong(one.resource, one.body)).toEqual(said(one))
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const secret = (certificate: string, key: string): JsonObject => ({
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
})
const REQUEST = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'
const EMPTY = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const BROKEN = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
const PASSED = 'after skipping PEM blocks of the following types: [CERTIFICATE REQUEST]'

test.for<[string, string, string, string?]>([
  ['an elliptic curve’s in SEC 1', pair.ecCertificate, pair.ecKey],
  ['an elliptic curve’s in PKCS #8', pair.ecCertificate, pair.ecKey8],
  ['RSA’s in PKCS #1', pair.rsaCertificate, pair.rsaKey1],
  ['RSA’s in PKCS #8', pair.rsaCertificate, pair.rsaKey8],
  ['Ed25519’s', pair.edCertificate, pair.edKey],
  ['a chain', pair.ecCertificate + pair.rsaCertificate, pair.ecKey],
  ['another key', pair.ecCertificate, pair.otherEcKey, 'tls: private key does not match public key'],
  ['another RSA key', pair.rsaCertificate, pair.otherRsaKey, 'tls: private key does not match public key'],
  ['a key of another type', pair.rsaCertificate, pair.ecKey, 'tls: private key type does not match public key type'],
  ['nothing', '', '', 'tls: failed to find any PEM data in certificate input'],
  ['text', pair.ecCertificate, 'key', 'tls: failed to find any PEM data in key input'],
  [
    'switched inputs',
    pair.ecKey,
    pair.ecCertificate,
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    'two certificates',
    pair.ecCertificate,
    pair.ecCertificate,
    'tls: found a certificate rather than a key in the PEM for the private key',
  ],
  ['a request', REQUEST, pair.ecKey, `tls: failed to find "CERTIFICATE" PEM block in certificate input ${PASSED}`],
  [
    'a request for a key',
    pair.ecCertificate,
    REQUEST,
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input ${PASSED}`,
  ],
  ['no certificate', EMPTY, pair.ecKey, 'x509: malformed certificate'],
  ['no key', pair.ecCertificate, BROKEN, 'tls: failed to parse private key'],
])('[AP264] a TLS Secret that holds no pair is made with a warning: %s', ([, certificate, key, warning]) => {
  expect(made('secrets', secret(certificate, key)).warnings).toEqual(warning === undefined ? [] : [warning])
})

const ARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const profiled = (of: object, annotations: Record<string, string> = {}): Pod => {
  const body = { metadata: { annotations }, spec: { containers: [{ name: 'c', image: 'i' }], ...of } }
  return made('pods', body as unknown as JsonObject).object as Pod // a Pod’s body
}

test('[AP265] a Pod’s AppArmor annotations and fields say the same', () => {
  const whole = { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'p' } } }
  expect(profiled(whole).metadata.annotations).toEqual({ [`${ARMOR}c`]: 'localhost/p' })
  expect(profiled({}).metadata.annotations).toEqual({})
  const own = (text: string): unknown =>
    profiled({}, { [`${ARMOR}c`]: text }).spec.containers[0]?.securityContext?.appArmorProfile
  expect(own('runtime/default')).toEqual({ type: 'RuntimeDefault' })
  expect(own('unconfined')).toEqual({ type: 'Unconfined' })
  expect(own('localhost/p')).toEqual({ type: 'Localhost', localhostProfile: 'p' })
  expect(own('localhost/')).toBeUndefined()
  const both = profiled(whole, { [`${ARMOR}c`]: 'unconfined' })
  expect(both.spec.containers[0]?.securityContext).toBeUndefined()
  expect(profiled({ ...whole, os: { name: 'windows' } }).metadata.annotations).toEqual({})
})
