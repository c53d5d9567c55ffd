import { expect, test } from 'vitest'
import { admit, type Secrets } from './admit.ts'
import { bearer, check, mint, sameSecret } from './token.ts'

const KEY = 'a key'
const NOW = 1_000_000

test('[GD1] a token that we signed checks, and says its type, id and expiry', () => {
  const token = mint(KEY, { type: 'user', id: 'jane/ö', expires: NOW + 1 })
  expect(check(KEY, token, NOW)).toMatchObject({ type: 'user', id: 'jane/ö', expires: NOW + 1 })
  expect(token).toMatch(/^[A-Za-z0-9._-]+$/)
})

test('[GD1] a changed token, another key, another type and an expired token do not check', () => {
  const token = mint(KEY, { type: 'node', id: 'n1', expires: NOW + 1000 })
  for (let at = 0; at < token.length; at++) {
    const other = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    const found = check(KEY, other, NOW)
    // The last character of a mac carries two unused bits, so one spelling may equal another: never another claim.
    if (found !== undefined) expect(found).toEqual(check(KEY, token, NOW))
  }
  expect(check('another key', token, NOW)).toBeUndefined()
  expect(check(KEY, token.replace('podo-node', 'podo-user'), NOW)).toBeUndefined()
  expect(check(KEY, token, NOW + 1000)).toBeUndefined()
  for (const noise of ['', '.', '....', 'podo-user.x.0.s.m', 'eyJhbGciOi.e30.x']) {
    expect(check(KEY, noise, NOW)).toBeUndefined()
  }
})

test('[GD1] two tokens of the same claims differ', () => {
  expect(mint(KEY, { type: 'join', id: 'x' })).not.toBe(mint(KEY, { type: 'join', id: 'x' }))
})

const SECRETS = { adminToken: 'the admin token', key: KEY }
const admitted = (authorization: string | null, secrets: Secrets = SECRETS) =>
  admit(secrets, new Headers(authorization === null ? {} : { authorization }), NOW)

test('[GD2] a header is nobody, wrong, the admin, or a signed token', () => {
  expect(admitted(null)).toEqual({ who: 'none' })
  expect(admitted('Basic YTpi')).toEqual({ who: 'none' })
  expect(admitted('Bearer nope')).toEqual({ who: 'invalid' })
  expect(admitted('bearer t', { ...SECRETS, adminToken: 't' })).toEqual({ who: 'admin' })
  expect(admitted(`Bearer ${mint(KEY, { type: 'user', id: 'u' })}`)).toMatchObject({ who: 'token' })
})

test('[GD2] bearer reads one token after the scheme, whatever its case', () => {
  expect(bearer('Bearer x')).toBe('x')
  expect(bearer(' BEARER x ')).toBe('x')
  for (const other of [null, '', 'Bearer', 'Bearer ', 'Token x']) expect(bearer(other)).toBeUndefined()
  expect(sameSecret('a', 'a')).toBe(true)
  expect(sameSecret('a', 'ab')).toBe(false)
})
