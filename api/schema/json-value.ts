import { compareText } from '../meta/go-text.ts'
import type { Json, JsonObject } from '../meta/object.ts'

/** Whether a value is a JSON object: neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of an own key; what JavaScript objects inherit (`constructor`) is no member of a JSON object. */
export const memberOf = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** Sets a key as JSON does: assignment alone would take `__proto__` for the prototype. */
export function setMember(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

/** A deep copy that shares nothing with the original. */
export function copyJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyJson)
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, member] of Object.entries(value)) setMember(copy, key, copyJson(member))
  return copy
}

/** Deep equality; the order of keys does not matter. */
export function equalJson(left: Json, right: Json): boolean {
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, i) => equalJson(item, right[i]!))
  }
  if (!isJsonObject(left)) return left === right
  if (!isJsonObject(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key]!, right[key]!))
  )
}

/** The same members, keys sorted as Go sorts them: what became of an object that passed through a Go map. */
export function sortedKeys(object: JsonObject): JsonObject {
  const sorted: JsonObject = {}
  for (const key of Object.keys(object).sort(compareText)) setMember(sorted, key, object[key]!)
  return sorted
}
