import { goQuote } from '../../meta/go-text.ts'
import type { Json } from '../../meta/object.ts'
import { isJsonObject } from '../json-value.ts'
import { keyed, value } from './element.ts'
import { keyDefault, type ListType } from './type.ts'

/** Why an item of a list has no place in it, in the words of structured-merge-diff. */
export class NoElement extends Error {}

/** The element of an item of a set or of a list by keys. Throws NoElement. */
export function itemElement(list: ListType, item: Json): string {
  return list.relation === 'map' ? keyedItem(list, item) : setItem(item)
}

function keyedItem(list: ListType, item: Json): string {
  if (item === null) throw new NoElement('associative list with keys may not have a null element')
  if (!isJsonObject(item)) throw new NoElement('associative list with keys may not have non-map elements')
  const pairs: [string, Json][] = []
  for (const key of list.keys) {
    const said = item[key] ?? (key in item ? null : keyDefault(list, key))
    if (said !== undefined) pairs.push([key, said])
  }
  if (pairs.length === 0) {
    throw new NoElement(
      `associative list with keys has an element that omits all key fields [${list.keys.map(goQuote).join(' ')}] ` +
        `(and doesn't have default values for any key fields)`,
    )
  }
  return keyed(pairs)
}

function setItem(item: Json): string {
  if (isJsonObject(item)) throw new NoElement("associative list without keys has an element that's a map type")
  if (Array.isArray(item)) throw new NoElement('not supported: associative list with lists as elements')
  if (item === null) throw new NoElement("associative list without keys has an element that's an explicit null")
  return value(item)
}

/** The items of a list by their elements, in the order in which each first stands there. */
export function itemsOf(list: ListType, items: readonly Json[]): Map<string, Json[]> {
  const found = new Map<string, Json[]>()
  for (const item of items) {
    const element = itemElement(list, item)
    const same = found.get(element)
    if (same === undefined) found.set(element, [item])
    else same.push(item)
  }
  return found
}
