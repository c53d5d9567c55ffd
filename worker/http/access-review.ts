import { type FieldError, forbidden, invalidValue, Path, required } from '../../api/meta/field-error.ts'
import { invalid } from '../../api/meta/failures.ts'
import { parseFieldSelector } from '../../api/meta/field-selector.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { labelSelectorErrors } from '../../api/meta/selector.ts'
import { parseLabelSelector } from '../../api/meta/selector-text.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type {
  FieldSelectorRequirement,
  NonResourceAttributes,
  ResourceAttributes,
  SubjectAccessReviewSpec,
} from '../../api/schema/types.generated.ts'
import { authorise } from '../guard/authorise.ts'
import type { User } from '../guard/credentials.ts'
import { allowanceOf } from '../guard/rbac.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import type { Api } from './api.ts'
import { type Review, reviewKind } from './review.ts'

/** May somebody do something: pkg/registry/authorization and pkg/apis/authorization/validation. */
const GROUP = 'authorization.k8s.io'
const SPEC = Path.of('spec')
const RESOURCE = Path.of('spec').child('resourceAttributes')

export const selfAccessReview: Review = {
  kind: reviewKind(GROUP, 'SelfSubjectAccessReview'),
  answer({ api, caller }, sent) {
    const spec = specOf(sent)
    refuse([...specErrors(spec), ...metadataErrors(sent, [])])
    return { ...sent, status: judged(api, caller.user, spec) }
  },
}

export const subjectAccessReview: Review = {
  kind: reviewKind(GROUP, 'SubjectAccessReview'),
  answer({ api }, sent) {
    const spec = specOf(sent)
    refuse([...attributesErrors(spec), ...subjectErrors(spec), ...selectorErrors(spec), ...metadataErrors(sent, [])])
    return { ...sent, status: judged(api, subjectOf(spec), spec) }
  },
}

export const localAccessReview: Review = {
  kind: reviewKind(GROUP, 'LocalSubjectAccessReview'),
  answer({ api, info }, sent) {
    const spec = specOf(sent)
    const { resourceAttributes, nonResourceAttributes } = spec
    const errors = [...attributesErrors(spec), ...subjectErrors(spec), ...selectorErrors(spec)]
    errors.push(...metadataErrors(sent, ['namespace']))
    const { namespace = '' } = resourceAttributes ?? {}
    if (resourceAttributes !== undefined && namespace !== info.namespace) {
      errors.push(invalidValue(RESOURCE.child('namespace'), namespace, 'must match metadata.namespace'))
    }
    if (nonResourceAttributes !== undefined) {
      const at = SPEC.child('nonResourceAttributes')
      errors.push(invalidValue(at, printed(nonResourceAttributes), 'disallowed on this kind of request'))
    }
    refuse(errors)
    return { ...sent, status: judged(api, subjectOf(spec), spec) }
  },
}

/** What decodeBody answers has the fields of its model; a self review has no subject. */
function specOf({ spec }: JsonObject): SubjectAccessReviewSpec {
  return (isJsonObject(spec) ? spec : {}) as unknown as SubjectAccessReviewSpec
}

const subjectOf = ({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): User => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra }),
})

/** Kubernetes asks the object for its kind, which is empty once it is decoded: the message names the group alone. */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: GROUP, kind: '' }, '', errors)
}

/** As Go prints the internal type, which has no names for JSON. */
const printed = ({ path = '', verb = '' }: NonResourceAttributes): object => ({ Path: path, Verb: verb })

const specErrors = (spec: SubjectAccessReviewSpec): FieldError[] => [...attributesErrors(spec), ...selectorErrors(spec)]

function attributesErrors({ resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const at = SPEC.child('nonResourceAttributes')
    return [
      invalidValue(at, printed(nonResourceAttributes), 'cannot be specified in combination with resourceAttributes'),
    ]
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return []
  return [
    invalidValue(RESOURCE, undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'),
  ]
}

const subjectErrors = ({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] =>
  user === '' && groups.length === 0
    ? [invalidValue(SPEC.child('user'), user, 'at least one of user or group must be specified')]
    : []

function metadataErrors({ metadata }: JsonObject, allowed: readonly string[]): FieldError[] {
  const given: JsonObject = isJsonObject(metadata) ? metadata : {}
  const { managedFields: _, ...rest } = given
  if (Object.keys(rest).every((key) => allowed.includes(key))) return []
  const why = allowed.length === 0 ? 'must be empty' : 'must be empty except for namespace'
  return [invalidValue('metadata', rest, why)]
}

function selectorErrors({ resourceAttributes }: SubjectAccessReviewSpec): FieldError[] {
  const { fieldSelector, labelSelector } = resourceAttributes ?? {}
  return [
    ...(fieldSelector === undefined
      ? []
      : [
          ...whole(fieldSelector, RESOURCE.child('fieldSelector')),
          ...fieldErrors(fieldSelector.requirements ?? [], RESOURCE.child('fieldSelector').child('requirements')),
        ]),
    ...(labelSelector === undefined
      ? []
      : [
          ...whole(labelSelector, RESOURCE.child('labelSelector')),
          ...labelErrors(labelSelector.requirements ?? [], RESOURCE.child('labelSelector')),
        ]),
  ]
}

interface SelectorAttributes {
  readonly rawSelector?: string
  readonly requirements?: readonly object[]
}

function whole({ rawSelector = '', requirements = [] }: SelectorAttributes, at: Path): FieldError[] {
  if (rawSelector !== '' && requirements.length > 0) {
    return [invalidValue(at.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements')]
  }
  if (rawSelector !== '' || requirements.length > 0) return []
  return [
    required(at.child('requirements'), `when ${at.toString()} is specified, requirements or rawSelector is required`),
  ]
}

/** `ValidateFieldSelectorRequirement`; operators that are not known yet are let through. */
function fieldErrors(requirements: readonly FieldSelectorRequirement[], at: Path): FieldError[] {
  return requirements.flatMap(({ key, operator, values = [] }, i) => {
    const here = at.index(i)
    const errors: FieldError[] = key === '' ? [required(here.child('key'), 'must be specified')] : []
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      errors.push(required(here.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"))
    }
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
      errors.push(forbidden(here.child('values'), why))
    }
    return errors
  })
}

const KNOWN_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist']

function labelErrors(
  requirements: NonNullable<NonNullable<ResourceAttributes['labelSelector']>['requirements']>,
  at: Path,
): FieldError[] {
  const known = requirements.filter(({ operator }) => KNOWN_OPERATORS.includes(operator))
  const wrong = labelSelectorErrors({ matchExpressions: known }, at)
  // The same check stands under another name in a label selector.
  return wrong.map((error) => ({ ...error, field: error.field.replace('.matchExpressions[', '.requirements[') }))
}

/** The status of an access review: SubjectAccessReviewStatus. */
function judged(api: Api, user: User, spec: SubjectAccessReviewSpec): JsonObject {
  const { info, error } = asked(spec)
  const verdict = authorise({ reader: api.store, roles: api.roles }, user, info)
  const by = verdict.allowed ? verdict.by : undefined
  const reason = verdict.allowed ? (by === undefined ? '' : allowanceOf(by, user)) : verdict.why
  return {
    allowed: verdict.allowed,
    ...(reason === '' ? {} : { reason }),
    ...(error === '' ? {} : { evaluationError: error }),
  }
}

function asked({ resourceAttributes: resource, nonResourceAttributes: other }: SubjectAccessReviewSpec): {
  info: RequestInfo
  error: string
} {
  const none = { prefix: '', version: '*', fieldSelector: '', parts: [] }
  const empty = { group: '', namespace: '', resource: '', subresource: '', name: '' }
  if (resource === undefined) {
    const { path = '', verb = '' } = other ?? {}
    return { info: { ...none, ...empty, isResourceRequest: false, path, verb }, error: '' }
  }
  const { verb = '', group = '', namespace = '', subresource = '', name = '' } = resource
  const { terms, error } = selectorsOf(resource)
  const about = { group, namespace, resource: resource.resource ?? '', subresource, name }
  return { info: { ...none, ...about, isResourceRequest: true, path: '', verb, fieldSelector: terms.join(',') }, error }
}

/** Selectors narrow what is asked; what cannot be read of them is left out, and told (BuildEvaluationError). */
function selectorsOf({ fieldSelector, labelSelector }: ResourceAttributes): { terms: string[]; error: string } {
  const errors: string[] = []
  const fields = fieldTerms(fieldSelector)
  const ignored = (what: string, some: boolean): void => {
    errors.push(`spec.resourceAttributes.${what} ${some ? 'partially ignored' : 'ignored'} due to parse error`)
  }
  if (fields.broken) ignored('fieldSelector', fields.terms.length > 0)
  const { rawSelector = '', requirements = [] } = labelSelector ?? {}
  const unknown = requirements.filter(({ operator }) => !KNOWN_OPERATORS.includes(operator))
  if (rawSelector !== '' && !parses(() => parseLabelSelector(rawSelector))) ignored('labelSelector', false)
  if (unknown.length > 0) ignored('labelSelector', unknown.length < requirements.length)
  return { terms: fields.terms, error: errors.join('; ') }
}

function parses(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

const escaped = (text: string): string => text.replace(/[\\,=]/g, (found) => `\\${found}`)

function fieldTerms(selector: ResourceAttributes['fieldSelector']): { terms: string[]; broken: boolean } {
  const { rawSelector = '', requirements = [] } = selector ?? {}
  if (rawSelector !== '') {
    const fine = parses(() => parseFieldSelector(rawSelector))
    return { terms: fine ? [rawSelector] : [], broken: !fine }
  }
  const terms = requirements.flatMap(({ key, operator, values = [] }) => {
    const [value] = values
    if (values.length !== 1 || value === undefined) return []
    if (operator === 'In') return [`${key}=${escaped(value)}`]
    return operator === 'NotIn' ? [`${key}!=${escaped(value)}`] : []
  })
  return { terms, broken: terms.length < requirements.length }
}
