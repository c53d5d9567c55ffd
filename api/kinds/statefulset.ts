import {
  Path,
  type FieldError,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { dnsSubdomainErrors, labelName } from '../meta/names.ts'
import { isEverything, selectorOf } from '../meta/selector.ts'
import type { PodTemplateSpec, StatefulSet, StatefulSetSpec } from '../schema/types.generated.ts'
import { claimSpecErrors } from './claim-spec.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { fractionalStorage } from './pod/warnings.ts'
import { same } from './same.ts'
import { scaleRules } from './scale.ts'
import {
  foreverErrors,
  isSelector,
  mismatch,
  notDecremented,
  printedSelector,
  selectorErrors,
  templateWarnings,
} from './workload.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const TEMPLATE = SPEC.child('template')
const CLAIMS = SPEC.child('volumeClaimTemplates')

/** MaxUnavailableStatefulSet is off: its field is dropped where it was not in use. */
function withoutMaxUnavailable(spec: StatefulSetSpec, old: StatefulSetSpec | undefined): StatefulSetSpec {
  const rolling = spec.updateStrategy?.rollingUpdate
  if (rolling?.maxUnavailable === undefined) return spec
  if (old?.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined) return spec
  const { maxUnavailable: _, ...rollingUpdate } = rolling
  return { ...spec, updateStrategy: { ...spec.updateStrategy, rollingUpdate } }
}

const prepared = (set: StatefulSet, old?: StatefulSet): StatefulSet => ({
  ...set,
  spec: { ...withoutMaxUnavailable(set.spec, old?.spec), template: preparedTemplate(set.spec.template) },
})

function strategyErrors({ updateStrategy: strategy = {} }: StatefulSetSpec): FieldError[] {
  const at = SPEC.child('updateStrategy')
  const here = at.child('rollingUpdate')
  const { type, rollingUpdate: rolling } = strategy
  if (!type) return [required(at)]
  if (type === 'OnDelete') {
    const printed = internal('RollingUpdateStatefulSetStrategy', rolling ?? {})
    const why = "only allowed for updateStrategy 'RollingUpdate'"
    return rolling === undefined ? [] : [invalidValue(here, printed, why)]
  }
  if (type !== 'RollingUpdate') {
    const printed = internal('StatefulSetUpdateStrategy', strategy)
    return [invalidValue(at, printed, "must be 'RollingUpdate' or 'OnDelete'")]
  }
  return nonNegative(here.child('partition'), rolling?.partition)
}

function retentionErrors({ persistentVolumeClaimRetentionPolicy: policy }: StatefulSetSpec): FieldError[] {
  if (policy === undefined) return []
  const at = SPEC.child('persistentVolumeClaimRetentionPolicy')
  return (['whenDeleted', 'whenScaled'] as const).flatMap((field) => {
    const value = policy[field] ?? ''
    const known = ['Retain', 'Delete']
    return known.includes(value) ? [] : [notSupported(at.child(field), value, known)]
  })
}

/** Claims become volumes of the Pods, so mounts may name them. */
function withClaims({ template, volumeClaimTemplates: claims = [] }: StatefulSetSpec): PodTemplateSpec {
  const { volumes = [] } = template?.spec ?? {}
  const known = new Set(volumes.map(({ name }) => name))
  const added = claims
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => name !== '' && !known.has(name))
    .map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  if (added.length === 0 || template?.spec === undefined) return template
  return { ...template, spec: { ...template.spec, volumes: [...volumes, ...added] } }
}

const claimErrors = ({ volumeClaimTemplates: claims = [] }: StatefulSetSpec): FieldError[] =>
  claims.flatMap(({ spec }, i) => claimSpecErrors(spec ?? {}, CLAIMS.index(i).child('spec')))

/** What is the same as before is not checked once more, so that objects of older rules can be worked with. */
function podErrors(spec: StatefulSetSpec, old: StatefulSetSpec | undefined): FieldError[] {
  const { selector, template } = spec
  if (!isSelector(selector)) return [invalidValue(SPEC.child('selector'), printedSelector(selector), '')]
  const kept = old !== undefined && same(template, old.template)
  return [
    ...(isEverything(selectorOf(selector)) ? [] : mismatch(selector, template, TEMPLATE)),
    ...(kept ? [] : templateSpecErrors(withClaims(spec), TEMPLATE, old?.template)),
    ...(old === undefined ? claimErrors(spec) : []),
  ]
}

/** `ValidateStatefulSetSpec` of pkg/apis/apps/validation. */
function specErrors(spec: StatefulSetSpec, old: StatefulSetSpec | undefined): FieldError[] {
  const { podManagementPolicy: policy, serviceName = '' } = spec
  const errors: FieldError[] = []
  const at = SPEC.child('podManagementPolicy')
  if (!policy) errors.push(required(at))
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalidValue(at, policy, "must be 'OrderedReady' or 'Parallel'"))
  }
  if (serviceName !== '' && old === undefined) {
    errors.push(...eachInvalid(SPEC.child('serviceName'), serviceName, dnsSubdomainErrors(serviceName)))
  }
  return [
    ...errors,
    ...strategyErrors(spec),
    ...retentionErrors(spec),
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...nonNegative(SPEC.child('ordinals').child('start'), spec.ordinals?.start),
    ...selectorErrors(spec.selector, SPEC.child('selector'), 'statefulset'),
    ...podErrors(spec, old),
    ...foreverErrors(spec.template, TEMPLATE, 'StatefulSet'),
  ]
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

const FROZEN = `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
  .map((field) => `'${field}'`)
  .join(', ')} and '${MUTABLE.at(-1)}' are forbidden`

/** The rest of the spec, which may not change. A claim's status and the form of its quantities do not count. */
function frozen(spec: StatefulSetSpec): object {
  const rest: Partial<StatefulSetSpec> = { ...spec }
  for (const field of MUTABLE) delete rest[field]
  return rest
}

function validateUpdate(set: StatefulSet, old: StatefulSet): FieldError[] {
  const errors = specErrors(set.spec, old.spec)
  return same(frozen(set.spec), frozen(old.spec)) ? errors : [...errors, forbidden(SPEC, FROZEN)]
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const

function validateStatus({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const number = (field: (typeof COUNTS)[number]): number => status?.[field] ?? 0
  const above = (field: (typeof COUNTS)[number], most: 'replicas' | 'readyReplicas'): FieldError[] =>
    number(field) > number(most)
      ? [invalidValue(STATUS.child(field), number(field), `cannot be greater than status.${most}`)]
      : []
  return [
    ...COUNTS.flatMap((field) => nonNegative(STATUS.child(field), number(field))),
    ...above('readyReplicas', 'replicas'),
    ...above('currentReplicas', 'replicas'),
    ...above('updatedReplicas', 'replicas'),
    ...above('availableReplicas', 'replicas'),
    ...above('availableReplicas', 'readyReplicas'),
    ...notDecremented(STATUS.child('collisionCount'), status?.collisionCount, old.status?.collisionCount),
  ]
}

function warn(set: StatefulSet, old?: StatefulSet): string[] {
  if (old !== undefined && same(set.spec, old.spec)) return []
  const { template, volumeClaimTemplates: claims = [], revisionHistoryLimit: limit = 0 } = set.spec
  const negative = `${SPEC.child('revisionHistoryLimit')}: a negative value retains all historical revisions; a value >= 0 is recommended`
  return [
    ...templateWarnings(template, TEMPLATE),
    ...claims.flatMap(({ spec }, i) => fractionalStorage(spec?.resources, CLAIMS.index(i).child('Spec'))),
    ...(limit < 0 ? [negative] : []),
  ]
}

export const statefulsets = declare<StatefulSet>('statefulsets.apps', {
  subresources: ['scale', 'status'],
  validateName: labelName,
  prepareCreate: (set) => prepared(set),
  prepareUpdate: (set, old, { operation }: HookContext) => (operation === 'status' ? set : prepared(set, old)),
  validate: ({ spec }, { operation }) => (operation === 'create' ? specErrors(spec, undefined) : []),
  validateUpdate,
  validateStatus,
  warn,
  scale: scaleRules<StatefulSet>(),
})
