import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  invalidValue,
  invalidWhole,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../meta/field-error.ts'
import { byteLength, goQuote } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../schema/types.generated.ts'
import { countIndexes, IndexesError } from './job-indexes.ts'
import { nonNegative } from './numbers.ts'

/** When a Job has failed, and when it has succeeded: pkg/apis/batch/validation. */

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']
const MOST_RULES = 20
const MOST_CODES = 255
const MOST_INDEXES_BYTES = 64 * 1024

/** A list as Go's %q prints it. */
const among = (known: readonly string[]): string => `valid values: [${known.map(goQuote).join(' ')}]`

function known(value: string | undefined, values: readonly string[], at: Path, errors: FieldError[]): void {
  if (!value) errors.push(required(at, among(values)))
  else if (!values.includes(value)) errors.push(notSupported(at, value, values))
}

function exitCodes(
  { operator, values = [], containerName }: PodFailurePolicyOnExitCodesRequirement,
  names: readonly string[],
  at: Path,
  errors: FieldError[],
): void {
  known(operator, OPERATORS, at.child('operator'), errors)
  if (containerName !== undefined && !names.includes(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalidValue(at.child('containerName'), containerName, why))
  }
  const here = at.child('values')
  if (values.length === 0) errors.push(invalidValue(here, values, 'at least one value is required'))
  if (values.length > MOST_CODES) errors.push(tooMany(here, values.length, MOST_CODES))
  const seen = new Set<number>()
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalidValue(here.index(i), value, 'must not be 0 for the In operator'))
    }
    if (seen.has(value)) errors.push(duplicate(here.index(i), value))
    seen.add(value)
  })
  const ordered = values.every((value, i) => i === 0 || (values[i - 1] ?? value) <= value)
  if (!ordered) errors.push(invalidValue(here, values, 'must be ordered'))
}

function conditions(list: readonly PodFailurePolicyOnPodConditionsPattern[], at: Path, errors: FieldError[]): void {
  if (list.length > MOST_RULES) errors.push(tooMany(at, list.length, MOST_RULES))
  list.forEach(({ type = '', status }, i) => {
    errors.push(...eachInvalid(at.index(i).child('type'), type, qualifiedNameErrors(type)))
    known(status, STATUSES, at.index(i).child('status'), errors)
  })
}

function failureRule(
  rule: PodFailurePolicyRule,
  perIndex: boolean,
  names: readonly string[],
  at: Path,
  errors: FieldError[],
): void {
  const { action, onExitCodes, onPodConditions = [] } = rule
  if (action !== 'FailIndex') known(action, ACTIONS, at.child('action'), errors)
  else if (!perIndex) {
    errors.push(invalidValue(at.child('action'), action, 'requires the backoffLimitPerIndex to be set'))
  }
  if (onExitCodes !== undefined) exitCodes(onExitCodes, names, at.child('onExitCodes'), errors)
  conditions(onPodConditions, at.child('onPodConditions'), errors)
  const both = 'specifying both OnExitCodes and OnPodConditions is not supported'
  const neither = 'specifying one of OnExitCodes and OnPodConditions is required'
  if (onExitCodes !== undefined && onPodConditions.length > 0) errors.push(invalidWhole(at, both))
  if (onExitCodes === undefined && onPodConditions.length === 0) errors.push(invalidWhole(at, neither))
}

/** `validatePodFailurePolicy`; `at` is the policy's path. */
export function failurePolicyErrors(spec: JobSpec, at: Path): FieldError[] {
  const { podFailurePolicy: policy, template } = spec
  if (policy === undefined) return []
  const rules = policy.rules ?? []
  const { containers = [], initContainers = [] } = template?.spec ?? { containers: [] }
  const names = [...containers, ...initContainers].map(({ name }) => name)
  const errors: FieldError[] = []
  const here = at.child('rules')
  if (rules.length > MOST_RULES) errors.push(tooMany(here, rules.length, MOST_RULES))
  rules.forEach((rule, i) => failureRule(rule, spec.backoffLimitPerIndex !== undefined, names, here.index(i), errors))
  return errors
}

/** How many indexes the rule names; none where its text cannot be read, which is an error of its own. */
function named(text: string, completions: number, at: Path, errors: FieldError[]): number {
  if (byteLength(text) > MOST_INDEXES_BYTES) errors.push(tooLong(at, MOST_INDEXES_BYTES))
  try {
    return countIndexes(text, completions)
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error
    errors.push(invalidValue(at, text, `error parsing succeededIndexes: ${error.message}`))
    return 0
  }
}

function successRule(rule: SuccessPolicyRule, completions: number, at: Path, errors: FieldError[]): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule
  if (count === undefined && indexes === undefined) {
    errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'))
  }
  const total = indexes === undefined ? 0 : named(indexes, completions, at.child('succeededIndexes'), errors)
  if (count === undefined) return
  const here = at.child('succeededCount')
  errors.push(...nonNegative(here, count))
  if (count > completions) {
    const why = `must be less than or equal to ${completions} (the number of specified completions)`
    errors.push(invalidValue(here, count, why))
  }
  if (indexes !== undefined && count > total) {
    const why = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
    errors.push(invalidValue(here, count, why))
  }
}

/** `validateSuccessPolicy`: of an Indexed Job. */
export function successPolicyErrors({ successPolicy, completions = 0 }: JobSpec, at: Path): FieldError[] {
  const rules = successPolicy?.rules ?? []
  const errors: FieldError[] = []
  const here = at.child('rules')
  if (rules.length === 0) {
    errors.push(required(here, 'at least one rules must be specified when the successPolicy is specified'))
  }
  if (rules.length > MOST_RULES) errors.push(tooMany(here, rules.length, MOST_RULES))
  rules.forEach((rule, i) => successRule(rule, completions, here.index(i), errors))
  return errors
}
