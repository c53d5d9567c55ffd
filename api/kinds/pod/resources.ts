import {
  type FieldError,
  Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { compareText } from '../../meta/go-text.ts'
import { dnsLabelErrors, subdomainName } from '../../meta/names.ts'
import {
  type Quantity,
  addQuantity,
  compareQuantity,
  formatQuantity,
  milliValue,
  parseQuantity,
  value,
} from '../../meta/quantity.ts'
import type { Container, PodResourceClaim, PodSpec, ResourceRequirements } from '../../schema/types.generated.ts'
import { quantityOf } from '../numbers.ts'
import {
  amountErrors,
  containerResourceErrors,
  isHugePage,
  mayOvercommit,
  resourceNameErrors,
} from '../resource-names.ts'
import { NOTHING } from './tolerated.ts'

/** Requests, limits and claims: pkg/apis/core/validation. */

type Names = (name: string, at: Path) => FieldError[]
type List = Readonly<Record<string, string>>

function hugePages(name: string, amount: Quantity, at: Path, errors: FieldError[]): void {
  if (!isHugePage(name)) return
  const size = quantityOf(/^hugepages-(.+)$/.exec(name)?.[1])
  const bytes = value(size)
  if (bytes > 0 && milliValue(size) % 1000 === 0 && value(amount) % bytes === 0) return
  const text = formatQuantity(amount)
  errors.push(invalidValue(at, text, `${text} is not positive integer multiple of ${name}`))
}

/** Whether amounts of huge pages are no multiple of a page. */
export function partsOfPages({ limits = {}, requests = {} }: ResourceRequirements): boolean {
  const errors: FieldError[] = []
  for (const list of [limits, requests]) {
    for (const [name, text] of Object.entries(list)) hugePages(name, quantityOf(text), Path.of(name), errors)
  }
  return errors.length > 0
}

const isCompute = (list: List): boolean => 'cpu' in list || 'memory' in list

/** `validateResourceRequirements`. */
export function requirements(
  of: ResourceRequirements,
  claims: readonly string[],
  at: Path,
  errors: FieldError[],
  names: Names = containerResourceErrors,
  old = NOTHING,
): void {
  const { limits = {}, requests = {} } = of
  for (const [name, text] of Object.entries(limits)) {
    const here = at.child('limits').key(name)
    const amount = quantityOf(text)
    errors.push(...names(name, here))
    errors.push(...amountErrors(name, amount, here))
    if (!old.hugePages) hugePages(name, amount, here, errors)
  }
  for (const [name, text] of Object.entries(requests)) {
    const here = at.child('requests').key(name)
    const amount = quantityOf(text)
    errors.push(...names(name, here))
    errors.push(...amountErrors(name, amount, here))
    againstLimit(name, amount, limits[name], at, errors)
    if (!old.hugePages) hugePages(name, amount, here, errors)
  }
  const huge = [...Object.keys(limits), ...Object.keys(requests)].some(isHugePage)
  if (huge && !isCompute(limits) && !isCompute(requests)) errors.push(forbidden(at, 'HugePages require cpu or memory'))
  if (of.claims !== undefined) claimNames(of.claims, claims, at.child('claims'), errors)
}

function againstLimit(name: string, amount: Quantity, limit: string | undefined, at: Path, errors: FieldError[]): void {
  if (limit === undefined) {
    if (!mayOvercommit(name)) {
      errors.push(required(at.child('limits'), 'Limit must be set for non overcommitable resources'))
    }
    return
  }
  const most = quantityOf(limit)
  const order = compareQuantity(amount, most)
  const wrong = (relation: string): void =>
    void errors.push(
      invalidValue(
        at.child('requests'),
        formatQuantity(amount),
        `must be ${relation} ${name} limit of ${formatQuantity(most)}`,
      ),
    )
  if (order !== 0 && !mayOvercommit(name)) wrong('equal to')
  else if (order > 0) wrong('less than or equal to')
}

function claimNames(
  list: NonNullable<ResourceRequirements['claims']>,
  known: readonly string[],
  at: Path,
  errors: FieldError[],
): void {
  const seen = new Set<string>()
  list.forEach(({ name = '', request = '' }, i) => {
    if (name === '') return void errors.push(required(at.index(i)))
    if (seen.has(name)) errors.push(duplicate(at.index(i), name))
    else {
      const key = request === '' ? name : `${name}/${request}`
      if (request !== '') errors.push(...eachInvalid(at.index(i).child('request'), request, dnsLabelErrors(request)))
      if (seen.has(key)) errors.push(duplicate(at.index(i), key))
      else if (request === '' && [...seen].some((other) => other.startsWith(`${name}/`))) {
        errors.push(duplicate(at.index(i), name))
      }
      seen.add(key)
    }
    if (known.includes(name)) return
    const which = known.length === 0 ? ' which is empty' : `: ${known.toSorted(compareText).join(', ')}`
    errors.push({
      ...notFoundValue(at.index(i), name),
      detail: `must be one of the names in pod.spec.resourceClaims${which}`,
    })
  })
}

const POD_LEVEL = ['cpu', 'memory']

function podResourceNames(name: string, at: Path): FieldError[] {
  const errors = resourceNameErrors(name, at)
  if (errors.length > 0 || POD_LEVEL.includes(name) || isHugePage(name)) return errors
  return [notSupported(at, name, POD_LEVEL)]
}

/** What the containers ask for together, sidecars included; init containers one by one (AggregateContainerRequests). */
function aggregate(spec: PodSpec, list: 'requests' | 'limits'): Map<string, Quantity> {
  const sums = new Map<string, Quantity>()
  const add = (into: Map<string, Quantity>, { resources }: Container): void => {
    for (const [name, text] of Object.entries(resources?.[list] ?? {})) {
      const before = into.get(name)
      const amount = parseQuantity(text)
      into.set(name, before === undefined ? amount : addQuantity(before, amount))
    }
  }
  for (const container of spec.containers) add(sums, container)
  const sidecars = new Map<string, Quantity>()
  const peaks = new Map<string, Quantity>()
  for (const container of spec.initContainers ?? []) {
    const now = new Map(sidecars)
    add(now, container)
    if (container.restartPolicy === 'Always') {
      add(sums, container)
      add(sidecars, container)
    }
    for (const [name, amount] of now) {
      const before = peaks.get(name)
      if (before === undefined || compareQuantity(amount, before) > 0) peaks.set(name, amount)
    }
  }
  for (const [name, amount] of peaks) {
    const before = sums.get(name)
    if (before === undefined || compareQuantity(amount, before) > 0) sums.set(name, amount)
  }
  return sums
}

/** `validatePodResources`: resources of the Pod as a whole. */
export function podResources(
  spec: PodSpec,
  claims: readonly string[],
  specAt: Path,
  errors: FieldError[],
  old = NOTHING,
): void {
  const { resources } = spec
  if (resources === undefined) return
  const at = specAt.child('resources')
  if (spec.os?.name === 'windows') return void errors.push(forbidden(at, 'may not be set for a windows pod'))
  if (resources.claims !== undefined) {
    errors.push(forbidden(at.child('claims'), 'claims may not be set for Resources at pod-level'))
  }
  requirements(resources, claims, at, errors, podResourceNames, old)
  for (const [list, what] of [
    ['requests', 'requests'],
    ['limits', 'limits'],
  ] as const) {
    for (const [name, sum] of aggregate(spec, list)) {
      const whole = resources[list]?.[name]
      if (whole === undefined || (list === 'limits' && !isHugePage(name))) continue
      if (compareQuantity(sum, quantityOf(whole)) <= 0) continue
      const why = `must be greater than or equal to aggregate container ${what} of ${formatQuantity(sum)}`
      errors.push(invalidValue(at.child(list).key(name), whole, why))
    }
  }
  spec.containers.forEach((container, i) => {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const whole = resources.limits?.[name]
      if (whole === undefined || compareQuantity(quantityOf(text), quantityOf(whole)) <= 0) continue
      const here = at.child('containers').index(i).key(name).child('limits')
      errors.push(invalidValue(here, text, `must be less than or equal to pod limits of ${whole}`))
    }
  })
}

/** As Go prints the internal type. */
const printedClaim = ({ name, resourceClaimName, resourceClaimTemplateName }: PodResourceClaim): object => ({
  Name: name ?? '',
  ResourceClaimName: resourceClaimName ?? null,
  ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
})

/** `validatePodResourceClaims`. */
export function podClaims(list: readonly PodResourceClaim[], mirror: boolean, at: Path, errors: FieldError[]): void {
  const seen = new Set<string>()
  list.forEach((claim, i) => {
    if (mirror) return void errors.push(forbidden('[]', 'static pods do not support resource claims'))
    const here = at.index(i)
    const { name = '', resourceClaimName: direct, resourceClaimTemplateName: template } = claim
    if (name === '') errors.push(required(here.child('name')))
    else if (seen.has(name)) errors.push(duplicate(here.child('name'), name))
    else errors.push(...eachInvalid(here.child('name'), name, dnsLabelErrors(name)))
    seen.add(name)
    if (direct !== undefined && template !== undefined) {
      const why = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
      errors.push(invalidValue(here, printedClaim(claim), why))
    }
    if (direct === undefined && template === undefined) {
      const why = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
      errors.push(invalidValue(here, printedClaim(claim), why))
    }
    for (const [field, of] of [
      ['resourceClaimName', direct],
      ['resourceClaimTemplateName', template],
    ] as const) {
      if (of !== undefined) errors.push(...eachInvalid(here.child(field), of, subdomainName(of, false)))
    }
  })
}
