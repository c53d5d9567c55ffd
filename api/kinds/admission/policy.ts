import {
  type FieldError,
  Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import {
  dns1035LabelErrors,
  dnsSubdomainErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  subdomainName,
} from '../../meta/names.ts'
import { labelSelectorErrors } from '../../meta/selector.ts'
import type {
  AuditAnnotation,
  MatchResources,
  Mutation,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from '../../schema/types.generated.ts'
import { FAILURE_POLICIES, MATCH_POLICIES, conditionErrors } from './conditions.ts'
import { namedRuleErrors } from './rules.ts'

/** Admission policies and their bindings: pkg/apis/admissionregistration/validation. Expressions are not compiled. */

export const SPEC = Path.of('spec')
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const ACTIONS = ['Audit', 'Deny', 'Warn']
const EITHER = 'validations or auditAnnotations must contain at least one item'
const MAX_ANNOTATIONS = 20
const MAX_VALUE = 5 * 1024

export function failurePolicyErrors(policy: string | undefined): FieldError[] {
  const at = SPEC.child('failurePolicy')
  if (policy === undefined) return [required(at)]
  return FAILURE_POLICIES.includes(policy) ? [] : [notSupported(at, policy, FAILURE_POLICIES)]
}

/** `validateParamKind`. */
export function paramKindErrors(of: ParamKind | undefined): FieldError[] {
  if (of === undefined) return []
  const { apiVersion = '', kind = '' } = of
  const at = SPEC.child('paramKind').child('kind')
  const errors = apiVersionErrors(apiVersion, SPEC.child('paramKind').child('apiVersion'))
  if (kind === '') return [...errors, required(at)]
  const wrong = dns1035LabelErrors(kind.toLowerCase())
  if (wrong.length === 0) return errors
  const why = `may have mixed case, but should otherwise match: ${wrong.join(',')}`
  return [...errors, invalidValue(at, kind, why)]
}

function apiVersionErrors(text: string, at: Path): FieldError[] {
  if (text === '') return [required(at)]
  const parts = text === '/' ? ['', ''] : text.split('/')
  if (parts.length > 2) return [invalidValue(at, text, `unexpected GroupVersion string: ${text}`)]
  const [group = '', version = ''] = parts.length === 1 ? ['', text] : parts
  const groupWrong = group === '' ? [] : dnsSubdomainErrors(group)
  const versionWrong = version === '' ? [] : dns1035LabelErrors(version)
  return [
    ...(groupWrong.length === 0 ? [] : [invalidValue(at, group, groupWrong.join(','))]),
    ...(version === '' ? [invalidValue(at, text, 'version must be specified')] : []),
    ...(versionWrong.length === 0 ? [] : [invalidValue(at, version, versionWrong.join(','))]),
  ]
}

/** `validateMatchResources`. */
export function matchErrors(match: MatchResources, at: Path): FieldError[] {
  const { matchPolicy: policy, resourceRules = [], excludeResourceRules = [] } = match
  const errors: FieldError[] = []
  if (policy === undefined) errors.push(required(at.child('matchPolicy')))
  else if (!MATCH_POLICIES.includes(policy)) {
    errors.push(notSupported(at.child('matchPolicy'), policy, MATCH_POLICIES))
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    const selector = match[name]
    if (selector === undefined) errors.push(required(at.child(name)))
    else errors.push(...labelSelectorErrors(selector, at.child(name)))
  }
  resourceRules.forEach((rule, i) => errors.push(...namedRuleErrors(rule, at.child('resourceRules').index(i))))
  excludeResourceRules.forEach((rule, i) =>
    errors.push(...namedRuleErrors(rule, at.child('excludeResourceRules').index(i))),
  )
  return errors
}

/** A policy's own match must say of which resources it speaks. */
export function constraintErrors(match: MatchResources | undefined): FieldError[] {
  const at = SPEC.child('matchConstraints')
  if (match === undefined) return [required(at)]
  const none = (match.resourceRules ?? []).length === 0
  return [...matchErrors(match, at), ...(none ? [required(at.child('resourceRules'))] : [])]
}

const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** `validateVariable`: a name that CEL can read, and something to compute. */
export const variableErrors = (variables: readonly Variable[] = []): FieldError[] =>
  variables.flatMap(({ name = '', expression = '' }, i) => {
    const at = SPEC.child('variables').index(i)
    const errors: FieldError[] = []
    if (name.trim() === '') errors.push(required(at.child('name'), 'name is not specified'))
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name)) {
      errors.push(invalidValue(at.child('name'), name, 'name is not a valid CEL identifier'))
    }
    if (expression.trim() === '') errors.push(required(at.child('expression'), 'expression is not specified'))
    return errors
  })

function validationErrors(of: Validation, at: Path): FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = of
  const errors: FieldError[] = []
  if (expression.trim() === '') errors.push(required(at.child('expression'), 'expression is not specified'))
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(invalidValue(at.child('messageExpression'), messageExpression, 'must be non-empty if specified'))
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(at.child('message'), message, 'message must be non-empty if specified'))
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalidValue(at.child('message'), message, 'message must not contain line breaks'))
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(at.child('reason'), reason, REASONS))
  return errors
}

function annotationErrors(policy: string, list: readonly AuditAnnotation[]): FieldError[] {
  const here = SPEC.child('auditAnnotations')
  const tooMany = `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`
  const errors: FieldError[] = []
  if (list.length > MAX_ANNOTATIONS) errors.push(invalidValue(here, list, tooMany))
  list.forEach(({ key = '', valueExpression = '' }, i) => {
    const at = here.index(i)
    const named = `${policy}/${key}`
    if (policy !== '') errors.push(...eachInvalid(at.child('key'), named, qualifiedNameErrors(named)))
    else errors.push(invalidValue(at.child('key'), key, 'requires metadata.name be non-empty'))
    const value = valueExpression.trim()
    if (value === '') errors.push(required(at.child('valueExpression'), 'valueExpression is not specified'))
    else if (byteLength(value) > MAX_VALUE) {
      errors.push(required(at.child('valueExpression'), `must not exceed ${MAX_VALUE} bytes in length`))
    }
    if (list.findIndex((other) => other.key === key) < i) errors.push(duplicate(at.child('key'), key))
  })
  return errors
}

/** `validateValidatingAdmissionPolicySpec`. */
export function validatingErrors(policy: string, spec: ValidatingAdmissionPolicySpec): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec
  const errors = [
    ...failurePolicyErrors(spec.failurePolicy),
    ...paramKindErrors(spec.paramKind),
    ...constraintErrors(spec.matchConstraints),
    ...conditionErrors(spec.matchConditions ?? [], SPEC.child('matchConditions')),
    ...variableErrors(spec.variables),
  ]
  if (validations.length + auditAnnotations.length === 0) {
    return [...errors, required(SPEC.child('validations'), EITHER), required(SPEC.child('auditAnnotations'), EITHER)]
  }
  validations.forEach((one, i) => errors.push(...validationErrors(one, SPEC.child('validations').index(i))))
  return [...errors, ...annotationErrors(policy, auditAnnotations)]
}

const PATCHES = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const
type PatchType = keyof typeof PATCHES
const isPatchType = (text: string): text is PatchType => text in PATCHES

/** `validateMutation`: a patch of the type that it names, and no other. */
export const mutationErrors = (mutations: readonly Mutation[] = []): FieldError[] =>
  mutations.flatMap((mutation, i) => {
    const { patchType = '' } = mutation
    const at = SPEC.child('mutations').index(i)
    if (patchType === '') return [required(at.child('patchType'))]
    if (!isPatchType(patchType)) return [notSupported(at.child('patchType'), patchType, Object.keys(PATCHES))]
    const name = PATCHES[patchType]
    const other = PATCHES[patchType === 'JSONPatch' ? 'ApplyConfiguration' : 'JSONPatch']
    const errors: FieldError[] = []
    const patch = mutation[name]
    if (patch === undefined) errors.push(required(at.child(name), `must be specified when patchType is ${patchType}`))
    else if ((patch.expression ?? '').trim() === '') errors.push(required(at.child(name).child('expression')))
    if (mutation[other] !== undefined) {
      const why = `must not be specified when patchType is ${patchType}`
      errors.push(invalidValue(at.child(other), `{${other}}`, why))
    }
    return errors
  })

function paramRefErrors(ref: ParamRef | undefined): FieldError[] {
  if (ref === undefined) return []
  const at = SPEC.child('paramRef')
  const { name = '', selector, parameterNotFoundAction: action } = ref
  const both = 'name and selector are mutually exclusive'
  const errors: FieldError[] = []
  if (name !== '') {
    errors.push(...eachInvalid(at.child('name'), name, pathSegmentErrors(name)))
    if (selector !== undefined) errors.push(forbidden(at.child('name'), both))
  }
  if (selector !== undefined) {
    errors.push(...labelSelectorErrors(selector, at.child('selector')))
    if (name !== '') errors.push(forbidden(at.child('selector'), both))
  } else if (name === '') errors.push(required(at, 'one of name or selector must be specified'))
  if (!action) errors.push(required(at.child('parameterNotFoundAction')))
  else if (action !== 'Deny' && action !== 'Allow') {
    errors.push(notSupported(at.child('parameterNotFoundAction'), action, ['Deny', 'Allow']))
  }
  return errors
}

interface Binding {
  readonly policyName?: string
  readonly paramRef?: ParamRef
  readonly matchResources?: MatchResources
}

/** What bindings of both sorts share. Kubernetes reports matches of a binding below `matchResouces`. */
export function bindingErrors({ policyName = '', paramRef, matchResources }: Binding): FieldError[] {
  const at = SPEC.child('policyName')
  return [
    ...(policyName === '' ? [required(at)] : eachInvalid(at, policyName, subdomainName(policyName, false))),
    ...paramRefErrors(paramRef),
    ...(matchResources === undefined ? [] : matchErrors(matchResources, SPEC.child('matchResouces'))),
  ]
}

/** `validateValidationActions`. */
export function actionErrors(actions: readonly string[]): FieldError[] {
  const at = SPEC.child('validationActions')
  const errors = actions.flatMap((action, i) => [
    ...(ACTIONS.includes(action) ? [] : [notSupported(at.index(i), action, ACTIONS)]),
    ...(actions.indexOf(action) < i ? [duplicate(at.index(i), action)] : []),
  ])
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    errors.push(invalidValue(at, actions, why))
  }
  return actions.length === 0 ? [...errors, required(at, 'at least one validation action is required')] : errors
}
