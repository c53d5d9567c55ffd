import { type FieldError, notSupported, required } from '../meta/field-error.ts'
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../schema/types.generated.ts'
import { conditionErrors } from './admission/conditions.ts'
import {
  SPEC,
  bindingErrors,
  constraintErrors,
  failurePolicyErrors,
  mutationErrors,
  paramKindErrors,
  variableErrors,
} from './admission/policy.ts'
import { declare } from './declare.ts'

const REINVOCATIONS = ['IfNeeded', 'Never']

/** `validateMutatingAdmissionPolicySpec`. */
function validate({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const { reinvocationPolicy: again, mutations = [] } = spec
  const at = SPEC.child('reinvocationPolicy')
  return [
    ...failurePolicyErrors(spec.failurePolicy),
    ...paramKindErrors(spec.paramKind),
    ...constraintErrors(spec.matchConstraints),
    ...conditionErrors(spec.matchConditions ?? [], SPEC.child('matchConditions')),
    ...variableErrors(spec.variables),
    ...(mutations.length === 0
      ? [required(SPEC.child('mutations'), 'mutations must contain at least one item')]
      : mutationErrors(mutations)),
    ...(again ? [] : [required(at)]),
    ...(again && !REINVOCATIONS.includes(again) ? [notSupported(at, again, REINVOCATIONS)] : []),
  ]
}

export const mutatingadmissionpolicies = declare<MutatingAdmissionPolicy>(
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  { validate },
)

export const mutatingadmissionpolicybindings = declare<MutatingAdmissionPolicyBinding>(
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  { validate: ({ spec }) => bindingErrors(spec ?? {}) },
)
