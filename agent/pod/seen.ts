import type { ConfigMap, PodStatus, Secret } from '../../api/schema/types.generated.ts'
import type { ContainerDetail } from '../runtime/container.ts'
import type { ApiAddress } from './api-variables.ts'
import { LABEL, type ContainerKind } from './labels.ts'
import type { VolumesSeen } from './volumes.ts'

/** What the world shows of one Pod at one moment. Gathered by the worker; everything is decided from it. */
export interface Seen {
  /** Newest attempt first. */
  readonly sandboxes: readonly Sandbox[]
  /** All instances of all containers, newest attempt first. */
  readonly instances: readonly Instance[]
  /** Ids of the sandboxes whose network this agent has made or checked. */
  readonly attached: ReadonlySet<string>
  /** The last failure of a container, or of the sandbox under the name ''. Cleared by success. */
  readonly failures: ReadonlyMap<string, Failure>
  /** What the probes of a running container say, by its id. */
  readonly probes: ReadonlyMap<string, Verdict>
  readonly volumes: VolumesSeen
  /** Keys (`keyOf`) of the actions that are under way. */
  readonly doing: ReadonlySet<string>
  /** The status last made, undefined after the agent's start: then the API's is the last one. */
  readonly last: PodStatus | undefined
  readonly around: Around
}

/** What lies around a Pod: its node and what it may read. */
export interface Around {
  readonly node: {
    readonly name: string
    readonly address: string
    readonly cpus: number
    readonly memoryBytes: number
    readonly diskBytes: number
  }
  readonly api: ApiAddress
  /** Why no Pod can have an address at present; undefined when all is well. Read anew at each look. */
  readonly networkTrouble?: string | undefined
  /** Those of the Pod's namespace, by name. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>
  readonly secrets: ReadonlyMap<string, Secret>
  /** Fields of the Pod that this agent cannot honour. */
  readonly unsupported: readonly string[]
}

export interface Sandbox {
  readonly id: string
  readonly attempt: number
  readonly running: boolean
  /** '' with hostNetwork. */
  readonly address: string
  readonly accepted: number
  /** 255 where the runtime found it dead without having seen it die: the machine went down. */
  readonly exitCode: number
}

/** One life of a container. */
export interface Instance {
  readonly id: string
  readonly container: string
  readonly kind: ContainerKind
  readonly attempt: number
  /** Attempt of its sandbox. */
  readonly sandbox: number
  readonly image: string
  readonly imageId: string
  /** Seconds to wait after its death. */
  readonly backoff: number
  /** `created`: not started yet. `failed`: could not be started, which counts as a life. */
  readonly state: 'created' | 'running' | 'failed' | 'exited'
  readonly createdAt: number
  readonly startedAt: number
  readonly finishedAt: number
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly error: string
  /** What it left in its terminationMessagePath, or the end of its log. */
  readonly message: string
}

export interface Failure {
  /** Kubelet's waiting reason: ErrImagePull, CreateContainerError … */
  readonly reason: string
  readonly message: string
  /** When, and how many seconds to wait before the next try. */
  readonly at: number
  readonly backoff: number
}

export interface Verdict {
  /** Whether the startup probe passed; true at once without one. */
  readonly started: boolean
  /** Whether the readiness probe passes; undefined where it has not run yet. */
  readonly ready: boolean | undefined
  /** The probe that has failed so often that the container must be killed. */
  readonly failed: 'liveness' | 'startup' | undefined
}

const ENDED: readonly ContainerDetail['state'][] = ['exited', 'dead', 'removing']

export function sandboxOf(detail: ContainerDetail): Sandbox {
  const { labels } = detail
  return {
    id: detail.id,
    attempt: Number(labels[LABEL.attempt] ?? 0),
    running: detail.state === 'running' || detail.state === 'paused',
    address: labels[LABEL.address] ?? '',
    accepted: Number(labels[LABEL.accepted] ?? detail.createdAt),
    exitCode: detail.exitCode,
  }
}

/** `imageDigest` is the name under which the API knows the image, where it is known. */
export function instanceOf(detail: ContainerDetail, imageDigest: string, message: string): Instance {
  const { labels } = detail
  return {
    id: detail.id,
    container: labels[LABEL.container] ?? '',
    kind: labels[LABEL.kind] === 'init' ? 'init' : 'app',
    attempt: Number(labels[LABEL.attempt] ?? 0),
    sandbox: Number(labels[LABEL.sandbox] ?? 0),
    image: labels[LABEL.image] ?? detail.image,
    imageId: imageDigest,
    backoff: Number(labels[LABEL.backoff] ?? 0),
    state: stateOf(detail),
    createdAt: detail.createdAt,
    startedAt: detail.startedAt,
    finishedAt: detail.finishedAt,
    exitCode: detail.exitCode,
    oomKilled: detail.oomKilled,
    error: detail.error,
    message,
  }
}

function stateOf(detail: ContainerDetail): Instance['state'] {
  if (ENDED.includes(detail.state)) return 'exited'
  if (detail.state !== 'created') return 'running'
  return detail.exitCode === 0 && detail.error === '' ? 'created' : 'failed'
}

export const hasEnded = (instance: Instance): boolean => instance.state === 'exited' || instance.state === 'failed'
export const succeeded = (instance: Instance): boolean => instance.state === 'exited' && instance.exitCode === 0

/** When it died. One that could not be started died when it was made. */
export const endOf = (instance: Instance): number =>
  instance.state === 'failed' ? instance.createdAt : instance.finishedAt

/** The newest instance of a container. */
export const latest = (seen: Seen, container: string): Instance | undefined =>
  seen.instances.find((instance) => instance.container === container)

/** The running sandbox, if there is one. */
export const liveSandbox = (seen: Seen): Sandbox | undefined => seen.sandboxes.find((sandbox) => sandbox.running)

/** One with the machine's network needs none of its own. */
export const isAttached = (sandbox: Sandbox, seen: Seen): boolean =>
  sandbox.address === '' || seen.attached.has(sandbox.id)
