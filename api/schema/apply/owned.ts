import { compareText } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { compareElements, field } from './element.ts'
import { itemsOf } from './items.ts'
import { asMember, EMPTY, type FieldSet, isEmpty, LEAF } from './set.ts'
import { deduce, type ListType, type MapType, memberType, type Type } from './type.ts'

/** Every field that an object says: what its applier owns. Model: `TypedValue.ToFieldSet`. */
export const fieldsOf = (type: Type, object: JsonObject): FieldSet => fields(type, object) ?? EMPTY

/** The node of one place; undefined where nothing of it is a field. */
function fields(type: Type, said: Json): FieldSet | undefined {
  const { map, scalar, list } = deduce(type, said)
  if (map !== undefined) {
    if (map.atomic) return LEAF
    return isMap(said) ? members(map, said) : undefined
  }
  if (scalar !== undefined) return LEAF
  if (list === undefined) return undefined
  if (list.relation === 'atomic') return LEAF
  return Array.isArray(said) ? items(list, said) : undefined
}

const isMap = (said: Json): said is JsonObject => typeof said === 'object' && said !== null && !Array.isArray(said)

function members(map: MapType, said: JsonObject): FieldSet | undefined {
  const set: FieldSet = {}
  for (const name of Object.keys(said).sort(compareText)) {
    const inner = said[name] ?? null
    const type = memberType(map, name)
    const found = type === undefined ? undefined : fields(type, inner)
    const isItself = inner === null || (isMap(inner) && isEmpty(inner)) || !map.fields.has(name)
    const kept = isItself ? asMember(found) : found
    if (kept !== undefined) set[field(name)] = kept
  }
  return isEmpty(set) ? undefined : set
}

function items(list: ListType, said: readonly Json[]): FieldSet | undefined {
  const found = [...itemsOf(list, said)].sort(([a], [b]) => compareElements(a, b))
  const set: FieldSet = {}
  for (const [element, same] of found) {
    // Items that share their keys are owned as one.
    set[element] = same.length > 1 ? LEAF : asMember(fields(list.element, same[0] ?? null))
  }
  return isEmpty(set) ? undefined : set
}
