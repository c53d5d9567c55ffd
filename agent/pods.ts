import type { Resource } from '../api/meta/object.ts'
import { rfc3339 } from '../api/meta/time.ts'
import type { ConfigMap, Pod, Secret } from '../api/schema/types.generated.ts'
import type { Machine } from './actions/acting.ts'
import { makePulls } from './actions/pulls.ts'
import type { Clock } from './clock.ts'
import { watchContainers, type Containers } from './containers.ts'
import { makeAddresses } from './network/addresses.ts'
import type { Network } from './network/network.ts'
import type { ApiAddress } from './pod/api-variables.ts'
import { findContainer, type Found } from './pod/find.ts'
import { LABEL, podOfLabels } from './pod/labels.ts'
import type { Desired, Reports } from './pod/pods.ts'
import type { Around } from './pod/seen.ts'
import { PodWorker } from './pod/worker.ts'
import type { Runtime } from './runtime/runtime.ts'
import { messageFiles, type MessageFiles } from './termination-message.ts'
import type { Volumes } from './volumes/volumes.ts'

export type { Found } from './pod/find.ts'

export interface PodsOptions {
  readonly node: PodsNode
  readonly runtime: Runtime
  readonly network: Network
  readonly reports: Reports
  readonly clock: Clock
  readonly volumes: Volumes
  /** Where Pods reach the API. */
  readonly api: ApiAddress
  /** Defaults to files below /run/podo. */
  readonly messages?: MessageFiles
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
  /** Size of the disk of containers. */
  readonly diskBytes: number
}

export interface PodName {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
}

/** All Pods of this machine. */
export interface Pods {
  /** The whole truth, again and again; unchanged Pods cost nothing. Also after the network has changed. */
  apply(desired: Desired): void
  /** Where the logs and exec of a container are, or kubelet's sentence why there are none. */
  find(pod: PodName, container: string, previous: boolean): Found
  /** The address of a Pod that has one. */
  addressOf(pod: PodName): string | undefined
  /** Ends the workers; what runs goes on. */
  stop(): Promise<void>
}

/** Someone may flush the rules of the machine. Milliseconds. */
const NETWORK_CHECK = 5 * 60_000

export const makePods = (options: PodsOptions): Pods => new MachinePods(options)

class MachinePods implements Pods {
  readonly #options: PodsOptions
  readonly #machine: Machine
  readonly #workers = new Map<string, PodWorker>()
  /** Undefined until the first `apply`: before it nothing is an orphan. */
  #desired: Desired | undefined
  /** Pods whose end was reported and whose objects are still there: whoever sends the reports sees to it. */
  readonly #gone = new Set<string>()
  #isSwept = false
  #isStopped = false
  #cancelCheck: () => void = () => undefined

  constructor(options: PodsOptions) {
    this.#options = options
    const { runtime, network, clock, volumes, messages = messageFiles(options.node.name) } = options
    const containers = watchContainers({ runtime, clock, messages, changed: (uid) => this.#changed(uid) })
    const addresses = makeAddresses(
      () => network.ranges()?.podCIDR,
      () => takenAddresses(containers),
    )
    this.#machine = { runtime, network, containers, addresses, clock, messages, volumes, pulls: makePulls(runtime) }
    containers.start()
  }

  apply(desired: Desired): void {
    this.#desired = desired
    // Decoded and defaulted by the API; the table of types is the same on both ends.
    const pods = new Map(desired.pods.map((pod) => [pod.metadata.uid, pod as Pod]))
    for (const uid of this.#gone) if (!pods.has(uid)) this.#gone.delete(uid)
    for (const [uid, pod] of pods) {
      if (this.#gone.has(uid)) continue
      const worker = this.#workers.get(uid)
      if (worker === undefined) this.#begin(pod, false)
      else worker.update(pod, this.#aroundOf(pod, false), false)
    }
    for (const [uid, worker] of this.#workers) {
      if (pods.has(uid)) continue
      worker.update(deleted(worker.pod, this.#options.clock.now()), this.#aroundOf(worker.pod, true), true)
    }
    this.#adoptOrphans()
  }

  find(pod: PodName, container: string, previous: boolean): Found {
    const worker = this.#workerOf(pod)
    if (worker === undefined) return { error: `pod "${pod.name}" not found` }
    const isTty = (id: string): boolean => this.#machine.containers.get(id)?.detail.tty === true
    return findContainer(worker.pod, worker.status(), worker.instances(), container, previous, isTty)
  }

  addressOf = (pod: PodName): string | undefined => this.#workerOf(pod)?.status().podIP

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelCheck()
    this.#machine.containers.stop()
    for (const worker of this.#workers.values()) worker.stop()
  }

  #changed(uid: string): void {
    if (uid === '') this.#runtimeChanged()
    else this.#workers.get(uid)?.wake()
    this.#adoptOrphans()
  }

  /** A Docker that has just started may have replaced the rules that let Pods through. */
  #runtimeChanged(): void {
    this.#wakeAll()
    if (this.#machine.containers.isUp()) void this.#checkNetwork()
  }

  #wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake()
  }

  async #checkNetwork(): Promise<void> {
    const { network, clock } = this.#machine
    this.#cancelCheck()
    await network.use(network.ranges())
    this.#wakeAll()
    if (!this.#isStopped) this.#cancelCheck = clock.after(NETWORK_CHECK, () => void this.#checkNetwork())
  }

  /** Containers of a Pod that nobody wants: its object went while the agent was away. */
  #adoptOrphans(): void {
    const { containers, clock } = this.#machine
    if (this.#desired === undefined || !containers.isUp()) return
    const uids = new Set(containers.all().flatMap(({ detail }) => detail.labels[LABEL.uid] ?? []))
    for (const uid of uids) {
      if (this.#workers.has(uid)) continue
      const pod = podOfLabels(containers.of(uid).map(({ detail }) => detail.labels))
      if (pod !== undefined) this.#begin(deleted(pod, clock.now()), true)
    }
    if (!this.#isSwept) void this.#sweepVolumes()
  }

  /** Volumes of Pods that went, containers and all, while the agent was away. */
  async #sweepVolumes(): Promise<void> {
    this.#isSwept = true
    const { volumes } = this.#machine
    for (const uid of await volumes.uids()) if (!this.#workers.has(uid)) await volumes.remove(uid)
  }

  #begin(pod: Pod, orphan: boolean): void {
    const { uid } = pod.metadata
    const ended = (): void => {
      this.#workers.delete(uid)
      if (!orphan) this.#gone.add(uid)
    }
    const around = this.#aroundOf(pod, orphan)
    const { reports } = this.#options
    this.#workers.set(uid, new PodWorker({ machine: this.#machine, reports, pod, around, orphan, ended }))
  }

  #aroundOf(pod: Pod, orphan: boolean): Around {
    const { node, api, unsupported } = this.#options
    const own = ({ metadata }: Resource): boolean => metadata.namespace === pod.metadata.namespace
    // The control plane sends ConfigMaps and Secrets here and nothing else.
    const configMaps = (this.#desired?.configMaps ?? []).filter(own) as ConfigMap[]
    const secrets = (this.#desired?.secrets ?? []).filter(own) as Secret[]
    return {
      node,
      api,
      configMaps: new Map(configMaps.map((object) => [object.metadata.name, object])),
      secrets: new Map(secrets.map((object) => [object.metadata.name, object])),
      unsupported: orphan ? [] : unsupported(pod),
    }
  }

  #workerOf({ namespace, name, uid }: PodName): PodWorker | undefined {
    return [...this.#workers.values()].find(
      ({ pod: { metadata } }) =>
        metadata.name === name && metadata.namespace === namespace && (uid === undefined || metadata.uid === uid),
    )
  }
}

function* takenAddresses(containers: Containers): Generator<string> {
  for (const { detail } of containers.all()) {
    const address = detail.labels[LABEL.address]
    if (address !== undefined && (detail.state === 'running' || detail.state === 'paused')) yield address
  }
}

/** A Pod whose object is gone, as if it had been deleted now. */
function deleted(pod: Pod, now: number): Pod {
  if (pod.metadata.deletionTimestamp !== undefined) return pod
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: rfc3339(now) } }
}
