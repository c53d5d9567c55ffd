import { isDeleting } from '../../api/meta/object.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { Pod } from '../../api/schema/types.generated.ts'
import { graceOf } from './labels.ts'
import { hasEnded, latest, succeeded, type Seen } from './seen.ts'

/**
 * The life of a Pod on this machine, only to the right:
 *
 *   running ──deleted, deadline, all done──▶ terminating ──nothing runs any more──▶ terminated
 *
 * Inside `running` everything is planned anew from what the runtime shows. Model: kubelet's podSyncStatus
 * (SyncPod, SyncTerminatingPod, SyncTerminatedPod).
 */
export type Life =
  | { readonly state: 'running'; readonly accepted: number }
  | { readonly state: 'terminating'; readonly accepted: number; readonly why: Why; readonly graceSeconds: number }
  | { readonly state: 'terminated'; readonly accepted: number; readonly why: Why }

/** `finished`: its containers have ended for good, or the API says so. */
export type Why = 'deleted' | 'deadline' | 'finished'

/** Kubelet gives a kill of its own at least this long. Seconds. */
const LEAST_GRACE = 1

/** `accepted` is when this node first saw the Pod. */
export const begin = (accepted: number): Life => ({ state: 'running', accepted })

export function next(pod: Pod, life: Life, seen: Seen, now: number): Life {
  const { accepted } = life
  switch (life.state) {
    case 'running': {
      const why = endOfRunning(pod, life.accepted, seen, now)
      if (why === undefined) return life
      return { state: 'terminating', accepted, why, graceSeconds: deletionGrace(pod) }
    }
    case 'terminating': {
      if (!anythingRuns(seen)) return { state: 'terminated', accepted, why: life.why }
      const graceSeconds = isDeleting(pod) ? Math.min(life.graceSeconds, deletionGrace(pod)) : life.graceSeconds
      return graceSeconds === life.graceSeconds ? life : { ...life, graceSeconds }
    }
    case 'terminated':
      return life
  }
}

function endOfRunning(pod: Pod, accepted: number, seen: Seen, now: number): Why | undefined {
  if (isDeleting(pod)) return 'deleted'
  if (isTerminal(pod.status.phase) || isFinished(pod, seen)) return 'finished'
  const deadline = deadlineOf(pod, accepted)
  return deadline !== undefined && now >= deadline ? 'deadline' : undefined
}

export const isTerminal = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed'

const deletionGrace = (pod: Pod): number =>
  Math.max(LEAST_GRACE, pod.metadata.deletionGracePeriodSeconds ?? graceOf(pod))

/** When activeDeadlineSeconds are over, in milliseconds since the epoch. */
export function deadlineOf(pod: Pod, accepted: number): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds
  if (seconds === undefined) return undefined
  return startTimeOf(pod, accepted) + seconds * 1000
}

export const startTimeOf = (pod: Pod, accepted: number): number =>
  pod.status.startTime === undefined ? accepted : parseTime(pod.status.startTime)

/** What is being started at this moment runs already. */
const anythingRuns = (seen: Seen): boolean =>
  seen.sandboxes.some((sandbox) => sandbox.running) ||
  seen.instances.some((instance) => instance.state === 'running') ||
  [...seen.doing].some((key) => key === 'sandbox' || key.startsWith('start '))

/** Whether nothing of it will ever run again. */
function isFinished(pod: Pod, seen: Seen): boolean {
  if (failedInit(pod, seen)) return true
  return pod.spec.containers.every(({ name }) => {
    const instance = latest(seen, name)
    return instance !== undefined && hasEnded(instance) && !restarts(pod, succeeded(instance))
  })
}

/** A plain init container that failed, and restartPolicy Never: the Pod has failed. */
export function failedInit(pod: Pod, seen: Seen): boolean {
  if (pod.spec.restartPolicy !== 'Never') return false
  return (pod.spec.initContainers ?? []).some(({ name }) => {
    const instance = latest(seen, name)
    return instance !== undefined && hasEnded(instance) && !succeeded(instance)
  })
}

/** Whether a container that ended so is started again. */
export function restarts(pod: Pod, success: boolean): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && !success)
}
