import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admit, type Secrets, VOUCHER, vouch } from './admit.ts'
import { parseIssuers } from './issuers.ts'
import { trustOf } from './trust.ts'

/** An issuer on the loopback, and one key that it does not publish. */
const NOW = Date.parse('2026-11-24T12:00:00Z')
let server: Server
let url: string
let asked: string[] = []
let ours: CryptoKey
let foreign: CryptoKey
let secrets: Secrets

beforeAll(async () => {
  const pair = await generateKeyPair('RS256')
  const key: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }
  ours = pair.privateKey
  foreign = (await generateKeyPair('RS256')).privateKey
  server = createServer((request, answer) => {
    asked.push(request.url ?? '')
    const isKeys = request.url === '/keys'
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify(isKeys ? { keys: [key] } : { issuer: url, jwks_uri: `${url}/keys` }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  const issuers = parseIssuers(JSON.stringify({ jwt: [config()] }))
  secrets = { adminToken: 'a'.repeat(32), key: 'k'.repeat(32), issuers }
})
afterAll(() => server.close())

const config = (more: object = {}) => ({
  issuer: { url, audiences: ['podo'] },
  claimMappings: {
    username: { claim: 'sub', prefix: 'oidc:' },
    groups: { claim: 'groups', prefix: '' },
    uid: { claim: 'id' },
  },
  claimValidationRules: [{ claim: 'tenant', requiredValue: 't' }],
  header: 'Cf-Access-Jwt-Assertion',
  ...more,
})

const CLAIMS = {
  sub: 'jane',
  aud: 'podo',
  groups: ['devs', 'system:masters'],
  id: '7',
  tenant: 't',
  exp: NOW / 1000 + 60,
}
const sign = (claims: JWTPayload, key = ours) =>
  new SignJWT({ iss: url, ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key)

/** What the object sees of a request that came through the edge. */
async function admitted(token: string, header = 'authorization') {
  const headers = new Headers({ [header]: header === 'authorization' ? `Bearer ${token}` : token })
  const voucher = await vouch(secrets, headers, NOW)
  if (voucher !== undefined) headers.set(VOUCHER, voucher)
  return admit(secrets, headers, NOW)
}
const user = { name: 'oidc:jane', uid: '7', groups: ['devs', 'system:authenticated'] }

test('[GD66] a token of a configured issuer names a user; groups of Kubernetes\u2019 own are not its to give', async () => {
  expect(await admitted(await sign({}))).toMatchObject({ who: 'jwt', identity: { type: 'user', user } })
  expect(await admitted(await sign({ groups: 'devs', jti: 'x' }))).toMatchObject({
    identity: { user: { ...user, extra: { 'authentication.kubernetes.io/credential-id': ['JTI=x'] } } },
  })
})

test('[GD66] Cloudflare Access\u2019 header counts where it is configured', async () => {
  expect(await admitted(await sign({}), 'cf-access-jwt-assertion')).toMatchObject({ identity: { user } })
  expect(await admitted(await sign({}), 'x-other-header')).toEqual({ who: 'none' })
})

test('[GD66] keys are read once and kept', async () => {
  await admitted(await sign({}))
  asked = []
  await admitted(await sign({}))
  expect(asked).toEqual([])
})

test.each<[string, JWTPayload, 'ours' | 'foreign']>([
  ['another audience', { aud: 'other' }, 'ours'],
  ['another issuer', { iss: 'https://other.example' }, 'ours'],
  ['another key', {}, 'foreign'],
  ['no end', { exp: undefined }, 'ours'],
  ['a time that is over', { exp: NOW / 1000 - 1 }, 'ours'],
  ['another tenant', { tenant: 'x' }, 'ours'],
  ['no user', { sub: undefined }, 'ours'],
  ['no uid', { id: undefined }, 'ours'],
])('[GD66] a token with %s is 401', async (_, claims, key) => {
  expect(await admitted(await sign(claims, key === 'ours' ? ours : foreign))).toEqual({ who: 'invalid' })
})

test('[GD67] a voucher counts for its own token, and only as the edge wrote it', async () => {
  const token = await sign({})
  const headers = new Headers({ authorization: `Bearer ${token}` })
  const voucher = (await vouch(secrets, headers, NOW)) ?? ''
  const other = await sign({ sub: 'joe' })
  const admitWith = (bearer: string, value: string) =>
    admit(secrets, new Headers({ authorization: `Bearer ${bearer}`, [VOUCHER]: value }), NOW).who
  expect(admitWith(token, voucher)).toBe('jwt')
  expect(admitWith(other, voucher)).toBe('invalid')
  const [, mac] = voucher.split('.')
  const forged = Buffer.from(JSON.stringify({ type: 'user', user: { name: 'root', groups: ['system:masters'] } }))
  for (const value of ['', '.', `${forged.toString('base64url')}.${mac}`, `${voucher}x`]) {
    expect(admitWith(token, value)).toBe('invalid')
  }
})

test.each<[object, string]>([
  [{ issuer: { url: 'http://issuer.example', audiences: ['a'] } }, 'jwt[0].issuer.url: an https URL is required'],
  [{ issuer: { url: 'https://issuer.example' } }, 'jwt[0].issuer.audiences: at least one is required'],
  [
    { userValidationRules: [] },
    'jwt[0].userValidationRules: podo knows only issuer, claimMappings, claimValidationRules, header here (it evaluates no CEL expressions)',
  ],
  [
    { claimMappings: { username: { claim: 'sub' } } },
    'jwt[0].claimMappings.username.prefix: is required when claim is set, and may be ""',
  ],
])('[GD68] a configuration that podo cannot follow is refused by name: %j', (more, message) => {
  const entry = { ...config({ issuer: { url: 'https://issuer.example', audiences: ['a'] } }), ...more }
  expect(() => parseIssuers(JSON.stringify({ jwt: [entry] }))).toThrow(message)
  const env = { PODO_ADMIN_TOKEN: 'a', PODO_KEY: 'k'.repeat(32), PODO_AUTHENTICATION: JSON.stringify({ jwt: [entry] }) }
  expect(() => trustOf(env)).toThrow(
    `this cluster is not set up: its variable PODO_AUTHENTICATION is wrong: ${message}`,
  )
})
