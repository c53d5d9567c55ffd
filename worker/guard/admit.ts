import { bearer, check, sameSecret, type Checked } from './token.ts'

/** The two secrets of a deployment. Without both nothing is served. */
export interface Secrets {
  readonly adminToken: string
  readonly key: string
}

/**
 * What a request's Authorization header proves by itself, without storage:
 * `none` (no bearer token: Kubernetes' system:anonymous), `invalid`, the admin token, or a token that we signed.
 */
export type Admission = { who: 'none' } | { who: 'invalid' } | { who: 'admin' } | { who: 'token'; checked: Checked }

/** Reads the header. The edge and the object both call this; the object then looks the token up. */
export function admit(secrets: Secrets, authorization: string | null, now: number): Admission {
  const token = bearer(authorization)
  if (token === undefined) return { who: 'none' }
  if (sameSecret(token, secrets.adminToken)) return { who: 'admin' }
  const checked = check(secrets.key, token, now)
  return checked === undefined ? { who: 'invalid' } : { who: 'token', checked }
}
