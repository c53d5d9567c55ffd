import { StatusError } from '../../api/meta/status-error.ts'
import type { Secrets } from './admit.ts'
import { type Issuer, parseIssuers } from './issuers.ts'

/** What the deployment says of whom it trusts: variables and secrets of the Worker. */
export interface TrustEnv {
  /** Both secrets must be set, or nothing is served: nobody takes a fresh cluster by coming first. */
  readonly PODO_ADMIN_TOKEN?: string
  readonly PODO_KEY?: string
  /** The PODO_KEY before, while a rotation is under way. */
  readonly PODO_PREVIOUS_KEY?: string
  /** Issuer and default audience of ServiceAccount tokens: an https URL behind which others find the public keys. */
  readonly PODO_ISSUER?: string
  /** Issuers of other people's tokens: JSON in the shape of Kubernetes' AuthenticationConfiguration. */
  readonly PODO_AUTHENTICATION?: string
}

/** Characters that PODO_KEY must have: it signs tokens and seals Secrets. */
const KEY_LENGTH = 32

const notSetUp = (why: string): StatusError =>
  new StatusError('ServiceUnavailable', `this cluster is not set up: ${why}`)

/** Throws 503 with the name of what is missing. */
export function trustOf(env: TrustEnv): Secrets {
  const { PODO_ADMIN_TOKEN: adminToken = '', PODO_KEY: key = '' } = env
  const { PODO_PREVIOUS_KEY: previousKey = '', PODO_ISSUER: issuer = '', PODO_AUTHENTICATION: others = '' } = env
  if (adminToken === '') throw notSetUp('its secret PODO_ADMIN_TOKEN is missing')
  if (key === '') throw notSetUp('its secret PODO_KEY is missing')
  for (const [name, value] of Object.entries({ PODO_KEY: key, PODO_PREVIOUS_KEY: previousKey })) {
    if (value !== '' && value.length < KEY_LENGTH) {
      throw notSetUp(`its secret ${name} has less than ${KEY_LENGTH} characters`)
    }
  }
  return {
    adminToken,
    key,
    ...(previousKey === '' ? {} : { previousKey }),
    ...(issuer === '' ? {} : { issuer }),
    ...(others === '' ? {} : { issuers: issuersOf(others) }),
  }
}

/** The configuration read last: it is the deployment's, and every request asks for it. */
let last: { readonly text: string; readonly issuers: readonly Issuer[] } | undefined

function issuersOf(text: string): readonly Issuer[] {
  if (last?.text === text) return last.issuers
  try {
    last = { text, issuers: parseIssuers(text) }
    return last.issuers
  } catch (error) {
    throw notSetUp(
      `its variable PODO_AUTHENTICATION is wrong: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
