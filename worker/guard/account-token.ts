import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import type { Secrets } from './admit.ts'
import { signingKey, type SigningKey, signNow } from './signing-key.ts'

/**
 * ServiceAccount tokens as JWTs: pkg/serviceaccount of Kubernetes (claims.go, legacy.go, jwt.go). What a token says is
 * checked here without storage; whether what it names still exists is `account-user.ts`'s to say.
 */
export interface ObjectRef {
  readonly name: string
  readonly uid: string
}
export interface AccountClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
  /** Seconds since the epoch, as all times in here. */
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: ObjectRef
    readonly pod?: ObjectRef
    readonly secret?: ObjectRef
    readonly node?: ObjectRef
    /** From when on the use of a token with an extended life is worth a warning. */
    readonly warnafter?: number
  }
}

const SECRET_CLAIM = 'kubernetes.io/serviceaccount/secret.name'
const NAMESPACE_CLAIM = 'kubernetes.io/serviceaccount/namespace'
const NAME_CLAIM = 'kubernetes.io/serviceaccount/service-account.name'
const UID_CLAIM = 'kubernetes.io/serviceaccount/service-account.uid'

/** The claims of a token in a Secret of type kubernetes.io/service-account-token: no end, no audience. */
export interface LegacyClaims {
  readonly iss: typeof LEGACY_ISSUER
  readonly sub: string
  readonly [NAMESPACE_CLAIM]: string
  readonly [SECRET_CLAIM]: string
  readonly [NAME_CLAIM]: string
  readonly [UID_CLAIM]: string
}

export const LEGACY_ISSUER = 'kubernetes/serviceaccount'
/** Issuer and audience where the deployment names no other: kubeadm's. */
export const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local'

export const issuerOf = (secrets: Pick<Secrets, 'issuer'>): string => secrets.issuer ?? DEFAULT_ISSUER

/** What a ServiceAccount's token proves, of either kind. */
export interface AccountIdentity {
  readonly namespace: string
  readonly account: ObjectRef
  /** Undefined: any audience of the API (a legacy token). */
  readonly audiences?: readonly string[]
  /** The id of the token, where it has one. */
  readonly id?: string
  readonly pod?: ObjectRef
  readonly node?: ObjectRef
  /** Of a legacy token the uid is '' and the text of the token must stand in the Secret. */
  readonly secret?: ObjectRef
}

/** The keys that verify: that of PODO_KEY, and the one before it where a rotation is under way. */
export const signingKeys = ({ key, previousKey }: Pick<Secrets, 'key' | 'previousKey'>): SigningKey[] =>
  [key, previousKey].flatMap((secret) => (secret === undefined ? [] : [signingKey(secret)]))

/** A signed token. Not inside a transaction: it waits. */
export function signAccountToken(secrets: Secrets, claims: AccountClaims): Promise<string> {
  const key = signingKey(secrets.key)
  return new SignJWT({ ...claims, aud: [...claims.aud] })
    .setProtectedHeader({ alg: 'ES256', kid: key.id })
    .sign(key.privateKey)
}

/** jwt.DefaultLeeway of go-jose, which Kubernetes leaves as it is. */
export const LEEWAY_SECONDS = 60

/**
 * What a token proves: that we signed it, that its time is now, that our issuer stands in it. Undefined where it does
 * not. The audiences are the caller's to compare. `now` is in milliseconds.
 */
export async function verifyAccountToken(
  secrets: Secrets,
  token: string,
  now: number,
): Promise<AccountIdentity | undefined> {
  const payload = await verified(secrets, token, now)
  if (payload === undefined) return undefined
  // We signed it, so its claims are those that are written here and in `legacyClaims`.
  if (payload['iss'] === LEGACY_ISSUER) return legacyIdentity(payload as unknown as LegacyClaims)
  return identityOf(payload as unknown as AccountClaims)
}

async function verified(secrets: Secrets, token: string, now: number): Promise<Record<string, unknown> | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token)
    const key = signingKeys(secrets).find(({ id }) => id === kid)
    if (key === undefined) return undefined
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ['ES256'],
      issuer: [issuerOf(secrets), LEGACY_ISSUER],
      currentDate: new Date(now),
      clockTolerance: LEEWAY_SECONDS,
    })
    return (payload.iat ?? 0) > now / 1000 + LEEWAY_SECONDS ? undefined : payload
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

function identityOf(claims: AccountClaims): AccountIdentity {
  const { namespace, serviceaccount, pod, node, secret } = claims['kubernetes.io']
  return {
    namespace,
    account: serviceaccount,
    audiences: claims.aud,
    id: claims.jti,
    ...(pod === undefined ? {} : { pod }),
    ...(node === undefined ? {} : { node }),
    ...(secret === undefined ? {} : { secret }),
  }
}

const legacyIdentity = (claims: LegacyClaims): AccountIdentity => ({
  namespace: claims[NAMESPACE_CLAIM],
  account: { name: claims[NAME_CLAIM], uid: claims[UID_CLAIM] },
  secret: { name: claims[SECRET_CLAIM], uid: '' },
})

export const usernameOf = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`

/** LegacyClaims of pkg/serviceaccount/legacy.go. */
const legacyClaims = (namespace: string, account: ObjectRef, secret: string): LegacyClaims => ({
  iss: LEGACY_ISSUER,
  [NAMESPACE_CLAIM]: namespace,
  [SECRET_CLAIM]: secret,
  [NAME_CLAIM]: account.name,
  [UID_CLAIM]: account.uid,
  sub: usernameOf(namespace, account.name),
})

/** Signs the tokens that stand in Secrets, at once: controllers do not wait. */
export const signLegacy =
  (key: string) =>
  (namespace: string, account: ObjectRef, secret: string): string =>
    signNow(signingKey(key), legacyClaims(namespace, account, secret))
