import { type FieldError, Path, required } from '../meta/field-error.ts'
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../schema/types.generated.ts'
import { actionErrors, bindingErrors, validatingErrors } from './admission/policy.ts'
import { declare } from './declare.ts'

const WARNINGS = Path.of('status').child('typeChecking').child('expressionWarnings')

/** `validateValidatingAdmissionPolicyStatus`. */
const validateStatus = ({ status }: ValidatingAdmissionPolicy): FieldError[] =>
  (status?.typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef = '' }, i) => [
    ...(warning ? [] : [required(WARNINGS.index(i).child('warning'))]),
    ...(fieldRef.trim() === '' ? [required(WARNINGS.index(i).child('fieldRef'))] : []),
  ])

export const validatingadmissionpolicies = declare<ValidatingAdmissionPolicy>(
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  { validate: ({ metadata, spec }) => validatingErrors(metadata.name, spec ?? {}), validateStatus },
)

export const validatingadmissionpolicybindings = declare<ValidatingAdmissionPolicyBinding>(
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  { validate: ({ spec }) => [...bindingErrors(spec ?? {}), ...actionErrors(spec?.validationActions ?? [])] },
)
