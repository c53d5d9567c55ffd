import { badRequest } from '../meta/failures.ts'
import { Path, type FieldError, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { goQuote } from '../meta/go-text.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import type { DaemonSet, DaemonSetUpdateStrategy } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { same } from './same.ts'
import {
  atMostAll,
  countOf,
  countOrPercent,
  emptySelector,
  foreverErrors,
  immutableSelector,
  isSelector,
  mismatch,
  notDecremented,
  templateWarnings,
} from './workload.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const TEMPLATE = SPEC.child('template')

/** The internal `spec.templateGeneration`, which apps/v1 shows as an annotation (Convert_apps_DaemonSet_To_v1_DaemonSet). */
const GENERATION = 'deprecated.daemonset.template.generation'

function templateGeneration({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[GENERATION]
  if (text === undefined) return 0
  if (/^[-+]?\d+$/.test(text)) return Number(text)
  const why = `strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`
  throw badRequest(`DaemonSet in version "v1" cannot be handled as a DaemonSet: ${why}`)
}

function withTemplateGeneration(daemonset: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...daemonset.metadata.annotations, [GENERATION]: String(generation) }
  return { ...daemonset, metadata: { ...daemonset.metadata, annotations } }
}

const prepared = (daemonset: DaemonSet): DaemonSet => ({
  ...daemonset,
  spec: { ...daemonset.spec, template: preparedTemplate(daemonset.spec.template) },
})

/** The template's generation is the server's to count: whoever writes another is not heard. */
function prepareUpdate(daemonset: DaemonSet, old: DaemonSet, { operation }: HookContext): DaemonSet {
  templateGeneration(daemonset)
  const before = templateGeneration(old)
  if (operation === 'status') return withTemplateGeneration(daemonset, before)
  const object = prepared(daemonset)
  const changed = !same(object.spec.template, old.spec.template)
  return withTemplateGeneration(object, changed ? before + 1 : before)
}

function rollingErrors(rolling: NonNullable<DaemonSetUpdateStrategy['rollingUpdate']>, at: Path): FieldError[] {
  const { maxUnavailable = 0, maxSurge = 0 } = rolling
  const [unavailable, surge] = [at.child('maxUnavailable'), at.child('maxSurge')]
  const errors = [
    ...countOrPercent(unavailable, maxUnavailable),
    ...countOrPercent(surge, maxSurge),
    ...atMostAll(unavailable, maxUnavailable),
    ...atMostAll(surge, maxSurge),
  ]
  const [down, up] = [countOf(maxUnavailable) !== 0, countOf(maxSurge) !== 0]
  if (down && up) errors.push(invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  if (!down && !up) errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'))
  return errors
}

function strategyErrors(strategy: DaemonSetUpdateStrategy, at: Path): FieldError[] {
  const { type, rollingUpdate } = strategy
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') {
    return [notSupported(at, internal('DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete'])]
  }
  const here = at.child('rollingUpdate')
  return rollingUpdate === undefined ? [required(here)] : rollingErrors(rollingUpdate, here)
}

/** `ValidateDaemonSetSpec` of pkg/apis/apps/validation. */
function validate({ spec }: DaemonSet, _: HookContext, old?: DaemonSet): FieldError[] {
  const { selector, template } = spec
  return [
    ...labelSelectorErrors(selector, SPEC.child('selector')),
    ...(isSelector(selector) ? mismatch(selector, template, TEMPLATE) : []),
    ...emptySelector(selector, SPEC.child('selector'), 'daemonset'),
    ...templateSpecErrors(template, TEMPLATE, old?.spec.template),
    ...foreverErrors(template, TEMPLATE, 'DaemonSet'),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...strategyErrors(spec.updateStrategy ?? {}, SPEC.child('updateStrategy')),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
  ]
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const

const validateStatus = ({ status }: DaemonSet, old: DaemonSet): FieldError[] => [
  ...COUNTS.flatMap((field) => nonNegative(STATUS.child(field), status?.[field])),
  ...notDecremented(STATUS.child('collisionCount'), status?.collisionCount, old.status?.collisionCount),
]

export const daemonsets = declare<DaemonSet>('daemonsets.apps', {
  prepareCreate: (daemonset) => withTemplateGeneration(prepared(daemonset), Math.max(1, templateGeneration(daemonset))),
  prepareUpdate,
  validate,
  validateUpdate: (daemonset, old) => immutableSelector(daemonset.spec.selector, old.spec.selector),
  validateStatus,
  warn: (daemonset, old) =>
    old !== undefined && same(daemonset.spec.template, old.spec.template)
      ? []
      : templateWarnings(daemonset.spec.template, TEMPLATE),
})
