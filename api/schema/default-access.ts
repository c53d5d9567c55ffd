import type { Json, JsonObject } from '../meta/object.ts'

/** Access to objects of which only the shape is known: what the defaulting steps are written in. */

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Missing, null, `""`, `0`, false, or without anything inside. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}
export const isUnset = (value: Json | undefined): boolean => value === undefined || value === null

/** The struct under a key, if it is set. */
export function structAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isObject(value) ? value : undefined
}
/** The struct or map under a key, made where it is missing. */
export function ensure(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  if (isObject(value)) return value
  const made: JsonObject = {}
  object[key] = made
  return made
}
/** The structs of a list under a key. */
export function structsAt(object: JsonObject, key: string): JsonObject[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}
export const setUnset = (object: JsonObject, key: string, value: Json): void => {
  if (isUnset(object[key])) object[key] = value
}
export const setEmpty = (object: JsonObject, key: string, value: Json): void => {
  if (isEmpty(object[key])) object[key] = value
}
export const textAt = (object: JsonObject, key: string): string => {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}
/** Copies what `to` lacks from `from`: both maps. */
export function fillFrom(to: JsonObject, from: JsonObject | undefined): void {
  for (const [key, value] of Object.entries(from ?? {})) if (to[key] === undefined) to[key] = value
}
