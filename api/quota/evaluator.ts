import type { Resource } from '../meta/object.ts'
import { type Amounts, count } from '../meta/resource-list.ts'
import type { ScopedResourceSelectorRequirement } from '../schema/types.generated.ts'

export type Scope = ScopedResourceSelectorRequirement

/**
 * How the objects of one resource are counted against quotas: quota.Evaluator of k8s.io/apiserver/pkg/quota/v1, as pure
 * functions of one object.
 */
export interface Evaluator {
  /** `pods`, `deployments.apps`. */
  readonly resource: string
  /** Whether it counts what a quota names so. */
  counts(name: string): boolean
  usage(object: Resource): Amounts
  /** Whether an object is in a quota's scope. */
  matches(scope: Scope, object: Resource): boolean
  /** What an object must say where these names are limited, and does not; undefined where nothing is missing. */
  lacks?(names: readonly string[], object: Resource): string | undefined
  /** Whether a write may be refused; others (a Pod that ends) only move the count. */
  refuses(operation: 'CREATE' | 'UPDATE', subresource: string): boolean
}

/** Kinds that had names in quotas before every resource had one. */
const ALIASES: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

export const countName = (resource: string): string => `count/${resource}`

/** Every object counts one: NewObjectCountEvaluator. */
export function counting(resource: string): Evaluator {
  const names = [countName(resource), ...(ALIASES.has(resource) ? [resource] : [])]
  const usage: Amounts = new Map(names.map((name) => [name, count(1)]))
  return {
    resource,
    counts: (name) => names.includes(name),
    usage: () => usage,
    matches: () => false,
    refuses: (operation, subresource) => operation === 'CREATE' && subresource === '',
  }
}

/** Whether a value that an object may have satisfies In, NotIn, Exists, DoesNotExist (labels.Requirement). */
export function satisfies({ operator, values = [] }: Scope, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'DoesNotExist':
      return value === undefined
    default:
      return value !== undefined
  }
}
