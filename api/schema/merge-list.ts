import type { Json, JsonObject } from '../meta/object.ts'
import { untranslated } from '../meta/failures.ts'
import { StatusError } from '../meta/status-error.ts'
import { goReflectType, goText } from './go-print.ts'
import { isJsonObject, memberOf } from './json-value.ts'

/** How one list of a strategic merge patch merges; made from the table's `ps`, `mk` and `items`. */
export interface ListRules {
  readonly strategy: string | undefined
  /** Absent for lists of scalars. */
  readonly mergeKey: string | undefined
  readonly mergeItem: (current: JsonObject, patch: JsonObject) => JsonObject
}

/**
 * Merges a list whose strategy is `merge`: objects by their merge key, scalars as a set. What the patch names comes in
 * the patch's order; items of the current list alone keep their place among them; new items stand in front.
 * `deletes` says that the patch is a `$deleteFromPrimitiveList`. Source: mergeSlice of k8s.io/apimachinery's strategicpatch.
 */
export function merged(rules: ListRules, current: Json[], patch: Json[], deletes: boolean): Json[] {
  if (current.length === 0 && patch.length === 0) return current
  if (elementType(current, patch) !== 'object') {
    if (deletes) return current.filter((item) => !patch.includes(item))
    return inOrder([...new Set([...current, ...patch])], patch, current, undefined)
  }
  const { mergeKey } = rules
  if (mergeKey === undefined) throw untranslated('cannot merge lists without merge key for type struct')
  const { kept, changes } = afterDirectives(current, patch, mergeKey)
  return inOrder(mergeItems(rules, kept, changes, mergeKey), changes, kept, mergeKey)
}

/** mergeSliceWithSpecialElements: takes the elements with `$patch` out of the patch and does what they say. */
function afterDirectives(current: Json[], patch: Json[], mergeKey: string): { kept: Json[]; changes: JsonObject[] } {
  const changes: JsonObject[] = []
  let kept = current
  let replace = false
  for (const item of patch.map(objectOf)) {
    const directive = memberOf(item, '$patch')
    if (directive === undefined) changes.push(item)
    else if (directive === 'replace') replace = true
    else if (directive === 'delete') {
      const key = keyOf(item, mergeKey)
      kept = kept.filter((other) => memberOf(objectOf(other), mergeKey) !== key)
    } else if (directive === 'merge') {
      throw untranslated('merging lists cannot yet be specified in the patch')
    } else throw unknownPatchType(directive, item)
  }
  return replace ? { kept: changes, changes: [] } : { kept, changes }
}

function mergeItems(rules: ListRules, current: Json[], patch: JsonObject[], mergeKey: string): Json[] {
  const list = [...current]
  for (const item of patch) {
    const key = keyOf(item, mergeKey)
    const index = list.findIndex((other) => memberOf(objectOf(other), mergeKey) === key)
    if (index === -1) list.push(item)
    else list[index] = rules.mergeItem(objectOf(list[index]!), item)
  }
  return list
}

/** Brings a merged list into the order of `$setElementOrder`, which must agree with the patch's own list. */
export function inElementOrder(
  list: Json[],
  order: Json[],
  current: Json[],
  patch: Json[],
  mergeKey: string | undefined,
): Json[] {
  checkOrder(patch, order, mergeKey)
  elementType(current, patch)
  return inOrder(list, order, current, mergeKey)
}

/** validatePatchWithSetOrderList: what the patch does not delete must be named by the order, in the same sequence. */
function checkOrder(patch: Json[], order: Json[], mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return
  const items = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, '$patch')))
  let at = 0
  for (const place of order) {
    if (at < items.length && keyOf(items[at]!, mergeKey) === keyOf(place, mergeKey)) at++
  }
  if (at === items.length) return
  throw new StatusError(
    '',
    `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
  )
}

/**
 * normalizeElementOrder: the items that `order` names come in its sequence; before each of them go those others that stand
 * in front of it in the current list.
 */
function inOrder(list: Json[], order: Json[], current: Json[], mergeKey: string | undefined): Json[] {
  const wanted = order.map((item) => keyOf(item, mergeKey))
  const place = new Map(current.map((item, index) => [keyOf(item, mergeKey), index] as const).toReversed())
  const key = (item: Json) => keyOf(item, mergeKey)
  const named = list
    .filter((item) => wanted.includes(key(item)))
    .sort((a, b) => wanted.indexOf(key(a)) - wanted.indexOf(key(b)))
  const others = list
    .filter((item) => !wanted.includes(key(item)))
    .sort((a, b) => (place.get(key(a)) ?? 0) - (place.get(key(b)) ?? 0))
  const result: Json[] = []
  for (const item of named) {
    const before = place.get(key(item)) ?? -1
    const end = others.findIndex((other) => (place.get(key(other)) ?? Infinity) >= before)
    result.push(...others.splice(0, end === -1 ? others.length : end))
    result.push(item)
  }
  return [...result, ...others]
}

/** The value that identifies an element: that of its merge key, or a scalar itself. */
function keyOf(item: Json, mergeKey: string | undefined): Json {
  if (mergeKey === undefined) return item
  const object = objectOf(item)
  const key = memberOf(object, mergeKey)
  if (key === undefined) {
    throw untranslated(`map: ${goText(object)} does not contain declared merge key: ${mergeKey}`)
  }
  return key
}

function objectOf(item: Json): JsonObject {
  if (isJsonObject(item)) return item
  throw untranslated(`expected a map[string]interface {}, but received a ${goReflectType(item)}`)
}

/** sliceElementType: all elements must have one type, and lists of lists are a 422 with the fixed text. */
function elementType(current: Json[], patch: Json[]): string {
  const types = new Set([...current, ...patch].map((item) => (Array.isArray(item) ? 'list' : typeof item)))
  if (types.has('list')) {
    throw new StatusError('Invalid', 'the server rejected our request due to an error in our request', {})
  }
  const [type, other] = types
  if (type === undefined) throw untranslated('no elements in any of the given slices')
  if (other === undefined) return type
  throw untranslated(`list element types are not identical: ${goText([current, patch])}`)
}

export const unknownPatchType = (directive: Json, patch: JsonObject): StatusError =>
  untranslated(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`)
