import { Path, type FieldError, invalidValue, required } from '../meta/field-error.ts'
import { dnsLabelErrors } from '../meta/names.ts'
import { labelSelectorErrors, matches, selectorOf } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { Affinity, Container, Job, JobSpec, PodTemplateSpec } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import { isIndexed, jobSpecErrors, jobSpecWarnings } from './job-spec.ts'
import { jobStatusErrors } from './job-status.ts'
import type { HookContext } from './kind.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { same, sortedMap } from './same.ts'
import { immutableSelector, isSelector, mismatch, nameWarnings, printedSelector } from './workload.ts'

const SPEC = Path.of('spec')
const TEMPLATE = SPEC.child('template')

const NAME = 'batch.kubernetes.io/job-name'
const UID = 'batch.kubernetes.io/controller-uid'
/** Labels of a time before prefixes. */
const OLD_NAME = 'job-name'
const OLD_UID = 'controller-uid'

const prepared = (job: Job): Job =>
  job.spec?.template === undefined
    ? job
    : { ...job, spec: { ...job.spec, template: preparedTemplate(job.spec.template) } }

/** `generateSelector`: the Job's uid keeps its Pods apart from all others. What the client said stays, and is checked. */
function withSelector(job: Job): Job {
  const { template, selector, manualSelector } = job.spec
  if (manualSelector === true || template === undefined) return job
  const { name, uid } = job.metadata
  const generated = { [UID]: uid, [NAME]: name, [OLD_UID]: uid, [OLD_NAME]: name }
  const labels = sortedMap({ ...generated, ...template.metadata?.labels }) ?? {}
  const matchLabels = { [UID]: uid, ...selector?.matchLabels }
  return {
    ...job,
    // Reading a Job from the store gives it the labels of its template where it has none of its own.
    metadata: {
      ...job.metadata,
      labels: Object.keys(job.metadata.labels ?? {}).length > 0 ? job.metadata.labels : labels,
    },
    spec: {
      ...job.spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  } as Job // labels are there in both arms
}

/** `ValidateHasLabel`. */
function hasLabel(template: PodTemplateSpec, key: string, expected: string): FieldError[] {
  const at = TEMPLATE.child('metadata').child('labels')
  const value = template.metadata?.labels?.[key]
  if (value === undefined) return [required(at.key(key), `must be '${expected}'`)]
  return value === expected
    ? []
    : [invalidValue(at.key(key), sortedMap(template.metadata?.labels), `must be '${expected}'`)]
}

/** `validateGeneratedSelector`; `prefixed` is false for Jobs that were made before the labels had a prefix. */
function generatedErrors({ metadata, spec }: Job, prefixed: boolean): FieldError[] {
  const { template, selector, manualSelector } = spec
  if (manualSelector === true || selector === undefined) return []
  const { name, uid } = metadata
  const old = { [OLD_UID]: uid, [OLD_NAME]: name }
  const expected = prefixed ? { ...old, [UID]: uid, [NAME]: name } : old
  const errors = Object.entries(expected).flatMap(([key, value]) => hasLabel(template, key, value))
  if (!isSelector(selector) || matches(selectorOf(selector), expected)) return errors
  return [...errors, invalidValue(SPEC.child('selector'), printedSelector(selector), '`selector` not auto-generated')]
}

/** `ValidateJobSpec`. */
function specErrors(spec: JobSpec, old?: JobSpec): FieldError[] {
  const { selector, template } = spec
  return [
    ...jobSpecErrors(spec, SPEC, old),
    ...(selector === undefined
      ? [required(SPEC.child('selector'))]
      : labelSelectorErrors(selector, SPEC.child('selector'))),
    ...(isSelector(selector) ? mismatch(selector, template, TEMPLATE) : []),
  ]
}

/** The last Pod's host name must be one. */
function hostnameErrors({ metadata, spec }: Job): FieldError[] {
  const { completions = 0 } = spec
  if (!isIndexed(spec) || completions <= 0) return []
  const hostname = `${metadata.name}-${completions - 1}`
  if (dnsLabelErrors(hostname).length === 0) return []
  const why = `will not able to create pod with invalid DNS label: ${hostname}`
  return [invalidValue('metadata.name', metadata.name, why)]
}

/** `ValidateJob` of pkg/apis/batch/validation. */
const jobErrors = (job: Job, prefixed: boolean, old?: Job): FieldError[] => [
  ...generatedErrors(job, prefixed),
  ...specErrors(job.spec, old?.spec),
  ...hostnameErrors(job),
]

/** An Indexed Job may be scaled; any other's completions stay. */
function completionsErrors(spec: JobSpec, old: JobSpec): FieldError[] {
  const { completions, parallelism } = spec
  const at = SPEC.child('completions')
  if (completions === old.completions) return []
  if (!isIndexed(spec)) return [invalidValue(at, completions, IMMUTABLE)]
  if (completions === undefined || completions === parallelism) return []
  return [invalidValue(at, completions, 'can only be modified in tandem with spec.parallelism')]
}

const withoutNodes = (affinity: Affinity | undefined): Omit<Affinity, 'nodeAffinity'> => {
  const { nodeAffinity: _, ...rest } = affinity ?? {}
  return rest
}

/** The template without what says where its Pods may run. */
function withoutDirectives({ metadata, spec }: PodTemplateSpec): object {
  const { nodeSelector: _, tolerations: __, schedulingGates: ___, affinity, ...rest } = spec
  const { labels: ____, annotations: _____, ...meta } = metadata ?? {}
  return { metadata: meta, spec: { ...rest, affinity: withoutNodes(affinity) } }
}

function withoutResources(template: PodTemplateSpec): PodTemplateSpec {
  const each = (list: Container[] = []): Container[] => list.map((container) => ({ ...container, resources: {} }))
  const { containers, initContainers } = template.spec
  return { ...template, spec: { ...template.spec, containers: each(containers), initContainers: each(initContainers) } }
}

/** A suspended Job may be sized, and one that never started be placed, before it runs: validatePodTemplateUpdate. */
function templateErrors({ spec }: Job, old: Job): FieldError[] {
  if (spec.template === undefined || old.spec.template === undefined) return []
  const suspended = old.spec.suspend === true
  const placeable = suspended && old.status?.startTime === undefined
  const compared = (template: PodTemplateSpec): object => {
    const sized = suspended ? withoutResources(template) : template
    return placeable ? withoutDirectives(sized) : sized
  }
  if (same(compared(spec.template), compared(old.spec.template))) return []
  return [invalidValue(TEMPLATE, internal('PodTemplateSpec', spec.template), IMMUTABLE)]
}

const POLICIES = { podFailurePolicy: 'PodFailurePolicy', successPolicy: 'SuccessPolicy' } as const

function frozen(spec: JobSpec, old: JobSpec, field: keyof JobSpec): FieldError[] {
  const value = spec[field]
  if (same(value, old[field])) return []
  const type = field in POLICIES ? POLICIES[field as keyof typeof POLICIES] : undefined // `in` has just said so
  const printed = type !== undefined && typeof value === 'object' ? internal(type, value) : value
  return [invalidValue(SPEC.child(field), printed, IMMUTABLE)]
}

const FROZEN = [
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
  'podReplacementPolicy',
] as const

/** `ValidateJobSpecUpdate`; it looks at the whole spec once more, so its errors count twice among the causes. */
function validateUpdate(job: Job, old: Job): FieldError[] {
  const { spec } = job
  return [
    ...jobErrors(job, NAME in (old.spec.template?.metadata?.labels ?? {}), old),
    ...specErrors(spec, old.spec),
    ...completionsErrors(spec, old.spec),
    ...immutableSelector(spec.selector, old.spec.selector),
    ...templateErrors(job, old),
    ...FROZEN.flatMap((field) => frozen(spec, old.spec, field)),
  ]
}

function warn(job: Job, old?: Job): string[] {
  if (old !== undefined && same(job.spec, old.spec)) return []
  return [...(old === undefined ? nameWarnings(job.metadata.name) : []), ...jobSpecWarnings(job.spec, SPEC)]
}

export const jobs = declare<Job>('jobs.batch', {
  prepareCreate: (job) => withSelector(prepared(job)),
  prepareUpdate: (job, _old, { operation }: HookContext) => (operation === 'status' ? job : prepared(job)),
  validate: (job, { operation }) => (operation === 'create' ? jobErrors(job, true) : []),
  validateUpdate,
  validateStatus: jobStatusErrors,
  warn,
  fields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
})
