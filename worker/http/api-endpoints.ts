import { apiEndpoints, telling, tells } from '../../api/kinds/api-endpoints.ts'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Dice, Registry } from '../registry/registry.ts'
import type { Store } from '../store/store.ts'

/**
 * Each start: what the cluster says of where its API is, for it may be elsewhere since the last one. Where it is not,
 * that is two rows read. `now` is in milliseconds.
 */
export function tellApiEndpoints(store: Store, registry: Registry, dice: Dice, now: number, api?: string): void {
  const user = { name: 'system:apiserver', groups: ['system:masters'] }
  const caller = { user, manager: 'kube-apiserver', now, warnings: [], dice }
  for (const one of apiEndpoints(api)) {
    const { namespace, name } = one.object.metadata
    const key = { resource: one.resource, namespace, name }
    const found = store.get(key)?.object
    const kind = kindOfResource(one.resource)
    if (kind === undefined || (found !== undefined && tells(found, one))) continue
    store.transaction((tx) => {
      if (found === undefined) registry.create(tx, caller, kind, namespace, one.object)
      else registry.update(tx, caller, kind, key, '', (old) => telling(old, one))
    })
  }
}
