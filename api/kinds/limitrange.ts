import {
  Path,
  type FieldError,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  required,
} from '../meta/field-error.ts'
import { compareText } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import { type Quantity, compareQuantity, formatQuantity, milliValue, value } from '../meta/quantity.ts'
import type { LimitRange, LimitRangeItem } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { quantityOf } from './numbers.ts'
import { containerResourceErrors, mayOvercommit, resourceNameErrors } from './resource-names.ts'

/** LimitRanges: `ValidateLimitRange` of pkg/apis/core/validation. */

const LIMITS = Path.of('spec').child('limits')
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']
const NOT_OF_PODS = "may not be specified when `type` is 'Pod'"
/** `resource.MaxMilliValue`: what still fits into 64 bits in thousandths. */
const MAX_MILLI = Number((1n << 63n) / 1000n)

function typeErrors(type: string, at: Path): FieldError[] {
  const messages = qualifiedNameErrors(type)
  if (messages.length > 0) return eachInvalid(at, type, messages)
  if (type.includes('/') || TYPES.includes(type)) return []
  return [invalidValue(at, type, 'must be a standard limit type or fully qualified')]
}

type ListName = 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'

function nameErrors(item: LimitRangeItem, at: Path, list: ListName): FieldError[] {
  const check = item.type === 'Pod' || item.type === 'Container' ? containerResourceErrors : resourceNameErrors
  return Object.keys(item[list] ?? {}).flatMap((name) => check(name, at.child(list).key(name)))
}

/** Bounds as Go divides them: in thousandths where they fit. */
function ratioLimit(ratio: Quantity, least: Quantity, most: Quantity): { asked: number; limit: number } {
  const isSmall = [ratio, least, most].every((one) => value(one) < MAX_MILLI)
  if (!isSmall) return { asked: value(ratio), limit: value(most) / value(least) }
  return { asked: milliValue(ratio) / 1000, limit: milliValue(most) / milliValue(least) }
}

function ratioErrors(ratio: Quantity, least: Quantity | undefined, most: Quantity | undefined, at: Path): FieldError[] {
  const text = formatQuantity(ratio)
  const errors: FieldError[] = []
  if (compareQuantity(ratio, quantityOf('1')) < 0) errors.push(invalidValue(at, text, `ratio ${text} is less than 1`))
  if (least === undefined || most === undefined) return errors
  const { asked, limit } = ratioLimit(ratio, least, most)
  if (!(asked > limit)) return errors
  return [...errors, invalidValue(at, text, `ratio ${text} is greater than max/min = ${limit.toFixed(6)}`)]
}

/** Of one resource: the least is not above a default, nor a default above the most. */
function orderErrors(item: LimitRangeItem, name: string, item_at: Path): FieldError[] {
  const of = (list: ListName): Quantity | undefined => {
    const text = item[list]?.[name]
    return text === undefined ? undefined : quantityOf(text)
  }
  const at = (list: ListName): Path => item_at.child(list).key(name)
  const [least, most, limit, request] = [of('min'), of('max'), of('default'), of('defaultRequest')]
  const errors: FieldError[] = []
  const ordered = (
    a: Quantity | undefined,
    b: Quantity | undefined,
    wrong: readonly [list: ListName, value: Quantity | undefined],
    say: (a: string, b: string) => string,
  ): void => {
    if (a === undefined || b === undefined || compareQuantity(a, b) <= 0) return
    const [list, shown = a] = wrong
    errors.push(invalidValue(at(list), formatQuantity(shown), say(formatQuantity(a), formatQuantity(b))))
  }
  ordered(least, most, ['min', least], (a, b) => `min value ${a} is greater than max value ${b}`)
  ordered(
    least,
    request,
    ['defaultRequest', request],
    (a, b) => `min value ${a} is greater than default request value ${b}`,
  )
  ordered(
    request,
    most,
    ['defaultRequest', request],
    (a, b) => `default request value ${a} is greater than max value ${b}`,
  )
  ordered(
    request,
    limit,
    ['defaultRequest', request],
    (a, b) => `default request value ${a} is greater than default limit value ${b}`,
  )
  ordered(least, limit, ['default', least], (a, b) => `min value ${a} is greater than default value ${b}`)
  ordered(limit, most, ['default', most], (a, b) => `default value ${a} is greater than max value ${b}`)
  const ratio = of('maxLimitRequestRatio')
  if (ratio !== undefined) errors.push(...ratioErrors(ratio, least, most, at('maxLimitRequestRatio')))
  if (mayOvercommit(name) || limit === undefined || request === undefined) return errors
  if (compareQuantity(limit, request) === 0) return errors
  const [a, b] = [formatQuantity(limit), formatQuantity(request)]
  const why = `default value ${a} must equal to defaultRequest value ${b} in ${name}`
  return [...errors, invalidValue(at('defaultRequest'), b, why)]
}

function itemErrors(item: LimitRangeItem, i: number, items: readonly LimitRangeItem[]): FieldError[] {
  const at = LIMITS.index(i)
  const type = item.type ?? ''
  const errors = typeErrors(type, at.child('type'))
  if (items.findIndex((other) => (other.type ?? '') === type) < i) errors.push(duplicate(at.child('type'), type))
  errors.push(...nameErrors(item, at, 'max'), ...nameErrors(item, at, 'min'))
  const isPod = type === 'Pod'
  for (const list of ['default', 'defaultRequest'] as const) {
    if (!isPod) errors.push(...nameErrors(item, at, list))
    else if (Object.keys(item[list] ?? {}).length > 0) errors.push(forbidden(at.child(list), NOT_OF_PODS))
  }
  const isBounded = item.min?.['storage'] !== undefined || item.max?.['storage'] !== undefined
  if (type === 'PersistentVolumeClaim' && !isBounded) {
    const why = 'either minimum or maximum storage value is required, but neither was provided'
    errors.push(required(at.child('limits'), why))
  }
  errors.push(...nameErrors(item, at, 'maxLimitRequestRatio'))
  const judged = isPod ? { ...item, default: {}, defaultRequest: {} } : item
  const names = new Set(
    (['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const).flatMap((list) =>
      Object.keys(judged[list] ?? {}),
    ),
  )
  // Kubernetes takes them in no order.
  return [...errors, ...[...names].sort(compareText).flatMap((name) => orderErrors(judged, name, at))]
}

export const limitranges = declare<LimitRange>('limitranges', {
  // One without a name gets a UUID for it; its own is one.
  prepareCreate: (range) =>
    range.metadata.name ? range : { ...range, metadata: { ...range.metadata, name: range.metadata.uid } },
  validate: ({ spec }) => (spec?.limits ?? []).flatMap(itemErrors),
})
