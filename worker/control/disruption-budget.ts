import { disruptionAllowed } from '../../api/kinds/poddisruptionbudget.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { resolve } from '../../api/meta/intstr.ts'
import { controllerOf, isDeleting, type OwnerReference, type Resource } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/schema/types.generated.ts'
import { ByNamespace } from './by-namespace.ts'
import type { Change, Controller, ObjectKey, View } from './controller.ts'
import { isReady } from './pod-state.ts'

/**
 * Counts for each disruption budget how many of its Pods are healthy, how many must be, and so how many evictions are
 * allowed: trySync of pkg/controller/disruption.
 */

const BUDGETS = 'poddisruptionbudgets.policy'
/** An eviction that did not end by then is forgotten. */
const DELETION_TIMEOUT_MS = 120_000

type KindOf = (apiVersion: string, kind: string) => Kind | undefined

/** Why a budget cannot be counted; its text stands in the condition. */
class SyncError extends Error {}

const budgets = (): ByNamespace<PodDisruptionBudget> => new ByNamespace(BUDGETS)

function wake(pods: readonly (Resource | undefined)[], view: View): ObjectKey[] {
  const namespace = pods.find((pod) => pod !== undefined)?.metadata.namespace ?? ''
  return view
    .index(budgets)
    .of(namespace)
    .filter(({ spec }) => {
      const selector = selectorOf(spec?.selector)
      return pods.some((pod) => pod !== undefined && matches(selector, pod.metadata.labels))
    })
    .map(({ metadata: { name } }) => ({ resource: BUDGETS, namespace, name }))
}

/** The object that controls a Pod and has a scale; a ReplicaSet of a Deployment counts as that. */
function scaled(pod: Pod, reference: OwnerReference, view: View, kindOf: KindOf): { uid: string; replicas: number } {
  const find = ({ apiVersion, kind: name, name: object, uid }: OwnerReference) => {
    const kind = kindOf(apiVersion, name)
    const found = kind === undefined ? undefined : view.get(kind.resource, pod.metadata.namespace ?? '', object)
    return kind === undefined || found?.metadata.uid !== uid ? undefined : { kind, found }
  }
  const own = find(reference)
  if (own === undefined) throw new SyncError(`found no controllers for pod "${pod.metadata.name}"`)
  const above = own.found === undefined ? undefined : controllerOf(own.found)
  const deployment = above?.kind === 'Deployment' ? find(above) : undefined
  const { kind, found } = deployment ?? own
  if (kind.rules.scale === undefined) throw new SyncError(`${kind.resource} does not implement the scale subresource`)
  return { uid: found.metadata.uid, replicas: kind.rules.scale.read(found).replicas }
}

/** getExpectedScale: the replicas of all controllers of these Pods; Pods without one do not count. */
function expectedScale(pods: readonly Pod[], view: View, kindOf: KindOf): { count: number; unmanaged: boolean } {
  const known = new Map<string, number>()
  let unmanaged = false
  const seen = new Set<string>()
  for (const pod of pods) {
    const reference = controllerOf(pod)
    if (reference === undefined) unmanaged = true
    if (reference === undefined || seen.has(reference.uid)) continue
    seen.add(reference.uid)
    const { uid, replicas } = scaled(pod, reference, view, kindOf)
    known.set(uid, replicas)
  }
  return { count: [...known.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged }
}

interface Wanted {
  readonly expectedPods: number
  readonly desiredHealthy: number
  readonly unmanaged: boolean
}

/** getExpectedPodCount. Both percentages are rounded up. */
function wantedOf({ spec = {} }: PodDisruptionBudget, pods: readonly Pod[], view: View, kindOf: KindOf): Wanted {
  const { minAvailable: least, maxUnavailable: most } = spec
  if (most === undefined && typeof least === 'number') {
    return { expectedPods: pods.length, desiredHealthy: least, unmanaged: false }
  }
  if (most === undefined && least === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: false }
  const { count, unmanaged } = expectedScale(pods, view, kindOf)
  const desired = most === undefined ? resolve(least ?? 0, count, 'up') : count - resolve(most, count, 'up')
  return { expectedPods: count, desiredHealthy: Math.max(0, desired), unmanaged }
}

/** buildDisruptedPodMap: the evictions that have been allowed and have not begun. */
function pending({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): Map<string, string> {
  const found = new Map<string, string>()
  for (const pod of pods) {
    const since = status?.disruptedPods?.[pod.metadata.name]
    if (since === undefined || isDeleting(pod) || Date.parse(since) + DELETION_TIMEOUT_MS < now) continue
    found.set(pod.metadata.name, since)
  }
  return found
}

function counted(budget: PodDisruptionBudget, pods: readonly Pod[], wanted: Wanted, now: number): Change[] {
  const { expectedPods, desiredHealthy } = wanted
  const disrupted = pending(budget, pods, now)
  const healthy = pods.filter((pod) => !isDeleting(pod) && !disrupted.has(pod.metadata.name) && isReady(pod))
  const currentHealthy = healthy.length
  const left = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  const status: PodDisruptionBudgetStatus = {
    ...budget.status,
    observedGeneration: budget.metadata.generation ?? 0,
    disruptedPods: Object.fromEntries(disrupted),
    disruptionsAllowed: left,
    currentHealthy,
    desiredHealthy,
    expectedPods,
  }
  const times = [...disrupted.values()].map((since) => Date.parse(since) + DELETION_TIMEOUT_MS)
  const conditions = disruptionAllowed(status, now)
  return [
    { do: 'status', object: budget, status: { ...status, conditions } },
    ...(times.length === 0 ? [] : [{ do: 'again', at: Math.min(...times) + 1 } as const]),
  ]
}

/** failSafe: where it cannot be counted nothing is allowed, until a Pod changes. It is said once. */
function failed(budget: PodDisruptionBudget, message: string, now: number): Change[] {
  const said = budget.status?.conditions?.some((one) => one.reason === 'SyncFailed' && one.message === message)
  if (said === true) return []
  const status = { ...budget.status, disruptionsAllowed: 0 } as PodDisruptionBudgetStatus // the rest stays
  return [
    warning(budget, 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${message}`),
    { do: 'status', object: budget, status: { ...status, conditions: disruptionAllowed(status, now, message) } },
  ]
}

const warning = (about: Resource, reason: string, message: string): Change => ({
  do: 'event',
  about,
  type: 'Warning',
  reason,
  message,
})

const UNMANAGED =
  'were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'

/** What a person should know of a budget, told when it is first counted. */
function remarks(budget: PodDisruptionBudget, pods: readonly Pod[], { unmanaged }: Wanted): Change[] {
  if ((budget.status?.observedGeneration ?? 0) >= (budget.metadata.generation ?? 0)) return []
  const none: Change = {
    do: 'event',
    about: budget,
    type: 'Normal',
    reason: 'NoPods',
    message: 'No matching pods found',
  }
  return [
    ...(pods.length === 0 ? [none] : []),
    ...(unmanaged ? [warning(budget, 'UnmanagedPods', `Pods selected by this PodDisruptionBudget ${UNMANAGED}`)] : []),
  ]
}

export const disruptionBudget = (kindOf: KindOf): Controller<PodDisruptionBudget> => ({
  name: 'disruption-controller',
  resource: BUDGETS,
  wakes: { pods: ({ before, after }, view) => wake([before, after], view) },
  reconcile(budget, view) {
    if (isDeleting(budget)) return []
    const selector = selectorOf(budget.spec?.selector)
    const pods = view
      .list<Pod>('pods', budget.metadata.namespace)
      .filter((pod) => matches(selector, pod.metadata.labels))
    try {
      const wanted = wantedOf(budget, pods, view, kindOf)
      return [...remarks(budget, pods, wanted), ...counted(budget, pods, wanted, view.now)]
    } catch (error) {
      if (error instanceof SyncError) return failed(budget, error.message, view.now)
      throw error
    }
  },
})
