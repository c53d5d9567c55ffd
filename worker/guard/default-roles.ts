import type { LabelSelector } from '../../api/meta/selector.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { PolicyRule, RoleRef, Subject } from '../../api/schema/types.generated.ts'
import { same } from '../registry/stored.ts'
import type { Draft } from '../registry/registry.ts'
import { uncovered } from './escalation.ts'
import table from './table/default-roles.json' with { type: 'json' }

/**
 * The roles and bindings that every cluster has (`table/default-roles.json`: bootstrappolicy of Kubernetes 1.36 with its
 * default feature gates), and how they are kept: k8s.io/component-helpers/auth/rbac/reconciliation.
 */
const GROUP = 'rbac.authorization.k8s.io'
const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'
const BOOTSTRAPPING = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }

interface Entry {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly aggregationRule?: { clusterRoleSelectors: LabelSelector[] }
  readonly rules?: PolicyRule[]
  readonly roleRef?: RoleRef
  readonly subjects?: Subject[]
}

/** The four resources in the order in which they are written. */
const KINDS = {
  clusterroles: 'ClusterRole',
  clusterrolebindings: 'ClusterRoleBinding',
  roles: 'Role',
  rolebindings: 'RoleBinding',
}

export interface DefaultRole {
  /** `clusterroles.rbac.authorization.k8s.io`. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
  /** As it is created where it does not exist. */
  readonly draft: RbacDraft
}
/** A role or a binding, whichever it is. */
export type RbacDraft = Draft & Pick<Entry, 'aggregationRule' | 'rules' | 'roleRef' | 'subjects'>

const labelsOf = ({ labels }: Entry): Record<string, string> => ({ ...labels, ...BOOTSTRAPPING })

const entries = (resource: keyof typeof KINDS): readonly Entry[] => table[resource]

/** The rules that an aggregated role gathers, from the roles in the order of their names, each once. */
function gathered(selectors: readonly LabelSelector[], seen: readonly string[]): PolicyRule[] {
  const rules: PolicyRule[] = []
  const sources = entries('clusterroles').filter((role) =>
    selectors.some((selector) => matches(selectorOf(selector), labelsOf(role))),
  )
  for (const role of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (seen.includes(role.name)) continue
    for (const rule of rulesOf(role, [...seen, role.name])) {
      // Rules are JSON.
      if (!rules.some((known) => same(known as never, rule as never))) rules.push(rule)
    }
  }
  return rules
}

const rulesOf = ({ name, rules = [], aggregationRule }: Entry, seen: readonly string[]): PolicyRule[] =>
  aggregationRule === undefined ? rules : gathered(aggregationRule.clusterRoleSelectors, [...seen, name])

function draftOf(resource: keyof typeof KINDS, entry: Entry): RbacDraft {
  const { name, namespace, roleRef, subjects, aggregationRule } = entry
  const head = {
    apiVersion: `${GROUP}/v1`,
    kind: KINDS[resource],
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { [AUTO_UPDATE]: 'true' },
      labels: labelsOf(entry),
    },
  }
  if (roleRef !== undefined) return { ...head, roleRef, ...(subjects?.length ? { subjects } : {}) }
  const rules = rulesOf(entry, [])
  return { ...head, ...(aggregationRule === undefined ? {} : { aggregationRule }), rules }
}

/** SHA-256 of the table, shortened: a cluster that has seen this one is not looked through again. A test holds it. */
export const TABLE_VERSION = 'e68d13774ebd8510'

/** All of them. */
export function defaultRoles(): DefaultRole[] {
  const resources = Object.keys(KINDS) as (keyof typeof KINDS)[] // the table has these
  return resources.flatMap((resource) =>
    entries(resource).map((entry) => ({
      resource: `${resource}.${GROUP}`,
      namespace: entry.namespace ?? '',
      name: entry.name,
      draft: draftOf(resource, entry),
    })),
  )
}

/** What a stored role or binding needs: nothing, to be another object in place of it, or to be changed. */
export type Repair<T> = { do: 'nothing' } | { do: 'recreate' } | { do: 'update'; object: T }

/**
 * What is missing in a stored role or binding, added. Rules and subjects are only ever added, so what an admin gave on
 * top stays; one with the annotation `autoupdate: "false"` is left alone. A binding of another role cannot be changed.
 */
export function repair<T extends RbacDraft>(stored: T, { draft }: DefaultRole): Repair<T> {
  const { metadata = {} } = stored
  if (metadata.annotations?.[AUTO_UPDATE] === 'false') return { do: 'nothing' }
  const { roleRef } = draft
  const isOther =
    roleRef !== undefined && (stored.roleRef?.kind !== roleRef.kind || stored.roleRef.name !== roleRef.name)
  if (isOther) return { do: 'recreate' }
  const described = withMissing(metadata, draft.metadata ?? {})
  const content = roleRef === undefined ? withRules(stored, draft) : withSubjects(stored, draft)
  if (described === undefined && content === undefined) return { do: 'nothing' }
  return { do: 'update', object: { ...stored, ...content, metadata: described ?? metadata } }
}

type Meta = NonNullable<Draft['metadata']>

function withMissing(stored: Meta, wanted: Meta): Meta | undefined {
  const lacks = (have: Record<string, string> = {}, want: Record<string, string> = {}): boolean =>
    Object.keys(want).some((key) => have[key] === undefined)
  if (!lacks(stored.labels, wanted.labels) && !lacks(stored.annotations, wanted.annotations)) return undefined
  return {
    ...stored,
    labels: { ...wanted.labels, ...stored.labels },
    annotations: { ...wanted.annotations, ...stored.annotations },
  }
}

/** An aggregated role's rules are the aggregation controller's. */
function withRules(stored: RbacDraft, wanted: RbacDraft): Partial<RbacDraft> | undefined {
  if (wanted.aggregationRule !== undefined) {
    return stored.aggregationRule === undefined ? { aggregationRule: wanted.aggregationRule } : undefined
  }
  const missing = uncovered(stored.rules ?? [], wanted.rules ?? [])
  return missing.length === 0 ? undefined : { rules: [...(stored.rules ?? []), ...missing] }
}

function withSubjects(stored: RbacDraft, wanted: RbacDraft): Partial<RbacDraft> | undefined {
  const have = stored.subjects ?? []
  const missing = (wanted.subjects ?? []).filter(
    ({ kind, name, namespace = '' }) =>
      !have.some((known) => known.kind === kind && known.name === name && (known.namespace ?? '') === namespace),
  )
  return missing.length === 0 ? undefined : { subjects: [...have, ...missing] }
}

const keyOf = (resource: string, namespace: string, name: string): string => `${resource} ${namespace}/${name}`

/** Follows from the table alone, and is made when a role or binding first changes. */
let byKey: ReadonlyMap<string, DefaultRole> | undefined

/** The default role or binding of this name, if it is one. */
export function defaultRole(resource: string, namespace: string, name: string): DefaultRole | undefined {
  byKey ??= new Map(defaultRoles().map((role) => [keyOf(role.resource, role.namespace, role.name), role]))
  return byKey.get(keyOf(resource, namespace, name))
}
