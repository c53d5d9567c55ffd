import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { NodeStatement } from '../../api/wire.ts'
import type { Caller, Draft, Registry } from '../registry/registry.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import { labelsOf, statusOf, type NodeLike } from './node-status.ts'

export const nodeKey = (name: string): Key => ({ resource: 'nodes', namespace: '', name })

/** Who an agent is to the API: https://kubernetes.io/docs/reference/access-authn-authz/node/ */
export const NODE_USER = 'system:node:'
export const nodeUser = (name: string): Caller['user'] => ({
  name: `${NODE_USER}${name}`,
  groups: ['system:nodes', 'system:authenticated'],
})

/** Creates the Node where there is none and makes it say what its agent states; writes nothing that is so already. */
export function register(
  tx: Tx,
  caller: Caller,
  by: { registry: Registry; nodes: Kind },
  name: string,
  stated: NodeStatement,
): Row {
  const { registry, nodes } = by
  const key = nodeKey(name)
  if (tx.get(key) === undefined) {
    const draft: Draft = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...stated.labels } } }
    registry.create(tx, caller, nodes, '', draft)
  }
  registry.update(tx, caller, nodes, key, '', (old) => ({
    ...old,
    metadata: { ...old.metadata, labels: labelsOf(old, stated) },
  }))
  return registry.update(tx, caller, nodes, key, 'status', (old: Resource & NodeLike) => {
    const status = statusOf(old, stated, caller.now)
    return { ...old, status } as Draft // status is a Node's own field
  })
}

/** How managedFields name what agents write. */
export const KUBELET = 'kubelet'
