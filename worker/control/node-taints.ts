import { rfc3339 } from '../../api/meta/time.ts'
import type { Node, Taint } from '../../api/schema/types.generated.ts'
import { conditionOf } from './conditions.ts'

export const NOT_READY = 'node.kubernetes.io/not-ready'
export const UNREACHABLE = 'node.kubernetes.io/unreachable'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** nodeConditionToTaintKeyStatusMap of pkg/controller/nodelifecycle: which status of which condition sets which taint. */
const BY_CONDITION: readonly { type: string; status: string; key: string }[] = [
  { type: 'Ready', status: 'False', key: NOT_READY },
  { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
]
const MANAGED: ReadonlySet<string> = new Set([...BY_CONDITION.map(({ key }) => key), UNSCHEDULABLE])

/** The taint that a node's readiness calls for, `undefined` when it is ready. A node that never said is not ready. */
export function readinessTaint(node: Node): string | undefined {
  const status = conditionOf(node.status?.conditions, 'Ready')?.status
  if (status === 'True') return undefined
  return status === 'Unknown' ? UNREACHABLE : NOT_READY
}

/** The NoExecute taint of an unready node that is being emptied, if it has one. */
export const evictionTaint = (node: Node): Taint | undefined =>
  (node.spec?.taints ?? []).find(
    ({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE),
  )

/**
 * The taints as they should be: NoSchedule from the conditions (doNoScheduleTaintingPass), NoExecute from readiness where
 * `evict` says so (processTaintBaseEviction). Others are left alone, and one that stays keeps the time it was added,
 * from which tolerationSeconds count.
 */
export function wantedTaints(node: Node, evict: boolean, now: number): Taint[] {
  const taints = node.spec?.taints ?? []
  const wanted = noSchedule(node).map((key) => ({ key, effect: 'NoSchedule' }))
  const readiness = readinessTaint(node)
  if (evict && readiness !== undefined) wanted.push({ key: readiness, effect: 'NoExecute' })
  const ours = ({ key, effect }: Taint): boolean =>
    effect === 'NoSchedule' ? MANAGED.has(key) : effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE)
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect
  const kept = taints.filter((taint) => !ours(taint) || wanted.some((other) => same(taint, other)))
  const added = wanted.filter((taint) => !taints.some((other) => same(taint, other)))
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: rfc3339(now) }))]
}

function noSchedule(node: Node): string[] {
  const fromConditions = BY_CONDITION.filter(
    ({ type, status }) => conditionOf(node.status?.conditions, type)?.status === status,
  ).map(({ key }) => key)
  // Admission taints a new node as not ready; the taint stays until the node says that it is ready.
  const silent = conditionOf(node.status?.conditions, 'Ready') === undefined && hasTaint(node, NOT_READY, 'NoSchedule')
  return [
    ...fromConditions,
    ...(silent ? [NOT_READY] : []),
    ...(node.spec?.unschedulable === true ? [UNSCHEDULABLE] : []),
  ]
}

export const hasTaint = (node: Node, key: string, effect: string): boolean =>
  (node.spec?.taints ?? []).some((taint) => taint.key === key && taint.effect === effect)
