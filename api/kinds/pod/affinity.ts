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
import { labelName, labelValueErrors, qualifiedNameErrors, subdomainName } from '../../meta/names.ts'
import { labelSelectorErrors } from '../../meta/selector.ts'
import type {
  Affinity,
  LabelSelector,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from '../../schema/types.generated.ts'
import { positive } from '../numbers.ts'
import { NOTHING, type Tolerated } from './tolerated.ts'

/** Where a Pod wants to be: pkg/apis/core/validation. */

const UNKNOWN = 'not a valid selector operator'
const weight = (value: number, at: Path): FieldError[] =>
  value <= 0 || value > 100 ? [invalidValue(at.child('weight'), value, 'must be in the range 1-100')] : []

/** `strict`: values of preferred terms are not judged. */
function requirement(of: NodeSelectorRequirement, strict: boolean, at: Path, errors: FieldError[]): void {
  const { key = '', operator = '', values = [] } = of
  const here = at.child('values')
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(here, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    if (values.length > 0) errors.push(forbidden(here, why))
  } else if (operator === 'Gt' || operator === 'Lt') {
    const why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
    if (values.length !== 1) errors.push(required(here, why))
  } else errors.push(invalidValue(at.child('operator'), operator, UNKNOWN))
  errors.push(...eachInvalid(at.child('key'), key, qualifiedNameErrors(key)))
  if (strict) values.forEach((value, i) => errors.push(...eachInvalid(here.index(i), value, labelValueErrors(value))))
}

function fieldRequirement(of: NodeSelectorRequirement, at: Path, errors: FieldError[]): void {
  const { key = '', operator = '', values = [] } = of
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalidValue(at.child('operator'), operator, UNKNOWN))
  else if (values.length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
    errors.push(required(at.child('values'), why))
  }
  if (key !== 'metadata.name') errors.push(invalidValue(at.child('key'), key, 'not a valid field selector key'))
  else {
    values.forEach((value, i) =>
      errors.push(...eachInvalid(at.child('values').index(i), value, subdomainName(value, false))),
    )
  }
}

function nodeTerm(term: NodeSelectorTerm, strict: boolean, at: Path, errors: FieldError[]): void {
  term.matchExpressions?.forEach((of, i) => requirement(of, strict, at.child('matchExpressions').index(i), errors))
  term.matchFields?.forEach((of, i) => fieldRequirement(of, at.child('matchFields').index(i), errors))
}

/** `ValidateNodeSelector`. `anyLabelValue`: values of expressions are those of an old object. */
export function nodeSelector(selector: NodeSelector, at: Path, errors: FieldError[], anyLabelValue = false): void {
  const here = at.child('nodeSelectorTerms')
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) errors.push(required(here, 'must have at least one node selector term'))
  terms.forEach((term, i) => nodeTerm(term, !anyLabelValue, here.index(i), errors))
}

function labelKeys(keys: readonly string[], selector: LabelSelector | undefined, at: Path, errors: FieldError[]): void {
  if (keys.length === 0) return
  if (selector === undefined)
    return void errors.push(forbidden(at, 'must not be specified when labelSelector is not set'))
  keys.forEach((key, i) => errors.push(...eachInvalid(at.index(i), key, qualifiedNameErrors(key))))
}

type Keys = Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>

/**
 * `ValidateMatchLabelKeysAndMismatchLabelKeys`. The selector may hold the requirement that such a key has become once;
 * twice means that the client wrote one too.
 */
function allLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Keys,
  at: Path,
  errors: FieldError[],
): void {
  labelKeys(matchLabelKeys, labelSelector, at.child('matchLabelKeys'), errors)
  labelKeys(mismatchLabelKeys, labelSelector, at.child('mismatchLabelKeys'), errors)
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}))
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const i = matchLabelKeys.lastIndexOf(key)
    if (i >= 0 && seen.has(key)) {
      errors.push(invalidValue(at.index(i), key, 'exists in both matchLabelKeys and labelSelector'))
    }
    seen.add(key)
  }
  matchLabelKeys.forEach((key, i) => {
    if (!mismatchLabelKeys.includes(key)) return
    const why = 'exists in both matchLabelKeys and mismatchLabelKeys'
    errors.push(invalidValue(at.child('matchLabelKeys').index(i), key, why))
  })
}

const termSelectorErrors = (term: PodAffinityTerm, at: Path, anyLabelValue: boolean): FieldError[] => [
  ...labelSelectorErrors(term.labelSelector, at.child('labelSelector'), { anyLabelValue }),
  ...labelSelectorErrors(term.namespaceSelector, at.child('namespaceSelector'), { anyLabelValue }),
]

function podTerm(term: PodAffinityTerm, anyLabelValue: boolean, at: Path, errors: FieldError[]): void {
  errors.push(...termSelectorErrors(term, at, anyLabelValue))
  for (const name of term.namespaces ?? []) {
    errors.push(...eachInvalid(at.child('namespace'), name, labelName(name, false)))
  }
  allLabelKeys(term, at, errors)
  const { topologyKey = '' } = term
  const here = at.child('topologyKey')
  if (topologyKey === '') errors.push(required(here, 'can not be empty'))
  errors.push(...eachInvalid(here, topologyKey, qualifiedNameErrors(topologyKey)))
}

interface Pods {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]
}

const HARD = 'requiredDuringSchedulingIgnoredDuringExecution'
const SOFT = 'preferredDuringSchedulingIgnoredDuringExecution'

/** A weighted term without its term. */
const NOWHERE: PodAffinityTerm = { topologyKey: '' }

function podAffinity(of: Pods, any: boolean, at: Path, errors: FieldError[]): void {
  of[HARD]?.forEach((term, i) => podTerm(term, any, at.child(HARD).index(i), errors))
  of[SOFT]?.forEach((term, i) => {
    const here = at.child(SOFT).index(i)
    errors.push(...weight(term.weight, here))
    podTerm(term.podAffinityTerm ?? NOWHERE, any, here.child('podAffinityTerm'), errors)
  })
}

/** `validateAffinity`. */
export function affinity(of: Affinity | undefined, at: Path, errors: FieldError[], old = NOTHING): void {
  if (of === undefined) return
  const nodes = of.nodeAffinity
  const hard = nodes?.[HARD]
  if (hard !== undefined) nodeSelector(hard, at.child('nodeAffinity').child(HARD), errors, old.nodeValues)
  nodes?.[SOFT]?.forEach((term, i) => {
    const here = at.child('nodeAffinity').child(SOFT).index(i)
    errors.push(...weight(term.weight, here))
    nodeTerm(term.preference ?? {}, false, here.child('preference'), errors)
  })
  if (of.podAffinity !== undefined) podAffinity(of.podAffinity, old.selectorValues, at.child('podAffinity'), errors)
  if (of.podAntiAffinity !== undefined) {
    podAffinity(of.podAntiAffinity, old.selectorValues, at.child('podAntiAffinity'), errors)
  }
}

const ANYWHERE = Path.of('')

/** Whether selectors of the affinity to Pods, and terms of the one to nodes, are refused. */
export function brokenAffinity(of: Affinity | undefined): Pick<Tolerated, 'selectorValues' | 'nodeValues'> {
  const pods = [of?.podAffinity, of?.podAntiAffinity].flatMap((kind) => [
    ...(kind?.[HARD] ?? []),
    ...(kind?.[SOFT] ?? []).map((term) => term.podAffinityTerm ?? NOWHERE),
  ])
  const errors: FieldError[] = []
  of?.nodeAffinity?.[HARD]?.nodeSelectorTerms?.forEach((term) => nodeTerm(term, true, ANYWHERE, errors))
  return {
    selectorValues: pods.some((term) => termSelectorErrors(term, ANYWHERE, false).length > 0),
    nodeValues: errors.length > 0,
  }
}

/** The same of topology spread constraints. */
export function brokenSpread(
  list: readonly TopologySpreadConstraint[],
): Pick<Tolerated, 'spreadSelectors' | 'spreadKeys'> {
  const errors: FieldError[] = []
  for (const of of list) allLabelKeys(of, ANYWHERE, errors)
  return {
    spreadSelectors: list.some(({ labelSelector }) => labelSelectorErrors(labelSelector, ANYWHERE).length > 0),
    spreadKeys: errors.length > 0,
  }
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']
const POLICIES = ['Honor', 'Ignore']

/** `validateTopologySpreadConstraints`. */
export function spread(list: readonly TopologySpreadConstraint[], at: Path, errors: FieldError[], old = NOTHING): void {
  list.forEach((of, i) => {
    const here = at.index(i)
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '', minDomains } = of
    errors.push(...positive(here.child('maxSkew'), maxSkew))
    if (topologyKey === '') errors.push(required(here.child('topologyKey'), 'can not be empty'))
    if (!ACTIONS.includes(action)) errors.push(notSupported(here.child('whenUnsatisfiable'), action, ACTIONS))
    const isSame = (other: TopologySpreadConstraint): boolean =>
      other.topologyKey === of.topologyKey && other.whenUnsatisfiable === of.whenUnsatisfiable
    if (list.slice(i + 1).some(isSame)) {
      errors.push(duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${action}}`))
    }
    if (minDomains !== undefined) {
      errors.push(...positive(here.child('minDomains'), minDomains))
      if (action !== 'DoNotSchedule') {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
        errors.push(invalidValue(here.child('minDomains'), minDomains, why))
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = of[field]
      if (policy !== undefined && !POLICIES.includes(policy))
        errors.push(notSupported(here.child(field), policy, POLICIES))
    }
    if (!old.spreadKeys) allLabelKeys(of, here, errors)
    if (!old.spreadSelectors) errors.push(...labelSelectorErrors(of.labelSelector, here.child('labelSelector')))
  })
}
