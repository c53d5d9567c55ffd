import type { Companion, Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Key, Tx } from '../store/store.ts'
import type { Caller, Registry } from './registry.ts'

const APISERVER: Caller['user'] = { name: 'system:apiserver', groups: ['system:masters'] }

const keyOf = ({ kind, object }: Companion): Key => ({
  resource: kind.resource,
  namespace: '',
  name: object.metadata.name,
})

/**
 * Makes the companions that an object has got, and removes those that it has given up, in the transaction that wrote it:
 * the IPAddresses of a Service are never without it, nor it without them.
 */
export function settleCompanions(
  registry: Pick<Registry, 'create' | 'delete'>,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  before: Resource | undefined,
  after: Resource | undefined,
): void {
  const { companions } = kind.rules
  if (companions === undefined) return
  const had = before === undefined ? [] : companions(before)
  const has = after === undefined ? [] : companions(after)
  const names = (list: readonly Companion[]): Set<string> => new Set(list.map(({ object }) => object.metadata.name))
  const [old, now] = [names(had), names(has)]
  const own = { ...caller, user: APISERVER, manager: 'kube-apiserver', warnings: [] }
  for (const companion of has) {
    const isMade = old.has(companion.object.metadata.name) || tx.get(keyOf(companion)) !== undefined
    if (!isMade) registry.create(tx, own, companion.kind, '', companion.object)
  }
  for (const companion of had) {
    const isWanted = now.has(companion.object.metadata.name) || tx.get(keyOf(companion)) === undefined
    if (!isWanted) registry.delete(tx, own, companion.kind, keyOf(companion))
  }
}
