import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Json, JsonObject } from '../meta/object.ts'
import { parseTime } from '../meta/time.ts'
import { decodeBase64 } from './base64.ts'
import { parseDuration } from './duration.ts'
import { messageOf, type MessageField } from './messages.ts'
import { shapeOf, type Member } from './table.ts'

/**
 * Writes an object as its model's protobuf message (without envelope), byte for byte as Go does: fields by number, what is
 * no pointer in Go even when zero, maps sorted by key. apiVersion and kind stand in the envelope.
 */
export function encodeProtobuf(model: string, object: JsonObject): Uint8Array {
  return messageBytes(model, object)
}

function messageBytes(model: string, object: JsonObject): Uint8Array {
  const writer = new BinaryWriter()
  const shape = shapeOf(model)
  for (const field of messageOf(model).fields) {
    if (field.isInline) writer.tag(field.number, WireType.LengthDelimited).bytes(messageBytes(field.type, object))
    else writeField(writer, field, shape.member(field.name), object[field.name] ?? undefined)
  }
  return writer.finish()
}

function writeField(
  writer: BinaryWriter,
  field: MessageField,
  member: Member | undefined,
  value: Json | undefined,
): void {
  if (field.isMap) return writeMap(writer, field, value)
  if (field.isRepeated) {
    for (const item of Array.isArray(value) ? value : []) writeValue(writer, field, item)
    return
  }
  // What has no member is a part of a special type, where only models are pointers.
  const isPointer = member === undefined ? field.type.includes('.') : member.pointer || member.shape.kind === 'list'
  const omitted = isPointer || field.type === 'bytes'
  if (value !== undefined || !omitted) writeValue(writer, field, value ?? null)
}

function writeMap(writer: BinaryWriter, field: MessageField, value: Json | undefined): void {
  const map = objectOf(value)
  for (const key of Object.keys(map).sort()) {
    const entry = new BinaryWriter().tag(1, WireType.LengthDelimited).string(key)
    writeValue(entry, { ...field, number: 2 }, map[key] ?? null)
    writer.tag(field.number, WireType.LengthDelimited).bytes(entry.finish())
  }
}

/** Null stands for a zero value. */
function writeValue(writer: BinaryWriter, field: MessageField, value: Json): void {
  const { number, type } = field
  switch (type) {
    case 'string':
      writer.tag(number, WireType.LengthDelimited).string(textOf(value))
      return
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(decodeBase64(textOf(value)))
      return
    case 'bool':
      writer.tag(number, WireType.Varint).bool(value === true)
      return
    case 'int32':
      writer.tag(number, WireType.Varint).int32(numberOf(value))
      return
    case 'int64':
      writer.tag(number, WireType.Varint).int64(numberOf(value))
      return
    case 'double':
      writer.tag(number, WireType.Bit64).double(numberOf(value))
      return
    default:
      writer.tag(number, WireType.LengthDelimited).bytes(modelBytes(type, value))
  }
}

function modelBytes(model: string, value: Json): Uint8Array {
  const { kind } = shapeOf(model)
  switch (kind) {
    case 'struct':
      return messageBytes(model, objectOf(value))
    case 'list':
      return messageBytes(model, { items: value })
    case 'quantity':
      return messageBytes(model, { string: value === null ? '0' : value })
    case 'int-or-string': {
      const isText = typeof value === 'string'
      return messageBytes(model, { type: isText ? 1 : 0, intVal: isText ? 0 : value, strVal: isText ? value : '' })
    }
    case 'time':
    case 'microtime':
      return value === null ? new Uint8Array() : messageBytes(model, timeParts(textOf(value)))
    case 'duration':
      return durationBytes(textOf(value) || '0s')
    case 'schema-or-bool':
      return messageBytes(
        model,
        typeof value === 'boolean' ? { allows: value } : { allows: value !== null, schema: value },
      )
    case 'schema-or-array':
      return messageBytes(model, Array.isArray(value) ? { jSONSchemas: value } : { schema: value })
    case 'schema-or-string-array':
      return messageBytes(model, Array.isArray(value) ? { property: value } : { schema: value })
    default:
      return rawBytes(value)
  }
}

/** Seconds are floored, so that a time before 1970 keeps a positive fraction; MicroTime's six digits are kept. */
function timeParts(text: string): JsonObject {
  const micros = /\.(\d{6})Z$/.exec(text)?.[1] ?? '0'
  return { seconds: Math.floor(parseTime(text) / 1000), nanos: Number(micros) * 1000 }
}

function durationBytes(text: string): Uint8Array {
  return new BinaryWriter().tag(1, WireType.Varint).int64(parseDuration(text)).finish()
}

/** FieldsV1, RawExtension and JSON carry the text of a JSON value in field 1. */
function rawBytes(value: Json): Uint8Array {
  if (value === null) return new Uint8Array()
  return new BinaryWriter().tag(1, WireType.LengthDelimited).string(JSON.stringify(value)).finish()
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
const textOf = (value: Json): string => (typeof value === 'string' ? value : '')
const numberOf = (value: Json): number => (typeof value === 'number' ? value : 0)
