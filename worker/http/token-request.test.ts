import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { createNodeToken } from '../guard/credentials.ts'

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts'
const TOKEN = `${ACCOUNTS}/builder/token`
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }

let t: TestApi
const request = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  metadata,
  spec,
})
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { serviceAccountName: 'builder', containers: [{ name: 'c', image: 'i' }], ...spec },
})

beforeEach(async () => {
  t = testApi(kinds)
  t.defaultRoles()
  await t.call('POST', ACCOUNTS, { metadata: { name: 'builder' } })
})
afterEach(() => t.close())

async function tokenFor(spec: object = {}, options = {}): Promise<string> {
  const { status, body, text } = await t.call('POST', TOKEN, request(spec), options)
  expect(status, text).toBe(201)
  return (body as { status: { token: string } }).status.token
}
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const who = async (token: string) => {
  const { status, body } = await t.call('POST', WHO, REVIEW, { token })
  return status === 201 ? (body as { status: { userInfo: object } }).status.userInfo : status
}

test('[GD40] a token says who it is, of whom, for whom and until when', async () => {
  const token = await tokenFor()
  const now = t.clock.now / 1000
  const account = await t.call('GET', `${ACCOUNTS}/builder`)
  const { uid } = account.body['metadata'] as { uid: string }
  expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg: 'ES256' })
  expect(claimsOf(token)).toEqual({
    aud: [ISSUER],
    exp: now + 3600,
    iat: now,
    iss: ISSUER,
    jti: expect.any(String),
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'builder', uid } },
    nbf: now,
    sub: 'system:serviceaccount:default:builder',
  })
  expect(await who(token)).toEqual({
    username: 'system:serviceaccount:default:builder',
    uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(token).jti}`] },
  })
})

test('[GD40] the answer repeats the request with all that was left out', async () => {
  const { body } = await t.call('POST', TOKEN, request({ audiences: ['a', 'b'], expirationSeconds: 1200 }))
  expect(body).toMatchObject({
    kind: 'TokenRequest',
    metadata: { name: 'builder', namespace: 'default', creationTimestamp: '2026-11-24T12:00:00Z' },
    spec: { audiences: ['a', 'b'], expirationSeconds: 1200, boundObjectRef: null },
    status: { expirationTimestamp: '2026-11-24T12:20:00Z' },
  })
})

test.each([
  ['a life too short', request({ expirationSeconds: 599 }), 422, 'may not specify a duration less than 10 minutes'],
  ['a life too long', request({ expirationSeconds: 2 ** 32 + 1 }), 422, 'larger than 2^32 seconds'],
  ['no life', request({ expirationSeconds: 0 }), 422, 'less than 10 minutes'],
  ['another name', request({}, { name: 'x' }), 422, 'must match the service account name if specified'],
  ['another namespace', request({}, { namespace: 'x' }), 400, 'does not match the namespace sent on the request'],
  ['another uid', request({}, { uid: 'x' }), 409, 'TokenRequest.authentication.k8s.io "builder": the UID in the token'],
  [
    'a missing Pod',
    request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'x' } }),
    404,
    'pods "x" not found',
  ],
  [
    'an odd object',
    request({ boundObjectRef: { kind: 'Job', apiVersion: 'batch/v1', name: 'x' } }),
    400,
    'cannot bind token to object of type batch/v1, Kind=Job',
  ],
])('[GD41] %s is refused', async (_, body, code, message) => {
  const answer = await t.call('POST', TOKEN, body)
  expect(answer.status).toBe(code)
  expect(answer.text).toContain(JSON.stringify(message).slice(1, -1))
})

test('[GD41] a Pod of another account, and one with another uid, are refused', async () => {
  const pods = '/api/v1/namespaces/default/pods'
  await t.call('POST', ACCOUNTS, { metadata: { name: 'other' } })
  await t.call('POST', pods, pod('a', { serviceAccountName: 'other' }))
  await t.call('POST', pods, pod('b'))
  const bound = (name: string, uid?: string) =>
    request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid } })
  expect((await t.call('POST', TOKEN, bound('a'))).text).toContain('running with different serviceaccount name.')
  expect((await t.call('POST', TOKEN, bound('b', 'x'))).status).toBe(409)
  expect((await t.call('POST', `${ACCOUNTS}/none/token`, request())).status).toBe(404)
})

describe('[GD42] a token is worth nothing', () => {
  test('for another audience, past its time and a minute, and altered', async () => {
    expect(await who(await tokenFor({ audiences: ['vault'] }))).toBe(401)
    const token = await tokenFor({ expirationSeconds: 600 })
    expect(await who(`${token.slice(0, -8)}AAAAAAAA`)).toBe(401)
    t.clock.now += 659_000
    expect(await who(token)).toMatchObject({ username: 'system:serviceaccount:default:builder' })
    t.clock.now += 2_000
    expect(await who(token)).toBe(401)
  })

  test('once its account is gone, though another of the name exists', async () => {
    const token = await tokenFor()
    await t.call('DELETE', `${ACCOUNTS}/builder`)
    expect(await who(token)).toBe(401)
    await t.call('POST', ACCOUNTS, { metadata: { name: 'builder' } })
    expect(await who(token)).toBe(401)
  })

  test('once the Pod or the Secret that it is bound to is gone', async () => {
    await t.call('POST', '/api/v1/namespaces/default/pods', pod('p'))
    await t.call('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's' } })
    for (const [kind, path] of [
      ['Pod', 'pods/p'],
      ['Secret', 'secrets/s'],
    ]) {
      const name = path?.split('/')[1]
      const token = await tokenFor({ boundObjectRef: { kind, apiVersion: 'v1', name } })
      expect(await who(token)).toMatchObject({ username: 'system:serviceaccount:default:builder' })
      await t.call('DELETE', `/api/v1/namespaces/default/${path}`)
      expect(await who(token)).toBe(401)
    }
  })
})

test('[GD43] a Pod of a node says so, and a life of 3607 seconds is a year with a warning', async () => {
  await t.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await t.call('POST', '/api/v1/namespaces/default/pods', pod('p', { nodeName: 'n1' }))
  const { body } = await t.call('GET', '/api/v1/nodes/n1')
  const { uid } = body['metadata'] as { uid: string }
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' }
  const token = await tokenFor({ expirationSeconds: 3607, boundObjectRef })
  const { iat, exp, 'kubernetes.io': kubernetes } = claimsOf(token)
  expect([exp - iat, kubernetes.warnafter - iat, kubernetes.node]).toEqual([31_536_000, 3607, { name: 'n1', uid }])
  expect(await who(token)).toMatchObject({
    extra: {
      'authentication.kubernetes.io/node-name': ['n1'],
      'authentication.kubernetes.io/node-uid': [uid],
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': [kubernetes.pod.uid],
    },
  })
  const short = await tokenFor({ expirationSeconds: 3607, audiences: ['x'], boundObjectRef })
  expect(claimsOf(short).exp - claimsOf(short).iat).toBe(3607)
})

test('[GD44] a node asks for tokens of the accounts of its Pods, and of no others', async () => {
  await t.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await t.call('POST', ACCOUNTS, { metadata: { name: 'other' } })
  const made = await t.call('POST', '/api/v1/namespaces/default/pods', pod('p', { nodeName: 'n1' }))
  const { uid } = made.body['metadata'] as { uid: string }
  const { api } = t
  const token = api.store.transaction((tx) => createNodeToken(tx, api.secrets.key, { node: 'n1', machine: 'm' }))
  await tokenFor({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p', uid } }, { token })
  const refused = await t.call('POST', `${ACCOUNTS}/other/token`, request(), { token })
  expect(refused.status).toBe(403)
  expect(refused.text).toContain("no relationship found between node 'n1' and this object")
})

test('[GD45] what an earlier PODO_KEY signed still counts while that key is told', async () => {
  const token = await tokenFor()
  const { key } = t.api.secrets
  const rotate = (secrets: object) => Object.assign(t.api.secrets, secrets)
  rotate({ key: 'the next key of the tests, long enough to sign', previousKey: key })
  expect(await who(token)).toMatchObject({ username: 'system:serviceaccount:default:builder' })
  rotate({ previousKey: undefined })
  expect(await who(token)).toBe(401)
})

test('[GD47] others verify a token by the published keys', async () => {
  const { body } = await t.call('GET', '/.well-known/openid-configuration')
  expect(body).toMatchObject({ issuer: ISSUER, id_token_signing_alg_values_supported: ['ES256'] })
  const keys = await t.call('GET', new URL(String(body['jwks_uri'])).pathname)
  expect(keys.headers.get('content-type')).toBe('application/jwk-set+json')
  const token = await tokenFor({ audiences: ['vault'] })
  const set = createLocalJWKSet(JSON.parse(keys.text))
  const verified = await jwtVerify(token, set, {
    audience: 'vault',
    issuer: ISSUER,
    currentDate: new Date(t.clock.now),
  })
  expect(verified.payload.sub).toBe('system:serviceaccount:default:builder')
  expect((await t.call('GET', '/openid/v1/jwks', undefined, { token: await tokenFor() })).status).toBe(200)
  expect((await t.call('GET', '/openid/v1/jwks', undefined, { headers: { 'impersonate-user': 'jane' } })).status).toBe(
    403,
  )
})
