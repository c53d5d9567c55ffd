import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { CREDENTIAL_ID } from './account-user.ts'
import { AUTHENTICATED, type User } from './credentials.ts'
import type { Issuer, Mapping } from './issuers.ts'

/** Tokens of configured issuers: k8s.io/apiserver/plugin/pkg/authenticator/token/oidc. */

/** What an issuer publishes of itself, kept in the isolate: it is the same for everybody who asks. */
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()
const keyUrls = new Map<string, { readonly url: string; readonly read: number }>()

/** How long an openid-configuration is taken for true, in milliseconds; keys are read anew by jose where one is missing. */
const CONFIGURATION_LIFE = 3_600_000
const FETCH_TIMEOUT = 10_000

/** Nothing symmetric: whoever verifies could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * The user whom a token of one of the issuers names, or undefined where it is of none of them or does not hold. It may
 * read the issuer's keys, so it waits. `now` is in milliseconds.
 */
export async function oidcUser(issuers: readonly Issuer[], token: string, now: number): Promise<User | undefined> {
  try {
    const { iss } = decodeJwt(token)
    const issuer = issuers.find(({ url }) => url === iss)
    if (issuer === undefined) return undefined
    const { payload } = await jwtVerify(token, await keysOf(issuer, now), {
      algorithms: ALGORITHMS,
      issuer: issuer.url,
      audience: [...issuer.audiences],
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    })
    return userOf(issuer, payload)
  } catch (error) {
    // A token that does not hold, or an issuer that cannot be asked: Kubernetes answers 401 to both.
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof IssuerError)
      return undefined
    throw error
  }
}

/** The issuer does not say where its keys are. */
class IssuerError extends Error {}

async function keysOf(issuer: Issuer, now: number): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const url = issuer.jwksURL ?? (await keyUrlOf(issuer, now))
  const known = keySets.get(url)
  if (known !== undefined) return known
  const made = createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_TIMEOUT })
  keySets.set(url, made)
  return made
}

async function keyUrlOf(issuer: Issuer, now: number): Promise<string> {
  const known = keyUrls.get(issuer.url)
  if (known !== undefined && now - known.read < CONFIGURATION_LIFE) return known.url
  const at = issuer.discoveryURL ?? `${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(at, { signal: AbortSignal.timeout(FETCH_TIMEOUT) }).catch(() => undefined)
  const found: unknown = answer?.ok === true ? await answer.json().catch(() => undefined) : undefined
  const { issuer: named, jwks_uri: url } = (found ?? {}) as { issuer?: unknown; jwks_uri?: unknown } // checked below
  if (named !== issuer.url || typeof url !== 'string' || !URL.canParse(url)) throw new IssuerError(at)
  keyUrls.set(issuer.url, { url, read: now })
  return url
}

/** Names that Kubernetes keeps for itself are not an issuer's to give. */
const RESERVED = 'system:'

function userOf(issuer: Issuer, payload: JWTPayload): User | undefined {
  const wrong = Object.entries(issuer.required).some(([claim, value]) => payload[claim] !== value)
  const name = textOf(payload, issuer.username)
  if (wrong || name === undefined || name.startsWith(RESERVED)) return undefined
  if (issuer.username.claim === 'email' && payload['email_verified'] === false) return undefined
  const uid = issuer.uid === undefined ? undefined : payload[issuer.uid]
  if (issuer.uid !== undefined && typeof uid !== 'string') return undefined
  return {
    name,
    groups: [...groupsOf(issuer, payload), AUTHENTICATED],
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(payload.jti === undefined ? {} : { extra: { [CREDENTIAL_ID]: [`JTI=${payload.jti}`] } }),
  }
}

function textOf(payload: JWTPayload, { claim, prefix }: Mapping): string | undefined {
  const value = payload[claim]
  return typeof value === 'string' && value !== '' ? prefix + value : undefined
}

/** One group as a text, or a list of them. */
function groupsOf({ groups }: Issuer, payload: JWTPayload): string[] {
  if (groups === undefined) return []
  const value = payload[groups.claim]
  const list: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list
    .filter((one) => typeof one === 'string')
    .map((one) => groups.prefix + one)
    .filter((one) => !one.startsWith(RESERVED))
}
