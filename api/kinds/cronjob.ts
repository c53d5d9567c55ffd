import { CronError, parseSchedule } from '../cron/parse.ts'
import { isZone } from '../cron/zone.ts'
import { Path, type FieldError, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import type { CronJob, CronJobSpec } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { jobSpecErrors, jobSpecWarnings } from './job-spec.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { same } from './same.ts'
import { nameWarnings, printedSelector } from './workload.ts'

const SPEC = Path.of('spec')
const TEMPLATE = SPEC.child('jobTemplate').child('spec')
/** A Job's name is the CronJob's with eleven characters more. */
const LONGEST_NAME = 52

function prepared(cronjob: CronJob): CronJob {
  const { jobTemplate } = cronjob.spec
  if (jobTemplate?.spec?.template === undefined) return cronjob
  const spec = { ...jobTemplate.spec, template: preparedTemplate(jobTemplate.spec.template) }
  return { ...cronjob, spec: { ...cronjob.spec, jobTemplate: { ...jobTemplate, spec } } }
}

function cronErrors(text: string, at: Path): FieldError[] {
  try {
    parseSchedule(text)
    return []
  } catch (error) {
    if (error instanceof CronError) return [invalidValue(at, text, error.message)]
    throw error
  }
}

/** `validateScheduleFormat`: a zone in the text was never meant to work; who has one may keep it. */
function scheduleErrors({ schedule = '', timeZone }: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const at = SPEC.child('schedule')
  if (schedule === '') return [required(at)]
  const errors = cronErrors(schedule, at)
  if (!schedule.includes('TZ')) return errors
  if (old?.schedule?.includes('TZ') !== true) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    return [...errors, invalidValue(at, schedule, why)]
  }
  const both = 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
  return timeZone === undefined ? errors : [...errors, invalidValue(at, schedule, both)]
}

/** `validateTimeZone`: https://data.iana.org/time-zones/theory.html#naming */
function zoneErrors({ timeZone: zone }: CronJobSpec): FieldError[] {
  const at = SPEC.child('timeZone')
  if (zone === undefined) return []
  if (zone === '') return [invalidValue(at, zone, 'timeZone must be nil or non-empty string')]
  const unknown = invalidValue(at, zone, `unknown time zone ${zone}`)
  const isName = (part: string): boolean =>
    part !== '.' && part !== '..' && !part.startsWith('-') && /^[A-Za-z.\-_0-9+]{1,14}$/.test(part)
  if (!zone.split('/').every(isName)) return [unknown]
  const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
  return [
    ...(zone.toLowerCase() === 'local' ? [invalidValue(at, zone, why)] : []),
    // `Local` itself is a zone to Go: that of the machine.
    ...(zone === 'Local' || isZone(zone) ? [] : [unknown]),
  ]
}

function concurrencyErrors({ concurrencyPolicy: policy }: CronJobSpec): FieldError[] {
  const at = SPEC.child('concurrencyPolicy')
  const known = ['Allow', 'Forbid', 'Replace']
  if (!policy) return [required(at)]
  return known.includes(policy) ? [] : [notSupported(at, policy, known)]
}

/** `ValidateJobTemplateSpec`. */
function templateErrors({ jobTemplate }: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const { selector, manualSelector } = jobTemplate?.spec ?? {}
  const generated = '`selector` will be auto-generated'
  return [
    ...jobSpecErrors(jobTemplate?.spec ?? {}, TEMPLATE, old?.jobTemplate?.spec),
    ...(selector === undefined ? [] : [invalidValue(TEMPLATE.child('selector'), printedSelector(selector), generated)]),
    ...(manualSelector === true ? [notSupported(TEMPLATE.child('manualSelector'), true, ['nil', 'false'])] : []),
  ]
}

/** `validateCronJobSpec` of pkg/apis/batch/validation. */
const specErrors = (spec: CronJobSpec, old: CronJobSpec | undefined): FieldError[] => [
  ...scheduleErrors(spec, old),
  ...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds),
  ...(old !== undefined && old.timeZone === spec.timeZone ? [] : zoneErrors(spec)),
  ...concurrencyErrors(spec),
  ...templateErrors(spec, old),
  ...nonNegative(SPEC.child('successfulJobsHistoryLimit'), spec.successfulJobsHistoryLimit),
  ...nonNegative(SPEC.child('failedJobsHistoryLimit'), spec.failedJobsHistoryLimit),
]

const nameErrors = (name: string): FieldError[] =>
  byteLength(name) > LONGEST_NAME
    ? [invalidValue('metadata.name', name, `must be no more than ${LONGEST_NAME} characters`)]
    : []

function warn(cronjob: CronJob, old?: CronJob): string[] {
  const { schedule = '', jobTemplate } = cronjob.spec
  const zoned =
    'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
  const changed = old === undefined || !same(cronjob.spec, old.spec)
  return [
    ...(old === undefined ? nameWarnings(cronjob.metadata.name) : []),
    ...(changed && jobTemplate?.spec !== undefined ? jobSpecWarnings(jobTemplate.spec, TEMPLATE) : []),
    ...(schedule.includes('TZ') ? [zoned] : []),
  ]
}

export const cronjobs = declare<CronJob>('cronjobs.batch', {
  prepareCreate: prepared,
  prepareUpdate: (cronjob, _old, { operation }: HookContext) => (operation === 'status' ? cronjob : prepared(cronjob)),
  validate: ({ metadata, spec }, { operation }) =>
    operation === 'create' ? [...specErrors(spec, undefined), ...nameErrors(metadata.name)] : [],
  validateUpdate: ({ spec }, old) => specErrors(spec, old.spec),
  validateStatus: () => [],
  warn,
})
