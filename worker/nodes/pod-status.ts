import type { Resource } from '../../api/meta/object.ts'
import { onOurClock } from './node-clock.ts'

interface Condition {
  type: string
  status?: string
  lastTransitionTime?: string | null
}
export interface PodLike extends Resource {
  spec?: { nodeName?: string }
  status?: { phase?: string; conditions?: Condition[] }
}

/** Fields of PodStatus that the API server or a controller fills in; an agent states the rest. */
const OF_OTHERS = [
  'qosClass',
  'nominatedNodeName',
  'resourceClaimStatuses',
  'extendedResourceClaimStatus',
  'ephemeralContainerStatuses',
] as const

const isTerminal = (phase: unknown): boolean => phase === 'Succeeded' || phase === 'Failed'

/**
 * The Pod's status as its agent states it, with what others keep in it; undefined where it says nothing that may be
 * taken over: a Pod that has ended does not begin again (pkg/kubelet/status, mergePodStatus). `skew`: milliseconds by
 * which the machine's clock is ahead, where it is off.
 */
export function mergedStatus(
  pod: PodLike,
  stated: Readonly<Record<string, unknown>>,
  skew?: number,
): object | undefined {
  const old = pod.status ?? {}
  if (isTerminal(old.phase) && old.phase !== stated['phase']) return undefined
  const kept = Object.fromEntries(
    Object.entries(old).filter(([field]) => (OF_OTHERS as readonly string[]).includes(field)),
  )
  const told = Array.isArray(stated['conditions']) ? (stated['conditions'] as Condition[]) : [] // decoded by the registry
  const conditions = skew === undefined ? told : told.map((condition) => putRight(condition, old.conditions, skew))
  const others = (old.conditions ?? []).filter(({ type }) => !conditions.some((condition) => condition.type === type))
  return { ...kept, ...stated, conditions: [...conditions, ...others] }
}

/** Measured anew at each link, a skew differs by a second or two: what did not change keeps the time that it has. */
function putRight(condition: Condition, before: readonly Condition[] = [], skew: number): Condition {
  const { type, status, lastTransitionTime } = condition
  if (typeof lastTransitionTime !== 'string') return condition
  const same = before.find((one) => one.type === type && one.status === status)?.lastTransitionTime
  return { ...condition, lastTransitionTime: same ?? onOurClock(lastTransitionTime, skew) }
}
