import { Pulse } from './pulse.ts'
import {
  ASK_BOOKMARK,
  ASK_MORE,
  type Frame,
  MORE_LEFT,
  LIVE_SINCE,
  streamType,
  type Watch,
  WATCH_HEADER,
} from './watch-state.ts'

/**
 * The edge's half of a watch: it opens a hibernatable WebSocket to the object and writes what arrives into a chunked
 * response, so that an idle watch keeps no object in memory (k8s.io/apiserver/pkg/endpoints/handlers/watch.go is the other
 * model). Only by writing does it notice that a client is gone.
 */
export interface Target {
  fetch(request: Request): Promise<Response>
}

const BEAT_MS = 30_000
/**
 * Without timeoutSeconds a watch ends after a random time between these, as in Kubernetes (`MinRequestTimeout`), so that
 * clients do not come back together.
 */
const SHORTEST_MS = 30 * 60_000
const LONGEST_MS = 60 * 60_000
/** What a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1
/** What a client may leave unread before its watch is ended; it begins again where it was. */
const MAX_UNREAD = 8 * 1024 * 1024
/** How long the object has to answer with the last bookmark. */
const LAST_BOOKMARK_MS = 1_000

/** Opens the watch. An answer of the object other than a socket (an error, a watch that ended at once) is passed on. */
export async function bridge(request: Request, object: Target): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('upgrade', 'websocket')
  const answer = await object.fetch(new Request(request.url, { headers }))
  const socket = answer.webSocket
  if (socket === null || socket === undefined) return answer
  // The object wrote it for this Worker: `Hub.accept`.
  const watch = JSON.parse(answer.headers.get(WATCH_HEADER) ?? '{}') as Watch
  const body = new WatchBody(socket, durationOf(request), watch)
  return new Response(body.stream, {
    headers: {
      'content-type': streamType(watch.media),
      // Nothing between here and the client may hold lines back to compress them.
      'cache-control': 'no-cache, private, no-transform',
    },
  })
}

function durationOf(request: Request): number {
  const seconds = Number(new URL(request.url).searchParams.get('timeoutSeconds') ?? 0)
  const random = SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS)
  return seconds > 0 ? Math.min(seconds * 1000, MAX_TIMER_MS) : random
}

/** One watch's response body, and the timers and the socket that feed it. */
class WatchBody {
  readonly stream: ReadableStream<Uint8Array>
  private readonly socket: WebSocket
  private readonly pulse: Pulse
  private readonly encoder = new TextEncoder()
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined
  private readonly beat: ReturnType<typeof setInterval>
  private moreLeft = false
  private end: ReturnType<typeof setTimeout>

  constructor(socket: WebSocket, duration: number, watch: Watch) {
    this.socket = socket
    this.pulse = new Pulse(watch)
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller
        },
        pull: () => this.drained(),
        cancel: () => this.finish(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    )
    socket.binaryType = 'arraybuffer'
    socket.accept()
    socket.addEventListener('message', ({ data }) =>
      this.received(typeof data === 'string' ? data : new Uint8Array(data)),
    )
    socket.addEventListener('close', () => this.finish())
    socket.addEventListener('error', () => this.finish())
    this.beat = setInterval(() => this.write(this.pulse.beat(Date.now())), BEAT_MS)
    this.end = setTimeout(() => this.last(watch.bookmarks), duration)
  }

  /** The client has read all that was there. */
  private drained(): void {
    if (!this.moreLeft) return
    this.moreLeft = false
    this.socket.send(ASK_MORE)
  }

  private received(message: Frame): void {
    this.pulse.saw(message)
    if (message === MORE_LEFT) {
      this.moreLeft = true
      if ((this.controller?.desiredSize ?? 0) >= 0) this.drained()
    } else if (typeof message !== 'string' || !message.startsWith(LIVE_SINCE)) this.write(message)
  }

  private write(frame: Frame | undefined): void {
    const { controller } = this
    if (controller === undefined || frame === undefined) return
    controller.enqueue(typeof frame === 'string' ? this.encoder.encode(frame) : frame)
    // The object's sends are never held up by a slow client, so what it leaves unread would fill this isolate.
    if ((controller.desiredSize ?? 0) < -MAX_UNREAD) this.finish()
  }

  /** The time is over: one more bookmark, so that the client resumes from now (bookmarkBeforeClose in Kubernetes). */
  private last(bookmarks: boolean): void {
    if (!bookmarks) return this.finish()
    this.socket.addEventListener('message', () => this.finish())
    this.end = setTimeout(() => this.finish(), LAST_BOOKMARK_MS)
    this.socket.send(ASK_BOOKMARK)
  }

  private finish(): void {
    clearInterval(this.beat)
    clearTimeout(this.end)
    const { controller } = this
    this.controller = undefined
    if (controller === undefined) return
    try {
      controller.close()
    } catch {
      // The client cancelled, which closed the stream already.
    }
    try {
      this.socket.close(1000, 'the watch ended')
    } catch {
      // The object closed first.
    }
  }
}
