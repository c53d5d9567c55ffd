import type { Resource } from '../../api/meta/object.ts'

interface Condition {
  type: string
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
 * taken over: a Pod that has ended does not begin again (pkg/kubelet/status, mergePodStatus).
 */
export function mergedStatus(pod: PodLike, stated: Readonly<Record<string, unknown>>): object | undefined {
  const old = pod.status ?? {}
  if (isTerminal(old.phase) && old.phase !== stated['phase']) return undefined
  const kept = Object.fromEntries(
    Object.entries(old).filter(([field]) => (OF_OTHERS as readonly string[]).includes(field)),
  )
  const conditions = Array.isArray(stated['conditions']) ? (stated['conditions'] as Condition[]) : [] // decoded by the registry
  const others = (old.conditions ?? []).filter(({ type }) => !conditions.some((condition) => condition.type === type))
  return { ...kept, ...stated, conditions: [...conditions, ...others] }
}
