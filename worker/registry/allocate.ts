import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Tx } from '../store/store.ts'

/**
 * What an object takes out of a pool that it shares with others (a Service's addresses and node ports). The kind says how,
 * given what exists; that is read only where the kind asks.
 */
export function allocate(tx: Tx, kind: Kind, object: Resource, old: Resource | undefined, dryRun: boolean): Resource {
  const list = (resource: string): Resource[] => tx.list({ resource }).map((row) => row.object)
  return kind.rules.allocate?.(object, old, { list, dryRun }) ?? object
}
