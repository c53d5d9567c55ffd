import { Path, type FieldError } from '../meta/field-error.ts'
import type { ReplicaSet } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { scaleRules } from './scale.ts'
import { immutableSelector, replicaStatusErrors, selectorErrors, templateErrors, workloadWarnings } from './workload.ts'

const SPEC = Path.of('spec')

function prepared(replicaset: ReplicaSet): ReplicaSet {
  const { template } = replicaset.spec
  if (template === undefined) return replicaset
  return { ...replicaset, spec: { ...replicaset.spec, template: preparedTemplate(template) } }
}

/** `ValidateReplicaSetSpec` of pkg/apis/apps/validation. */
function validate({ spec }: ReplicaSet, _: HookContext, old?: ReplicaSet): FieldError[] {
  return [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...selectorErrors(spec.selector, SPEC.child('selector')),
    ...templateErrors(spec.template, spec.selector, SPEC, old?.spec.template),
  ]
}

const validateStatus = ({ status }: ReplicaSet): FieldError[] =>
  replicaStatusErrors(
    status ?? {},
    [
      'replicas',
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
      'observedGeneration',
      'terminatingReplicas',
    ],
    'fullyLabeledReplicas',
  )

export const replicasets = declare<ReplicaSet>('replicasets.apps', {
  subresources: ['scale', 'status'],
  prepareCreate: prepared,
  prepareUpdate: (replicaset, _old, { operation }: HookContext) =>
    operation === 'status' ? replicaset : prepared(replicaset),
  validate,
  validateUpdate: (replicaset, old) => immutableSelector(replicaset.spec.selector, old.spec.selector),
  validateStatus,
  warn: workloadWarnings,
  scale: scaleRules<ReplicaSet>(),
})
