import type { Network } from './network/network.ts'
import type { Clock } from './clock.ts'
import type { Desired, Reports } from './pod/pods.ts'
import type { Resource } from '../api/meta/object.ts'
import type { Runtime } from './runtime/runtime.ts'

export interface PodsOptions {
  readonly node: PodsNode
  readonly runtime: Runtime
  readonly network: Network
  readonly reports: Reports
  readonly clock: Clock
  /** Fields of the Pod that this agent cannot honour (`spec.volumes[0].nfs`): such a Pod waits and is never run without them. */
  readonly unsupported: (pod: Resource) => readonly string[]
}
export interface PodsNode {
  readonly name: string
  /** InternalIP: `status.hostIP` of its Pods. */
  readonly address: string
  /** Allocatable, for resourceFieldRef without a limit and for oom_score_adj. */
  readonly cpus: number
  readonly memoryBytes: number
}

/** All Pods of this machine. */
export interface Pods {
  /** The whole truth, again and again; unchanged Pods cost nothing. */
  apply(desired: Desired): void
  /** Where the logs and exec of a container are, or kubelet's sentence why there are none. */
  find(pod: { namespace: string; name: string; uid?: string }, container: string, previous: boolean): Found
  /** The address of a Pod that has one. */
  addressOf(pod: { namespace: string; name: string }): string | undefined
  /** Ends the workers; what runs goes on. */
  stop(): Promise<void>
}
export type Found = { id: string; tty: boolean; running: boolean } | { error: string }

export declare function makePods(options: PodsOptions): Pods
