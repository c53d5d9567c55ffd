import type { Deployment, ReplicaSet } from '../../api/schema/types.generated.ts'
import { byAge, type Fleet } from './fleet.ts'
import { DESIRED_REPLICAS, MAX_REPLICAS, revisionOf } from './revision.ts'
import { isRolling, mostReplicas, replicasOf } from './strategy.ts'

/**
 * Whether a ReplicaSet with Pods was sized for another number of replicas: isScalingEvent of sync.go. Several of them
 * are only shared out in a rolling update; Recreate stops the old ones whatever their size.
 */
export function isScaling(fleet: Fleet): boolean {
  const sets = active(fleet.all)
  if (sets.length > 1 && !isRolling(fleet.deployment)) return false
  return sets.some((rs) => {
    const desired = numberIn(rs, DESIRED_REPLICAS)
    return desired !== undefined && desired !== replicasOf(fleet.deployment)
  })
}

/**
 * Brings the ReplicaSets to the Deployment's new size without moving the rollout: scale() of
 * pkg/controller/deployment/sync.go. In the middle of a rolling update every ReplicaSet gets its share, so that a bad
 * rollout does not grow alone.
 */
export function scaleInProportion(fleet: Fleet): void {
  const d = fleet.deployment
  const only = activeOrLatest(fleet)
  if (only !== undefined) {
    fleet.scale(only, replicasOf(d))
    return
  }
  if (isSaturated(d, fleet.newest)) {
    for (const rs of active(fleet.old)) fleet.scale(rs, 0)
    return
  }
  if (isRolling(d)) share(fleet)
}

function share(fleet: Fleet): void {
  const d = fleet.deployment
  const allowed = replicasOf(d) > 0 ? mostReplicas(d) : 0
  const sets = active(fleet.all)
  const missing = allowed - sets.reduce((sum, rs) => sum + replicasOf(rs), 0)
  sets.sort(missing > 0 ? bySizeNewer : missing < 0 ? bySizeOlder : byAge)
  let added = 0
  const sizes = sets.map((rs) => {
    const part = missing === 0 ? 0 : proportion(d, rs, missing, added)
    added += part
    return replicasOf(rs) + part
  })
  // What rounding left over goes to the first: the largest one.
  sets.forEach((rs, i) => fleet.scale(rs, i === 0 ? Math.max(0, (sizes[i] ?? 0) + missing - added) : (sizes[i] ?? 0)))
}

/** GetReplicaSetProportion: the set's share of what is to be added (or taken away), within what is left of it. */
function proportion(d: Deployment, rs: ReplicaSet, missing: number, added: number): number {
  if (replicasOf(rs) === 0 || missing === added) return 0
  const fraction = fractionOf(d, rs)
  return missing > 0 ? Math.min(fraction, missing - added) : Math.max(fraction, missing - added)
}

/** getReplicaSetFraction. */
function fractionOf(d: Deployment, rs: ReplicaSet): number {
  if (replicasOf(d) === 0) return -replicasOf(rs)
  const before = numberIn(rs, MAX_REPLICAS) || (d.status?.replicas ?? 0)
  if (before === 0) return 0
  return Math.round((replicasOf(rs) * mostReplicas(d)) / before) - replicasOf(rs)
}

/** IsSaturated: the rollout is over, and every Pod of the new ReplicaSet is available. */
function isSaturated(d: Deployment, rs: ReplicaSet | undefined): boolean {
  const wanted = replicasOf(d)
  return (
    rs !== undefined &&
    numberIn(rs, DESIRED_REPLICAS) === wanted &&
    replicasOf(rs) === wanted &&
    (rs.status?.availableReplicas ?? 0) === wanted
  )
}

/** FindActiveOrLatest: the one ReplicaSet that may simply be resized, if there is just one with Pods or none. */
function activeOrLatest(fleet: Fleet): ReplicaSet | undefined {
  const withPods = active(fleet.all)
  if (withPods.length > 1) return undefined
  return withPods[0] ?? fleet.newest ?? fleet.old.at(-1)
}

export const active = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter((rs) => replicasOf(rs) > 0)

function numberIn(rs: ReplicaSet, annotation: string): number | undefined {
  const text = rs.metadata.annotations?.[annotation] ?? ''
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

const bySizeNewer = (a: ReplicaSet, b: ReplicaSet): number =>
  replicasOf(b) - replicasOf(a) || revisionOf(b) - revisionOf(a) || byAge(b, a)
const bySizeOlder = (a: ReplicaSet, b: ReplicaSet): number =>
  replicasOf(b) - replicasOf(a) || revisionOf(a) - revisionOf(b) || byAge(a, b)
