import { Path, type FieldError, required } from '../meta/field-error.ts'
import { formatSelector, type LabelSelector, selectorOfSet } from '../meta/selector.ts'
import type { ReplicationController, ReplicationControllerSpec } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { same } from './same.ts'
import { foreverErrors, mismatch, nameWarnings, replicaStatusErrors, templateWarnings } from './workload.ts'

const SPEC = Path.of('spec')
const TEMPLATE = SPEC.child('template')

const prepared = (rc: ReplicationController): ReplicationController =>
  rc.spec?.template === undefined ? rc : { ...rc, spec: { ...rc.spec, template: preparedTemplate(rc.spec.template) } }

const isEmpty = (selector: ReplicationControllerSpec['selector']): boolean => Object.keys(selector ?? {}).length === 0

/** `ValidatePodTemplateSpecForRC`. */
function templateErrors(
  { template, selector }: ReplicationControllerSpec,
  old: ReplicationControllerSpec | undefined,
): FieldError[] {
  if (template === undefined) return [required(TEMPLATE)]
  const labels: LabelSelector = { matchLabels: selector ?? {} }
  return [
    ...(isEmpty(selector) ? [] : mismatch(labels, template, TEMPLATE)),
    ...templateSpecErrors(template, TEMPLATE, old?.template),
    ...foreverErrors(template, TEMPLATE, 'ReplicationController'),
  ]
}

/** `ValidateReplicationControllerSpec` of pkg/apis/core/validation. */
function validate({ spec }: ReplicationController, _: HookContext, old?: ReplicationController): FieldError[] {
  return [
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...(isEmpty(spec.selector) ? [required(SPEC.child('selector'))] : []),
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...templateErrors(spec, old?.spec),
  ]
}

function warn(rc: ReplicationController, old?: ReplicationController): string[] {
  if (old !== undefined && same(rc.spec, old.spec)) return []
  // This kind's strategy names the template without the spec around it.
  const template = templateWarnings(rc.spec.template, Path.of('template'))
  return old === undefined ? [...nameWarnings(rc.metadata.name), ...template] : template
}

export const replicationcontrollers = declare<ReplicationController>('replicationcontrollers', {
  subresources: ['scale', 'status'],
  prepareCreate: prepared,
  prepareUpdate: (rc, _old, { operation }: HookContext) => (operation === 'status' ? rc : prepared(rc)),
  validate,
  validateStatus: ({ status }) =>
    replicaStatusErrors(
      status ?? {},
      ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
      'fullyLabeledReplicas',
    ),
  warn,
  fields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  scale: {
    read: ({ spec, status }) => ({
      replicas: spec.replicas ?? 0,
      current: status?.replicas ?? 0,
      selector: formatSelector(selectorOfSet(spec.selector)),
    }),
    write: (rc, replicas) => ({ ...rc, spec: { ...rc.spec, replicas } }),
  },
})
