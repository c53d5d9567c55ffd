import { type FieldError, type Path, invalidValue, notSupported, required, tooLong } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import type { JobSpec } from '../schema/types.generated.ts'
import { domainPathErrors } from '../meta/domains.ts'
import { internal } from './internal.ts'
import { failurePolicyErrors, successPolicyErrors } from './job-policy.ts'
import { nonNegative } from './numbers.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { templateWarnings } from './workload.ts'

/** What a Job and a CronJob's template have in common: validateJobSpec of pkg/apis/batch/validation. */

const MOST_PARALLEL = 100_000
const MOST_FAILED = 100_000
const MANY = 100_000
const MOST_WITH_MANY = 10_000
const LONGEST_MANAGER = 63
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

export const isIndexed = ({ completionMode }: Pick<JobSpec, 'completionMode'>): boolean => completionMode === 'Indexed'

/** Very many indexes make long statuses, so they come with limits. */
function manyIndexes(spec: JobSpec, at: Path): FieldError[] {
  const { parallelism = 0, completions = 0, maxFailedIndexes: most } = spec
  if (completions <= MANY || spec.backoffLimitPerIndex === undefined) return []
  const limit = `must be less than or equal to ${MOST_WITH_MANY} when completions are above ${MANY} and used with backoff limit per index`
  return [
    ...(most === undefined
      ? [required(at.child('maxFailedIndexes'), `must be specified when completions is above ${MANY}`)]
      : []),
    ...(parallelism > MOST_WITH_MANY ? [invalidValue(at.child('parallelism'), parallelism, limit)] : []),
    ...((most ?? 0) > MOST_WITH_MANY ? [invalidValue(at.child('maxFailedIndexes'), most, limit)] : []),
  ]
}

function indexedErrors(spec: JobSpec, at: Path): FieldError[] {
  const { parallelism = 0, completions, maxFailedIndexes: most = 0 } = spec
  const failed = at.child('maxFailedIndexes')
  const wide = `must be less than or equal to ${MOST_PARALLEL} when completion mode is Indexed`
  return [
    ...(completions === undefined ? [required(at.child('completions'), 'when completion mode is Indexed')] : []),
    ...(parallelism > MOST_PARALLEL ? [invalidValue(at.child('parallelism'), parallelism, wide)] : []),
    ...(completions !== undefined && most > completions
      ? [invalidValue(failed, most, 'must be less than or equal to completions')]
      : []),
    ...(most > MOST_FAILED ? [invalidValue(failed, most, `must be less than or equal to ${MOST_FAILED}`)] : []),
    ...manyIndexes(spec, at),
  ]
}

function modeErrors(spec: JobSpec, at: Path): FieldError[] {
  const { completionMode: mode } = spec
  if (mode === 'Indexed') return indexedErrors(spec, at)
  const known = ['NonIndexed', 'Indexed']
  if (mode !== undefined && !known.includes(mode)) return [notSupported(at.child('completionMode'), mode, known)]
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((field) =>
    spec[field] === undefined ? [] : [invalidValue(at.child(field), spec[field], 'requires indexed completion mode')],
  )
}

function successErrors(spec: JobSpec, at: Path): FieldError[] {
  const { successPolicy: policy } = spec
  if (policy === undefined) return []
  if (isIndexed(spec)) return successPolicyErrors(spec, at)
  return [invalidValue(at, internal('SuccessPolicy', policy), 'requires indexed completion mode')]
}

/** With a failure policy only Pods that have failed are replaced. */
function replacementErrors({ podReplacementPolicy: policy, podFailurePolicy }: JobSpec, at: Path): FieldError[] {
  if (policy === undefined) return []
  const known = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  return known.includes(policy) ? [] : [notSupported(at, policy, known)]
}

/** A template that says nothing has been defaulted to Always, so that is told as a missing value. */
function restartErrors({ template, podFailurePolicy }: JobSpec, at: Path): FieldError[] {
  const policy = template?.spec?.restartPolicy ?? ''
  const known = ['OnFailure', 'Never']
  if (policy === '' || policy === 'Always') return [required(at, 'valid values: "OnFailure", "Never"')]
  if (!known.includes(policy)) return [notSupported(at, policy, known)]
  if (podFailurePolicy === undefined || policy === 'Never') return []
  return [invalidValue(at, policy, 'only "Never" is supported when podFailurePolicy is specified')]
}

function managerErrors({ managedBy }: JobSpec, at: Path): FieldError[] {
  if (managedBy === undefined) return []
  const long = byteLength(managedBy) > LONGEST_MANAGER ? [tooLong(at, LONGEST_MANAGER)] : []
  return [...domainPathErrors(at, managedBy), ...long]
}

/** All but the selector; `at` is the spec's path, `old` what it replaces. */
export function jobSpecErrors(spec: JobSpec, at: Path, old?: JobSpec): FieldError[] {
  const limited = spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
  const template = at.child('template')
  return [
    ...COUNTS.flatMap((field) => nonNegative(at.child(field), spec[field])),
    ...(limited ? [required(at.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified')] : []),
    ...managerErrors(spec, at.child('managedBy')),
    ...modeErrors(spec, at),
    ...failurePolicyErrors(spec, at.child('podFailurePolicy')),
    ...successErrors(spec, at.child('successPolicy')),
    ...replacementErrors(spec, at.child('podReplacementPolicy')),
    ...templateSpecErrors(spec.template, template, old?.template),
    ...restartErrors(spec, template.child('spec').child('restartPolicy')),
  ]
}

/** `WarningsForJobSpec` of pkg/api/job. */
export function jobSpecWarnings(spec: JobSpec, at: Path): string[] {
  const { completions = 0, parallelism = 0 } = spec
  const untrackable =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  const many = isIndexed(spec) && completions > MANY && parallelism > MOST_WITH_MANY
  return [...(many ? [untrackable] : []), ...templateWarnings(spec.template, at.child('template'))]
}
