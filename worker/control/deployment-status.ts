import { rfc3339 } from '../../api/meta/time.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/schema/types.generated.ts'
import { conditionOf, withCondition, withoutCondition } from './conditions.ts'
import type { Fleet } from './fleet.ts'
import { bounds, hasDeadline, replicasOf } from './strategy.ts'

/** A condition that begins now. */
export const condition = (
  now: number,
  type: string,
  status: string,
  reason: string,
  message: string,
): DeploymentCondition => ({
  type,
  status,
  lastUpdateTime: rfc3339(now),
  lastTransitionTime: rfc3339(now),
  reason,
  message,
})

const sum = (sets: readonly ReplicaSet[], of: (rs: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, rs) => total + (of(rs) ?? 0), 0)

/** The counts and the Available condition: calculateStatus of pkg/controller/deployment/sync.go. */
export function countedStatus(fleet: Fleet, now: number): DeploymentStatus {
  const { deployment: d, newest, all } = fleet
  const available = sum(all, (rs) => rs.status?.availableReplicas)
  const [status, reason, message] =
    available >= replicasOf(d) - bounds(d).unavailable
      ? ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.']
      : ['False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.']
  return {
    observedGeneration: d.metadata.generation ?? 0,
    replicas: sum(all, (rs) => rs.status?.replicas),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum(all, (rs) => rs.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, replicasOf) - available),
    terminatingReplicas: sum(all, (rs) => rs.status?.terminatingReplicas),
    conditions: withCondition(d.status?.conditions, condition(now, 'Available', status, reason, message)),
    ...(d.status?.collisionCount === undefined ? {} : { collisionCount: d.status.collisionCount }),
  }
}

/** DeploymentComplete: everything is of the new template and available, and nothing old is left. */
export const isComplete = (d: Deployment, status: DeploymentStatus): boolean =>
  (status.updatedReplicas ?? 0) === replicasOf(d) &&
  (status.replicas ?? 0) === replicasOf(d) &&
  (status.availableReplicas ?? 0) === replicasOf(d) &&
  (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)

/** DeploymentProgressing: something got better since the status that stands. */
function isProgressing(d: Deployment, status: DeploymentStatus): boolean {
  const before: DeploymentStatus = d.status ?? {}
  const old = (of: DeploymentStatus): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0)
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

/** When a rollout that does not move will have timed out, in milliseconds; undefined where nothing is awaited. */
function timeout(d: Deployment, current: DeploymentCondition | undefined): number | undefined {
  if (!hasDeadline(d) || current === undefined || !current.lastUpdateTime) return undefined
  return Date.parse(current.lastUpdateTime) + (d.spec.progressDeadlineSeconds ?? 0) * 1000
}

/** The status during a rollout, and when to look at its progress again: syncRolloutStatus and requeueStuckDeployment. */
export function rolloutStatus(fleet: Fleet, now: number): { status: DeploymentStatus; again: number | undefined } {
  const { deployment: d, newest } = fleet
  const status = countedStatus(fleet, now)
  const current = conditionOf(d.status?.conditions, 'Progressing')
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable'
  if (!hasDeadline(d)) {
    status.conditions = withoutCondition(status.conditions, 'Progressing')
  } else if (!wasComplete) {
    const subject = newest === undefined ? `Deployment "${d.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`
    status.conditions = progress(d, status, current, subject, now)
  }
  status.conditions = withReplicaFailure(status.conditions ?? [], fleet, now)
  return { status, again: stuckClock(d, status, now) }
}

function progress(
  d: Deployment,
  status: DeploymentStatus,
  current: DeploymentCondition | undefined,
  subject: string,
  now: number,
): DeploymentCondition[] {
  const say = (state: string, reason: string, text: string): DeploymentCondition =>
    condition(now, 'Progressing', state, reason, `${subject} ${text}`)
  if (isComplete(d, status)) {
    const done = say('True', 'NewReplicaSetAvailable', 'has successfully progressed.')
    return withCondition(status.conditions, done)
  }
  if (isProgressing(d, status)) {
    // Progress moves lastUpdateTime, from which the deadline counts, even where the reason stays.
    const moving = say('True', 'ReplicaSetUpdated', 'is progressing.')
    const kept = current?.status === 'True' && current.lastTransitionTime !== undefined
    const from = kept ? { ...moving, lastTransitionTime: current.lastTransitionTime } : moving
    return [...withoutCondition(status.conditions, 'Progressing'), from]
  }
  const limit = timeout(d, current)
  const late = current?.reason !== 'NewReplicaSetAvailable' && limit !== undefined && limit < now
  return late || current?.reason === 'ProgressDeadlineExceeded'
    ? withCondition(status.conditions, say('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'))
    : (status.conditions ?? [])
}

/** getReplicaFailures: the new ReplicaSet's failure, else the first old one's. */
function withReplicaFailure(conditions: DeploymentCondition[], fleet: Fleet, now: number): DeploymentCondition[] {
  const sets = [...(fleet.newest === undefined ? [] : [fleet.newest]), ...fleet.old]
  const failures = sets.map((rs) => conditionOf(rs.status?.conditions, 'ReplicaFailure'))
  const failure = failures.find((found) => found !== undefined)
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  const copied = condition(now, failure.type, failure.status, failure.reason ?? '', failure.message ?? '')
  const since = failure.lastTransitionTime ?? copied.lastTransitionTime
  return withCondition(conditions, { ...copied, lastUpdateTime: since, lastTransitionTime: since })
}

function stuckClock(d: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = conditionOf(status.conditions, 'Progressing')
  if (isComplete(d, status) || current?.reason === 'ProgressDeadlineExceeded') return undefined
  if (current?.reason === 'NewReplicaSetAvailable') return undefined
  const limit = timeout(d, current)
  // A second later, so that times cut to whole seconds have surely passed.
  return limit === undefined ? undefined : Math.max(limit, now) + 1000
}

/** checkPausedConditions: pausing stops the deadline's clock, resuming starts it anew. */
export function withPause(d: Deployment, now: number): Deployment {
  const current = conditionOf(d.status?.conditions, 'Progressing')
  if (!hasDeadline(d) || current?.reason === 'ProgressDeadlineExceeded') return d
  const marked = current?.reason === 'DeploymentPaused'
  const paused = d.spec.paused === true
  if (paused === marked) return d
  const change = paused
    ? condition(now, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused')
    : condition(now, 'Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed')
  return { ...d, status: { ...d.status, conditions: withCondition(d.status?.conditions, change) } }
}
