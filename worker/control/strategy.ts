import { resolve } from '../../api/meta/intstr.ts'
import type { Deployment, ReplicaSet } from '../../api/schema/types.generated.ts'

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec.replicas ?? 1

export const isRolling = (d: Deployment): boolean => d.spec.strategy.type !== 'Recreate'

/**
 * How many Pods a rolling update may have beyond the replicas, and how many of them may be unavailable. Percentages
 * round up for surge and down for unavailable; both zero would never move, so one may be unavailable then.
 * ResolveFenceposts, MaxSurge and MaxUnavailable of deployment_util.go.
 */
export function bounds(d: Deployment): { surge: number; unavailable: number } {
  const replicas = replicasOf(d)
  if (!isRolling(d)) return { surge: 0, unavailable: 0 }
  if (replicas === 0) return { surge: fenceposts(d).surge, unavailable: 0 }
  const { surge, unavailable } = fenceposts(d)
  return { surge, unavailable: Math.min(unavailable, replicas) }
}

function fenceposts(d: Deployment): { surge: number; unavailable: number } {
  const { maxSurge, maxUnavailable } = d.spec.strategy.rollingUpdate ?? {}
  const surge = resolve(maxSurge ?? 0, replicasOf(d), 'up')
  const unavailable = resolve(maxUnavailable ?? 0, replicasOf(d), 'down')
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}

/** The most Pods at any time: IsSaturated and SetReplicasAnnotations count with it. */
export const mostReplicas = (d: Deployment): number => replicasOf(d) + bounds(d).surge

/** Go's int32 maximum stands for "no deadline" and "keep all". */
const UNLIMITED = 2147483647

export const hasDeadline = (d: Deployment): boolean =>
  d.spec.progressDeadlineSeconds !== undefined && d.spec.progressDeadlineSeconds !== UNLIMITED

export const hasHistoryLimit = (d: Deployment): boolean =>
  d.spec.revisionHistoryLimit !== undefined && d.spec.revisionHistoryLimit !== UNLIMITED
