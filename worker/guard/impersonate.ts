import { internal } from '../../api/meta/failures.ts'
import { ANONYMOUS, AUTHENTICATED, type User } from './credentials.ts'

/**
 * Whom a request wants to be: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation.
 * Undefined where it wants to be itself. Whether it may is authorised by the caller.
 */
export function impersonated(headers: Headers): User | undefined {
  const name = headers.get('impersonate-user') ?? ''
  const uid = headers.get('impersonate-uid') ?? ''
  const groups = (headers.get('impersonate-group') ?? '').split(', ').filter((group) => group !== '')
  const extra = extraOf(headers)
  if (name === '') {
    if (uid === '' && groups.length === 0 && Object.keys(extra).length === 0) return undefined
    throw internal('requested to impersonate a group, a uid or extra fields without impersonating a user')
  }
  return {
    name,
    groups: groupsOf(name, groups),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/

function groupsOf(name: string, given: readonly string[]): string[] {
  const [, namespace] = SERVICE_ACCOUNT.exec(name) ?? []
  const groups =
    given.length === 0 && namespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : [...given]
  if (name === ANONYMOUS.name) return [...groups, ...ANONYMOUS.groups]
  return groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED]
}

/** `unescapeExtraKey` of k8s.io/apiserver: what cannot be decoded is taken as it stands. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

const EXTRA = 'impersonate-extra-'

function extraOf(headers: Headers): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  headers.forEach((value, header) => {
    if (!header.startsWith(EXTRA)) return
    const key = unescaped(header.slice(EXTRA.length)).toLowerCase()
    extra[key] = value.split(', ')
  })
  return extra
}
