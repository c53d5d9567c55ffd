import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Tx } from '../store/store.ts'

/**
 * What an object takes out of a pool that it shares with the others of its kind (a Service's addresses and node ports).
 * The kind says how, given the ones that exist; they are read only where the kind asks.
 */
export function allocate(tx: Tx, kind: Kind, object: Resource, old: Resource | undefined): Resource {
  return (
    kind.rules.allocate?.(object, old, () => tx.list({ resource: kind.resource }).map((row) => row.object)) ?? object
  )
}
