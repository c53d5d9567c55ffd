import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { Json, JsonObject } from '../meta/object.ts'
import { canonicalQuantity, QuantityError } from '../meta/quantity.ts'
import { rfc3339 } from '../meta/time.ts'
import { encodeBase64 } from './base64.ts'
import { formatDuration } from './duration.ts'
import { DecodeError } from './go-json-error.ts'
import { parseJson, JsonSyntaxError } from './json.ts'
import { setOwn } from './json-parser.ts'
import { messageOf, type MessageField } from './messages.ts'
import { shapeOf } from './table.ts'

/**
 * Reads a model's protobuf message (without envelope) into the object that its JSON form would give. Fields of a zero value
 * may be there, as Go writes them; `canonical` drops them. Unknown fields are skipped, as Go skips them.
 * Throws DecodeError.
 */
export function decodeProtobuf(model: string, bytes: Uint8Array): JsonObject {
  return reading(() => {
    const object: JsonObject = {}
    readMessage(model, new BinaryReader(bytes), object)
    return object
  })
}

/** Runs a read; what the reader finds wrong is told as Go's reader tells the most frequent of them. */
export function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw new DecodeError('unexpected EOF')
    if (error instanceof QuantityError) throw new DecodeError(error.message)
    if (error instanceof DecodeError || !(error instanceof Error)) throw error
    throw new DecodeError(`proto: ${error.message}`)
  }
}

function readMessage(model: string, reader: BinaryReader, object: JsonObject): void {
  const message = messageOf(model)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const field = message.byNumber.get(number)
    if (field === undefined) reader.skip(wireType)
    else readField(field, reader, wireType, object)
  }
}

function readField(field: MessageField, reader: BinaryReader, wireType: WireType, object: JsonObject): void {
  if (field.isInline) return readMessage(field.type, new BinaryReader(reader.bytes()), object)
  if (field.isMap) return readEntry(field, reader, object)
  if (!field.isRepeated) {
    const value = readValue(field.type, reader, object[field.name])
    if (value !== null) object[field.name] = value
    return
  }
  const known = object[field.name]
  const list = Array.isArray(known) ? known : []
  object[field.name] = list
  if (wireType !== WireType.LengthDelimited || !PACKABLE.has(field.type)) list.push(readValue(field.type, reader))
  else {
    const packed = new BinaryReader(reader.bytes())
    while (packed.pos < packed.len) list.push(readValue(field.type, packed))
  }
}
const PACKABLE = new Set(['bool', 'int32', 'int64', 'double'])

/** One entry of a map: {1 key, 2 value}. Keys are strings in all of Kubernetes. */
function readEntry(field: MessageField, reader: BinaryReader, object: JsonObject): void {
  const known = object[field.name]
  const map = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {}
  object[field.name] = map
  const entry = new BinaryReader(reader.bytes())
  let key = ''
  let value: Json | undefined
  while (entry.pos < entry.len) {
    const [number, wireType] = entry.tag()
    if (number === 1) key = entry.string()
    else if (number === 2) value = readValue(field.type, entry)
    else entry.skip(wireType)
  }
  setOwn(map, key, value ?? emptyOf(field.type))
}

/** The value of a map's entry that carries none. */
function emptyOf(type: string): Json {
  if (type === 'string' || type === 'bytes') return ''
  if (type === 'bool') return false
  return PACKABLE.has(type) ? 0 : readModel(type, new Uint8Array())
}

/** `known` is what an earlier field of the same number gave: messages are merged, as protobuf demands. */
function readValue(type: string, reader: BinaryReader, known?: Json): Json {
  switch (type) {
    case 'string':
      return reader.string()
    case 'bytes':
      return encodeBase64(reader.bytes())
    case 'bool':
      return reader.bool()
    case 'int32':
      return reader.int32()
    case 'int64':
      return safe(reader.int64())
    case 'double':
      return reader.double()
    default:
      return readModel(type, reader.bytes(), known)
  }
}

function safe(value: bigint | string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new DecodeError(`proto: integer overflow: ${value} is beyond 2^53`)
  return number
}

function readModel(model: string, bytes: Uint8Array, known?: Json): Json {
  const shape = shapeOf(model)
  if (shape.kind === 'struct') {
    const object = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {}
    readMessage(model, new BinaryReader(bytes), object)
    return object
  }
  if (shape.kind === 'duration') return readDuration(bytes)
  const parts: JsonObject = {}
  readMessage(model, new BinaryReader(bytes), parts)
  switch (shape.kind) {
    case 'list':
      return parts['items'] ?? []
    case 'quantity':
      return canonicalQuantity(stringOf(parts['string']) || '0')
    case 'int-or-string':
      return parts['type'] === 1 ? stringOf(parts['strVal']) : numberOf(parts['intVal'])
    case 'time':
      return bytes.length === 0 ? null : rfc3339(numberOf(parts['seconds']) * 1000)
    case 'microtime':
      return bytes.length === 0 ? null : microText(numberOf(parts['seconds']), numberOf(parts['nanos']))
    case 'schema-or-bool':
      return parts['schema'] ?? parts['allows'] === true
    case 'schema-or-array':
      return parts['jSONSchemas'] ?? parts['schema'] ?? null
    case 'schema-or-string-array':
      return parts['property'] ?? parts['schema'] ?? null
    default:
      return readRaw(bytes)
  }
}

/** FieldsV1, RawExtension and JSON carry the text of a JSON value in field 1. */
function readRaw(bytes: Uint8Array): Json {
  const reader = new BinaryReader(bytes)
  let text = ''
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    if (number === 1) text = reader.string()
    else reader.skip(wireType)
  }
  if (text === '') return null
  try {
    return parseJson(text).value
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new DecodeError(error.message)
    throw error
  }
}

function readDuration(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes)
  let nanoseconds = 0n
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    if (number === 1) nanoseconds = BigInt(reader.int64())
    else reader.skip(wireType)
  }
  return formatDuration(nanoseconds)
}

const microText = (seconds: number, nanos: number): string =>
  `${rfc3339(seconds * 1000).slice(0, -1)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`
const stringOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)
