import { Path, type FieldError, duplicate, invalidValue, invalidWhole, required } from '../meta/field-error.ts'
import { goTime } from '../meta/time.ts'
import type { Job } from '../schema/types.generated.ts'
import { internal } from './internal.ts'
import { countIndexes, IndexesError, overlap } from './job-indexes.ts'
import { isIndexed } from './job-spec.ts'
import { nonNegative } from './numbers.ts'
import { same } from './same.ts'

/**
 * What a write of a Job's status may say: validateJobStatus and ValidateJobStatusUpdate of pkg/apis/batch/validation. A
 * rule counts only where the write changes what it is about (getStatusValidationOptions of pkg/registry/batch/job), so
 * that a status which breaks one can still be written on.
 */

const STATUS = Path.of('status')
const CONDITIONS = STATUS.child('conditions')
const COMPLETION = STATUS.child('completionTime')

type Condition = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet'

const is = ({ status }: Job, type: Condition): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
const isFinished = (job: Job): boolean => is(job, 'Complete') || is(job, 'Failed')

/** A job with what a write changes of it. */
interface Write {
  readonly job: Job
  readonly old: Job
  changed(...fields: (keyof Job['status'])[]): boolean
  turned(...types: Condition[]): boolean
  readonly finishes: boolean
}

const writeOf = (job: Job, old: Job): Write => ({
  job,
  old,
  changed: (...fields) => fields.some((field) => !same(job.status?.[field], old.status?.[field])),
  turned: (...types) => types.some((type) => is(job, type) !== is(old, type)),
  finishes: isFinished(job) !== isFinished(old),
})

const when = (wrong: boolean, error: () => FieldError): FieldError[] => (wrong ? [error()] : [])
const aboutConditions = (wrong: boolean, why: string): FieldError[] => when(wrong, () => invalidWhole(CONDITIONS, why))

function uncounted({ status }: Job): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const list of ['succeeded', 'failed'] as const) {
    status?.uncountedTerminatedPods?.[list]?.forEach((uid, i) => {
      const at = STATUS.child('uncountedTerminatedPods').child(list).index(i)
      if (uid === '') errors.push(invalidValue(at, uid, 'must not be empty'))
      else if (seen.has(uid)) errors.push(duplicate(at, uid))
      seen.add(uid)
    })
  }
  return errors
}

function times({ job, turned, changed }: Write): FieldError[] {
  const { startTime: start, completionTime: end } = job.status ?? {}
  const complete = is(job, 'Complete')
  const about = turned('Complete') || changed('completionTime')
  const wrong = (why: string): FieldError => invalidWhole(COMPLETION, `${goTime(end ?? '')}: ${why}`)
  const early = start !== undefined && end !== undefined && Date.parse(end) < Date.parse(start)
  return [
    ...when(about && end !== undefined && !complete, () =>
      wrong('cannot set completionTime when there is no Complete=True condition'),
    ),
    ...when(about && end === undefined && complete, () =>
      required(COMPLETION, 'completionTime is required for Complete jobs'),
    ),
    ...when(early && changed('startTime', 'completionTime'), () =>
      wrong('completionTime cannot be set before startTime'),
    ),
  ]
}

/** A Job that has ended has nothing left that runs. */
function finished({ job, finishes, changed }: Write): FieldError[] {
  if (!isFinished(job)) return []
  const { active = 0, startTime, uncountedTerminatedPods: left } = job.status
  const { suspend, completions } = job.spec
  const neverRan = suspend === true && completions === 0
  const some = (left?.failed ?? []).length + (left?.succeeded ?? []).length > 0
  return [
    ...when((finishes || changed('active')) && active > 0, () =>
      invalidValue(STATUS.child('active'), active, 'active>0 is invalid for finished job'),
    ),
    ...when((finishes || changed('startTime')) && startTime === undefined && !neverRan, () =>
      required(STATUS.child('startTime'), 'startTime is required for finished job'),
    ),
    ...when((finishes || changed('uncountedTerminatedPods')) && some, () => {
      const why = 'uncountedTerminatedPods needs to be empty for finished job'
      return invalidValue(STATUS.child('uncountedTerminatedPods'), internal('UncountedTerminatedPods', left ?? {}), why)
    }),
  ]
}

function indexesErrors(field: 'completedIndexes' | 'failedIndexes', text: string, completions: number): FieldError[] {
  try {
    countIndexes(text, completions)
    return []
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error
    return [invalidValue(STATUS.child(field), text, `error parsing ${field}: ${error.message}`)]
  }
}

function indexes({ job, changed }: Write): FieldError[] {
  const { completedIndexes: completed = '', failedIndexes: failed } = job.status ?? {}
  const { completions, backoffLimitPerIndex: perIndex } = job.spec
  const [first, second] = [changed('completedIndexes'), changed('failedIndexes')]
  const errors: FieldError[] = []
  if (first && completions !== undefined) errors.push(...indexesErrors('completedIndexes', completed, completions))
  if (second && completions !== undefined && perIndex !== undefined && failed !== undefined) {
    errors.push(...indexesErrors('failedIndexes', failed, completions))
  }
  if (first && completed !== '' && !isIndexed(job.spec)) {
    const why = 'cannot set non-empty completedIndexes when non-indexed completion mode'
    errors.push(invalidValue(STATUS.child('completedIndexes'), completed, why))
  }
  if (second && perIndex === undefined && failed !== undefined) {
    const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
    errors.push(invalidValue(STATUS.child('failedIndexes'), failed, why))
  }
  if ((first || second) && completions !== undefined && failed !== undefined) {
    const at = overlap(completed, failed, completions)
    const why = `failedIndexes and completedIndexes overlap at index: ${at}`
    if (at !== undefined) errors.push(invalidValue(STATUS.child('failedIndexes'), failed, why))
  }
  return errors
}

/** Conditions that exclude each other. */
const contradictions = ({ job, turned }: Write): FieldError[] => [
  ...aboutConditions(
    turned('Complete', 'Failed') && is(job, 'Complete') && is(job, 'Failed'),
    'cannot set Complete=True and Failed=true conditions',
  ),
  ...aboutConditions(
    turned('Complete', 'FailureTarget') && is(job, 'Complete') && is(job, 'FailureTarget'),
    'cannot set Complete=True and FailureTarget=true conditions',
  ),
]

/** Conditions that another must announce. */
const unannounced = ({ job, turned }: Write): FieldError[] => [
  ...aboutConditions(
    turned('Failed', 'FailureTarget') && is(job, 'Failed') && !is(job, 'FailureTarget'),
    'cannot set Failed=True condition without the FailureTarget=true condition',
  ),
  ...aboutConditions(
    turned('Complete', 'SuccessCriteriaMet') && is(job, 'Complete') && !is(job, 'SuccessCriteriaMet'),
    'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  ),
]

function pods({ job, finishes, changed }: Write): FieldError[] {
  const { terminating = 0, ready = 0, active = 0 } = job.status ?? {}
  return [
    ...when((finishes || changed('terminating')) && terminating > 0 && isFinished(job), () =>
      invalidValue(STATUS.child('terminating'), terminating, 'terminating>0 is invalid for finished job'),
    ),
    ...when(changed('ready', 'active') && ready > active, () =>
      invalidValue(STATUS.child('ready'), ready, 'cannot set more ready pods than active'),
    ),
  ]
}

function success({ job }: Write): FieldError[] {
  const met = is(job, 'SuccessCriteriaMet')
  const early = job.spec.successPolicy !== undefined && !met && is(job, 'Complete')
  return [
    ...aboutConditions(met && is(job, 'Failed'), 'cannot set SuccessCriteriaMet=True and Failed=true conditions'),
    ...aboutConditions(
      met && is(job, 'FailureTarget'),
      'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
    ),
    ...aboutConditions(early, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'),
  ]
}

/** What has been said of a Job is not taken back. */
function undone({ job, old }: Write): FieldError[] {
  const { succeeded = 0, failed = 0, startTime, completionTime: end } = job.status ?? {}
  const before = old.status ?? {}
  const scalable = isIndexed(job.spec) && job.spec.completions === job.spec.parallelism
  const started = before.startTime !== undefined && before.startTime !== startTime && job.spec.suspend !== true
  return [
    ...(['Failed', 'Complete', 'FailureTarget'] as const).flatMap((type) =>
      aboutConditions(is(old, type) && !is(job, type), `cannot disable the terminal ${type}=True condition`),
    ),
    ...when(failed < (before.failed ?? 0), () =>
      invalidValue(STATUS.child('failed'), failed, 'cannot decrease the failed counter'),
    ),
    ...when(!scalable && succeeded < (before.succeeded ?? 0), () =>
      invalidValue(STATUS.child('succeeded'), succeeded, 'cannot decrease the succeeded counter'),
    ),
    ...when(end !== undefined && before.completionTime !== undefined && end !== before.completionTime, () =>
      invalidWhole(COMPLETION, `${goTime(end ?? '')}: completionTime cannot be mutated`),
    ),
    ...when(started, () => required(STATUS.child('startTime'), 'startTime cannot be removed for unsuspended job')),
    ...aboutConditions(
      is(old, 'SuccessCriteriaMet') && !is(job, 'SuccessCriteriaMet'),
      'cannot disable the SuccessCriteriaMet=True condition',
    ),
    ...aboutConditions(
      is(old, 'Complete') && !is(old, 'SuccessCriteriaMet') && is(job, 'SuccessCriteriaMet'),
      'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ),
  ]
}

/** `ValidateJobUpdateStatus`. */
export function jobStatusErrors(job: Job, old: Job): FieldError[] {
  const write = writeOf(job, old)
  const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const
  return [
    ...counts.flatMap((field) => nonNegative(STATUS.child(field), job.status?.[field])),
    ...uncounted(job),
    ...contradictions(write),
    ...times(write),
    ...unannounced(write),
    ...finished(write),
    ...indexes(write),
    ...pods(write),
    ...success(write),
    ...undone(write),
  ]
}
