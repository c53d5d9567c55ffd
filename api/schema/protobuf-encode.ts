import type { Json, JsonObject } from '../meta/object.ts'
import { parseTime } from '../meta/time.ts'
import { decodeBase64 } from './base64.ts'
import { parseDuration } from './duration.ts'
import { messageOf, type MessageField } from './messages.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { shapeOf, type Member } from './table.ts'

/**
 * Writes an object as its model's protobuf message (without envelope), byte for byte as Go does: fields by number, what is
 * no pointer in Go even when zero, maps sorted by key. apiVersion and kind stand in the envelope.
 */
export function encodeProtobuf(model: string, object: JsonObject): Uint8Array {
  const writer = new ProtobufWriter()
  writeMessage(writer, model, object)
  return writer.finish()
}

/** A field, with what is asked of it for every value. */
interface Ready {
  readonly field: MessageField
  /** Written only where there is a value. */
  readonly omitted: boolean
}
const ready = new Map<string, readonly Ready[]>()

function readyOf(model: string): readonly Ready[] {
  const known = ready.get(model)
  if (known !== undefined) return known
  const shape = shapeOf(model)
  const made = messageOf(model).fields.map((field) => ({ field, omitted: isOmitted(field, shape.member(field.name)) }))
  ready.set(model, made)
  return made
}

/** What has no member is a part of a special type, where only models are pointers. */
function isOmitted(field: MessageField, member: Member | undefined): boolean {
  const isPointer = member === undefined ? field.type.includes('.') : member.pointer || member.shape.kind === 'list'
  return isPointer || field.type === 'bytes'
}

function writeMessage(writer: ProtobufWriter, model: string, object: JsonObject): void {
  for (const { field, omitted } of readyOf(model)) {
    if (field.isInline) {
      const start = writer.begin(field.number)
      writeMessage(writer, field.type, object)
      writer.end(start)
      continue
    }
    const value = object[field.name] ?? undefined
    if (field.isMap) writeMap(writer, field, value)
    else if (field.isRepeated) {
      if (Array.isArray(value)) for (const item of value) writeValue(writer, field.number, field.type, item)
    } else if (value !== undefined || !omitted) writeValue(writer, field.number, field.type, value ?? null)
  }
}

function writeMap(writer: ProtobufWriter, field: MessageField, value: Json | undefined): void {
  const map = objectOf(value)
  for (const key of Object.keys(map).sort()) {
    const start = writer.begin(field.number)
    writer.string(1, key)
    writeValue(writer, 2, field.type, map[key] ?? null)
    writer.end(start)
  }
}

/** Null stands for a zero value. */
function writeValue(writer: ProtobufWriter, number: number, type: string, value: Json): void {
  switch (type) {
    case 'string':
      return writer.string(number, textOf(value))
    case 'bytes':
      return writer.bytes(number, decodeBase64(textOf(value)))
    case 'bool':
      return writer.bool(number, value === true)
    case 'int32':
    case 'int64':
      return writer.integer(number, numberOf(value))
    case 'double':
      return writer.double(number, numberOf(value))
    default: {
      const start = writer.begin(number)
      writeModel(writer, type, value)
      writer.end(start)
    }
  }
}

function writeModel(writer: ProtobufWriter, model: string, value: Json): void {
  const parts = partsOf(model, value)
  if (parts !== undefined) writeMessage(writer, model, parts)
  else if (shapeOf(model).kind === 'duration') writer.integer(1, Number(parseDuration(textOf(value) || '0s')))
  // FieldsV1, RawExtension and JSON carry the text of a JSON value in field 1.
  else if (value !== null && !isTime(model)) writer.string(1, JSON.stringify(value))
}

const isTime = (model: string): boolean => ['time', 'microtime'].includes(shapeOf(model).kind)

/** The fields of a model's message, where it is written by its fields. */
function partsOf(model: string, value: Json): JsonObject | undefined {
  const { kind } = shapeOf(model)
  switch (kind) {
    case 'struct':
      return objectOf(value)
    case 'list':
      return { items: value }
    case 'quantity':
      return { string: value === null ? '0' : value }
    case 'int-or-string': {
      const isText = typeof value === 'string'
      return { type: isText ? 1 : 0, intVal: isText ? 0 : value, strVal: isText ? value : '' }
    }
    case 'time':
    case 'microtime':
      return value === null ? undefined : timeParts(textOf(value))
    case 'schema-or-bool':
      return typeof value === 'boolean' ? { allows: value } : { allows: value !== null, schema: value }
    case 'schema-or-array':
      return Array.isArray(value) ? { jSONSchemas: value } : { schema: value }
    case 'schema-or-string-array':
      return Array.isArray(value) ? { property: value } : { schema: value }
    default:
      return undefined
  }
}

/** Seconds are floored, so that a time before 1970 keeps a positive fraction; MicroTime's six digits are kept. */
function timeParts(text: string): JsonObject {
  const micros = /\.(\d{6})Z$/.exec(text)?.[1] ?? '0'
  return { seconds: Math.floor(parseTime(text) / 1000), nanos: Number(micros) * 1000 }
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
const textOf = (value: Json): string => (typeof value === 'string' ? value : '')
const numberOf = (value: Json): number => (typeof value === 'number' ? value : 0)
