import { badRequest } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import { subdomainName } from '../../api/meta/names.ts'
import { accountGroups, NODE_NAME } from './account-user.ts'
import { ANONYMOUS, AUTHENTICATED, MASTERS, NODES, type User } from './credentials.ts'
import { actionInfo, type RequestInfo } from './request-info.ts'

/**
 * Acting as somebody else: k8s.io/apiserver/pkg/endpoints/filters/impersonation of 1.36, where constrained impersonation
 * (KEP 5284) is on. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */

/** Whom the headers of a request want, raw; undefined where they want nobody. Throws 400 without a name. */
export function wantedUser(headers: Headers): User | undefined {
  const name = headers.get('impersonate-user') ?? ''
  const uid = headers.get('impersonate-uid') ?? ''
  const given = headers.get('impersonate-group')
  const groups = given === null ? [] : given.split(', ')
  const extra = extraOf(headers)
  if (name !== '') {
    const some = Object.keys(extra).length > 0
    return { name, groups, ...(uid === '' ? {} : { uid }), ...(some ? { extra } : {}) }
  }
  if (uid === '' && given === null && Object.keys(extra).length === 0) return undefined
  throw badRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`)
}

const EXTRA = 'impersonate-extra-'

function extraOf(headers: Headers): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  headers.forEach((value, header) => {
    if (header.startsWith(EXTRA)) extra[unescaped(header.slice(EXTRA.length))] = value.split(', ')
  })
  return extra
}

/** What cannot be read stays as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** `%#v` of a *user.DefaultInfo. */
function goUser(uid: string, groups: readonly string[], extra: Readonly<Record<string, string[]>>): string {
  const list = (texts: readonly string[]) => `[]string{${texts.map(goQuote).join(', ')}}`
  const pairs = Object.keys(extra)
    .sort()
    .map((key) => `${goQuote(key)}:${list(extra[key] ?? [])}`)
  const texts = groups.length === 0 ? '[]string(nil)' : list(groups)
  const map = pairs.length === 0 ? '(nil)' : `{${pairs.join(', ')}}`
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${texts}, Extra:map[string][]string${map}}`
}

/** Throws 403 where the one who asks may not do this; `why` refuses whatever is allowed. */
export type Permit = (info: RequestInfo, why?: string) => void

type Mode = 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info'

/**
 * The user that a request acts as. Each way to impersonate that fits is tried, the narrow ones first, and the first one's
 * refusal is told. `permit` asks for the rights of `requestor`.
 */
export function impersonate(requestor: User, wanted: User, info: RequestInfo, permit: Permit): User {
  let first: unknown
  for (const mode of [...modesFor(requestor, wanted), undefined]) {
    try {
      if (mode !== undefined) permit({ ...info, verb: `impersonate-on:${mode}:${info.verb}` })
      return acting(wanted, mode, permit)
    } catch (error) {
      first ??= error
    }
  }
  throw first
}

function modesFor(requestor: User, wanted: User): Mode[] {
  const node = nodeOf(wanted.name)
  const account = accountOf(wanted.name)
  const plain = wanted.uid === undefined && wanted.groups.length === 0 && wanted.extra === undefined
  const associated =
    node !== undefined && requestor.extra?.[NODE_NAME]?.[0] === node && accountOf(requestor.name) !== undefined
  return [
    ...(plain && associated ? ['associated-node' as const] : []),
    ...(plain && node !== undefined ? ['arbitrary-node' as const] : []),
    ...(plain && account !== undefined ? ['serviceaccount' as const] : []),
    ...(node === undefined && account === undefined ? ['user-info' as const] : []),
  ]
}

const NODE = 'system:node:'

function nodeOf(user: string): string | undefined {
  if (!user.startsWith(NODE)) return undefined
  const name = user.slice(NODE.length)
  return subdomainName(name, false).length === 0 ? name : undefined
}

/** `serviceaccount.SplitUsername`. */
function accountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

const AUTHENTICATION = 'authentication.k8s.io'

/** The user with all that belongs to it, each part of it permitted; `mode` is undefined for the old verb. */
function acting(wanted: User, mode: Mode | undefined, permit: Permit): User {
  const verb = mode === undefined ? 'impersonate' : `impersonate:${mode}`
  const group = mode === undefined ? '' : AUTHENTICATION
  const node = mode === undefined ? undefined : nodeOf(wanted.name)
  const account = accountOf(wanted.name)
  if (account !== undefined) permit(actionInfo({ verb, group, resource: 'serviceaccounts', ...account }))
  else if (node !== undefined) {
    permit(actionInfo({ verb, group, resource: 'nodes', name: mode === 'associated-node' ? '*' : node }))
  } else permit(actionInfo({ verb, group, resource: 'users', name: wanted.name }))
  const authentication = { verb, group: AUTHENTICATION }
  if (wanted.uid !== undefined) permit(actionInfo({ ...authentication, resource: 'uids', name: wanted.uid }))
  permitGroups(wanted.groups, { verb, group }, mode !== undefined, permit)
  permitExtra(wanted.extra ?? {}, authentication, mode !== undefined, permit)
  if (node !== undefined) return withGroup(wanted, [NODES])
  const own = account !== undefined && wanted.groups.length === 0
  return withGroup(wanted, own ? accountGroups(account.namespace).slice(0, 2) : wanted.groups)
}

interface Asked {
  readonly verb: string
  readonly group: string
}

/** From as many on, one right to all of them is asked for first. */
const MANY = 4

function permitGroups(groups: readonly string[], asked: Asked, constrained: boolean, permit: Permit): void {
  const of = (name: string) => actionInfo({ ...asked, resource: 'groups', name })
  if (constrained && groups.includes('')) permit(of(''), 'impersonating the empty string group is not allowed')
  if (constrained && groups.includes(MASTERS))
    permit(of(MASTERS), 'impersonating the system:masters group is not allowed')
  if (constrained && groups.length >= MANY && passes(() => permit(of('*')))) return
  for (const name of groups) permit(of(name))
}

function permitExtra(
  extra: Readonly<Record<string, readonly string[]>>,
  asked: Asked,
  constrained: boolean,
  permit: Permit,
): void {
  const of = (subresource: string, name: string) => actionInfo({ ...asked, resource: 'userextras', subresource, name })
  const pairs = Object.entries(extra).flatMap(([key, values]) => values.map((value) => [key, value] as const))
  if (constrained) {
    for (const [key, value] of pairs) {
      if (key === '') permit(of('', ''), 'impersonating the empty string key in extra is not allowed')
      if (value === '') permit(of('', ''), 'impersonating the empty string value in extra is not allowed')
    }
    if (pairs.length >= MANY && passes(() => permit(of('*', '*')))) return
  }
  for (const [key, value] of pairs) permit(of(key, value))
}

function passes(ask: () => void): boolean {
  try {
    ask()
    return true
  } catch {
    return false
  }
}

const UNAUTHENTICATED = 'system:unauthenticated'

/** Everybody is authenticated but the anonymous, and who says that he is not. */
function withGroup(user: User, groups: readonly string[]): User {
  const missing = user.name === ANONYMOUS.name ? UNAUTHENTICATED : AUTHENTICATED
  const complete = groups.includes(missing) || groups.includes(UNAUTHENTICATED) ? [...groups] : [...groups, missing]
  return { ...user, groups: complete }
}
