import type { Readable } from 'node:stream'
import { LONGEST_FRAME, onChannel } from '../api/stream.ts'
import type { Credit } from './credit.ts'

/**
 * Sends what a stream gives, on a channel, as credit allows; while there is none the source is not read, and so stops.
 * Returns when the source ends, the session is over, or `limit` bytes were sent.
 */
export async function pump(
  source: Readable,
  channel: number,
  credit: Credit,
  send: (frame: Uint8Array) => void,
  limit = Number.POSITIVE_INFINITY,
): Promise<void> {
  let left = limit
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      // sources here are never in object mode
      for (let at = 0; at < chunk.length; at += LONGEST_FRAME) {
        const piece = chunk.subarray(at, Math.min(at + LONGEST_FRAME, at + left, chunk.length))
        if (!(await credit.take(piece.length))) return
        send(onChannel(channel, piece))
        left -= piece.length
        if (left <= 0) return
      }
    }
  } finally {
    source.destroy()
  }
}
