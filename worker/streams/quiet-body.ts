import { crc32 } from 'node:zlib'

/**
 * A body that says nothing for a while and must not carry a byte that its source did not send: what tells a client that
 * is gone from one that waits is a write to it, so this encodes the body as gzip without compressing it (RFC 1951 §3.2.4,
 * stored blocks), and while the source is silent it writes empty blocks, which decode to nothing.
 */

/** As the watches' newline: a client that is gone is noticed within so long, in milliseconds. */
const BEAT_MS = 25_000
const LONGEST_BLOCK = 0xffff
/** RFC 1952 §2.3: deflate, no flags, no time, an unknown system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
const EMPTY_BLOCK = Uint8Array.of(0, 0, 0, 0xff, 0xff)

/**
 * Whether the client decodes gzip. Cloudflare's edge rewrites the header to what it can itself, and keeps the client's
 * own beside it.
 */
export function takesGzip(request: Request): boolean {
  const own = (request.cf as { clientAcceptEncoding?: string } | undefined)?.clientAcceptEncoding // of the edge only
  const accepted = own ?? request.headers.get('accept-encoding') ?? ''
  return accepted.split(',').some((item) => /^\s*gzip\s*(;\s*q=(1|0\.\d*[1-9])\d*\s*)?$/i.test(item))
}

/** The same bytes in gzip, with a beat whenever the source is silent. Pieces keep their borders: nothing is held back. */
export function quietBody(source: ReadableStream<Uint8Array>, beat = BEAT_MS): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let sum = 0
  let length = 0
  let begun = false
  let reading: Promise<ReadableStreamReadResult<Uint8Array>> | undefined
  const begin = (piece: Uint8Array): Uint8Array => {
    const whole = begun ? piece : joined([HEADER, piece])
    begun = true
    return whole
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // A read that a beat overtakes is taken up by the next pull.
        reading ??= reader.read()
        const result = await within(reading, beat)
        if (result === undefined) {
          controller.enqueue(begin(EMPTY_BLOCK))
          return
        }
        reading = undefined
        if (result.done) {
          controller.enqueue(begin(trailer(sum, length)))
          controller.close()
          return
        }
        sum = crc32(result.value, sum)
        length += result.value.length
        controller.enqueue(begin(stored(result.value)))
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Stored blocks, and an empty one behind them: Go's reader hands out what it has only there (compress/flate). */
function stored(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += LONGEST_BLOCK) {
    const piece = bytes.subarray(at, at + LONGEST_BLOCK)
    const { length } = piece
    pieces.push(Uint8Array.of(0, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff), piece)
  }
  return joined([...pieces, EMPTY_BLOCK])
}

/** The last block, then CRC-32 and length modulo 2³². */
function trailer(sum: number, length: number): Uint8Array {
  const bytes = new Uint8Array(13)
  bytes.set([1, 0, 0, 0xff, 0xff])
  const view = new DataView(bytes.buffer)
  view.setUint32(5, sum, true)
  view.setUint32(9, length % 2 ** 32, true)
  return bytes
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
