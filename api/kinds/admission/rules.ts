import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { pathSegmentErrors } from '../../meta/names.ts'
import type { NamedRuleWithOperations, RuleWithOperations } from '../../schema/types.generated.ts'

/** Which requests a webhook or a policy is about: pkg/apis/admissionregistration/validation. */

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']

/** A list with `*` in it may have nothing else. `what` names the rest. */
function aloneErrors(list: readonly string[], what: string, at: Path): FieldError[] {
  if (list.length === 0) return [required(at)]
  if (list.length === 1 || !list.includes('*')) return []
  return [invalidValue(at, list, `if '*' is present, must not specify other ${what}`)]
}

/** `validateResources`: plain names, subresources, and a star for either. */
function resourceErrors(resources: readonly string[], at: Path): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [required(at)] : []
  const allOf = new Set<string>()
  const inAll = new Set<string>()
  let plain = false
  resources.forEach((resource, i) => {
    if (resource === '') return void errors.push(required(at.index(i)))
    const slash = resource.indexOf('/')
    // As in Kubernetes, only the last one without a subresource counts.
    if (slash < 0) return void (plain = resource !== '*')
    const [of, sub] = [resource.slice(0, slash), resource.slice(slash + 1)]
    const not = (present: string) => `if '${present}' is present, must not specify ${resource}`
    if (allOf.has(of)) errors.push(invalidValue(at.index(i), resource, not(`${of}/*`)))
    if (inAll.has(sub)) errors.push(invalidValue(at.index(i), resource, not(`*/${sub}`)))
    if (sub === '*') allOf.add(of)
    if (of === '*') inAll.add(sub)
  })
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(at, resources, "if '*/*' is present, must not specify other resources"))
  }
  if (plain && resources.includes('*')) {
    const why = "if '*' is present, must not specify other resources without subresources"
    errors.push(invalidValue(at, resources, why))
  }
  return errors
}

/** `validateRuleWithOperations`. */
export function ruleErrors(rule: RuleWithOperations, at: Path): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  const versions = at.child('apiVersions')
  return [
    ...aloneErrors(operations, 'operations', at.child('operations')),
    ...operations.flatMap((operation, i) =>
      OPERATIONS.includes(operation) ? [] : [notSupported(at.child('operations').index(i), operation, OPERATIONS)],
    ),
    ...aloneErrors(apiGroups, 'API groups', at.child('apiGroups')),
    ...aloneErrors(apiVersions, 'API versions', versions),
    ...apiVersions.flatMap((version, i) => (version === '' ? [required(versions.index(i))] : [])),
    ...resourceErrors(resources, at.child('resources')),
    ...(scope === undefined || SCOPES.includes(scope) ? [] : [notSupported(at.child('scope'), scope, SCOPES)]),
  ]
}

/** `validateNamedRuleWithOperations`. */
export function namedRuleErrors(rule: NamedRuleWithOperations, at: Path): FieldError[] {
  const { resourceNames = [] } = rule
  return [
    ...resourceNames.flatMap((name, i) => [
      ...eachInvalid(at.child('resourceNames').index(i), name, pathSegmentErrors(name)),
      ...(resourceNames.indexOf(name) < i ? [duplicate(at.child('resourceNames').index(i), name)] : []),
    ]),
    ...ruleErrors(rule, at),
  ]
}
