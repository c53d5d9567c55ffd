import { goQuote } from '../meta/go-text.ts'
import type { Json, JsonObject } from '../meta/object.ts'
import { canonicalQuantity, QuantityError } from '../meta/quantity.ts'
import { canonicalMicroTime, canonicalTime, TimeError } from '../meta/time.ts'
import { canonicalBase64, encodeBase64 } from './base64.ts'
import { canonicalDuration } from './duration.ts'
import { DecodeError, jsonKind, unmarshalError } from './go-json-error.ts'
import { unusualNumbers } from './json.ts'
import { setOwn } from './json-parser.ts'
import type { Decoded } from './schema.ts'
import { shapeOf, type Shape } from './table.ts'

export { DecodeError }

/** sigs.k8s.io/json keeps at most this many strict errors. */
const MAX_STRICT = 100
const SCHEMA_PROPS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

/**
 * Reads a JSON value as Go reads it into the type of a model: types are checked, null means unset, quantities, times and
 * base64 become canonical text, names of fields are case-sensitive, unknown fields are dropped and listed.
 * Throws DecodeError with Go's text. `value` is not changed; raw JSON inside it is shared with the result.
 *
 * `duplicates` are those that `parseJson` found: they come first in `strict`, without those below unknown fields, which
 * Go skips unread.
 */
export function decode(model: string, value: Json, duplicates: readonly string[] = []): Decoded {
  const decoding = new Decoding(value)
  const object = decoding.root(shapeOf(model), value)
  return { object, strict: merged(value, duplicates, decoding.unknown) }
}

/** apiVersion and kind of a body whose type is not known yet. Throws DecodeError as SimpleMetaFactory.Interpret fails. */
export function typeMetaOf(value: Json): { apiVersion: string; kind: string } {
  const found = { apiVersion: '', kind: '' }
  if (value === null) return found
  if (typeof value !== 'object' || Array.isArray(value)) throw unmarshalError(jsonKind(value), FIND_KIND, '', '')
  for (const key of ['apiVersion', 'kind'] as const) {
    const text = value[key]
    if (text === undefined || text === null) continue
    if (typeof text !== 'string') throw unmarshalError(jsonKind(text), 'string', '', key)
    found[key] = text
  }
  return found
}
const FIND_KIND = `struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`

/** What is wrong, in the order of the text. Go skips what is unknown unread, so a duplicate of it or below it is not seen. */
function merged(value: Json, duplicates: readonly string[], unknown: readonly string[]): string[] {
  const unknowns = unknown.map((field) => `unknown field ${goQuote(field)}`)
  if (unknown.length === 0 || duplicates.length === 0) return [...duplicates, ...unknowns].slice(0, MAX_STRICT)
  const places = placesIn(value)
  const isSeen = (path: string) =>
    !unknown.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`))
  const twice = duplicates.map((text) => ({ text, path: text.slice('duplicate field "'.length, -1) }))
  return [...twice.filter(({ path }) => isSeen(path)), ...unknowns.map((text, i) => ({ text, path: unknown[i] ?? '' }))]
    .toSorted((a, b) => (places.get(a.path) ?? 0) - (places.get(b.path) ?? 0))
    .map(({ text }) => text)
    .slice(0, MAX_STRICT)
}

/** Where each path stands among all of a value. */
function placesIn(root: Json): Map<string, number> {
  const places = new Map<string, number>()
  const walk = (value: Json, path: string): void => {
    places.set(path, places.size)
    if (Array.isArray(value)) value.forEach((item, i) => walk(item, `${path}[${i}]`))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, path === '' ? key : `${path}.${key}`)
    }
  }
  walk(root, '')
  return places
}

class Decoding {
  /** Paths of unknown fields, in the order of the text, each once. */
  readonly unknown: string[] = []
  private readonly numbers: WeakMap<object, Map<string, string>> | undefined
  /** The way to the value at hand: struct fields, map keys (`isField` false) and indices. Joined only for an error. */
  private readonly keys: (string | number)[] = []
  private readonly isField: boolean[] = []
  private depth = 0
  private struct = ''
  /** Go goes on after a wrong type and reports the first at the end, unless a special type fails outright. */
  private failure: DecodeError | undefined

  constructor(root: Json) {
    this.numbers = typeof root === 'object' && root !== null ? unusualNumbers(root) : undefined
  }

  root(shape: Shape, value: Json): JsonObject {
    const result = value === null ? {} : this.value(shape, value, undefined)
    if (this.failure !== undefined) throw this.failure
    // A struct's value is an object, or it has failed.
    return result as JsonObject
  }

  /** Undefined where the value did not fit, which is remembered. `text` is that of an unusual number. */
  private value(shape: Shape, value: Json, text: string | undefined): Json | undefined {
    switch (shape.kind) {
      case 'string':
        return typeof value === 'string' ? value : this.wrong(value, shape)
      case 'struct':
        return this.object(shape, value)
      case 'list':
        return this.list(shape, value)
      case 'map':
        return this.map(shape, value)
      case 'boolean':
        return typeof value === 'boolean' ? value : this.wrong(value, shape)
      case 'int32':
        return this.integer(shape, value, text, 0x7fffffff)
      case 'int64':
        return this.integer(shape, value, text, Number.MAX_SAFE_INTEGER)
      case 'double':
        return typeof value === 'number' ? value : this.wrong(value, shape)
      case 'bytes':
        return this.bytes(shape, value)
      default:
        return this.special(shape, value, text)
    }
  }

  private object(shape: Shape, value: Json): JsonObject | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.wrong(value, shape)
    const outer = this.struct
    this.struct = structName(shape)
    const object: JsonObject = {}
    const texts = this.numbers?.get(value)
    for (const key in value) {
      const member = shape.member(key)
      if (member === undefined) this.drop(key)
      const item = value[key]
      if (member === undefined || item === null || item === undefined) continue
      this.keys[this.depth] = key
      this.isField[this.depth++] = true
      const decoded = this.value(member.shape, item, texts?.get(key))
      this.depth--
      if (decoded !== undefined) object[key] = decoded
    }
    this.struct = outer
    return object
  }

  private list(shape: Shape, value: Json): Json[] | undefined {
    if (!Array.isArray(value)) return this.wrong(value, shape)
    const element = elementOf(shape)
    const texts = this.numbers?.get(value)
    const list: Json[] = []
    for (let i = 0; i < value.length; i++) {
      const item = value[i] ?? null
      this.keys[this.depth] = i
      this.isField[this.depth++] = false
      const decoded = item === null ? zeroOf(element) : this.value(element, item, texts?.get(String(i)))
      this.depth--
      list.push(decoded ?? zeroOf(element))
    }
    return list
  }

  private map(shape: Shape, value: Json): JsonObject | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.wrong(value, shape)
    const element = elementOf(shape)
    const texts = this.numbers?.get(value)
    const map: JsonObject = {}
    for (const key in value) {
      const item = value[key] ?? null
      this.keys[this.depth] = key
      this.isField[this.depth++] = false
      const decoded = item === null ? zeroOf(element) : this.value(element, item, texts?.get(key))
      this.depth--
      setOwn(map, key, decoded ?? zeroOf(element))
    }
    return map
  }

  /** An int64 beyond 2^53 is refused, with Go's text for one out of range: JavaScript's numbers do not hold it. */
  private integer(shape: Shape, value: Json, text: string | undefined, max: number): number | undefined {
    if (typeof value !== 'number') return this.wrong(value, shape)
    const fits = Number.isInteger(value) && Math.abs(value) <= (value < 0 && max === 0x7fffffff ? max + 1 : max)
    if (fits && (text === undefined || /^-?[0-9]+$/.test(text))) return value === 0 ? 0 : value
    return this.fail(`number ${text ?? String(value)}`, shape)
  }

  private bytes(shape: Shape, value: Json): string | undefined {
    if (Array.isArray(value)) return this.bytesOfNumbers(value)
    if (typeof value !== 'string') return this.wrong(value, shape)
    try {
      return canonicalBase64(value)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.failure ??= error
      return undefined
    }
  }

  /** Go also reads a []byte from an array of numbers. */
  private bytesOfNumbers(value: Json[]): string {
    const bytes = value.map((item) => {
      if (item === null) return 0
      if (typeof item !== 'number') this.fail(jsonKind(item), { goType: 'uint8' })
      else if (!Number.isInteger(item) || item < 0 || item > 255) this.fail(`number ${item}`, { goType: 'uint8' })
      return typeof item === 'number' ? item : 0
    })
    return encodeBase64(Uint8Array.from(bytes))
  }

  /** Types with an UnmarshalJSON of their own: what fails here ends the decoding at once. */
  private special(shape: Shape, value: Json, text: string | undefined): Json | undefined {
    switch (shape.kind) {
      case 'quantity':
        return canonicalText(canonicalQuantity, typeof value === 'string' ? value : (text ?? JSON.stringify(value)))
      case 'time':
        return canonicalText(canonicalTime, this.text(value))
      case 'microtime':
        return canonicalText(canonicalMicroTime, this.text(value))
      case 'duration':
        return canonicalDuration(this.text(value))
      case 'int-or-string':
        return typeof value === 'string' ? value : this.intOrFail(value, text)
      case 'schema-or-bool':
      case 'schema-or-array':
      case 'schema-or-string-array':
        return this.schema(shape, value)
      default:
        return value
    }
  }

  private text(value: Json): string {
    if (typeof value === 'string') return value
    throw this.error(jsonKind(value), 'string')
  }

  private intOrFail(value: Json, text: string | undefined): number {
    const whole = this.integer({ goType: 'int32' } as Shape, value, text, 0x7fffffff)
    if (whole !== undefined) return whole
    throw this.error(typeof value === 'number' ? `number ${text ?? String(value)}` : jsonKind(value), 'int32')
  }

  /** JSONSchemaPropsOrBool and its like decode what is inside without strictness. */
  private schema(shape: Shape, value: Json): Json | undefined {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject) return new Decoding(null).root(shapeOf(SCHEMA_PROPS), value)
    if (shape.kind === 'schema-or-bool') {
      if (typeof value === 'boolean') return value
      throw new DecodeError('boolean or JSON schema expected')
    }
    if (!Array.isArray(value)) return undefined
    if (shape.kind === 'schema-or-array')
      return value.map((item) => new Decoding(null).root(shapeOf(SCHEMA_PROPS), item))
    return value.map((item) => this.text(item ?? ''))
  }

  private drop(key: string): void {
    const path = this.strictPath(key)
    if (this.unknown.length < MAX_STRICT && !this.unknown.includes(path)) this.unknown.push(path)
  }

  private strictPath(key: string): string {
    let path = ''
    for (let i = 0; i < this.depth; i++) {
      const step = this.keys[i]
      path += typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`
    }
    return this.depth === 0 ? key : `${path}.${key}`
  }

  private wrong(value: Json, shape: Shape): undefined {
    return this.fail(jsonKind(value), shape)
  }

  private fail(found: string, shape: { goType: string }): undefined {
    this.failure ??= this.error(found, shape.goType)
    return undefined
  }

  private error(found: string, goType: string): DecodeError {
    const fields = this.keys.slice(0, this.depth).filter((_, i) => this.isField[i])
    return unmarshalError(found, goType, this.struct, fields.join('.'))
  }
}

const structName = (shape: Shape): string => shape.goType.slice(shape.goType.indexOf('.') + 1)

/** Lists and maps have an element by construction. */
function elementOf(shape: Shape): Shape {
  if (shape.element === undefined) throw new Error(`a ${shape.kind} without an element`)
  return shape.element
}

/** What Go leaves where a list or a map holds null. */
function zeroOf(shape: Shape): Json {
  switch (shape.kind) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0
    case 'struct':
      return {}
    case 'quantity':
      return '0'
    default:
      return null
  }
}

function canonicalText(canonical: (text: string) => string, text: string): string {
  try {
    return canonical(text)
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TimeError) throw new DecodeError(error.message)
    throw error
  }
}
