import type { Kind } from '../../api/kinds/kind.ts'
import type { Change, Row } from '../store/store.ts'
import type { Viewer } from './events.ts'
import { viewerOf } from './watch.ts'
import { ASK_BOOKMARK, BOOKMARK_TAG, type Watch, WATCH_TAG, watchTag } from './watch-state.ts'

/** One watch's socket, as the hub needs it; a hibernatable WebSocket is one. */
export interface Socket {
  send(text: string): void
  close(code?: number, reason?: string): void
  serializeAttachment(value: unknown): void
  deserializeAttachment(): unknown
}

/** The object's sockets: the only memory of the hub. */
export interface Sockets {
  tagged(tag: string): Socket[]
  /** Accepts a socket under these tags; the answer hands its other end to the Worker. */
  accept(tags: string[], attachment: unknown): { socket: Socket; response: Response }
}

export interface HubOptions {
  readonly kinds: readonly Kind[]
  readonly now: () => number
  /** What clients see of a stored row: heartbeats are made when they are read. Absent: the row itself. */
  readonly shown?: (row: Row) => Row
}

/** Bytes (UTF-16 units) in one message, beyond which the next lines travel in another. */
const MESSAGE = 256 * 1024
/** Versions after which watches that saw none of them get a bookmark, so that they can still resume from the ring. */
const BOOKMARK_EVERY = 1024

/**
 * Spreads changes to watches. It keeps nothing that the sockets' attachments do not hold; parsed selectors are kept with
 * a socket only while the object happens to be awake.
 */
export class Hub {
  private readonly sockets: Sockets
  private readonly options: HubOptions
  private waiting: Change[] = []
  private viewers = new WeakMap<Socket, Viewer>()
  private version: number

  constructor(sockets: Sockets, options: HubOptions, version: number) {
    this.sockets = sockets
    this.options = options
    this.version = version
  }

  /** Accepts a watch and sends what it begins with. */
  accept(watch: Watch, first: Iterable<string>): Response {
    const tags = [WATCH_TAG, watchTag(watch.resource), ...(watch.bookmarks ? [BOOKMARK_TAG] : [])]
    const { socket, response } = this.sockets.accept(tags, watch)
    sendLines(socket, first)
    return response
  }

  /** Notes committed changes; they travel with the next `flush`. */
  changed(changes: readonly Change[]): void {
    this.waiting.push(...changes)
  }

  /** Sends all that waits: the events of one turn in one message for each watch. */
  flush(): void {
    if (this.waiting.length === 0) return
    const changes = this.waiting
    this.waiting = []
    const now = this.options.now()
    for (const resource of new Set(changes.map(({ key }) => key.resource))) {
      const these = changes.filter(({ key }) => key.resource === resource)
      for (const socket of this.sockets.tagged(watchTag(resource))) this.spread(socket, these, now)
    }
    const newest = changes.at(-1)?.version ?? this.version
    if (Math.floor(newest / BOOKMARK_EVERY) > Math.floor(this.version / BOOKMARK_EVERY)) this.bookmarkAll(newest, now)
    this.version = newest
  }

  private spread(socket: Socket, changes: readonly Change[], now: number): void {
    const viewer = this.viewer(socket)
    if (viewer === undefined) return
    const before = viewer.columns
    const lines: string[] = []
    for (const change of changes) {
      const text = viewer.change(this.shown(change), now)
      if (text !== undefined) lines.push(text)
    }
    if (viewer.columns !== before) socket.serializeAttachment({ ...viewer.watch, columns: viewer.columns })
    sendLines(socket, lines)
  }

  private shown(change: Change): Change {
    const { shown } = this.options
    return shown === undefined ? change : { ...change, after: shown(change.after) }
  }

  private bookmarkAll(version: number, now: number): void {
    for (const socket of this.sockets.tagged(BOOKMARK_TAG)) this.bookmark(socket, version, now)
  }

  private bookmark(socket: Socket, version: number, now: number): void {
    const viewer = this.viewer(socket)
    if (viewer !== undefined) sendLines(socket, [viewer.bookmark(version, false, now)])
  }

  /** A message of the Worker: it asks for a bookmark before it ends the watch. `version` is the store's. */
  message(socket: Socket, text: string, version: number): void {
    if (text === ASK_BOOKMARK) this.bookmark(socket, version, this.options.now())
  }

  private viewer(socket: Socket): Viewer | undefined {
    const known = this.viewers.get(socket)
    if (known !== undefined) return known
    // Written by `accept` or `spread`, by this version or the one before.
    const watch = socket.deserializeAttachment() as Watch | null
    const viewer = watch === null || watch.v !== 1 ? undefined : viewerOf(this.options.kinds, watch)
    if (viewer === undefined) socket.close(1011, 'this watch cannot go on: begin again')
    else this.viewers.set(socket, viewer)
    return viewer
  }
}

/** Sends lines in messages of a bounded size. A socket that is closing takes nothing more, which is its end's business. */
function sendLines(socket: Socket, lines: Iterable<string>): void {
  let message = ''
  try {
    for (const text of lines) {
      if (message !== '' && message.length + text.length > MESSAGE) {
        socket.send(message)
        message = ''
      }
      message += text
    }
    if (message !== '') socket.send(message)
  } catch {
    socket.close(1011, 'this watch lost an event: begin again')
  }
}
