import type { Resource } from '../meta/object.ts'
import { compareQuantity, sign } from '../meta/quantity.ts'
import {
  type Amounts,
  amountsOf,
  minus,
  NOTHING,
  only,
  plus,
  printed,
  withoutZeros,
  ZERO,
} from '../meta/resource-list.ts'
import type { ResourceQuota } from '../schema/types.generated.ts'
import { claims } from './claims.ts'
import { counting, type Evaluator, type Scope } from './evaluator.ts'
import { devices } from './devices.ts'
import { pods } from './pods.ts'
import { services } from './services.ts'

/** What a ResourceQuota counts and limits. https://kubernetes.io/docs/concepts/policy/resource-quotas/ */

const KNOWN = new Map([pods, services, claims, devices].map((evaluator) => [evaluator.resource, evaluator]))
/** Noise that nobody is charged with. */
const UNCOUNTED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io'])

export const evaluatorOf = (resource: string): Evaluator | undefined =>
  UNCOUNTED.has(resource) ? undefined : (KNOWN.get(resource) ?? counting(resource))

/** A quota is for what is in all of its scopes. */
export function scopesOf({ spec }: ResourceQuota): Scope[] {
  const scopes = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }))
  return [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])]
}

/** What a quota charges for an object, under the names that it limits; nothing where the object is out of its scopes. */
export function charge(quota: ResourceQuota, limits: Amounts, evaluator: Evaluator, object: Resource): Amounts {
  return concerns(quota, limits, evaluator, object)
    ? only(evaluator.usage(object), (name) => limits.has(name))
    : NOTHING
}

/** Whether a quota has a say about an object at all. */
export const concerns = (quota: ResourceQuota, limits: Amounts, evaluator: Evaluator, object: Resource): boolean =>
  [...limits.keys()].some((name) => evaluator.counts(name)) &&
  scopesOf(quota).every((scope) => evaluator.matches(scope, object))

/** A write as a quota sees it: an object that comes has no `before`, one that goes no `after`. */
export interface Move {
  readonly before: Resource | undefined
  readonly after: Resource | undefined
  /** Whether it may be refused. */
  readonly refusable: boolean
}

/** What a write comes to: the quota's use after it, `undefined` where it stays; or why it may not be. */
export type Settled = { readonly used: Amounts | undefined } | { readonly refused: string }

/** CheckRequest of k8s.io/apiserver/pkg/admission/plugin/resourcequota, for one quota. */
export function settle(quota: ResourceQuota, evaluator: Evaluator, { before, after, refusable }: Move): Settled {
  const { name } = quota.metadata
  const limits = amountsOf(quota.status?.hard)
  const used = amountsOf(quota.status?.used)
  if (refusable && after !== undefined && concerns(quota, limits, evaluator, after)) {
    const names = [...limits.keys()].filter((limit) => evaluator.counts(limit)).sort()
    const lack = evaluator.lacks?.(names, after)
    if (lack !== undefined) return { refused: `failed quota: ${name}: ${lack}` }
    if (names.some((limit) => !used.has(limit))) {
      return { refused: `status unknown for quota: ${name}, resources: ${names.join(',')}` }
    }
    const negative = [...evaluator.usage(after)].filter(([, amount]) => sign(amount) < 0).map(([of]) => of)
    if (negative.length > 0) {
      return { refused: `quota usage is negative for resource(s): ${negative.sort().join(',')}` }
    }
  }
  const taken = after === undefined ? NOTHING : charge(quota, limits, evaluator, after)
  const given = before === undefined ? NOTHING : charge(quota, limits, evaluator, before)
  const delta = withoutZeros(minus(taken, given))
  if (delta.size === 0) return { used: undefined }
  const total = plus(
    used,
    only(delta, (of) => used.has(of)),
  )
  const exceeded = (of: string): boolean =>
    sign(delta.get(of) ?? ZERO) > 0 && compareQuantity(total.get(of) ?? ZERO, limits.get(of) ?? ZERO) > 0
  if (refusable && [...delta.keys()].some(exceeded)) {
    const shown = (amounts: Amounts): string => printed(only(amounts, (of) => delta.has(of) && exceeded(of)))
    return {
      refused: `exceeded quota: ${name}, requested: ${shown(delta)}, used: ${shown(used)}, limited: ${shown(limits)}`,
    }
  }
  return { used: new Map([...total].map(([of, amount]) => [of, sign(amount) < 0 ? ZERO : amount])) }
}

/**
 * What is used of a quota by the objects that there are, under every name of it that some resource counts (CalculateUsage
 * of pkg/quota/v1). `resources` are those of a namespace, `list` their objects in it.
 */
export function measured(
  quota: ResourceQuota,
  resources: readonly string[],
  list: (resource: string) => readonly Resource[],
): Amounts {
  const limits = amountsOf(quota.spec?.hard)
  let used: Amounts = NOTHING
  for (const resource of resources) {
    const evaluator = evaluatorOf(resource)
    const names = evaluator === undefined ? [] : [...limits.keys()].filter((name) => evaluator.counts(name))
    if (evaluator === undefined || names.length === 0) continue
    used = plus(used, new Map(names.map((name) => [name, ZERO])))
    for (const object of list(resource)) used = plus(used, charge(quota, limits, evaluator, object))
  }
  return used
}
