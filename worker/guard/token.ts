import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * podo's own bearer tokens: `podo-<type>.<id>.<expires>.<secret>.<mac>`, every part but the first and the third in
 * base64url (so the whole is a `token68` of RFC 7235). The mac covers all that stands before it, with a key that is
 * derived from PODO_KEY, so the edge can refuse noise without waking the object. Whether a token is still wanted is
 * looked up inside (`credentials.ts`), where only a hash of the secret is kept.
 */
export type TokenType = 'user' | 'node' | 'join'

/** What a token says about itself. `expires` is in milliseconds since the epoch; absent means never. */
export interface Claims {
  type: TokenType
  /** Names the record of the credential. */
  id: string
  expires?: number
}
export interface Checked extends Claims {
  secret: string
}

const PREFIX = 'podo-'
const TYPES: Readonly<Record<string, TokenType>> = { user: 'user', node: 'node', join: 'join' }
const SECRET_BYTES = 24

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

/** The keys derived last, by what from: they follow from PODO_KEY alone, and every request needs one. */
const derived = new Map<string, Buffer>()

/** The key that signs tokens: HKDF-SHA256 of PODO_KEY, so that no other use of PODO_KEY shares it. */
export function macKey(key: string): Buffer {
  const known = derived.get(key)
  if (known !== undefined) return known
  const made = Buffer.from(hkdfSync('sha256', key, 'podo', 'token mac v1', 32))
  if (derived.size > 1) derived.clear()
  derived.set(key, made)
  return made
}

function mac(key: string, signed: string): Buffer {
  return createHmac('sha256', macKey(key)).update(signed).digest()
}

/** Makes a token with a fresh random secret. Store `hashOf(check(key, token).secret)`, never the token. */
export function mint(key: string, claims: Claims): string {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const expires = claims.expires === undefined ? '0' : Math.floor(claims.expires).toString(36)
  const signed = `${PREFIX}${claims.type}.${base64url(claims.id)}.${expires}.${secret}`
  return `${signed}.${mac(key, signed).toString('base64url')}`
}

/**
 * Whether we made this token and it has not expired: no storage is asked, and the comparison takes the same time for
 * every wrong mac. Returns undefined for everything else.
 */
export function check(key: string, token: string, now: number): Checked | undefined {
  const parts = token.split('.')
  const [head, id, expires, secret, sent] = parts
  if (parts.length !== 5 || head === undefined || id === undefined || expires === undefined) return undefined
  if (secret === undefined || sent === undefined || !head.startsWith(PREFIX)) return undefined
  const type = TYPES[head.slice(PREFIX.length)]
  if (type === undefined) return undefined
  const expected = mac(key, token.slice(0, token.length - sent.length - 1))
  const given = Buffer.from(sent, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const until = Number.parseInt(expires, 36)
  if (until !== 0 && until <= now) return undefined
  const claims = { type, id: Buffer.from(id, 'base64url').toString('utf8'), secret }
  return until === 0 ? claims : { ...claims, expires: until }
}

/** What is stored in place of a secret. The secrets are 192 random bits, so a plain hash suffices. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const utf8 = new TextEncoder()

/** Equality of two texts in a time that depends on their lengths alone, which are no secret. */
export function sameSecret(left: string, right: string): boolean {
  const [a, b] = [utf8.encode(left), utf8.encode(right)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** The token of `Authorization: Bearer …`, as k8s.io/apiserver's bearertoken authenticator reads it. */
export function bearer(header: string | null | undefined): string | undefined {
  const [scheme, token] = (header ?? '').trim().split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') return undefined
  return token
}
