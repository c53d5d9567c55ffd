import { Path, type FieldError, invalidValue, notSupported } from '../meta/field-error.ts'
import { pathSegmentErrors } from '../meta/names.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import { rfc3339 } from '../meta/time.ts'
import type { Condition, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../schema/types.generated.ts'
import { conditionsErrors } from './conditions.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import { nonNegative } from './numbers.ts'
import { atMostAll, countOrPercent } from './workload.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

/** `ValidatePodDisruptionBudgetSpec` of pkg/apis/policy/validation. */
function validate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec
  const errors: FieldError[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const why = 'minAvailable and maxUnavailable cannot be both set'
    errors.push(invalidValue(SPEC, internal('PodDisruptionBudgetSpec', spec), why))
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field]
    if (value === undefined) continue
    errors.push(...countOrPercent(SPEC.child(field), value), ...atMostAll(SPEC.child(field), value))
  }
  errors.push(...labelSelectorErrors(selector, SPEC.child('selector')))
  if (policy !== undefined && !POLICIES.includes(policy)) {
    errors.push(notSupported(SPEC.child('unhealthyPodEvictionPolicy'), policy, POLICIES))
  }
  return errors
}

export const poddisruptionbudgets = declare<PodDisruptionBudget>('poddisruptionbudgets.policy', {
  // Nothing of this kind's own is asked of its name, so only what every name must be counts.
  validateName: pathSegmentErrors,
  validate,
  validateStatus: ({ status }) => [
    ...conditionsErrors(status?.conditions, STATUS.child('conditions')),
    ...(['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).flatMap((field) =>
      nonNegative(STATUS.child(field), status?.[field]),
    ),
  ],
})

/**
 * The conditions of a status with what it allows said among them (UpdateDisruptionAllowedCondition of component-helpers);
 * `failure` says why it could not be counted. `now` in milliseconds.
 */
export function disruptionAllowed(status: PodDisruptionBudgetStatus, now: number, failure?: string): Condition[] {
  const { conditions = [], disruptionsAllowed, observedGeneration = 0 } = status
  const allowed = failure === undefined && disruptionsAllowed > 0
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed')
  const value = allowed ? 'True' : 'False'
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: value,
    observedGeneration,
    lastTransitionTime: before?.status === value ? before.lastTransitionTime : rfc3339(now),
    reason: failure !== undefined ? 'SyncFailed' : allowed ? 'SufficientPods' : 'InsufficientPods',
    message: failure ?? '',
  }
  return before === undefined ? [...conditions, next] : conditions.map((one) => (one === before ? next : one))
}
