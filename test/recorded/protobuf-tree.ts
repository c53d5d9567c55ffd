import { BinaryReader } from '@bufbuild/protobuf/wire'
import type { Json, JsonObject } from '../../api/meta/object.ts'

const DEPTH = 40
const NEAR = 2 * 86_400_000
/** Control characters but for the tab, and what is no UTF-8; those of Latin-1 count as printable in the recordings. */
const UNPRINTABLE = /[^\P{Cc}\t\u0080-\u009f]|\ufffd/u

/**
 * Any protobuf message as a tree of its fields, `{ number: [values] }`, as the recordings hold answers: what is printable
 * is text, then comes a message, then bytes. Times near to `now` (milliseconds since the epoch) become `$TIME`.
 */
export function protobufTree(bytes: Uint8Array, now: number, depth = 0): JsonObject {
  if (depth > DEPTH) throw new Error('nested too deeply')
  const tree: JsonObject = {}
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const known = tree[number]
    tree[number] = [...(Array.isArray(known) ? known : []), valueOf(reader, wire, now, depth)]
  }
  return tree
}

function valueOf(reader: BinaryReader, wire: number, now: number, depth: number): Json {
  switch (wire) {
    case 0: {
      const value = Number(reader.uint64())
      return Math.abs(value * 1000 - now) < NEAR ? '$TIME' : value
    }
    case 1:
      return hex(BigInt(reader.fixed64()), 8)
    case 2:
      return bytesOf(reader.bytes(), now, depth)
    case 5:
      return hex(BigInt(reader.fixed32()), 4)
    default:
      throw new Error(`wire type ${wire}`)
  }
}

/** The bytes as they stand on the wire, lowest first. */
const hex = (value: bigint, size: number): string =>
  Array.from({ length: size }, (_, i) =>
    Number((value >> BigInt(8 * i)) & 0xffn)
      .toString(16)
      .padStart(2, '0'),
  ).join('')

function bytesOf(bytes: Uint8Array, now: number, depth: number): Json {
  const text = Buffer.from(bytes).toString()
  if (!UNPRINTABLE.test(text)) return /^\d{1,12}$/.test(text) ? '$NUM' : text
  try {
    return protobufTree(bytes, now, depth + 1)
  } catch {
    return text.includes('\ufffd') ? `base64:${Buffer.from(bytes).toString('base64')}` : text
  }
}
