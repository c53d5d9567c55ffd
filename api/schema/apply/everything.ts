import type { Json, JsonObject } from '../../meta/object.ts'
import { field } from './element.ts'
import { itemsOf } from './items.ts'
import { asMember, type FieldSet, isEmpty, LEAF, ordered } from './set.ts'
import { deduce, type ListType, type MapType, type Type } from './type.ts'

/** The node of a value that came or went as a whole: every field in it, and each that holds others. */
export function everything(type: Type, value: Json): FieldSet {
  const { map, list } = deduce(type, value)
  if (map !== undefined) {
    if (map.atomic || typeof value !== 'object' || value === null || Array.isArray(value)) return LEAF
    return asMember(members(map, value))
  }
  if (list === undefined || list.relation === 'atomic' || !Array.isArray(value)) return LEAF
  return asMember(items(list, value))
}

function members(map: MapType, value: JsonObject): FieldSet | undefined {
  const set: FieldSet = {}
  let count = 0
  for (const { name, element, type } of map.declared) {
    const inner = value[name]
    if (inner === undefined) continue
    set[element] = everything(type, inner)
    count++
  }
  if (map.element !== undefined && count < Object.keys(value).length) {
    for (const name in value) {
      if (!map.fields.has(name)) set[field(name)] = everything(map.element, value[name] ?? null)
    }
    return ordered(set)
  }
  return isEmpty(set) ? undefined : set
}

function items(list: ListType, value: readonly Json[]): FieldSet | undefined {
  const set: FieldSet = {}
  for (const [element, same] of itemsOf(list, value)) {
    // Items that share their keys are owned as one.
    set[element] = same.length > 1 ? LEAF : everything(list.element, same[0] ?? null)
  }
  return isEmpty(set) ? undefined : ordered(set)
}
