import { createHmac, timingSafeEqual } from 'node:crypto'
import type { JsonObject } from '../../api/meta/object.ts'
import { type AccountIdentity, verifyAccountToken, issuerOf } from './account-token.ts'
import { bootstrapId } from './bootstrap-token.ts'
import type { User } from './credentials.ts'
import type { Issuer } from './issuers.ts'
import { oidcUser } from './oidc.ts'
import { bearer, check, macKey, sameSecret, type Checked } from './token.ts'

/** What a deployment trusts. Without its two secrets nothing is served. */
export interface Secrets {
  readonly adminToken: string
  /** PODO_KEY. */
  readonly key: string
  /** The PODO_KEY before, while a rotation is under way: what it signed is still taken. */
  readonly previousKey?: string
  /** Issuer and default audience of ServiceAccount tokens; `DEFAULT_ISSUER` where left out. */
  readonly issuer?: string
  /** Whose tokens are taken besides those that are made here. */
  readonly issuers?: readonly Issuer[]
}

/** What somebody else's JWT, or one of a ServiceAccount, was found to say. */
export type Identity =
  | { readonly type: 'account'; readonly identity: AccountIdentity }
  | { readonly type: 'user'; readonly user: User }

/**
 * What a request's headers prove by themselves, without storage: `none` (no bearer token: Kubernetes'
 * system:anonymous), `invalid`, the admin token, a token that we signed, a bootstrap token, or a JWT that was vouched for.
 */
export type Admission =
  | { who: 'none' }
  | { who: 'invalid' }
  | { who: 'admin' }
  | { who: 'token'; checked: Checked }
  | { who: 'bootstrap'; id: string }
  | { who: 'jwt'; token: string; identity: Identity }

/** The header in which the edge tells the object what a JWT says. From a client it counts for nothing. */
export const VOUCHER = 'podo-voucher'

/** Reads the headers. The edge and the object both call this; the object then looks the token up. */
export function admit(secrets: Secrets, headers: Headers, now: number): Admission {
  const token = tokenOf(secrets, headers)
  if (token === undefined) return { who: 'none' }
  if (sameSecret(token, secrets.adminToken)) return { who: 'admin' }
  for (const key of keysOf(secrets)) {
    const checked = check(key, token, now)
    if (checked !== undefined) return { who: 'token', checked }
    const id = bootstrapId(key, token)
    if (id !== undefined) return { who: 'bootstrap', id }
  }
  const identity = isJwt(token) ? voucherOf(secrets, token, headers.get(VOUCHER)) : undefined
  return identity === undefined ? { who: 'invalid' } : { who: 'jwt', token, identity }
}

export const keysOf = ({ key, previousKey }: Secrets): string[] =>
  previousKey === undefined ? [key] : [key, previousKey]

/** Authorization comes first; then the headers in which configured issuers put their tokens. */
function tokenOf({ issuers = [] }: Secrets, headers: Headers): string | undefined {
  const sent = bearer(headers.get('authorization'))
  if (sent !== undefined) return sent
  for (const { header } of issuers) {
    const token = header === undefined ? '' : (headers.get(header) ?? '')
    if (token !== '') return token
  }
  return undefined
}

export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)

/**
 * The value of the VOUCHER header for a request with a JWT that holds: what it says, under an HMAC that covers the token
 * too. Undefined where there is no JWT, or it does not hold. Verifying waits, so it happens at the edge and outside of
 * transactions (decision 0039).
 */
export async function vouch(secrets: Secrets, headers: Headers, now: number): Promise<string | undefined> {
  const token = tokenOf(secrets, headers)
  if (token === undefined || !isJwt(token)) return undefined
  const identity = await identify(secrets, token, now, [issuerOf(secrets)])
  if (identity === undefined) return undefined
  // A voucher is for this request alone: what it says is looked up again in the next.
  const text = JSON.stringify(identity.identity)
  return `${Buffer.from(text).toString('base64url')}.${macOf(secrets.key, token, text)}`
}

/**
 * Whose JWT this is, for the given audiences; also the audiences of those that it was made for. `audiences` of the API
 * are those of its issuer.
 */
export async function identify(
  secrets: Secrets,
  token: string,
  now: number,
  audiences: readonly string[],
): Promise<{ identity: Identity; audiences: readonly string[] } | undefined> {
  const account = await verifyAccountToken(secrets, token, now)
  if (account === undefined) return identifyOther(secrets, token, now, audiences)
  const own = account.audiences ?? [issuerOf(secrets)]
  const matching = own.filter((audience) => audiences.includes(audience))
  if (matching.length === 0) return undefined
  return { identity: { type: 'account', identity: account }, audiences: matching }
}

/** Tokens of other issuers were made for podo as the configuration says, and are for the API whatever it is called. */
async function identifyOther(
  secrets: Secrets,
  token: string,
  now: number,
  audiences: readonly string[],
): Promise<{ identity: Identity; audiences: readonly string[] } | undefined> {
  const matching = audiences.filter((audience) => audience === issuerOf(secrets))
  if (matching.length === 0 || secrets.issuers === undefined) return undefined
  const user = await oidcUser(secrets.issuers, token, now)
  return user === undefined ? undefined : { identity: { type: 'user', user }, audiences: matching }
}

const macOf = (key: string, token: string, text: string): string =>
  createHmac('sha256', macKey(key)).update(`voucher\n${token}\n${text}`).digest('base64url')

function voucherOf(secrets: Secrets, token: string, voucher: string | null): Identity | undefined {
  const [encoded, mac, ...rest] = (voucher ?? '').split('.')
  if (encoded === undefined || mac === undefined || rest.length > 0) return undefined
  const text = Buffer.from(encoded, 'base64url').toString('utf8')
  const [given, wanted] = [Buffer.from(mac), Buffer.from(macOf(secrets.key, token, text))]
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
  const identity: JsonObject = JSON.parse(text)
  return identity as unknown as Identity // we wrote it: the HMAC says so
}
