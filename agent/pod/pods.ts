import type { Resource } from '../../api/meta/object.ts'

/** What this node should run, as the control plane last said. Level-triggered: always the whole truth. */
export interface Desired {
  /** Counts up with every change of this node's desired state; statuses are reported against it. */
  readonly revision: number
  /** Pods bound to this node, as the API serves them (typed `Pod` by readers). */
  readonly pods: readonly Resource[]
  /** ConfigMaps and Secrets that these Pods name. A name that is missing here does not exist. */
  readonly configMaps: readonly Resource[]
  readonly secrets: readonly Resource[]
}

/** What the Pods tell the outside; `agent/link.ts` coalesces and sends it. */
export interface Reports {
  /** The status of a Pod changed. Only the last one of a uid matters. */
  status(pod: { namespace: string; name: string; uid: string }, status: object): void
  /** A Pod in deletion is gone from the machine, with its last status: the object may go. */
  gone(pod: { namespace: string; name: string; uid: string }, status: object): void
  /** An event in kubelet's words. `fieldPath` names a container: `spec.containers{web}`. */
  event(
    about: { namespace: string; name: string; uid: string },
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void
}
