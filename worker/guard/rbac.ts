import { goQuote } from '../../api/meta/go-text.ts'
import type { PolicyRule, RoleRef, Subject } from '../../api/schema/types.generated.ts'
import type { User } from './credentials.ts'
import type { RequestInfo } from './request-info.ts'
import { ruleAllows } from './rule.ts'

/** Role based access control: pkg/registry/rbac/validation/rule.go, where users, bindings and roles meet. */

/** A RoleBinding, or a ClusterRoleBinding where `namespace` is ''. */
export interface Binding {
  readonly name: string
  readonly namespace: string
  readonly roleRef: RoleRef
  readonly subjects: readonly Subject[]
}

/** Where bindings and roles come from: one consistent state. */
export interface RoleSource {
  /** The bindings of a namespace ('' for the cluster's) that name this user or one of the groups, each once. */
  bindings(user: User, namespace: string): readonly Binding[]
  /** The rules of a Role, or of a ClusterRole where `namespace` is ''; undefined where there is none. */
  rules(namespace: string, name: string): readonly PolicyRule[] | undefined
}

/** The subject of a binding as a key that a user's keys are compared with; undefined where it can name nobody. */
export function subjectKey({ kind, name, namespace = '' }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return `User ${name}`
  if (kind === 'Group') return `Group ${name}`
  if (kind !== 'ServiceAccount') return undefined
  const home = namespace === '' ? bindingNamespace : namespace
  return home === '' ? undefined : `User system:serviceaccount:${home}:${name}`
}

export const userKeys = ({ name, groups }: User): string[] => [
  `User ${name}`,
  ...groups.map((group) => `Group ${group}`),
]

/** What a binding gives a user; no rules where its role does not exist. */
export interface Grant {
  readonly binding: Binding
  readonly rules: readonly PolicyRule[] | undefined
}

/** All that a user's bindings give in a namespace, those of the cluster first. */
export function grants(source: RoleSource, user: User, namespace: string): Grant[] {
  const bindings = source.bindings(user, '')
  const all = namespace === '' ? bindings : [...bindings, ...source.bindings(user, namespace)]
  return all.map((binding) => ({ binding, rules: rulesOf(source, binding) }))
}

const rulesOf = (source: RoleSource, { roleRef, namespace }: Binding): readonly PolicyRule[] | undefined =>
  source.rules(roleRef.kind === 'Role' ? namespace : '', roleRef.name)

/** How the authorizer's lister says it. */
export const missingRole = ({ kind, name }: RoleRef): string =>
  `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found`

/** Whether RBAC allows it: by which binding, or what kept it from knowing. */
export type Judged = { readonly by: Binding } | { readonly by: undefined; readonly missing: readonly string[] }

/** `RBACAuthorizer.Authorize`. */
export function judge(source: RoleSource, user: User, info: RequestInfo): Judged {
  const missing: string[] = []
  for (const namespace of info.namespace === '' ? [''] : ['', info.namespace]) {
    for (const binding of source.bindings(user, namespace)) {
      const rules = rulesOf(source, binding)
      if (rules === undefined) missing.push(missingRole(binding.roleRef))
      else if (rules.some((rule) => ruleAllows(info, rule))) return { by: binding }
    }
  }
  return { by: undefined, missing }
}

/** The reason of a denial; '' where there is none to tell. Several errors stand in brackets, each once. */
export const denialOf = (missing: readonly string[]): string =>
  missing.length === 0 ? '' : `RBAC: ${aggregated(missing)}`

/** `utilerrors.NewAggregate(…).Error()`. */
export function aggregated(errors: readonly string[]): string {
  const texts = [...new Set(errors)]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

/** The reason of an answer that allows: which binding, of which role, to which of its subjects. */
export function allowanceOf(binding: Binding, user: User): string {
  const { name, namespace, roleRef, subjects } = binding
  const mine = new Set(userKeys(user))
  const subject = subjects.find((candidate) => mine.has(subjectKey(candidate, namespace) ?? ''))
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
  const title = goQuote(namespace === '' ? name : `${name}/${namespace}`)
  const to = subject === undefined ? '' : ` to ${subjectText(subject, namespace)}`
  return `RBAC: allowed by ${kind} ${title} of ${roleRef.kind} ${goQuote(roleRef.name)}${to}`
}

function subjectText({ kind, name, namespace = '' }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${goQuote(name)}`
  return `${kind} ${goQuote(`${name}/${namespace === '' ? bindingNamespace : namespace}`)}`
}
