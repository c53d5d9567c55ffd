import type { Resource } from '../../api/meta/object.ts'
import type { ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/schema/types.generated.ts'
import type { Change, Key, Reader } from '../store/store.ts'
import type { User } from './credentials.ts'
import { type Binding, type RoleSource, subjectKey, userKeys } from './rbac.ts'

const GROUP = 'rbac.authorization.k8s.io'
const ROLES = [`roles.${GROUP}`, `clusterroles.${GROUP}`]
const BINDINGS = [`rolebindings.${GROUP}`, `clusterrolebindings.${GROUP}`]

/** `namespace/name` of a role, `/name` of a ClusterRole. */
const roleKey = (namespace: string, name: string): string => `${namespace}/${name}`

const NONE: readonly Binding[] = []

interface Built {
  readonly rules: Map<string, readonly PolicyRule[]>
  /** By namespace ('' for the cluster's) and subject, in the order of names. */
  readonly bindings: Map<string, Map<string, Binding[]>>
}

/**
 * All roles and bindings of a cluster in memory, found by whom they are for. It is built when somebody who is not of
 * system:masters first asks for something, and kept up by the changes that it is told from then on; what it holds can
 * always be made again from the store.
 */
export class RoleIndex implements RoleSource {
  readonly #reader: Reader
  #built: Built | undefined

  constructor(reader: Reader) {
    this.#reader = reader
  }

  bindings(user: User, namespace: string): readonly Binding[] {
    const bySubject = this.#index().bindings.get(namespace)
    if (bySubject === undefined) return []
    const lists = userKeys(user).flatMap((key) => bySubject.get(key) ?? NONE)
    return lists.length > 1 ? [...new Set(lists)] : lists
  }

  rules(namespace: string, name: string): readonly PolicyRule[] | undefined {
    return this.#index().rules.get(roleKey(namespace, name))
  }

  /** To be told of every commit. */
  changed(changes: readonly Change[]): void {
    const built = this.#built
    if (built === undefined) return
    for (const { key, before, after, type } of changes) {
      if (ROLES.includes(key.resource)) {
        if (type === 'DELETED') built.rules.delete(roleKey(key.namespace, key.name))
        else addRole(built, key, after.object)
      } else if (BINDINGS.includes(key.resource)) {
        if (before !== undefined) removeBinding(built, bindingOf(key, before.object))
        if (type !== 'DELETED') addBinding(built, bindingOf(key, after.object))
      }
    }
  }

  #index(): Built {
    if (this.#built !== undefined) return this.#built
    const built: Built = { rules: new Map(), bindings: new Map() }
    for (const resource of ROLES) {
      for (const row of this.#reader.list({ resource })) addRole(built, row, row.object)
    }
    for (const resource of BINDINGS) {
      for (const row of this.#reader.list({ resource })) addBinding(built, bindingOf(row, row.object))
    }
    this.#built = built
    return built
  }
}

// The resource of a key says which type its object has.
const addRole = (built: Built, { namespace, name }: Key, object: Resource): void => {
  built.rules.set(roleKey(namespace, name), (object as Role).rules ?? [])
}

function bindingOf({ namespace, name }: Key, object: Resource): Binding {
  const { roleRef, subjects } = object as RoleBinding | ClusterRoleBinding // the resource of the key says so
  return { namespace, name, roleRef, subjects: subjects ?? [] }
}

const subjectKeys = ({ subjects, namespace }: Binding): Set<string> =>
  new Set(subjects.flatMap((subject) => subjectKey(subject, namespace) ?? []))

function addBinding(built: Built, binding: Binding): void {
  const bySubject = built.bindings.get(binding.namespace) ?? new Map<string, Binding[]>()
  built.bindings.set(binding.namespace, bySubject)
  for (const key of subjectKeys(binding)) {
    const list = bySubject.get(key) ?? []
    const after = list.findIndex(({ name }) => name > binding.name)
    list.splice(after < 0 ? list.length : after, 0, binding)
    bySubject.set(key, list)
  }
}

function removeBinding(built: Built, gone: Binding): void {
  const bySubject = built.bindings.get(gone.namespace)
  for (const key of subjectKeys(gone)) {
    const left = bySubject?.get(key)?.filter(({ name }) => name !== gone.name) ?? []
    if (left.length > 0) bySubject?.set(key, left)
    else bySubject?.delete(key)
  }
}
