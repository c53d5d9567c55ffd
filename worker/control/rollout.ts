import { isDeleting } from '../../api/meta/object.ts'
import type { Deployment, Pod, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { Change, View } from './controller.ts'
import { isComplete } from './deployment-status.ts'
import { byAge, type Fleet } from './fleet.ts'
import { newReplicas } from './new-replicaset.ts'
import { active } from './proportional-scaling.ts'
import { revisionOf } from './revision.ts'
import { bounds, hasHistoryLimit, replicasOf } from './strategy.ts'
import { isTerminal } from './pod-state.ts'

const size = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, rs) => sum + replicasOf(rs), 0)
const available = (rs: ReplicaSet): number => rs.status?.availableReplicas ?? 0

/** One step of a rolling update: either the new ReplicaSet grows, or the old ones shrink. rolloutRolling of rolling.go. */
export function rollStep(fleet: Fleet): void {
  if (growNewest(fleet)) return
  shrinkOld(fleet)
}

/** reconcileNewReplicaSet. */
function growNewest(fleet: Fleet): boolean {
  const { deployment: d, newest } = fleet
  if (newest === undefined || replicasOf(newest) === replicasOf(d)) return false
  if (replicasOf(newest) > replicasOf(d)) return fleet.scale(newest, replicasOf(d))
  return fleet.scale(newest, newReplicas(d, fleet.all, replicasOf(newest)))
}

/**
 * reconcileOldReplicaSets: Pods of the new ReplicaSet that are not available count as missing, so that a rollout that
 * does not come up stops before it takes more than may be unavailable.
 */
function shrinkOld(fleet: Fleet): void {
  const { deployment: d, newest } = fleet
  if (size(fleet.old) === 0) return
  const least = replicasOf(d) - bounds(d).unavailable
  const broken = newest === undefined ? 0 : replicasOf(newest) - available(newest)
  const room = size(fleet.all) - least - broken
  if (room <= 0) return
  cleanUpUnhealthy(fleet, room)
  shrinkHealthy(fleet, least)
}

/** cleanupUnhealthyReplicas: old Pods that are not available go first; nobody misses them. */
function cleanUpUnhealthy(fleet: Fleet, most: number): void {
  let left = most
  for (const rs of active(fleet.old)) {
    const unhealthy = Math.min(left, replicasOf(rs) - available(rs))
    if (unhealthy <= 0) continue
    fleet.scale(rs, replicasOf(rs) - unhealthy)
    left -= unhealthy
  }
}

/** scaleDownOldReplicaSetsForRollingUpdate. */
function shrinkHealthy(fleet: Fleet, least: number): void {
  let left = fleet.all.reduce((sum, rs) => sum + available(rs), 0) - least
  for (const rs of active(fleet.old)) {
    if (left <= 0) return
    const fewer = Math.min(replicasOf(rs), left)
    fleet.scale(rs, replicasOf(rs) - fewer)
    left -= fewer
  }
}

/** scaleDownOldReplicaSetsForRecreate. Answers whether any had Pods asked for. */
export function stopOld(fleet: Fleet): boolean {
  const running = active(fleet.old)
  for (const rs of running) fleet.scale(rs, 0)
  return running.length > 0
}

/** Whether a Pod of an old template still holds what it holds, terminating ones too: oldPodsRunning of recreate.go. */
export function oldPodsRun(fleet: Fleet, view: View): boolean {
  if (fleet.old.some((rs) => (rs.status?.replicas ?? 0) > 0)) return true
  return fleet.old.some((rs) => view.owned<Pod>(rs.metadata.uid, 'pods').some((pod) => !isTerminal(pod)))
}

/** cleanupDeployment: of the old ReplicaSets without Pods only the newest `revisionHistoryLimit` are kept. */
export function dropHistory(fleet: Fleet): Change[] {
  const d: Deployment = fleet.deployment
  if (!hasHistoryLimit(d)) return []
  const alive = fleet.old.filter((rs) => !isDeleting(rs))
  const excess = alive.length - (d.spec.revisionHistoryLimit ?? 0)
  if (excess <= 0) return []
  return alive
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b))
    .slice(0, excess)
    .filter((rs) => isIdle(rs))
    .map((object): Change => ({ do: 'delete', object }))
}

const isIdle = (rs: ReplicaSet): boolean =>
  (rs.status?.replicas ?? 0) === 0 &&
  replicasOf(rs) === 0 &&
  (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0)

/** Whether the rollout is over by the status that stands: cleanup waits for it. */
export const isDone = (d: Deployment): boolean => isComplete(d, d.status ?? {})
