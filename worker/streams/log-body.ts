import { badRequest, untranslated } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { readFrame, WINDOW, writeFrame } from '../../api/stream.ts'
import { CLOSE } from './session.ts'

/** The part of a WebSocket that a log is read from. */
export interface LogSocket {
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
}

/** Credit is given back in pieces of this size. */
const PIECE = WINDOW / 8

type Item = { chunk: Uint8Array } | { opened: true } | { ended: true } | { failed: StatusError }

/**
 * Reads a log from a Stream object as the client reads it from us: at most a window of it is on its way. Resolves when
 * the agent has opened it; throws the StatusError that the client is to see where it could not.
 */
export async function logBody(socket: LogSocket): Promise<ReadableStream<Uint8Array>> {
  const items = itemsOf(socket)
  socket.send(writeFrame({ type: 'credit', bytes: WINDOW }))
  const first = await items.next()
  if ('failed' in first) throw first.failed
  let owed = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const item = await items.next()
        if ('failed' in item) controller.error(item.failed)
        else if ('chunk' in item) {
          controller.enqueue(item.chunk)
          owed += item.chunk.length
          if (owed < PIECE) return
          socket.send(writeFrame({ type: 'credit', bytes: owed }))
          owed = 0
        } else {
          controller.close()
          socket.close(CLOSE.done)
        }
      },
      cancel: () => socket.close(CLOSE.done, 'the client is gone'),
    },
    { highWaterMark: 0 },
  )
}

/** What arrives, in order, to be taken one by one. */
function itemsOf(socket: LogSocket): { next(): Promise<Item> } {
  const waiting: Item[] = []
  let wake: (() => void) | undefined
  const add = (item: Item): void => {
    waiting.push(item)
    wake?.()
  }
  socket.addEventListener('message', ({ data }) => {
    const item = typeof data === 'string' ? frameItem(data) : data instanceof ArrayBuffer ? dataItem(data) : undefined
    if (item !== undefined) add(item)
  })
  socket.addEventListener('close', ({ code, reason }) => add({ failed: closeFailure(code, reason) }))
  return {
    async next() {
      for (;;) {
        const item = waiting.shift()
        if (item !== undefined) return item
        await new Promise<void>((resolve) => void (wake = resolve))
      }
    },
  }
}

/** The channel byte says nothing here: a log has one output. */
const dataItem = (data: ArrayBuffer): Item => ({ chunk: new Uint8Array(data, 1) })

function frameItem(text: string): Item | undefined {
  const frame = readFrame(text)
  switch (frame?.type) {
    case 'opened':
      return { opened: true }
    case 'ended':
      return { ended: true }
    case 'failed':
      return { failed: frame.code === 400 ? badRequest(frame.message) : untranslated(frame.message) }
    default:
      return undefined
  }
}

function closeFailure(code: number, reason: string): StatusError {
  if (code === CLOSE.noAgent) return new StatusError('Timeout', reason)
  return new StatusError('ServiceUnavailable', reason === '' ? 'the log broke off' : reason)
}
