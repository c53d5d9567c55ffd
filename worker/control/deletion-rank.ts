import type { Pod } from '../../api/schema/types.generated.ts'
import { isReady, readySince, restarts } from './pod-state.ts'

const COST = 'controller.kubernetes.io/pod-deletion-cost'
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * The order in which Pods of a ReplicaSet are deleted, first to go first: ActivePodsWithRanks of
 * pkg/controller/controller_utils.go. The first difference decides. `siblings` is how many Pods of related ReplicaSets
 * run on the Pod's node.
 */
export function byDeletionRank(siblings: (pod: Pod) => number, now: number): (a: Pod, b: Pod) => number {
  return (a, b) =>
    assigned(a) - assigned(b) ||
    phase(a) - phase(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    siblings(b) - siblings(a) ||
    byReadiness(a, b, now) ||
    byRestarts(a, b) ||
    byAge(a, b, now)
}

const assigned = (pod: Pod): number => (pod.spec.nodeName ? 1 : 0)
const phase = (pod: Pod): number => PHASES[pod.status?.phase ?? 'Pending'] ?? 0

/** An annotation that is no int32 counts as none: GetDeletionCostFromPodAnnotations. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[COST]
  return text !== undefined && /^(?:0|-?[1-9]\d*)$/.test(text) && Math.abs(Number(text)) < 2 ** 31 ? Number(text) : 0
}

function byReadiness(a: Pod, b: Pod, now: number): number {
  if (!isReady(a) || !isReady(b)) return 0
  const [x, y] = [readySince(a), readySince(b)]
  return x === y ? 0 : logarithmic(x, y, now, a, b)
}

function byRestarts(a: Pod, b: Pod): number {
  const [x, y] = [restarts(a), restarts(b)]
  return y.plain - x.plain || y.sidecars - x.sidecars
}

function byAge(a: Pod, b: Pod, now: number): number {
  const [x, y] = [Date.parse(a.metadata.creationTimestamp), Date.parse(b.metadata.creationTimestamp)]
  return x === y ? byUid(a, b) : logarithmic(x, y, now, a, b)
}

/** Younger first, by powers of two of the age in nanoseconds; within one, the uid stands for chance. */
function logarithmic(x: number | undefined, y: number | undefined, now: number, a: Pod, b: Pod): number {
  const bucket = (at: number | undefined): number =>
    at === undefined || at >= now ? -1 : Math.floor(Math.log2((now - at) * 1e6))
  return bucket(x) - bucket(y) || byUid(a, b)
}

const byUid = (a: Pod, b: Pod): number =>
  a.metadata.uid < b.metadata.uid ? -1 : a.metadata.uid > b.metadata.uid ? 1 : 0
