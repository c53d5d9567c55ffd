import { asShown, asStored, storedKind } from '../../api/kinds/form.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { Admission } from './attributes.ts'
import { apply } from './apply.ts'
import { bind } from './bind.ts'
import { settleCompanions } from './companions.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import type { Key, Tx } from '../store/store.ts'
import type { Caller, Registry } from './registry.ts'
import { update } from './update.ts'

export type {
  Application,
  Caller,
  DeleteOptions,
  Deletion,
  Dice,
  Draft,
  Registry,
  UpdateOptions,
  WriteOptions,
} from './registry.ts'

/** An object that exists or may exist, and who writes it. */
interface Target {
  readonly tx: Tx
  readonly caller: Caller
  readonly kind: Kind
  readonly key: Key
}

/** The registry over the given kinds (the binding writes Pods, so it must know that kind). */
export function makeRegistry(kinds: readonly Kind[], admission: Admission): Registry {
  const pods = kinds.find((kind) => kind.resource === 'pods')
  const followed = <R>({ tx, caller, kind, key }: Target, dryRun: boolean | undefined, write: () => R): R => {
    if (kind.rules.companions === undefined || dryRun === true) return write()
    const before = tx.get(key)?.object
    const result = write()
    settleCompanions(registry, tx, caller, kind, before, tx.get(key)?.object)
    return result
  }
  // A kind that is another form of a stored one is written as that one.
  const registry: Registry = {
    create(tx, caller, kind, namespace, object, options) {
      const row = create(admission, tx, caller, storedKind(kind), namespace, asStored(kind, object), options)
      if (options?.dryRun !== true) settleCompanions(registry, tx, caller, kind, undefined, row.object)
      return row
    },
    update: (tx, caller, kind, key, subresource, change, options) =>
      followed({ tx, caller, kind, key }, options?.dryRun, () =>
        update(
          admission,
          tx,
          caller,
          storedKind(kind),
          key,
          subresource,
          (old) => asStored(kind, change(asShown(kind, old))),
          options,
        ),
      ),
    apply: (tx, caller, kind, key, subresource, application, options) =>
      followed({ tx, caller, kind, key }, options?.dryRun, () =>
        apply(admission, tx, caller, storedKind(kind), key, subresource, application, options),
      ),
    delete: (tx, caller, kind, key, options) =>
      followed({ tx, caller, kind, key }, options?.dryRun, () =>
        remove(admission, tx, caller, storedKind(kind), key, options),
      ),
    mutate: (tx, attributes) => admission.mutate(tx, attributes),
    validate: (tx, attributes) => admission.validate(tx, attributes),
    bind(tx, caller, key, node, options) {
      if (pods === undefined) throw new Error('pods are not among the kinds of this registry')
      return bind(admission, tx, caller, pods, key, node, options)
    },
  }
  return registry
}
