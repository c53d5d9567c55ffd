import {
  Path,
  type FieldError,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../meta/field-error.ts'
import { domainPathErrors } from '../meta/domains.ts'
import { byteLength } from '../meta/go-text.ts'
import { labelName } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { IngressClass, IngressClassParametersReference } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { typedReferenceErrors } from './typed-reference.ts'

/** IngressClasses: pkg/apis/networking/validation. */

const SPEC = Path.of('spec')
const SCOPES = ['Cluster', 'Namespace']
const LONGEST_CONTROLLER = 250

function parameterErrors(parameters: IngressClassParametersReference, at: Path): FieldError[] {
  const errors = typedReferenceErrors(parameters, at)
  const [scope, namespace] = [parameters.scope ?? undefined, parameters.namespace]
  const here = at.child('namespace')
  if (scope === undefined) return [...errors, required(at.child('scope'))]
  if (!SCOPES.includes(scope)) return [...errors, notSupported(at.child('scope'), scope, SCOPES)]
  if (scope === 'Cluster') {
    return namespace === undefined ? errors : [...errors, forbidden(here, "`parameters.scope` is set to 'Cluster'")]
  }
  if (namespace === undefined) return [...errors, required(here, "`parameters.scope` is set to 'Namespace'")]
  return [...errors, ...eachInvalid(here, namespace, labelName(namespace, false))]
}

function errorsOf({ spec = {} }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec
  const at = SPEC.child('controller')
  return [
    ...(byteLength(controller) > LONGEST_CONTROLLER ? [tooLong(at, LONGEST_CONTROLLER)] : []),
    ...domainPathErrors(at, controller),
    ...(parameters === undefined ? [] : parameterErrors(parameters, SPEC.child('parameters'))),
  ]
}

export const ingressclasses = declare<IngressClass>('ingressclasses.networking.k8s.io', {
  validate: (object, { operation }) => (operation === 'create' ? errorsOf(object) : []),
  validateUpdate: (object, old) => [
    ...(object.spec?.controller === old.spec?.controller
      ? []
      : [invalidValue(SPEC.child('controller'), object.spec?.controller ?? '', IMMUTABLE)]),
    ...errorsOf(object),
  ],
})
