import type { Json, JsonObject } from '../../meta/object.ts'
import { setMember } from '../json-value.ts'
import { field, nameOf } from './element.ts'
import { itemElement } from './items.ts'
import {
  asMember,
  elementsOf,
  type FieldSet,
  hasMember,
  isEmpty,
  isMemberNode,
  LEAF,
  node,
  nodeAt,
  withPrefix,
} from './set.ts'
import { deduce, memberType, type ListType, type MapType, type Type } from './type.ts'

/**
 * The object without these fields and items. What is left empty goes as a whole, as does an atomic value on the way.
 * Model: `TypedValue.RemoveItems`.
 */
export function removeFields(type: Type, object: JsonObject, fields: FieldSet): JsonObject {
  const left = removed(type, object, fields)
  return isMap(left) ? left : {}
}

const isMap = (of: Json | undefined): of is JsonObject => typeof of === 'object' && of !== null && !Array.isArray(of)

/** Null where nothing is left, as Go's nil. */
function removed(type: Type, value: Json, fields: FieldSet): Json {
  const { map, scalar, list } = deduce(type, value)
  if (map !== undefined) return isMap(value) && !map.atomic ? removedMembers(map, value, fields) : null
  if (scalar !== undefined) return value
  return list !== undefined && Array.isArray(value) && list.relation !== 'atomic'
    ? removedItems(list, value, fields)
    : null
}

function removedMembers(map: MapType, value: JsonObject, fields: FieldSet): Json {
  const kept: JsonObject = {}
  for (const [name, inner] of Object.entries(value)) {
    const element = field(name)
    if (hasMember(fields, element)) continue
    const below = withPrefix(fields, element)
    const type = memberType(map, name)
    setMember(kept, name, isEmpty(below) || type === undefined ? inner : removed(type, inner, below))
  }
  return isEmpty(kept) ? null : kept
}

function removedItems(list: ListType, value: readonly Json[], fields: FieldSet): Json {
  const kept: Json[] = []
  for (const item of value) {
    const element = itemElement(list, item)
    if (hasMember(fields, element)) continue
    const below = withPrefix(fields, element)
    kept.push(isEmpty(below) ? item : removed(list.element, item, below))
  }
  return kept.length === 0 ? null : kept
}

/**
 * The set with every declared field in it that has fields below it: a struct on the way to a leaf counts as said.
 * Model: `Set.EnsureNamedFieldsAreMembers`.
 */
export function withNamedFields(set: FieldSet, type: Type | undefined): FieldSet {
  const result: FieldSet = {}
  for (const element of elementsOf(set)) {
    const at = nodeAt(set, element) ?? LEAF
    const name = nameOf(element)
    const inner =
      name === undefined ? type?.list?.element : type?.map === undefined ? undefined : memberType(type.map, name)
    const children = withNamedFields(at, inner)
    const isNamed = name !== undefined && type?.map?.fields.has(name) === true
    result[element] = isNamed ? asMember(children) : (node(isMemberNode(at), children) ?? LEAF)
  }
  return result
}
