import { Path, type FieldError, invalidValue, required } from '../meta/field-error.ts'
import { compareText } from '../meta/go-text.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { quantityOf } from './numbers.ts'
import { amountErrors, isQuotaResource, quotaResourceErrors } from './resource-names.ts'

/** ResourceQuotas: `ValidateResourceQuota` of pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const STATUS = Path.of('status')

type Amounts = Readonly<Record<string, string>> | undefined

const amounts = (list: Amounts, at: Path): FieldError[] =>
  Object.entries(list ?? {}).flatMap(([name, text]) => {
    const here = at.key(name)
    return [...quotaResourceErrors(name, here), ...amountErrors(name, quantityOf(text), here)]
  })

const PODS: ReadonlySet<string> = new Set(['pods'])
const POD_COMPUTE: ReadonlySet<string> = new Set([
  'pods',
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
])
const CLAIMS: ReadonlySet<string> = new Set(['persistentvolumeclaims', 'requests.storage'])
/** What each scope counts. */
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: POD_COMPUTE,
  NotTerminating: POD_COMPUTE,
  BestEffort: PODS,
  NotBestEffort: POD_COMPUTE,
  PriorityClass: POD_COMPUTE,
  CrossNamespacePodAffinity: POD_COMPUTE,
  VolumeAttributesClass: CLAIMS,
}
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['NotTerminating', 'Terminating'],
]
/** Scopes without values. */
const EXISTS_ONLY = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']

const isScope = (scope: string): boolean => Object.hasOwn(SCOPES, scope)
/** How many of the quota's resources a scope does not count. */
const strangers = ({ hard }: ResourceQuotaSpec, scope: string): string[] =>
  Object.keys(hard ?? {})
    .sort(compareText)
    .filter((name) => isQuotaResource(name) && isScope(scope) && SCOPES[scope]?.has(name) !== true)
const conflicts = (scopes: readonly string[]): string[][] =>
  OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope)))

function scopeErrors(spec: ResourceQuotaSpec): FieldError[] {
  const { scopes = [] } = spec
  const wrong = (why: string): FieldError => invalidValue(SPEC.child('scopes'), scopes, why)
  return [
    ...scopes.flatMap((scope) => [
      ...(isScope(scope) ? [] : [wrong('unsupported scope')]),
      ...strangers(spec, scope).map(() => wrong('unsupported scope applied to resource')),
    ]),
    ...conflicts(scopes).map(() => wrong('conflicting scopes')),
  ]
}

function valueErrors({ operator, values }: ScopedResourceSelectorRequirement, at: Path): FieldError[] {
  const count = (values ?? []).length
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      return count === 0 ? [required(at.child('values'), why)] : []
    }
    case 'Exists':
    case 'DoesNotExist': {
      const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      return count === 0 ? [] : [invalidValue(at.child('values'), values, why)]
    }
    default:
      return [invalidValue(at.child('operator'), operator ?? '', 'not a valid selector operator')]
  }
}

/** As Go prints the internal type. */
const printedSelector = (expressions: readonly ScopedResourceSelectorRequirement[]): object => ({
  MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
    ScopeName: scopeName ?? '',
    Operator: operator ?? '',
    Values: values ?? null,
  })),
})

/** The expressions are not told apart by their paths. */
function selectorErrors(spec: ResourceQuotaSpec): FieldError[] {
  const expressions = spec.scopeSelector?.matchExpressions ?? []
  const at = SPEC.child('scopeSelector').child('matchExpressions')
  const why =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
    'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
  return [
    ...expressions.flatMap((of) => {
      const { scopeName = '', operator = '' } = of
      return [
        ...(isScope(scopeName) ? [] : [invalidValue(at.child('scopeName'), scopeName, 'unsupported scope')]),
        ...strangers(spec, scopeName).map(() =>
          invalidValue(at, printedSelector(expressions), 'unsupported scope applied to resource'),
        ),
        ...(EXISTS_ONLY.includes(scopeName) && operator !== 'Exists'
          ? [invalidValue(at.child('operator'), operator, why)]
          : []),
        ...valueErrors(of, at),
      ]
    }),
    ...conflicts(expressions.map(({ scopeName }) => scopeName)).map(() =>
      invalidValue(at, spec.scopes, 'conflicting scopes'),
    ),
  ]
}

const specErrors = (spec: ResourceQuotaSpec = {}): FieldError[] => [
  ...amounts(spec.hard, SPEC.child('hard')),
  ...scopeErrors(spec),
  ...selectorErrors(spec),
]

const scopesOf = ({ spec }: ResourceQuota): string => [...new Set(spec?.scopes)].sort(compareText).join(' ')

export const resourcequotas = declare<ResourceQuota>('resourcequotas', {
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: (quota, old) =>
    scopesOf(quota) === scopesOf(old) ? [] : [invalidValue(SPEC.child('scopes'), quota.spec?.scopes, IMMUTABLE)],
  validateStatus: ({ status }) => [
    ...amounts(status?.hard, STATUS.child('hard')),
    ...amounts(status?.used, STATUS.child('used')),
  ],
})
