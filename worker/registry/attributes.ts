import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Tx } from '../store/store.ts'
import type { Caller, DeleteOptions } from './registry.ts'

/**
 * What an admission plugin may look at: `admission.Attributes` of k8s.io/apiserver/pkg/admission. One member for each
 * operation, which owns only its own fields.
 */
export type Attributes = {
  readonly kind: Kind
  readonly namespace: string
  /** '' where it is to be generated. */
  readonly name: string
  /** '' for the object itself; `status`, `binding`, `eviction`, `exec` … */
  readonly subresource: string
  readonly caller: Caller
  readonly dryRun: boolean
} & (
  | { readonly operation: 'CREATE'; readonly object: Resource }
  | { readonly operation: 'UPDATE'; readonly object: Resource; readonly old: Resource }
  | { readonly operation: 'DELETE'; readonly old: Resource; readonly options: DeleteOptions }
  | { readonly operation: 'CONNECT' }
)

/**
 * Admission between decoding and the store, inside the transaction that writes. Both refuse by throwing a StatusError.
 * Order of a write: defaults, `mutate`, defaults again where it changed something, the kind's `prepare` and `validate`,
 * `validate` here, the store.
 */
export interface Admission {
  /** The object that goes on, changed by the mutating plugins. Asked for CREATE and UPDATE. */
  mutate(tx: Tx, attributes: Attributes & { readonly object: Resource }): Resource
  /** Asked for every operation, after the object was found valid; what it writes (quota) is part of the transaction. */
  validate(tx: Tx, attributes: Attributes): void
  /** The row of this object has gone, at once or after its finalizers; part of the transaction that took it. */
  gone(tx: Tx, kind: Kind, object: Resource): void
}
