import { isDeleting } from '../../api/meta/object.ts'
import type { Pod } from '../../api/schema/types.generated.ts'
import { conditionOf } from './conditions.ts'

/** Whether the Pod has ended for good: podutil.IsPodTerminal. */
export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'

/** Whether it counts as a replica: controller.IsPodActive. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isDeleting(pod)

/** Whether it is on its way out but still holds what it holds: controller.IsPodTerminating. */
export const isTerminating = (pod: Pod): boolean => !isTerminal(pod) && isDeleting(pod)

/** podutil.IsPodReady. */
export const isReady = (pod: Pod): boolean => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True'

/** When it became ready, in milliseconds; undefined where it is not, or where nothing says since when. */
export function readySince(pod: Pod): number | undefined {
  const ready = conditionOf(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True' || !ready.lastTransitionTime) return undefined
  return Date.parse(ready.lastTransitionTime)
}

/**
 * From when on it is available, in milliseconds: ready for `minReadySeconds` without a break. Undefined where it is not
 * ready. podutil.IsPodAvailable.
 */
export function availableFrom(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined
  if (minReadySeconds === 0) return 0
  const since = readySince(pod)
  return since === undefined ? undefined : since + minReadySeconds * 1000
}

/** Restarts of its containers: the most of any, plain ones and sidecars apart. */
export function restarts(pod: Pod): { plain: number; sidecars: number } {
  const counts = (statuses: { restartCount: number }[] | undefined): number =>
    Math.max(0, ...(statuses ?? []).map((status) => status.restartCount))
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name),
  )
  return {
    plain: counts(pod.status?.containerStatuses),
    sidecars: counts(pod.status?.initContainerStatuses?.filter((status) => sidecars.has(status.name))),
  }
}
