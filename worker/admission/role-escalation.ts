import { forbidden, notFound } from '../../api/meta/failures.ts'
import type { Resource } from '../../api/meta/object.ts'
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../api/schema/types.generated.ts'
import { MASTERS } from '../guard/credentials.ts'
import { escalation } from '../guard/escalation.ts'
import { judge, type RoleSource } from '../guard/rbac.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import { RoleIndex } from '../guard/role-index.ts'
import type { Attributes } from '../registry/attributes.ts'
import { same } from '../registry/stored.ts'
import type { Plugin } from './plugin.ts'

const GROUP = 'rbac.authorization.k8s.io'
const KINDS = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map((plural) => `${plural}.${GROUP}`)

/** Whoever may aggregate may gather anything. */
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/**
 * Nobody writes or binds a role that gives more than he has, unless `escalate` or `bind` allow it: the policybased
 * storages of pkg/registry/rbac. Kubernetes checks it in the storage; here it stands last among what may refuse a write.
 */
export const roleEscalation: Plugin = {
  name: 'RoleEscalation',
  admit(object, attributes, tx) {
    const { kind, caller, subresource, operation } = attributes
    if (!KINDS.includes(kind.resource) || subresource !== '') return object
    if (caller.user.groups.includes(MASTERS) || isOurs(caller.user.name)) return object
    const old = operation === 'UPDATE' ? attributes.old : undefined
    if (old !== undefined && onlyForCollector(object, old)) return object
    const source = new RoleIndex(tx)
    if (kind.plural.endsWith('bindings')) checkBinding(object, attributes, source)
    else checkRole(object, old, attributes, source)
    return object
  },
}

/** podo's own controllers act inside the object and are not authorised. */
const isOurs = (user: string): boolean => user.startsWith('system:controller:')

/** IsOnlyMutatingGCFields: what the garbage collector needs is nobody's gain. */
function onlyForCollector(object: Resource, old: Resource): boolean {
  const { ownerReferences: _, finalizers: __, managedFields: ___, ...metadata } = object.metadata
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...before } = old.metadata
  // A Resource is JSON.
  return same({ ...object, metadata } as never, { ...old, metadata: before } as never)
}

const asked = (attributes: Attributes, verb: string, plural: string, name: string): RequestInfo => ({
  isResourceRequest: true,
  path: '',
  verb,
  prefix: 'apis',
  group: GROUP,
  version: '*',
  namespace: attributes.namespace,
  resource: plural,
  subresource: '',
  name,
  fieldSelector: '',
  parts: [],
})

function checkRole(object: Resource, old: Resource | undefined, attributes: Attributes, source: RoleSource): void {
  const { kind, caller, namespace } = attributes
  const { user } = caller
  const requested = old === undefined ? '' : attributes.name // a POST names nothing
  if (judge(source, user, asked(attributes, 'escalate', kind.plural, requested)).by !== undefined) return
  const { name } = object.metadata
  const refuse = (why: string | undefined): void => {
    if (why !== undefined) throw forbidden(kind.resource, name, why)
  }
  // The kind of the attributes says which types these are.
  refuse(escalation(source, user, namespace, (object as Role).rules ?? []))
  if (aggregates(object) || (old !== undefined && aggregates(old))) {
    if (escalation(source, user, namespace, FULL_AUTHORITY) !== undefined) {
      refuse('must have cluster-admin privileges to use the aggregationRule')
    }
  }
}

const aggregates = (object: Resource): boolean =>
  ((object as ClusterRole).aggregationRule?.clusterRoleSelectors ?? []).length > 0 // a Role has no such field

function checkBinding(object: Resource, attributes: Attributes, source: RoleSource): void {
  const { kind, caller, namespace } = attributes
  const { kind: of, name } = (object as RoleBinding | ClusterRoleBinding).roleRef // the kind says so
  const plural = { Role: 'roles', ClusterRole: 'clusterroles' }[of]
  if (plural === undefined) return // validation names what is wrong with it
  if (judge(source, caller.user, asked(attributes, 'bind', plural, name)).by !== undefined) return
  const rules = source.rules(of === 'Role' ? namespace : '', name)
  if (rules === undefined) throw notFound(`${plural}.${GROUP}`, name)
  const why = escalation(source, caller.user, namespace, rules)
  if (why !== undefined) throw forbidden(kind.resource, object.metadata.name, why)
}
