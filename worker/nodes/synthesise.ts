import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { rfc3339, rfc3339Micro } from '../../api/meta/time.ts'

/**
 * What heartbeats would have written: made when it is read, never stored. A kubelet renews its Lease every ten seconds
 * and its conditions' lastHeartbeatTime every five minutes; here both say when the node was last heard.
 */

/** Conditions that a kubelet posts; those of others keep their own times. */
const OF_THE_NODE = new Set(['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'])
const LEASE_SECONDS = 40
export const LEASE_NAMESPACE = 'kube-node-lease'

interface Condition {
  type: string
  status: string
  lastHeartbeatTime?: string | null
  lastTransitionTime?: string | null
  reason?: string
  message?: string
}
interface NodeLike extends Resource {
  status?: { conditions?: Condition[] }
}

/** The Node with its heartbeat times in place. `heard`: milliseconds since the epoch, undefined where it never was. */
export function withHeartbeat<T extends Resource>(node: T, heard: number | undefined): T {
  const status = (node as NodeLike).status // a Node's fields, where they are present
  if (status?.conditions === undefined) return node
  const conditions = status.conditions.map((condition) => {
    if (!OF_THE_NODE.has(condition.type)) return condition
    const { type, status: state, lastHeartbeatTime: _, lastTransitionTime = null, ...rest } = condition
    return { type, status: state, lastHeartbeatTime: beat(heard, lastTransitionTime), lastTransitionTime, ...rest }
  })
  return { ...node, status: { ...status, conditions } }
}

function beat(heard: number | undefined, transition: string | null): string | null {
  const last = heard === undefined ? null : rfc3339(heard)
  // A condition cannot have been heard of before it came about; both are text of one length and time zone.
  return last === null || (transition !== null && transition > last) ? transition : last
}

/** The same over the stored text. */
export const withHeartbeatJson = (json: string, heard: number | undefined): string =>
  JSON.stringify(withHeartbeat(JSON.parse(json) as Resource, heard)) // the store holds objects

/** The Lease that a kubelet would renew (pkg/kubelet/util, nodelease): undefined for a node that was never heard. */
export function leaseOf(node: Resource, heard: number | undefined): (Resource & { spec: JsonObject }) | undefined {
  if (heard === undefined) return undefined
  const { name, uid, resourceVersion, creationTimestamp } = node.metadata
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: LEASE_NAMESPACE,
      uid: otherUid(uid),
      resourceVersion,
      creationTimestamp,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: rfc3339Micro(heard) },
  }
}

/** A uid of its own that is the same at every read: the first eight digits of the Node's, each turned into 15 minus it. */
const otherUid = (uid: string): string =>
  uid.slice(0, 8).replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16)) + uid.slice(8)
