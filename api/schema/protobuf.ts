import { BinaryReader } from '@bufbuild/protobuf/wire'
import { DecodeError } from './go-json-error.ts'
import { decodeProtobuf, reading } from './protobuf-decode.ts'
import { encodeProtobuf } from './protobuf-encode.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

export { decodeProtobuf, encodeProtobuf }

/** `k8s\0`, before every body of content type application/vnd.kubernetes.protobuf. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00]

export interface Envelope {
  /** Empty where the client named no type. */
  apiVersion: string
  kind: string
  /** The object's own message. */
  raw: Uint8Array
}

/**
 * Opens runtime.Unknown. Throws DecodeError with the texts of Kubernetes' protobuf serializer.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/runtime/serializer/protobuf/protobuf.go
 */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw new DecodeError('empty data')
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new DecodeError(
      `provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(' ')}]`,
    )
  }
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() }
  reading(() => {
    const reader = new BinaryReader(bytes.subarray(MAGIC.length))
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag()
      if (number === 1) Object.assign(envelope, typeMetaOf(reader.bytes()))
      else if (number === 2) envelope.raw = reader.bytes()
      else reader.skip(wireType)
    }
  })
  return envelope
}

function typeMetaOf(bytes: Uint8Array): Partial<Envelope> {
  const reader = new BinaryReader(bytes)
  const found: Partial<Envelope> = {}
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    if (number === 1) found.apiVersion = reader.string()
    else if (number === 2) found.kind = reader.string()
    else reader.skip(wireType)
  }
  return found
}

/** runtime.Unknown around an object's message, with the magic before it. */
export function envelope(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const unknown = new ProtobufWriter()
  const typeMeta = unknown.begin(1)
  unknown.string(1, apiVersion)
  unknown.string(2, kind)
  unknown.end(typeMeta)
  unknown.bytes(2, raw)
  unknown.string(3, '')
  unknown.string(4, '')
  return after(Uint8Array.of(...MAGIC), unknown.finish())
}

/** One frame of a protobuf watch: four bytes of length, then meta.v1.WatchEvent around an enveloped object. */
export function watchFrame(type: string, object: Uint8Array): Uint8Array<ArrayBuffer> {
  const event = new ProtobufWriter()
  event.string(1, type)
  const extension = event.begin(2)
  event.bytes(1, object)
  event.end(extension)
  const bytes = event.finish()
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return after(length, bytes)
}

function after(first: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + rest.length)
  both.set(first)
  both.set(rest, first.length)
  return both
}

/** One event of a protobuf watch, its object still in its own message. */
export interface WatchFrame {
  readonly type: string
  readonly object: Envelope
}

/** Takes a meta.v1.WatchEvent apart, without the length before it. Throws DecodeError. */
export function openWatchFrame(event: Uint8Array): WatchFrame {
  return reading(() => {
    const reader = new BinaryReader(event)
    let type = ''
    let object: Uint8Array = new Uint8Array()
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag()
      if (number === 1) type = reader.string()
      else if (number === 2) object = rawOf(reader.bytes())
      else reader.skip(wireType)
    }
    return { type, object: openEnvelope(object) }
  })
}

/** runtime.RawExtension. */
function rawOf(extension: Uint8Array): Uint8Array {
  const reader = new BinaryReader(extension)
  let raw: Uint8Array = new Uint8Array()
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    if (number === 1) raw = reader.bytes()
    else reader.skip(wireType)
  }
  return raw
}
