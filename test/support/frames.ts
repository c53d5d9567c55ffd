import type { JsonObject } from '../../api/meta/object.ts'
import { decodeProtobuf, openWatchFrame } from '../../api/schema/protobuf.ts'

/** One event of a protobuf watch. */
export interface FrameSeen {
  readonly type: string
  readonly apiVersion: string
  readonly kind: string
  readonly object: JsonObject
}

const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status'

/** Takes whole frames apart, as client-go's length delimited reader does; an ERROR carries a Status. */
export function readFrames(bytes: Uint8Array, model: string): FrameSeen[] {
  const { frames, rest } = splitFrames(bytes)
  if (rest.length > 0) throw new Error(`${rest.length} bytes are no whole frame`)
  return frames.map((frame) => readFrame(frame, model))
}

/** Cuts a stream into frames; `rest` is the beginning of the next one. */
export function splitFrames(bytes: Uint8Array): { frames: Uint8Array[]; rest: Uint8Array } {
  const frames: Uint8Array[] = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
    if (at + 4 + length > bytes.length) break
    frames.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { frames, rest: bytes.subarray(at) }
}

/** A frame's event, and its object as JSON. */
export function readFrame(frame: Uint8Array, model: string): FrameSeen {
  const { type, object } = openWatchFrame(frame)
  const { apiVersion, kind, raw } = object
  return { type, apiVersion, kind, object: decodeProtobuf(kind === 'Status' ? STATUS : model, raw) }
}
