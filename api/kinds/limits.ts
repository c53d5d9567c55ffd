import { compareQuantity, formatQuantity, isZero, milliValue, type Quantity } from '../meta/quantity.ts'
import { type Amounts, amountsOf, NOTHING, ZERO } from '../meta/resource-list.ts'
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  ResourceRequirements,
} from '../schema/types.generated.ts'
import { specified } from './pod/requests.ts'

/**
 * What a LimitRange does to a Pod and to a claim: plugin/pkg/admission/limitranger.
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 */

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** Sets the defaults of containers that say nothing, and an annotation that says which; the same Pod where none is set. */
export function withDefaultLimits(pod: Pod, range: LimitRange): Pod {
  const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container')
  const defaults = {
    limits: Object.assign({}, ...items.map((item) => item.default ?? {})) as Record<string, string>, // of quantities
    requests: Object.assign({}, ...items.map((item) => item.defaultRequest ?? {})) as Record<string, string>, // the same
  }
  const told: string[] = []
  const filled = (kind: string) => (container: Container) => {
    const { name, resources = {} } = container
    const [requests, newRequests] = missing(resources.requests, defaults.requests)
    const [limits, newLimits] = missing(resources.limits, defaults.limits)
    if (newRequests.length > 0) told.push(`${newRequests.join(', ')} request for ${kind} ${name}`)
    if (newLimits.length > 0) told.push(`${newLimits.join(', ')} limit for ${kind} ${name}`)
    if (newRequests.length + newLimits.length === 0) return container
    return { ...container, resources: { ...resources, ...listed('limits', limits), ...listed('requests', requests) } }
  }
  const containers = (pod.spec.containers ?? []).map(filled('container'))
  const initContainers = pod.spec.initContainers?.map(filled('init container'))
  if (told.length === 0) return pod
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` },
    },
    spec: { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  }
}

type List = NonNullable<ResourceRequirements['limits']>

function missing(given: List | undefined, defaults: List): [List, string[]] {
  const names = Object.keys(defaults)
    .filter((name) => given?.[name] === undefined)
    .sort()
  const added = Object.fromEntries(names.map((name) => [name, defaults[name] ?? '0']))
  return [{ ...given, ...added }, names]
}

const listed = (which: 'limits' | 'requests', list: List): Partial<ResourceRequirements> =>
  Object.keys(list).length === 0 ? {} : { [which]: list }

interface Asked {
  readonly requests: Amounts
  readonly limits: Amounts
}

/** Why a Pod does not fit into the range, one reason for each bound that it breaks. */
export function podLimitErrors(pod: Pod, range: LimitRange): string[] {
  const each = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Pod') {
      return bounds(item, { requests: specified(pod, 'requests'), limits: specified(pod, 'limits') })
    }
    if (item.type !== 'Container') return []
    return each.flatMap(({ resources }) =>
      bounds(item, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
    )
  })
}

/** A claim's limits are nobody's input: only what it requests counts. */
export function claimLimitErrors(claim: PersistentVolumeClaim, range: LimitRange): string[] {
  const requests = amountsOf(claim.spec.resources?.requests)
  return (range.spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, least) => tooLittle(item.type, name, least, { requests, limits: NOTHING })),
      ...each(item.max, (name, most) => tooMuchRequested(item.type, name, most, requests)),
    ])
}

function bounds(item: LimitRangeItem, asked: Asked): string[] {
  return [
    ...each(item.min, (name, least) => tooLittle(item.type, name, least, asked)),
    ...each(item.max, (name, most) => tooMuch(item.type, name, most, asked)),
    ...each(item.maxLimitRequestRatio, (name, most) => tooSpread(item.type, name, most, asked)),
  ]
}

/** In order of name, where Go has none. */
const each = (list: List | undefined, broken: (name: string, bound: Quantity) => string | undefined): string[] =>
  [...amountsOf(list)].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, bound]) => broken(name, bound) ?? [])

const less = (a: Quantity, b: Quantity): boolean => compareQuantity(a, b) < 0

function tooLittle(type: string, name: string, least: Quantity, { requests, limits }: Asked): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (request === undefined) return `${head}.  No request is specified`
  if (less(request, least)) return `${head}, but request is ${formatQuantity(request)}`
  if (limit !== undefined && less(limit, least)) return `${head}, but limit is ${formatQuantity(limit)}`
  return undefined
}

function tooMuch(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (limit === undefined) return `${head}.  No limit is specified`
  if (less(most, limit)) return `${head}, but limit is ${formatQuantity(limit)}`
  if (request !== undefined && less(most, request)) return `${head}, but request is ${formatQuantity(request)}`
  return undefined
}

function tooMuchRequested(type: string, name: string, most: Quantity, requests: Amounts): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`
  const request = requests.get(name)
  if (request === undefined) return `${head}.  No request is specified`
  return less(most, request) ? `${head}, but request is ${formatQuantity(request)}` : undefined
}

function tooSpread(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`
  const [request, limit] = [requests.get(name) ?? ZERO, limits.get(name) ?? ZERO]
  if (isZero(request)) return `${head}, but no request is specified or request is 0`
  if (isZero(limit)) return `${head}, but no limit is specified or limit is 0`
  const ratio = milliValue(limit) / milliValue(request)
  return ratio * 1000 > milliValue(most) ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}
