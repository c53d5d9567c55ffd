import {
  type FieldError,
  Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { labelName, subdomainName } from '../meta/names.ts'
import type {
  FlowSchema,
  FlowSchemaSpec,
  FlowcontrolSubject,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { conditionTypeErrors } from './flow-control/conditions.ts'
import { MANDATORY_SCHEMAS } from './flow-control/defaults.ts'
import { internal } from './internal.ts'
import { same } from './same.ts'

const SPEC = Path.of('spec')
const MAX_PRECEDENCE = 10000
const METHODS = ['ByNamespace', 'ByUser']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const SUBJECTS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const
const isSubjectKind = (kind: string): kind is keyof typeof SUBJECTS => kind in SUBJECTS

/** A list with `*` in it may have nothing else. */
const aloneErrors = (list: readonly string[], what: string, at: Path): FieldError[] =>
  list.length > 1 && list.includes('*')
    ? [invalidValue(at, list, `if '*' is present, must not specify other ${what}`)]
    : []

function verbErrors(verbs: readonly string[], at: Path): FieldError[] {
  if (verbs.length === 0) return [required(at, 'verbs must contain at least one value')]
  if (verbs.includes('*')) return aloneErrors(verbs, 'verbs', at)
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(at, verbs, VERBS)]
}

/** `ValidateFlowSchemaSubject`: the one member that the kind names. */
function subjectErrors(subject: FlowcontrolSubject, at: Path): FieldError[] {
  const { kind = '' } = subject
  if (!isSubjectKind(kind)) return [notSupported(at.child('kind'), kind, ['Group', 'ServiceAccount', 'User'])]
  const errors: FieldError[] = []
  const here = at.child(SUBJECTS[kind])
  const wanted = subject[SUBJECTS[kind]]
  if (wanted === undefined) errors.push(required(here, `${SUBJECTS[kind]} is required when subject kind is '${kind}'`))
  else if (!wanted.name) errors.push(required(here.child('name')))
  else if (kind === 'ServiceAccount' && wanted.name !== '*') {
    errors.push(...eachInvalid(here.child('name'), wanted.name, subdomainName(wanted.name, false)))
  }
  if (kind === 'ServiceAccount' && subject.serviceAccount !== undefined) {
    const { namespace = '' } = subject.serviceAccount
    const place = here.child('namespace')
    errors.push(
      ...(namespace === ''
        ? [required(place, 'must specify namespace for service account')]
        : eachInvalid(place, namespace, labelName(namespace, false))),
    )
  }
  for (const [other, field] of Object.entries(SUBJECTS)) {
    if (other === kind || subject[field] === undefined) continue
    errors.push(forbidden(at.child(field), `${field} is forbidden when subject kind is not '${other}'`))
  }
  return errors
}

const NAMESPACE = "each member of this list must be '*' or a DNS-1123 label; "

function namespaceErrors({ namespaces, clusterScope = false }: ResourcePolicyRule, at: Path): FieldError[] {
  const list = namespaces ?? []
  if (list.length === 0 && !clusterScope) {
    return [required(at, 'resource rules that are not cluster scoped must supply at least one namespace')]
  }
  if (list.includes('*')) return aloneErrors(list, 'namespaces', at)
  return list.flatMap((name, i) =>
    labelName(name, false).map((why) => invalidValue(at.index(i), name, NAMESPACE + why)),
  )
}

function resourceRuleErrors(rule: ResourcePolicyRule, at: Path): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [] } = rule
  return [
    ...verbErrors(verbs, at.child('verbs')),
    ...(apiGroups.length === 0
      ? [required(at.child('apiGroups'), 'resource rules must supply at least one api group')]
      : aloneErrors(apiGroups, 'api groups', at.child('apiGroups'))),
    ...(resources.length === 0
      ? [required(at.child('resources'), 'resource rules must supply at least one resource')]
      : aloneErrors(resources, 'resources', at.child('resources'))),
    ...namespaceErrors(rule, at.child('namespaces')),
  ]
}

/** `ValidateNonResourceURLPath`. */
function urlErrors(path: string, at: Path): FieldError[] {
  const wrong = (why: string): FieldError[] => [invalidValue(at, path, why)]
  if (path === '') return wrong('must not be empty')
  if (path === '/') return []
  if (!path.startsWith('/')) return wrong('must start with slash')
  if (path.includes(' ')) return wrong('must not contain white-space')
  if (path.includes('//')) return wrong('must not contain double slash')
  const stars = path.split('*').length - 1
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? wrong('wildcard can only do suffix matching') : []
}

function urlRuleErrors({ verbs = [], nonResourceURLs: urls = [] }: NonResourcePolicyRule, at: Path): FieldError[] {
  const here = at.child('nonResourceURLs')
  const errors = verbErrors(verbs, at.child('verbs'))
  if (urls.length === 0) return [...errors, required(here, 'nonResourceURLs must contain at least one value')]
  if (urls.includes('*')) return [...errors, ...aloneErrors(urls, 'non-resource URLs', here)]
  return [...errors, ...urls.flatMap((url, i) => urlErrors(url, here.index(i)))]
}

function ruleErrors(rule: PolicyRulesWithSubjects, at: Path): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  const nothing = 'at least one of resourceRules and nonResourceRules has to be non-empty'
  return [
    ...(subjects.length === 0 ? [required(at.child('subjects'), 'subjects must contain at least one value')] : []),
    ...subjects.flatMap((subject, i) => subjectErrors(subject, at.child('subjects').index(i))),
    ...(resourceRules.length + nonResourceRules.length === 0 ? [required(at, nothing)] : []),
    ...resourceRules.flatMap((one, i) => resourceRuleErrors(one, at.child('resourceRules').index(i))),
    ...nonResourceRules.flatMap((one, i) => urlRuleErrors(one, at.child('nonResourceRules').index(i))),
  ]
}

function precedenceErrors(precedence: number, name: string): FieldError[] {
  const wrong = (why: string): FieldError[] => [invalidValue(SPEC.child('matchingPrecedence'), precedence, why)]
  if (precedence <= 0) return wrong('must be a positive value')
  if (precedence > MAX_PRECEDENCE) return wrong(`must not be greater than ${MAX_PRECEDENCE}`)
  if (precedence !== 1 || name === 'exempt') return []
  return wrong("only the schema named 'exempt' may have matchingPrecedence 1")
}

/** `ValidateFlowSchemaSpec`. */
function specErrors(spec: FlowSchemaSpec, name: string): FieldError[] {
  const { distinguisherMethod: method, priorityLevelConfiguration: level, rules = [] } = spec
  const here = SPEC.child('priorityLevelConfiguration').child('name')
  const errors = precedenceErrors(spec.matchingPrecedence, name)
  if (method !== undefined && !METHODS.includes(method.type)) {
    const printed = { Type: method.type ?? '' }
    errors.push(notSupported(SPEC.child('distinguisherMethod').child('type'), printed, METHODS))
  }
  if (!level?.name) errors.push(required(here, 'must reference a priority level'))
  else errors.push(...eachInvalid(here, level.name, subdomainName(level.name, false)))
  return [...errors, ...rules.flatMap((rule, i) => ruleErrors(rule, SPEC.child('rules').index(i)))]
}

function fixedErrors({ metadata: { name }, spec }: FlowSchema): FieldError[] {
  const wanted = MANDATORY_SCHEMAS[name]
  if (wanted === undefined || same(spec, wanted)) return []
  return [invalidValue(SPEC, internal('FlowSchemaSpec', spec), `spec of '${name}' must equal the fixed value`)]
}

const statusErrors = ({ status }: FlowSchema): FieldError[] => conditionTypeErrors(status?.conditions ?? [])

export const flowschemas = declare<FlowSchema>('flowschemas.flowcontrol.apiserver.k8s.io', {
  validate: (object) => [
    ...specErrors(object.spec, object.metadata.name),
    ...fixedErrors(object),
    ...statusErrors(object),
  ],
  validateStatus: statusErrors,
})
