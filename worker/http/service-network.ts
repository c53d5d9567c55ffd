import { kindOfObject, kindOfResource } from '../../api/kinds/index.ts'
import { addressObjects } from '../../api/kinds/service-addresses.ts'
import { DEFAULT_CIDR, DEFAULT_SERVICE } from '../../api/kinds/service-network.ts'
import type { Service } from '../../api/schema/types.generated.ts'
import type { Dice, Registry } from '../registry/registry.ts'
import type { Key, Store } from '../store/store.ts'

const CIDR: Key = { resource: 'servicecidrs.networking.k8s.io', namespace: '', name: 'kubernetes' }

/**
 * The first start: the range of cluster addresses, the Service `kubernetes`, and an IPAddress for each Service of a store
 * that is older than these objects. `now` is in milliseconds. Later starts read one row.
 */
export function createServiceNetwork(store: Store, registry: Registry, dice: Dice, now: number): void {
  if (store.get(CIDR) !== undefined) return
  const user = { name: 'system:apiserver', groups: ['system:masters'] }
  const caller = { user, manager: 'kube-apiserver', now, warnings: [], dice }
  const services = kindOfResource('services')
  store.transaction((tx) => {
    for (const { object } of tx.list({ resource: 'services' })) {
      // The resource is of that kind.
      for (const companion of addressObjects(object as Service)) {
        const { name } = companion.object.metadata
        const key = { resource: companion.kind.resource, namespace: '', name }
        if (tx.get(key) === undefined) registry.create(tx, caller, companion.kind, '', companion.object)
      }
    }
    const cidrs = kindOfObject(DEFAULT_CIDR.apiVersion, DEFAULT_CIDR.kind)
    if (cidrs === undefined || services === undefined) return
    registry.create(tx, caller, cidrs, '', DEFAULT_CIDR)
    const { namespace, name } = DEFAULT_SERVICE.metadata
    const isFree = tx.get({ resource: 'ipaddresses.networking.k8s.io', namespace: '', name: '10.96.0.1' }) === undefined
    if (isFree && tx.get({ resource: 'services', namespace, name }) === undefined) {
      registry.create(tx, caller, services, namespace, DEFAULT_SERVICE)
    }
  })
}
