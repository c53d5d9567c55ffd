import { kindOfResource } from '../../api/kinds/index.ts'
import type { Dice, Registry } from '../registry/registry.ts'
import type { Store } from '../store/store.ts'

/** pkg/controlplane/controller/systemnamespaces: they exist from the first start on. */
const NAMES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** Creates the ones that are missing, through the registry as everybody else. `now` is in milliseconds. */
export function createSystemNamespaces(store: Store, registry: Registry, dice: Dice, now: number): void {
  const missing = NAMES.filter((name) => store.get({ resource: 'namespaces', namespace: '', name }) === undefined)
  const kind = kindOfResource('namespaces')
  if (missing.length === 0 || kind === undefined) return
  const user = { name: 'system:apiserver', groups: ['system:masters'] }
  const caller = { user, manager: 'kube-apiserver', now, warnings: [], dice }
  store.transaction((tx) => {
    for (const name of missing) {
      registry.create(tx, caller, kind, '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    }
  })
}
