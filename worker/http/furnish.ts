import type { Dice, Registry } from '../registry/registry.ts'
import type { Store } from '../store/store.ts'
import { tellApiEndpoints } from './api-endpoints.ts'
import { createServiceNetwork } from './service-network.ts'
import { createSystemNamespaces } from './system-namespaces.ts'

/**
 * What a cluster has from its first start on, made through the registry as everybody else's. `now` in milliseconds;
 * `api` is the API's URL, where it is known.
 */
export function furnish(store: Store, registry: Registry, dice: Dice, now: number, api?: string): void {
  createSystemNamespaces(store, registry, dice, now)
  createServiceNetwork(store, registry, dice, now)
  tellApiEndpoints(store, registry, dice, now, api)
}
