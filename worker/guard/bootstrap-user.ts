import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { Key, Reader } from '../store/store.ts'
import { bootstrapSecret } from './bootstrap-token.ts'
import { AUTHENTICATED, type User } from './credentials.ts'
import { sameSecret } from './token.ts'

export const BOOTSTRAP_TYPE = 'bootstrap.kubernetes.io/token'
const GROUP = 'system:bootstrappers'
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/

const keyOf = (id: string): Key => ({ resource: 'secrets', namespace: 'kube-system', name: `bootstrap-token-${id}` })

/** The values of a Secret as text. */
export function secretData(secret: Resource): Record<string, string> {
  const { data = {} } = secret as Resource & { data?: Record<string, string> } // only Secrets are passed in
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

/**
 * The user behind a bootstrap token whose secret half was checked, or undefined where its Secret is gone, has expired or
 * does not let it authenticate: plugin/pkg/auth/authenticator/token/bootstrap. `now` is in milliseconds.
 */
export function bootstrapUser(reader: Reader, keys: readonly string[], id: string, now: number): User | undefined {
  const secret = reader.get(keyOf(id))?.object
  if (secret === undefined || isDeleting(secret)) return undefined
  if ((secret as { type?: string }).type !== BOOTSTRAP_TYPE) return undefined // the key names a Secret
  const data = secretData(secret)
  const { 'token-id': stored, 'token-secret': half = '', expiration } = data
  if (stored !== id || !keys.some((key) => sameSecret(half, bootstrapSecret(key, id)))) return undefined
  if (expiration !== undefined && !isAhead(expiration, now)) return undefined
  if (data['usage-bootstrap-authentication'] !== 'true') return undefined
  const groups = (data['auth-extra-groups'] ?? '').split(',').filter((group) => group !== '')
  if (!groups.every((group) => EXTRA_GROUP.test(group))) return undefined
  return { name: `system:bootstrap:${id}`, groups: [...new Set([GROUP, ...groups.sort()]), AUTHENTICATED] }
}

/** A time that cannot be read is over. */
function isAhead(text: string, now: number): boolean {
  try {
    return parseTime(text) > now
  } catch {
    return false
  }
}
