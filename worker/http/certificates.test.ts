import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { CERTIFICATE, ED25519, P256 } from '../../api/kinds/testdata/certificates.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const spec = { signerName: 'example.com/s', usages: ['client auth'], request: P256 }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  expect((await t.call('POST', CSRS, { metadata: { name: 'x' }, spec: { ...spec, username: 'god' } })).status).toBe(201)
})
afterEach(() => t.close())

const approve = (type: string) => ({ status: { conditions: [{ type, status: 'True', reason: 'r', message: 'm' }] } })

test('[AP141] who asks is written into the request, and it cannot be changed', async () => {
  expect((await t.call('GET', `${CSRS}/x`)).body).toMatchObject({
    spec: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    status: {},
  })
  const changed = await t.call('PATCH', `${CSRS}/x`, { spec: { username: 'god' }, ...approve('Approved') }, MERGE)
  expect(changed.body).toMatchObject({ spec: { username: 'admin' }, status: {} })
  const found = await t.call('GET', `${CSRS}?fieldSelector=spec.signerName%3Dexample.com/s`)
  expect(found.body['items']).toHaveLength(1)
})

test('[AP141] /approval decides, once; /status certifies, once', async () => {
  const approved = await t.call('PATCH', `${CSRS}/x/approval`, approve('Approved'), MERGE)
  const at = '2026-11-24T12:00:00Z'
  expect(approved.body['status']).toEqual({
    conditions: [
      { type: 'Approved', status: 'True', reason: 'r', message: 'm', lastUpdateTime: at, lastTransitionTime: at },
    ],
  })
  const undone = await t.call('PATCH', `${CSRS}/x/approval`, { status: { conditions: null } }, MERGE)
  expect(undone.body['message']).toContain(
    'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
  )
  const early = await t.call('PATCH', `${CSRS}/x/approval`, { status: { certificate: CERTIFICATE } }, MERGE)
  expect(early.body['status']).not.toHaveProperty('certificate')
  const signed = await t.call('PATCH', `${CSRS}/x/status`, { status: { certificate: CERTIFICATE } }, MERGE)
  expect([signed.status, signed.body['status']]).toMatchObject([200, { certificate: CERTIFICATE }])
  const again = await t.call('PATCH', `${CSRS}/x/status`, { status: { certificate: 'LS0t' } }, MERGE)
  expect(again.body['message']).toContain('updates may not modify existing certificate content')
})

test('[AP141] /status cannot decide, and nothing is both', async () => {
  const decided = await t.call('PATCH', `${CSRS}/x/status`, approve('Denied'), MERGE)
  expect(decided.body['message']).toContain('updates may not add a condition of type "Denied"')
  const [one] = approve('Approved').status.conditions
  const [other] = approve('Denied').status.conditions
  const both = await t.call('PATCH', `${CSRS}/x/approval`, { status: { conditions: [one, other] } }, MERGE)
  expect(both.body['message']).toContain(
    'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
  )
})

const flipped = (request: string): string => {
  const pem = atob(request)
  return btoa(
    pem.replace('MEQ', 'MEU').replace(/(.{10})(.)(=*\n-----END)/, (_, a, b, c) => `${a}${b === 'A' ? 'B' : 'A'}${c}`),
  )
}

test.each([
  [{ request: ED25519 }, 201, ''],
  [{ request: flipped(ED25519) }, 422, 'x509: Ed25519 verification failure'],
  [{ usages: [] }, 422, 'spec.usages: Required value'],
  [{ usages: ['x'] }, 422, 'spec.usages[0]: Unsupported value: "x": supported values: "any", "cert sign"'],
  [{ usages: ['any', 'any'] }, 422, 'spec.usages[1]: Duplicate value: "any"'],
  [{ signerName: 'a.b/c/d' }, 422, "must be a fully qualified domain and path of the form 'example.com/signer-name'"],
  [{ signerName: 'a/b' }, 422, 'spec.signerName: Invalid value: "a": should be a domain with at least two segments'],
  [{ signerName: 'kubernetes.io/legacy-unknown' }, 422, 'the legacy signerName is not allowed via this API version'],
  [{ expirationSeconds: 599 }, 422, 'may not specify a duration less than 600 seconds (10 minutes)'],
])('[AP141] a request is judged %#', async (change, status, message) => {
  const made = await t.call('POST', CSRS, { metadata: { name: 'y' }, spec: { ...spec, ...change } })
  expect(made.text).toContain(message.replaceAll('"', '\\"'))
  expect(made.status).toBe(status)
})
