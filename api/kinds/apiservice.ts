import { Path, type FieldError, eachInvalid, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { goQuote } from '../meta/go-text.ts'
import { dns1035LabelErrors, dnsSubdomainErrors, pathSegmentErrors, portErrors } from '../meta/names.ts'
import type { APIService } from '../schema/types.generated.ts'
import { base64Length } from './data.ts'
import { declare } from './declare.ts'

const SPEC = Path.of('spec')
const SERVICE = SPEC.child('service')
const STATUSES = ['True', 'False', 'Unknown']

/** The name of the APIService of a group and version: `v1.apps`, `v1.` of the core group. */
export const apiServiceName = (group: string, version: string): string => `${version}.${group}`

/** The name is derived, so it is judged with the spec and not by the rule of names alone. */
function nameErrors({ metadata: { name }, spec }: APIService): FieldError[] {
  const wanted = apiServiceName(spec.group ?? '', spec.version ?? '')
  if (name === '' || name === wanted || pathSegmentErrors(name).length > 0) return []
  return [invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${goQuote(wanted)}`)]
}

function groupErrors({
  group = '',
  version = '',
  groupPriorityMinimum,
  versionPriority,
}: APIService['spec']): FieldError[] {
  const errors: FieldError[] = []
  if (group === '' && version !== 'v1') {
    errors.push(required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube'))
  }
  if (group !== '') errors.push(...eachInvalid(SPEC.child('group'), group, dnsSubdomainErrors(group)))
  errors.push(...eachInvalid(SPEC.child('version'), version, dns1035LabelErrors(version)))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000) {
    const why = 'must be positive and less than 20000'
    errors.push(invalidValue(SPEC.child('groupPriorityMinimum'), groupPriorityMinimum, why))
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.push(invalidValue(SPEC.child('versionPriority'), versionPriority, 'must be positive and less than 1000'))
  }
  return errors
}

function serviceErrors({ service, caBundle, insecureSkipTLSVerify = false }: APIService['spec']): FieldError[] {
  const bytes = base64Length(caBundle ?? null)
  const insecure = (why: string): FieldError[] =>
    insecureSkipTLSVerify ? [invalidValue(SPEC.child('insecureSkipTLSVerify'), true, why)] : []
  if (service === undefined) {
    const why = 'local APIServices may not have a caBundle'
    return [
      ...(bytes > 0 ? [invalidValue(SPEC.child('caBundle'), `${bytes} bytes`, why)] : []),
      ...insecure('local APIServices may not have insecureSkipTLSVerify'),
    ]
  }
  const { namespace, name, port = 443 } = service
  const wrong = portErrors(port).join(', ')
  return [
    ...(namespace ? [] : [required(SERVICE.child('namespace'))]),
    ...(name ? [] : [required(SERVICE.child('name'))]),
    ...(wrong === '' ? [] : [invalidValue(SERVICE.child('port'), port, `port is not valid: ${wrong}`)]),
    ...(bytes > 0 ? insecure('may not be true if caBundle is present') : []),
  ]
}

/** `ValidateAPIService` of k8s.io/kube-aggregator. */
const validate = (object: APIService): FieldError[] => [
  ...nameErrors(object),
  ...groupErrors(object.spec),
  ...serviceErrors(object.spec),
]

/** `ValidateAPIServiceStatus`. */
const validateStatus = ({ status }: APIService): FieldError[] =>
  (status?.conditions ?? []).flatMap((condition, i) =>
    STATUSES.includes(condition.status)
      ? []
      : [notSupported(Path.of('status').child('conditions').index(i).child('status'), condition.status, STATUSES)],
  )

export const apiservices = declare<APIService>('apiservices.apiregistration.k8s.io', {
  validateName: pathSegmentErrors,
  validate,
  validateStatus,
})
