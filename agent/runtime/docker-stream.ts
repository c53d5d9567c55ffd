import { Readable } from 'node:stream'

/** What frames are read from: a socket, or the body of an answer. */
type Source = Readable
/** Looks at a piece of stdout; true keeps it from going out. */
type Keep = (data: Buffer) => boolean
const keepNothing: Keep = () => false

/**
 * Takes Docker's multiplexed stream apart: frames `[1|2, 0, 0, 0, length u32be]` of stdout and stderr
 * (moby pkg/stdcopy). The source pauses while either side is full, so a reader that stops reading stops the process.
 */
export function demultiplex(
  source: Source,
  head: Buffer = Buffer.alloc(0),
  keep: Keep = keepNothing,
): { stdout: Readable; stderr: Readable } {
  const resume = (): void => void source.resume()
  const stdout = new Readable({ read: resume, highWaterMark: 65_536 })
  const stderr = new Readable({ read: resume, highWaterMark: 65_536 })
  const frames = frameReader((stream, data) => {
    if (stream !== 2 && keep(data)) return
    if (!(stream === 2 ? stderr : stdout).push(data)) source.pause()
  })
  follow(source, head, frames, [stdout, stderr])
  return { stdout, stderr }
}

/** Both outputs in the order of their arrival, frames taken off. `change` may alter each piece before it goes out. */
export function unframe(source: Source, change: (stream: number, data: Buffer, first: boolean) => Buffer): Readable {
  const out = new Readable({ read: () => void source.resume(), highWaterMark: 65_536, destroy: closeBoth(source) })
  const frames = frameReader((stream, data, first) => {
    const piece = change(stream, data, first)
    if (piece.length > 0 && !out.push(piece)) source.pause()
  })
  follow(source, Buffer.alloc(0), frames, [out])
  return out
}

/** The stream of a terminal: one output, no frames. */
export function raw(source: Source, head: Buffer = Buffer.alloc(0), keep: Keep = keepNothing): Readable {
  const out = new Readable({ read: () => void source.resume(), highWaterMark: 65_536, destroy: closeBoth(source) })
  follow(
    source,
    head,
    (data) => {
      if (!keep(data) && !out.push(data)) source.pause()
    },
    [out],
  )
  return out
}

function closeBoth(source: Source): (error: Error | null, done: (error?: Error | null) => void) => void {
  return (error, done) => {
    source.destroy()
    done(error)
  }
}

function follow(source: Source, head: Buffer, take: (data: Buffer) => void, outputs: Readable[]): void {
  if (head.length > 0) take(head)
  source.on('data', take)
  source.on('end', () => outputs.forEach((output) => output.push(null)))
  source.on('error', (error) => outputs.forEach((output) => output.destroy(error)))
  source.on('close', () => outputs.forEach((output) => output.readableEnded || output.push(null)))
}

const HEADER = 8

/** Calls with each piece of a frame's payload as it arrives, `first` at the beginning of a frame. Holds no payload back. */
export function frameReader(give: (stream: number, data: Buffer, first: boolean) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0)
  let stream = 1
  let left = 0
  let first = true
  return (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const piece = rest.subarray(0, left)
        rest = rest.subarray(piece.length)
        left -= piece.length
        give(stream, piece, first)
        first = false
        continue
      }
      const need = HEADER - header.length
      header = Buffer.concat([header, rest.subarray(0, need)])
      rest = rest.subarray(need)
      if (header.length < HEADER) return
      stream = header[0] ?? 1
      left = header.readUInt32BE(4)
      first = true
      header = Buffer.alloc(0)
    }
  }
}

/**
 * Docker splits lines of more than 16 KiB into records and puts the timestamp before each. Takes it off the pieces
 * that continue a line, so that a long line carries one timestamp as kubelet's logs do.
 */
export function dropRepeatedTimestamps(): (stream: number, data: Buffer, first: boolean) => Buffer {
  const open = new Map<number, boolean>()
  const skipping = new Map<number, boolean>()
  return (stream, data, first) => {
    let piece = data
    if (first) skipping.set(stream, open.get(stream) === true)
    if (skipping.get(stream) === true) {
      const space = piece.indexOf(0x20)
      if (space < 0) return Buffer.alloc(0)
      skipping.set(stream, false)
      piece = piece.subarray(space + 1)
    }
    if (piece.length > 0) open.set(stream, piece[piece.length - 1] !== 0x0a)
    return piece
  }
}

/** Each line of a stream of JSON documents, parsed. Docker ends lines with \n or \r\n. */
export async function* jsonLines(source: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line)
  }
  if (rest.trim() !== '') yield JSON.parse(rest)
}
