import { compareText, goQuote } from '../../api/meta/go-text.ts'
import type { PolicyRule, RoleRef } from '../../api/schema/types.generated.ts'
import type { User } from './credentials.ts'
import { aggregated, grants, type RoleSource } from './rbac.ts'

/**
 * Nobody gives away what he does not hold: ConfirmNoEscalation of pkg/registry/rbac/validation, and the comparison of
 * k8s.io/component-helpers/auth/rbac/validation.
 */
const ALL = '*'

/** A rule as one verb on one resource (or URL), and at most one name: each is covered by one rule or by none. */
export function breakdown(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const names = resourceNames.length === 0 ? [undefined] : resourceNames
  const each: PolicyRule[] = []
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        for (const name of names) {
          const one = { verbs: [verb], apiGroups: [group], resources: [resource] }
          each.push(name === undefined ? one : { ...one, resourceNames: [name] })
        }
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) each.push({ verbs: [verb], nonResourceURLs: [url] })
  return each
}

const hasAll = (set: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  wanted.every((one) => set.includes(one))

const resourceCovers = (set: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  set.includes(ALL) ||
  wanted.every((path) => {
    const slash = path.indexOf('/')
    return set.includes(path) || (slash >= 0 && set.includes(`*${path.slice(slash)}`))
  })

const urlCovers = (own: string, wanted: string): boolean =>
  own === wanted || (own.endsWith(ALL) && wanted.startsWith(own.replace(/\*+$/, '')))

/** `ruleCovers`: whether the rule gives all of a part that `breakdown` made. */
function covers(own: PolicyRule, part: PolicyRule): boolean {
  const names = own.resourceNames ?? []
  const wanted = part.resourceNames ?? []
  return (
    (own.verbs.includes(ALL) || hasAll(own.verbs, part.verbs)) &&
    ((own.apiGroups ?? []).includes(ALL) || hasAll(own.apiGroups, part.apiGroups)) &&
    resourceCovers(own.resources, part.resources) &&
    (part.nonResourceURLs ?? []).every((url) => (own.nonResourceURLs ?? []).some((rule) => urlCovers(rule, url))) &&
    (names.length === 0 || (wanted.length > 0 && hasAll(names, wanted)))
  )
}

/** The parts of `wanted` that no rule of `own` covers. */
export const uncovered = (own: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] =>
  wanted.flatMap(breakdown).filter((part) => !own.some((rule) => covers(rule, part)))

/** CompactRules: parts that differ by their verb alone are told as one. */
function compact(parts: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>()
  for (const part of parts) {
    const { verbs, ...rest } = part
    const key = JSON.stringify(part.nonResourceURLs === undefined ? rest : part)
    const known = merged.get(key)
    merged.set(key, known === undefined ? part : { ...known, verbs: [...known.verbs, ...verbs] })
  }
  return [...merged.values()]
}

const FIELDS = [
  ['APIGroups', 'apiGroups'],
  ['Resources', 'resources'],
  ['NonResourceURLs', 'nonResourceURLs'],
  ['ResourceNames', 'resourceNames'],
  ['Verbs', 'verbs'],
] as const

/** `%q` of a list. */
const quoted = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`

/** CompactString: `{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`. */
const described = (rule: PolicyRule): string =>
  `{${FIELDS.flatMap(([title, field]) => (rule[field]?.length ? [`${title}:${quoted(rule[field])}`] : [])).join(', ')}}`

/** How the storage says it. */
const missingRole = ({ kind, name }: RoleRef): string =>
  `${kind.toLowerCase()}s.rbac.authorization.k8s.io ${goQuote(name)} not found`

/** What the user would give away without holding it in that namespace, as a sentence; undefined where nothing. */
export function escalation(
  source: RoleSource,
  user: User,
  namespace: string,
  wanted: readonly PolicyRule[],
): string | undefined {
  const held = grants(source, user, namespace)
  const missing = uncovered(
    held.flatMap(({ rules }) => rules ?? []),
    wanted,
  )
  if (missing.length === 0) return undefined
  const lines = [...new Set(compact(missing).map(described))].sort(compareText).join('\n')
  const errors = held.flatMap(({ rules, binding }) => (rules === undefined ? [missingRole(binding.roleRef)] : []))
  const unresolved = errors.length === 0 ? '' : `; resolution errors: [${aggregated(errors)}]`
  const who = `user ${goQuote(user.name)} (groups=${quoted(user.groups)})`
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines}${unresolved}`
}
