import { isDeleting } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from '../../api/schema/types.generated.ts'
import { durationText, restartAt } from './backoff.ts'
import { configError } from './env.ts'
import { invalidImageName } from './image.ts'
import type { ContainerKind } from './labels.ts'
import { restarts, type Life } from './life.ts'
import { PULL_ERROR_SHOWN, podText, unsupportedMessage } from './plan-events.ts'
import { endOf, hasEnded, liveSandbox, succeeded, type Instance, type Seen } from './seen.ts'

/** One container at one moment. */
interface Case {
  pod: Pod
  container: Container
  kind: ContainerKind
  life: Life
  seen: Seen
  now: number
  /** Newest first. */
  instances: Instance[]
  /** What was last said about it. */
  before: ContainerStatus | undefined
}

/** Model: kubelet's convertToAPIContainerStatuses. */
export function containerStatusOf(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  life: Life,
  seen: Seen,
  now: number,
): ContainerStatus {
  const instances = seen.instances.filter((instance) => instance.container === container.name)
  const before = lastStatusOf(pod, container.name, seen)
  const it: Case = { pod, container, kind, life, seen, now, instances, before }
  const current = instances[0]
  return current === undefined ? withoutInstance(it) : withInstance(it, current)
}

const lastStatusOf = (pod: Pod, name: string, seen: Seen): ContainerStatus | undefined => {
  const { initContainerStatuses = [], containerStatuses = [] } = seen.last ?? pod.status
  return [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name)
}

/**
 * restartCount of a container that the runtime does not know: one more than the last that ran, so that the count never
 * goes back when someone removes containers behind the agent.
 */
function restartCountOf(pod: Pod, name: string, seen: Seen): number {
  const before = lastStatusOf(pod, name, seen)
  if (before === undefined) return 0
  return before.restartCount + (wasAlive(before) ? 1 : 0)
}

/** restartCount of the next life of a container, the newest known one being `instance`. */
export function nextAttempt(pod: Pod, name: string, instance: Instance | undefined, seen: Seen): number {
  const before = lastStatusOf(pod, name, seen)
  const isNewest = instance !== undefined && instance.attempt >= (before?.restartCount ?? 0)
  return isNewest ? instance.attempt + 1 : restartCountOf(pod, name, seen)
}

const wasAlive = (status: ContainerStatus): boolean =>
  status.state.running !== undefined || status.state.terminated !== undefined

function withoutInstance(it: Case): ContainerStatus {
  const { container, before, life } = it
  const over = life.state !== 'running'
  if (over && before !== undefined && wasAlive(before)) return lost(it, before)
  const lastState = before === undefined || !wasAlive(before) ? (before?.lastState ?? {}) : endedState(before)
  return {
    name: container.name,
    state: over && before !== undefined ? before.state : { waiting: waitingOf(it) },
    lastState,
    ready: false,
    restartCount: restartCountOf(it.pod, container.name, it.seen),
    image: container.image ?? '',
    imageID: '',
    started: false,
  }
}

const STATUS_UNKNOWN = { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null, finishedAt: null }

/** It ended for good and the runtime knows nothing more of it. */
function lost(it: Case, before: ContainerStatus): ContainerStatus {
  if (before.state.terminated !== undefined) return { ...before, ready: before.ready && it.kind === 'init' }
  const message = 'The container could not be located when the pod was terminated'
  return { ...before, state: { terminated: { ...STATUS_UNKNOWN, message } }, ready: false, started: false }
}

function endedState(before: ContainerStatus): ContainerState {
  if (before.state.terminated !== undefined) return before.state
  const message = 'The container could not be located when the pod was deleted.  The container used to be Running'
  return { terminated: { ...STATUS_UNKNOWN, message } }
}

function withInstance(it: Case, current: Instance): ContainerStatus {
  const state = stateOf(it, current)
  const isWaiting = state.waiting !== undefined
  const previous =
    isWaiting && hasEnded(current) ? current : it.instances.find((each) => each !== current && hasEnded(each))
  const started = it.kind === 'app' && state.running !== undefined && isStarted(it, current)
  return {
    name: it.container.name,
    state,
    lastState: lastStateOf(it, current, previous),
    ready: it.kind === 'init' ? state.terminated?.exitCode === 0 : started && isReady(it, current),
    // One that was newer may have been removed behind the agent.
    restartCount: Math.max(current.attempt, it.before?.restartCount ?? 0),
    image: current.image,
    imageID: current.imageId,
    containerID: `docker://${current.id}`,
    started,
    ...resourcesOf(it.container, state),
  }
}

function lastStateOf(it: Case, current: Instance, previous: Instance | undefined): ContainerState {
  if (previous !== undefined) return { terminated: terminatedOf(previous) }
  const sameLife = it.before?.restartCount === current.attempt
  return sameLife ? (it.before?.lastState ?? {}) : {}
}

/** In-place resize is on in 1.36: what the runtime was told. */
function resourcesOf(container: Container, state: ContainerState): Partial<ContainerStatus> {
  const { requests, limits } = container.resources
  if (state.running === undefined || (requests === undefined && limits === undefined)) return {}
  const allocated = requests ?? limits
  return { ...(allocated === undefined ? {} : { allocatedResources: allocated }), resources: container.resources }
}

function stateOf(it: Case, current: Instance): ContainerState {
  if (current.state === 'running') return { running: { startedAt: rfc3339(current.startedAt) } }
  if (current.state === 'created') return { waiting: waitingOf(it) }
  if (it.life.state !== 'running' || isDone(it, current)) return { terminated: terminatedOf(current) }
  const reason = waitingReason(it) ?? crashReason(it, current)
  return reason === undefined ? { terminated: terminatedOf(current) } : { waiting: reason }
}

/** Whether it ended and is not to be started again: a plain init container by its success. */
function isDone({ pod, kind, seen }: Case, current: Instance): boolean {
  if (kind === 'app') return !restarts(pod, succeeded(current))
  const sandbox = liveSandbox(seen)
  return succeeded(current) ? sandbox === undefined || current.sandbox === sandbox.attempt : !restarts(pod, false)
}

function crashReason(it: Case, current: Instance): { reason: string; message: string } | undefined {
  const { pod, container, seen, now } = it
  const sandbox = liveSandbox(seen)
  const until = restartAt(current, sandbox?.attempt ?? -1)
  if (sandbox !== undefined && until > now) {
    const message = `back-off ${durationText(current.backoff)} restarting failed container=${container.name} pod=${podText(pod)}`
    return { reason: 'CrashLoopBackOff', message }
  }
  return current.state === 'failed' ? { reason: 'RunContainerError', message: current.error } : undefined
}

/** Why a container that should run does not, where something is in its way. */
function waitingReason(it: Case): { reason: string; message: string } | undefined {
  const { pod, container, seen, now } = it
  if (seen.around.unsupported.length > 0)
    return { reason: 'UnsupportedByPodo', message: unsupportedMessage(seen.around.unsupported) }
  const invalid = invalidImageName(container)
  if (invalid !== undefined) return { reason: 'InvalidImageName', message: invalid }
  const failure = seen.failures.get(container.name)
  if (failure !== undefined) {
    if (failure.reason !== 'ErrImagePull' || now < failure.at + PULL_ERROR_SHOWN)
      return { reason: failure.reason, message: failure.message }
    const message = `Back-off pulling image "${container.image ?? ''}": ErrImagePull: ${failure.message}`
    return { reason: 'ImagePullBackOff', message }
  }
  const sandbox = liveSandbox(seen)
  const wrong =
    sandbox === undefined || !isNext(it) ? undefined : configError(pod, container, seen.around, sandbox.address)
  return wrong === undefined ? undefined : { reason: 'CreateContainerConfigError', message: wrong }
}

/** Init containers come one by one, and containers after all of them: nobody looks at those that are not due. */
function isNext({ pod, kind, container, seen }: Case): boolean {
  const inits = pod.spec.initContainers ?? []
  const before = kind === 'app' ? inits : inits.slice(0, inits.indexOf(container))
  return before.every(({ name }) => seen.instances.some((each) => each.container === name && succeeded(each)))
}

function waitingOf(it: Case): { reason: string; message?: string } {
  const found = waitingReason(it)
  if (found !== undefined) return found
  const hasInits = (it.pod.spec.initContainers ?? []).length > 0
  return { reason: hasInits ? 'PodInitializing' : 'ContainerCreating' }
}

function terminatedOf(instance: Instance): ContainerStateTerminated {
  const failed = instance.state === 'failed'
  const message = failed ? instance.error : instance.message
  return {
    exitCode: instance.exitCode,
    reason: terminatedReason(instance),
    ...(message === '' ? {} : { message }),
    startedAt: rfc3339(failed ? instance.createdAt : instance.startedAt),
    finishedAt: rfc3339(endOf(instance)),
    containerID: `docker://${instance.id}`,
  }
}

function terminatedReason(instance: Instance): string {
  if (instance.state === 'failed') return 'ContainerCannotRun'
  if (instance.exitCode === 0) return 'Completed'
  return instance.oomKilled ? 'OOMKilled' : 'Error'
}

/** Whether the last status spoke of this very container: then it holds until a probe says otherwise. */
const isSame = (it: Case, current: Instance): boolean => it.before?.containerID === `docker://${current.id}`

function isStarted(it: Case, current: Instance): boolean {
  if (it.container.startupProbe === undefined) return true
  const verdict = it.seen.probes.get(current.id)
  return verdict?.started === true || (isSame(it, current) && it.before?.started === true)
}

function isReady(it: Case, current: Instance): boolean {
  if (it.container.readinessProbe === undefined) return !isDeleting(it.pod) || it.life.state !== 'terminated'
  const ready = it.seen.probes.get(current.id)?.ready
  return ready ?? (isSame(it, current) && it.before?.ready === true)
}
