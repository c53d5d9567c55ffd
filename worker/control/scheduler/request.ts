import { type Arithmetic, ofContainers } from '../../../api/kinds/pod/requests.ts'
import { milliValue, parseQuantity, value } from '../../../api/meta/quantity.ts'
import type { Container, Pod } from '../../../api/schema/types.generated.ts'

/** Amounts by resource: `cpu` in thousandths of a core, everything else in whole units (bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>

/** What the two resource scores count for a container that asks for nothing: DefaultMilliCPURequest, DefaultMemoryRequest. */
const ASSUMED: Amounts = { cpu: 100, memory: 200 * 1024 * 1024 }

/** Quantities repeat across Pods, so their numbers are kept; the map holds nothing of a cluster. */
const known = new Map<string, number>()
const KNOWN_MOST = 2000

function amount(resource: string, quantity: string): number {
  const unit = resource === 'cpu' ? 'm' : ''
  const key = `${unit} ${quantity}`
  const found = known.get(key)
  if (found !== undefined) return found
  const parsed = parseQuantity(quantity)
  const result = resource === 'cpu' ? milliValue(parsed) : value(parsed)
  if (known.size >= KNOWN_MOST) known.clear()
  known.set(key, result)
  return result
}

export const amountsOf = (list: Readonly<Record<string, string>> | undefined): Amounts =>
  Object.fromEntries(Object.entries(list ?? {}).map(([name, quantity]) => [name, amount(name, quantity)]))

/** `combine` of each resource that either has; what one lacks counts zero. */
function combine(a: Amounts, b: Amounts, how: (x: number, y: number) => number): Amounts {
  const result: Record<string, number> = { ...a }
  for (const [name, y] of Object.entries(b)) result[name] = how(a[name] ?? 0, y)
  return result
}
export const plus = (a: Amounts, b: Amounts): Amounts => combine(a, b, (x, y) => x + y)
const larger = (a: Amounts, b: Amounts): Amounts => combine(a, b, Math.max)

/**
 * What a Pod needs of a node: resourcehelper.PodRequests.
 */
export const requestOf = (pod: Pod): Amounts => total(pod, (container) => amountsOf(container.resources?.requests))

/** The same for scoring: containers that ask for no CPU or memory count as if they took a little. */
export const scoredRequestOf = (pod: Pod): Amounts =>
  total(pod, (container) => ({ ...ASSUMED, ...amountsOf(container.resources?.requests) }))

const NUMBERS: Arithmetic<Amounts> = { nothing: {}, plus, larger }

function total(pod: Pod, of: (container: Container) => Amounts): Amounts {
  const overridden = { ...ofContainers(pod.spec, of, NUMBERS), ...amountsOf(pod.spec.resources?.requests) }
  return plus(overridden, amountsOf(pod.spec.overhead))
}
