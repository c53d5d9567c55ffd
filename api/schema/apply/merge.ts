import type { Json, JsonObject } from '../../meta/object.ts'
import { setMember } from '../json-value.ts'
import { itemElement } from './items.ts'
import { isEmpty } from './set.ts'
import { deduce, type ListType, type MapType, memberType, type Type } from './type.ts'

/**
 * An applied object laid over the live one: nothing is removed, leaves are the applied ones. Model: `TypedValue.Merge`.
 * Lists by keys stand as the applied object orders them, with what only the live one has in its place.
 */
export function merge(type: Type, live: JsonObject, applied: JsonObject): JsonObject {
  const merged = mergeValues(type, live, applied)
  return isMap(merged) ? merged : {}
}

function mergeValues(type: Type, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (applied === undefined) return live
  const { map, scalar, list } = deduce(type, applied)
  if (map !== undefined) return mergeMaps(map, live, applied)
  if (scalar !== undefined || list === undefined) return applied
  const before = Array.isArray(live) ? live : []
  const after = Array.isArray(applied) ? applied : []
  if (list.relation === 'atomic' || (before.length === 0 && after.length === 0)) return applied
  return mergeItems(list, before, after)
}

const isMap = (of: Json | undefined): of is JsonObject => typeof of === 'object' && of !== null && !Array.isArray(of)

function mergeMaps(map: MapType, live: Json | undefined, applied: Json): Json {
  const before = isMap(live) ? live : {}
  const after = isMap(applied) ? applied : {}
  if (map.atomic || (isEmpty(before) && isEmpty(after))) return applied
  const merged: JsonObject = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const type = memberType(map, name)
    const left = Object.hasOwn(before, name) ? before[name] : undefined
    const right = Object.hasOwn(after, name) ? after[name] : undefined
    const value = type === undefined ? (right ?? left) : mergeValues(type, left, right)
    if (value !== undefined) setMember(merged, name, value)
  }
  return merged
}

/** A list of which every item knows its element. Of items that share theirs none is merged with another. */
interface Indexed {
  readonly order: readonly string[]
  readonly items: readonly Json[]
  readonly unique: ReadonlyMap<string, Json | undefined>
}

function indexed(list: ListType, items: readonly Json[]): Indexed {
  const order = items.map((item) => itemElement(list, item))
  const unique = new Map<string, Json | undefined>()
  order.forEach((element, i) => unique.set(element, unique.has(element) ? undefined : items[i]))
  return { order, items, unique }
}

function mergeItems(list: ListType, live: readonly Json[], applied: readonly Json[]): Json[] {
  const left = indexed(list, live)
  const right = indexed(list, applied)
  const merged: Json[] = []
  const taken = new Set<string>()
  const take = (element: string): void => {
    taken.add(element)
    const value = mergeValues(list.element, left.unique.get(element), right.unique.get(element))
    if (value !== undefined) merged.push(value)
  }
  /** Elements of both, in the applied order: live items that stand before their turn wait. */
  const common = right.order.filter((element) => left.unique.has(element))
  let l = 0
  let r = 0
  while (l < left.order.length || r < right.order.length) {
    const old = left.order[l]
    const next = right.order[r]
    if (old !== undefined && next !== undefined) {
      if (old === next) {
        take(next)
        l++
        r++
        common.shift()
        continue
      }
      if (right.unique.has(old) && common.length > 0 && common[0] !== old) {
        l++
        continue
      }
    }
    if (old !== undefined) {
      if (!right.unique.has(old)) {
        merged.push(left.items[l] ?? null)
        l++
        continue
      }
      if (taken.has(old)) l++
    }
    if (next !== undefined) {
      take(next)
      r++
      if (common[0] === next) common.shift()
    }
  }
  return merged
}
