import type { Resource } from '../meta/object.ts'
import { sign } from '../meta/quantity.ts'
import { amountsOf } from '../meta/resource-list.ts'
import type { ResourceQuota } from '../schema/types.generated.ts'
import type { Evaluator, Scope } from './evaluator.ts'
import { concerns, scopesOf } from './quota.ts'

/**
 * What may be used only where a quota covers it: LimitedResource of Kubernetes' ResourceQuotaConfiguration.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#limit-priority-class-consumption-by-default
 */
export interface LimitedResource {
  /** `pods`, `deployments.apps`. */
  readonly resource: string
  /** Parts of the names under which quotas count it. */
  readonly matchContains: readonly string[]
  readonly matchScopes: readonly Scope[]
}

/** Why an object may not use what no quota covers. Kubernetes answers 403 to the first and does not translate the other. */
export type Uncovered = { readonly forbidden: string } | { readonly untranslated: string }

export function uncovered(
  limited: readonly LimitedResource[],
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  object: Resource,
): Uncovered | undefined {
  if (limited.length === 0) return undefined
  const limitsOf = (quota: ResourceQuota) => amountsOf(quota.status?.hard)
  const covered = new Set(
    quotas
      .filter((quota) => concerns(quota, limitsOf(quota), evaluator, object))
      .flatMap((quota) => [...limitsOf(quota).keys()].filter((name) => evaluator.counts(name))),
  )
  const parts = limited.filter(({ resource }) => resource === evaluator.resource).flatMap((of) => of.matchContains)
  const names = [...evaluator.usage(object)]
    .filter(([name, amount]) => sign(amount) > 0 && parts.some((part) => name.includes(part)))
    .map(([name]) => name)
    .filter((name) => !covered.has(name))
  if (names.length > 0) return { forbidden: `insufficient quota to consume: ${names.sort().join(',')}` }
  const held = new Set(
    quotas
      .flatMap((quota) => scopesOf(quota).filter((scope) => evaluator.matches(scope, object)))
      .map((scope) => scope.scopeName),
  )
  const open = limited
    .flatMap(({ matchScopes }) => matchScopes)
    .filter((scope) => evaluator.matches(scope, object) && !held.has(scope.scopeName))
  if (open.length === 0) return undefined
  const printed = open.map(({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`)
  return { untranslated: `insufficient quota to match these scopes: [${printed.join(' ')}]` }
}
