import type { Json, JsonObject } from '../../meta/object.ts'
import { equalJson } from '../json-value.ts'
import { field } from './element.ts'
import { everything } from './everything.ts'
import { itemsOf } from './items.ts'
import { EMPTY, type FieldSet, isEmpty, LEAF, ordered, union } from './set.ts'
import { deduce, type ListType, type MapType, memberType, type Type } from './type.ts'

/** What became of the fields between two objects. No field is in more than one of the three. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** The differences at one place: nodes of the three sets, absent where there is none. */
interface Differences {
  added?: FieldSet
  modified?: FieldSet
  removed?: FieldSet
}
const KINDS = ['added', 'modified', 'removed'] as const

/**
 * Compares two objects of a type, each as the server prints it. Model: `TypedValue.Compare`. Throws NoElement where a
 * list has an item without its keys.
 */
export function compare(type: Type, before: JsonObject, after: JsonObject): Comparison {
  const { added = EMPTY, modified = EMPTY, removed = EMPTY } = differ(type, before, after) ?? {}
  return { added, modified, removed }
}

export const isSame = ({ added, modified, removed }: Comparison): boolean =>
  isEmpty(added) && isEmpty(modified) && isEmpty(removed)

/** One of the two may be absent. */
function differ(type: Type, before: Json | undefined, after: Json | undefined): Differences | undefined {
  if (before === after) return undefined
  if (before === undefined) return after === undefined ? undefined : { added: everything(type, after) }
  if (after === undefined) return { removed: everything(type, before) }
  const left = deduce(type, before)
  const right = deduce(type, after)
  if (left === right) return within(right, before, after)
  return join(within(left, before, after), within(right, before, after))
}

function join(a: Differences | undefined, b: Differences | undefined): Differences | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const joined: Differences = {}
  for (const kind of KINDS) {
    const [left, right] = [a[kind], b[kind]]
    if (left !== undefined && right !== undefined) {
      const both = union({ at: left }, { at: right })
      Object.assign(joined, { [kind]: both['at'] })
    } else if (left !== undefined || right !== undefined) Object.assign(joined, { [kind]: left ?? right })
  }
  return joined
}

function within(type: Type, before: Json, after: Json): Differences | undefined {
  if (type.map !== undefined) {
    const left = mapOf(before)
    const right = mapOf(after)
    if (type.map.atomic || (isEmpty(left) && isEmpty(right))) return changed(before, after)
    return members(type.map, left, right)
  }
  if (type.list === undefined) return type.scalar === undefined ? undefined : changed(before, after)
  const left = Array.isArray(before) ? before : []
  const right = Array.isArray(after) ? after : []
  if (type.list.relation === 'atomic' || (left.length === 0 && right.length === 0)) return changed(before, after)
  return items(type.list, left, right)
}

const NOTHING: JsonObject = {}
const mapOf = (of: Json): JsonObject => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of : NOTHING)

/** What is owned as one. */
const changed = (before: Json, after: Json): Differences | undefined =>
  equalJson(before, after) ? undefined : { modified: LEAF }

/** Collects the differences of the parts of one place; they come in the order of fieldsV1. */
class Parts {
  #found: Differences | undefined

  add(element: string, part: Differences | undefined): void {
    if (part === undefined) return
    const found = (this.#found ??= {})
    for (const kind of KINDS) {
      const of = part[kind]
      if (of === undefined) continue
      const set = (found[kind] ??= {})
      set[element] = of
    }
  }

  /** In the order of fieldsV1. */
  get differences(): Differences | undefined {
    const found = this.#found
    if (found !== undefined) for (const kind of KINDS) if (found[kind] !== undefined) found[kind] = ordered(found[kind])
    return found
  }
}

function members(map: MapType, before: JsonObject, after: JsonObject): Differences | undefined {
  const parts = new Parts()
  const one = (name: string, left: Json | undefined, right: Json | undefined): void => {
    const type = memberType(map, name)
    if (type !== undefined) parts.add(field(name), differ(type, left, right))
  }
  for (const name in before) one(name, before[name], own(after, name))
  for (const name in after) if (!Object.hasOwn(before, name)) one(name, undefined, after[name])
  return parts.differences
}

const own = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

function items(list: ListType, before: readonly Json[], after: readonly Json[]): Differences | undefined {
  const left = itemsOf(list, before)
  const right = itemsOf(list, after)
  const parts = new Parts()
  for (const [element, same] of left) parts.add(element, item(list, same, right.get(element) ?? []))
  for (const [element, same] of right) if (!left.has(element)) parts.add(element, item(list, [], same))
  return parts.differences
}

/** Items that share their keys count as one that is owned as a whole. */
function item(list: ListType, before: readonly Json[], after: readonly Json[]): Differences | undefined {
  if (before.length <= 1 && after.length <= 1) return differ(list.element, before[0], after[0])
  if (before.length > 1 && after.length > 1) {
    return equalJson([...before], [...after]) ? undefined : { modified: LEAF }
  }
  const [gone, come] = before.length > 1 ? [undefined, after[0]] : [before[0], undefined]
  const marked: Differences = before.length > 1 ? { removed: LEAF } : { added: LEAF }
  return join(differ(list.element, gone, come), marked)
}
