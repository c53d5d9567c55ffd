import type { Kind } from '../../api/kinds/kind.ts'
import { disruptionAllowed } from '../../api/kinds/poddisruptionbudget.ts'
import { forbidden, notFound, untranslated } from '../../api/meta/failures.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, PodCondition, PodDisruptionBudget } from '../../api/schema/types.generated.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import { checkPreconditions } from './delete.ts'
import type { Caller, DeleteOptions, Draft, Registry } from './registry.ts'

/**
 * POST pods/NAME/eviction: a DELETE that asks the Pod's disruption budget first. EvictionREST of
 * pkg/registry/core/pod/storage/eviction.go; the budget's count and the deletion are one transaction here, so there is
 * nothing to retry.
 */

export interface EvictionKinds {
  readonly pods: Kind
  readonly budgets: Kind
}

/** Evictions that the disruption controller has not seen end; more are refused. */
const MOST_DISRUPTED = 2000
const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."

/** Throws 404, 409 where a precondition fails, and 429 where a budget does not allow it. */
export function evict(
  registry: Registry,
  kinds: EvictionKinds,
  tx: Tx,
  caller: Caller,
  key: Key,
  options: DeleteOptions,
): void {
  const row = tx.get(key)
  if (row === undefined) throw notFound('pods', key.name)
  const pod = row.object as Pod // the key names a Pod
  if (!hasEnded(pod)) {
    const budget = budgetOf(tx, pod)
    if (budget !== undefined && !mayGoAnyway(pod, budget)) spend(registry, kinds, tx, caller, budget, pod, options)
  }
  end(registry, kinds, tx, caller, key, row, options)
}

/** What runs nowhere, or is on its way out, disrupts nothing. */
const hasEnded = (pod: Pod): boolean =>
  ['Succeeded', 'Failed', 'Pending'].includes(pod.status?.phase ?? '') || isDeleting(pod)

function budgetOf(tx: Tx, pod: Pod): PodDisruptionBudget | undefined {
  const namespace = pod.metadata.namespace ?? ''
  const budgets = tx
    .list({ resource: 'poddisruptionbudgets.policy', namespace })
    .map(({ object }) => object as PodDisruptionBudget) // the resource is of that kind
    .filter(({ spec }) => matches(selectorOf(spec?.selector), pod.metadata.labels))
  if (budgets.length > 1) {
    throw untranslated(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  return budgets[0]
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true

/** A Pod that is not healthy counts in no budget: it goes where the policy, or the health of the others, lets it. */
function mayGoAnyway(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

function refusal(error: StatusError, message: string): StatusError {
  const causes = [{ reason: 'DisruptionBudget', message }]
  return new StatusError(error.reason, error.message, { ...error.details, causes })
}

const tooMany = (message: string, retryAfterSeconds?: number): StatusError =>
  refusal(
    new StatusError('TooManyRequests', REFUSED, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    message,
  )

/** Why a budget that allows nothing does so. */
function why({ metadata: { name }, status }: PodDisruptionBudget): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status ?? {}
  const said = conditions.find(({ type }) => type === 'DisruptionAllowed')
  const because = said?.status === 'False' && said.message !== '' ? said : undefined
  const begin = `The disruption budget ${name} does not allow evicting pods currently`
  if (because?.reason === 'SyncFailed') return `${begin} because it failed sync: ${because.message}`
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  }
  return because === undefined ? begin : `${begin} (${because.reason}): ${because.message}`
}

/** `checkAndDecrement`, the check. */
function checkAllowed(budget: PodDisruptionBudget): void {
  const { name, generation = 0 } = budget.metadata
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = budget.status ?? {}
  const refuse = (text: string, cause: string): StatusError =>
    refusal(
      forbidden('poddisruptionbudget.policy', name, text),
      `The disruption budget ${name} does not allow evicting pods currently: ${cause}`,
    )
  if (observedGeneration < generation) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10)
  }
  if (disruptionsAllowed < 0) {
    const text = 'pdb disruptions allowed is negative'
    throw refuse(text, text)
  }
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED) {
    const text = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    throw refuse(text, 'too many pending evictions not confirmed by PDB controller')
  }
  if (disruptionsAllowed === 0) throw tooMany(why(budget))
}

/** Takes one disruption off the budget, and notes which Pod has it until the controller sees it go. */
function spend(
  registry: Registry,
  { budgets }: EvictionKinds,
  tx: Tx,
  caller: Caller,
  budget: PodDisruptionBudget,
  pod: Pod,
  { dryRun }: DeleteOptions,
): void {
  checkAllowed(budget)
  if (dryRun === true) return
  const { name, namespace = '' } = budget.metadata
  const left = budget.status.disruptionsAllowed - 1
  const status = {
    ...budget.status,
    disruptionsAllowed: left,
    disruptedPods: { ...budget.status.disruptedPods, [pod.metadata.name]: rfc3339(caller.now) },
  }
  const conditions = left > 0 ? {} : { conditions: disruptionAllowed(status, caller.now) }
  const next: Draft & { status: object } = { ...budget, status: { ...status, ...conditions } }
  registry.update(tx, caller, budgets, { resource: budgets.resource, namespace, name }, 'status', () => next)
}

/** `addConditionAndDeletePod`: the Pod says why it goes. */
function end(
  registry: Registry,
  { pods }: EvictionKinds,
  tx: Tx,
  caller: Caller,
  key: Key,
  row: Row,
  { preconditions, ...options }: DeleteOptions,
): void {
  checkPreconditions(pods, key, row, { preconditions: preconditions ?? {} })
  if (options.dryRun !== true) registry.update(tx, caller, pods, key, 'status', (old) => disrupted(old, caller.now))
  registry.delete(tx, caller, pods, key, options)
}

function disrupted(object: Resource, now: number): Draft {
  const pod = object as Pod // the key names a Pod
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  }
  const conditions = pod.status?.conditions ?? []
  const before = conditions.find(({ type }) => type === condition.type)
  const since = before?.status === 'True' ? { lastTransitionTime: before.lastTransitionTime } : {}
  const others = conditions.filter((one) => one !== before)
  const next: Draft & { status: object } = {
    ...pod,
    status: { ...pod.status, conditions: [...others, { ...condition, ...since }] },
  }
  return next
}
