import type { Kind } from '../../api/kinds/kind.ts'
import type { Caller, Dice, Registry } from '../registry/registry.ts'
import type { Change, Store, Tx } from '../store/store.ts'
import { type DefaultRole, defaultRole, defaultRoles, type RbacDraft, repair, TABLE_VERSION } from './default-roles.ts'
import { RoleIndex } from './role-index.ts'

const COLLECTION = 'settings'
const RECORD = 'default-roles'

interface ReconcilesWith {
  readonly store: Store
  readonly registry: Registry
  readonly kindOf: (resource: string) => Kind | undefined
  readonly dice: Dice
}

/**
 * Creates the default roles and bindings that are missing and mends those that lack something, as a kube-apiserver does
 * when it starts (PostStartHook of pkg/registry/rbac/rest). A record says that all was well, so a wake reads one row and
 * writes none; `forgetRepaired` takes the record away where something was broken since. `now` is in milliseconds.
 */
export function reconcileRoles(by: ReconcilesWith, now: number): void {
  by.store.transaction((tx) => {
    if (tx.records.get(COLLECTION, RECORD) === JSON.stringify(TABLE_VERSION)) return
    const user = { name: 'system:apiserver', groups: ['system:masters'] }
    const caller: Caller = { user, now, warnings: [], dice: by.dice }
    for (const role of defaultRoles()) reconcile(by, tx, caller, role)
    tx.records.put(COLLECTION, RECORD, JSON.stringify(TABLE_VERSION))
  })
}

function reconcile({ registry, kindOf }: ReconcilesWith, tx: Tx, caller: Caller, role: DefaultRole): void {
  const { resource, namespace, name, draft } = role
  const kind = kindOf(resource)
  if (kind === undefined) throw new Error(`the kind of ${resource} is not declared`)
  const key = { resource, namespace, name }
  const stored = tx.get(key)?.object as RbacDraft | undefined // the key names one
  const change = stored === undefined ? undefined : repair(stored, role)
  switch (change?.do) {
    case 'nothing':
      return
    case 'update':
      registry.update(tx, caller, kind, key, '', () => change.object)
      return
    case 'recreate':
      registry.delete(tx, caller, kind, key)
  }
  registry.create(tx, caller, kind, namespace, draft)
}

/** The roles of a store, kept up with it from here on, and the note that one of the defaults was broken. */
export function watchRoles(store: Store): RoleIndex {
  const roles = new RoleIndex(store)
  store.subscribe((changes) => {
    roles.changed(changes)
    forgetRepaired(store, changes)
  })
  return roles
}

/** Notes that a default role or binding was deleted or lost something, so that the next start mends it. */
function forgetRepaired(store: Store, changes: readonly Change[]): void {
  if (!changes.some(isBroken)) return
  store.transaction((tx) => {
    if (tx.records.get(COLLECTION, RECORD) !== undefined) tx.records.delete(COLLECTION, RECORD)
  })
}

function isBroken({ key, type, after }: Change): boolean {
  if (type === 'ADDED' || !key.resource.endsWith('.rbac.authorization.k8s.io')) return false
  const role = defaultRole(key.resource, key.namespace, key.name)
  if (role === undefined) return false
  return type === 'DELETED' || repair(after.object as RbacDraft, role).do !== 'nothing' // the key names one
}
