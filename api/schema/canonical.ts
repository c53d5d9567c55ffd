import type { Json, JsonObject } from '../meta/object.ts'
import { canonicalQuantity } from '../meta/quantity.ts'
import { canonicalMicroTime, canonicalTime } from '../meta/time.ts'
import { canonicalDuration } from './duration.ts'
import { setOwn } from './json-parser.ts'
import { shapeOf, type Member, type Shape } from './table.ts'

const SCHEMA_PROPS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

/**
 * The object as Go's encoder prints the model's type: fields in Go's order, fields that are unset or zero omitted or
 * printed as each one's tag says (`status: {}`, `resources: {}`, `lastTransitionTime: null`), keys of maps sorted,
 * quantities and times in canonical text. Fields that the model does not have are dropped. `object` is not changed; raw
 * JSON inside it is shared with the result.
 */
export function canonical(model: string, object: JsonObject): JsonObject {
  return structOf(shapeOf(model), object)
}

function structOf(shape: Shape, object: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const member of shape.members) {
    const printed = memberOf(member, object[member.name])
    if (printed !== undefined) result[member.name] = printed
  }
  return result
}

/** What is printed for a field; undefined where it is omitted. */
function memberOf(member: Member, value: Json | undefined): Json | undefined {
  const { shape, zero } = member
  if (value === undefined || value === null) return unset(member)
  switch (shape.kind) {
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'double':
    case 'bytes':
      return zero === undefined && !member.pointer && isZero(value) ? undefined : value
    case 'list':
    case 'map':
      // Kubernetes stores protobuf, which does not tell an empty list from none.
      if (isEmpty(value) && !member.pointer && (zero === undefined || zero === null)) return zero
      return valueOf(shape, value)
    case 'struct': {
      const struct = structOf(shape, asObject(value))
      return zero === undefined && !member.pointer && isEmpty(struct) ? undefined : struct
    }
    case 'int-or-string':
      return zero === undefined && !member.pointer && value === 0 ? undefined : value
    default:
      return valueOf(shape, value) ?? unset(member)
  }
}

/** A struct that is no pointer is printed even when unset, with its own zero values inside. */
function unset(member: Member): Json | undefined {
  const { zero, shape } = member
  if (zero === undefined || zero === null || typeof zero !== 'object') return zero
  return shape.kind === 'struct' ? structOf(shape, {}) : zero
}

/** A value inside a list or map, where nothing is omitted. */
function valueOf(shape: Shape, value: Json): Json {
  switch (shape.kind) {
    case 'struct':
      return structOf(shape, asObject(value))
    case 'list':
      return Array.isArray(value) ? listOf(shape.element, value) : value
    case 'map':
      return value === null ? null : mapOf(shape.element, asObject(value))
    case 'quantity':
      return kept(quantities, canonicalQuantity, value)
    case 'time':
      return value === null ? null : kept(times, canonicalTime, value)
    case 'microtime':
      return value === null ? null : kept(microTimes, canonicalMicroTime, value)
    case 'duration':
      return typeof value === 'string' ? canonicalDuration(value) : value
    case 'schema-or-bool':
    case 'schema-or-array':
    case 'schema-or-string-array':
      return schemaOf(value)
    default:
      return value
  }
}

function listOf(element: Shape | undefined, list: Json[]): Json[] {
  if (element === undefined) return list
  const result: Json[] = []
  for (const item of list) result.push(valueOf(element, item))
  return result
}

/** Go sorts the keys of a map. */
function mapOf(element: Shape | undefined, map: JsonObject): JsonObject {
  const keys = Object.keys(map)
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') <= (keys[i] ?? '')) continue
    keys.sort()
    break
  }
  const result: JsonObject = {}
  for (const key of keys) {
    const value = map[key] ?? null
    setOwn(result, key, element === undefined ? value : valueOf(element, value))
  }
  return result
}

function schemaOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(schemaOf)
  return typeof value === 'object' && value !== null ? structOf(shapeOf(SCHEMA_PROPS), value) : value
}

const isZero = (value: Json): boolean => value === '' || value === false || value === 0
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0
  for (const _ in asObject(value)) return false
  return true
}
/** Decoding has made sure of it; what controllers build is typed. */
const asObject = (value: Json): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

/**
 * Texts that were found canonical, so that the same quantity or time is not parsed again and again. They are constants
 * of the language, not of a cluster; forgotten all at once when there are many.
 */
const quantities = new Set<string>()
const times = new Set<string>()
const microTimes = new Set<string>()
const MAX_KEPT = 2000

function kept(known: Set<string>, canonicalText: (text: string) => string, value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (known.has(text)) return text
  const result = canonicalText(text)
  if (known.size >= MAX_KEPT) known.clear()
  known.add(result)
  return result
}
