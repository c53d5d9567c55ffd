import type { Kind } from '../../api/kinds/kind.ts'
import type { Admission } from './attributes.ts'
import { apply } from './apply.ts'
import { bind } from './bind.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import type { Registry } from './registry.ts'
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

/** The registry over the given kinds (the binding writes Pods, so it must know that kind). */
export function makeRegistry(kinds: readonly Kind[], admission: Admission): Registry {
  const pods = kinds.find((kind) => kind.resource === 'pods')
  return {
    create: (tx, caller, kind, namespace, object, options) =>
      create(admission, tx, caller, kind, namespace, object, options),
    update: (tx, caller, kind, key, subresource, change, options) =>
      update(admission, tx, caller, kind, key, subresource, change, options),
    apply: (tx, caller, kind, key, subresource, application, options) =>
      apply(admission, tx, caller, kind, key, subresource, application, options),
    delete: (tx, caller, kind, key, options) => remove(admission, tx, caller, kind, key, options),
    validate: (tx, attributes) => admission.validate(tx, attributes),
    bind(tx, caller, key, node, options) {
      if (pods === undefined) throw new Error('pods are not among the kinds of this registry')
      return bind(admission, tx, caller, pods, key, node, options)
    },
  }
}
