import type { Kind } from '../../api/kinds/kind.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Change, Reader, Row } from '../store/store.ts'
import { Viewer, type Written } from './events.ts'
import { tell } from './progress.ts'
import {
  ASK_BOOKMARK,
  ASK_MORE,
  BOOKMARK_TAG,
  type Frame,
  LIVE_SINCE,
  MORE_LEFT,
  type Watch,
  WATCH_HEADER,
  WATCH_TAG,
  watchTag,
} from './watch-state.ts'

/** One watch's socket, as the hub needs it; a hibernatable WebSocket is one. */
export interface Socket {
  send(data: Frame): void
  close(code?: number, reason?: string): void
  serializeAttachment(value: unknown): void
  deserializeAttachment(): unknown
}

/** The object's sockets: the only memory of the hub. */
export interface Sockets {
  tagged(tag: string): Socket[]
  /** Accepts a socket under these tags; the answer hands its other end to the Worker, under these headers. */
  accept(tags: string[], attachment: unknown, headers: Record<string, string>): { socket: Socket; response: Response }
}

export interface HubOptions {
  readonly kinds: readonly Kind[]
  readonly now: () => number
  /** Told what went wrong with one watch. */
  readonly complain: (error: unknown) => void
  /** The store as clients see it. */
  readonly reader: Reader
  /** What clients see of a stored row: heartbeats are made when they are read. Absent: the row itself. */
  readonly shown?: (row: Row) => Row
}

const BROKEN = 'this watch lost an event: begin again'

/** Characters or bytes in one message, beyond which the next lines travel in another. */
const MESSAGE = 256 * 1024
/** Versions after which watches get a bookmark, so that those that saw none of them can still resume from the ring. */
const BOOKMARK_EVERY = 1024

/**
 * Spreads changes to watches. It keeps nothing that the sockets' attachments do not hold; parsed selectors are kept with
 * a socket only while the object happens to be awake.
 */
export class Hub {
  private readonly sockets: Sockets
  private readonly options: HubOptions
  private waiting: Change[] = []
  private readonly written: Written = new WeakMap()
  private readonly viewers = new WeakMap<Socket, Viewer>()
  private version: number

  constructor(sockets: Sockets, options: HubOptions) {
    this.sockets = sockets
    this.options = options
    this.version = options.reader.version
  }

  /** Accepts a watch and sends what it begins with. */
  accept(watch: Watch, first: readonly Frame[]): Response {
    const tags = [WATCH_TAG, watchTag(watch.resource), ...(watch.bookmarks ? [BOOKMARK_TAG] : [])]
    const told: Watch = { ...watch, labels: '', fields: '', name: '', columns: true }
    const headers = { [WATCH_HEADER]: JSON.stringify(told) }
    const { socket, response } = this.sockets.accept(tags, watch, headers)
    send(socket, first)
    if (watch.progress.stage !== 'live') socket.send(MORE_LEFT)
    return response
  }

  /** How many watches each resource has, of those that are watched. */
  watchers(): Map<string, number> {
    const counts = this.options.kinds.map(
      ({ resource }) => [resource, this.sockets.tagged(watchTag(resource)).length] as const,
    )
    return new Map(counts.filter(([, count]) => count > 0))
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
      const these = changes.filter(({ key }) => key.resource === resource).map((change) => this.shown(change))
      for (const socket of this.sockets.tagged(watchTag(resource))) this.spread(socket, these, now)
    }
    const newest = changes.at(-1)?.version ?? this.version
    const bookmarks = Math.floor(newest / BOOKMARK_EVERY) > Math.floor(this.version / BOOKMARK_EVERY)
    this.version = newest
    if (bookmarks) for (const socket of this.sockets.tagged(BOOKMARK_TAG)) this.bookmark(socket)
  }

  private spread(socket: Socket, changes: readonly Change[], now: number): void {
    try {
      this.advance(socket, (viewer) => {
        if (viewer.watch.progress.stage !== 'live') return []
        return changes.map((change) => viewer.change(change, now)).filter((line) => line !== undefined)
      })
    } catch (error) {
      // One watch that cannot be told must not keep the others from it; its client begins again, and the log has why.
      socket.close(1011, BROKEN)
      this.options.complain(error)
    }
  }

  private shown(change: Change): Change {
    const { shown } = this.options
    return shown === undefined ? change : { ...change, after: shown(change.after) }
  }

  private bookmark(socket: Socket): void {
    this.advance(socket, (viewer) => {
      if (viewer.watch.progress.stage !== 'live') return []
      return [viewer.bookmark(this.options.reader.version, false, this.options.now())]
    })
  }

  /** A message of the Worker: the client has read what it had, or its time is over. */
  message(socket: Socket, text: string): void {
    if (text === ASK_BOOKMARK) this.bookmark(socket)
    else if (text === ASK_MORE) this.more(socket)
  }

  private more(socket: Socket): void {
    const { reader, now } = this.options
    try {
      const viewer = this.advance(socket, (viewer) => tell(reader, viewer, now()))
      if (viewer === undefined) return
      const { progress } = viewer.watch
      socket.send(progress.stage === 'live' ? LIVE_SINCE + progress.since : MORE_LEFT)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      send(socket, [this.viewer(socket)?.failed(error) ?? ''])
      socket.close(1000, 'the watch ended')
    }
  }

  /** Sends what `work` makes of a watch, and keeps how far it has come. */
  private advance(socket: Socket, work: (viewer: Viewer) => readonly Frame[]): Viewer | undefined {
    const viewer = this.viewer(socket)
    if (viewer === undefined) return undefined
    const before = viewer.watch
    const lines = work(viewer)
    if (viewer.watch !== before) socket.serializeAttachment(viewer.watch)
    send(socket, lines)
    return viewer
  }

  private viewer(socket: Socket): Viewer | undefined {
    const known = this.viewers.get(socket)
    if (known !== undefined) return known
    // Written by `accept` or `advance`, of this version or the one before.
    const watch = socket.deserializeAttachment() as Watch | null
    const kind = this.options.kinds.find(
      ({ resource, form, apiVersion }) =>
        resource === watch?.resource && (form === undefined ? undefined : apiVersion) === watch.form,
    )
    if (watch === null || watch.v !== 1 || kind === undefined) {
      socket.close(1011, 'this watch cannot go on: begin again')
      return undefined
    }
    const viewer = new Viewer(kind, watch, this.written)
    this.viewers.set(socket, viewer)
    return viewer
  }
}

/** Sends frames in messages of a bounded size. A socket that is closing takes nothing more, which is its end's business. */
function send(socket: Socket, frames: readonly Frame[]): void {
  try {
    for (const message of batches(frames)) socket.send(message)
  } catch {
    socket.close(1011, BROKEN)
  }
}

/** Frames of one watch are of one type. */
function* batches(frames: readonly Frame[]): Generator<Frame> {
  let batch: Frame[] = []
  let size = 0
  for (const frame of frames) {
    if (batch.length > 0 && size + frame.length > MESSAGE) {
      yield joined(batch)
      batch = []
      size = 0
    }
    batch.push(frame)
    size += frame.length
  }
  if (size > 0) yield joined(batch)
}

function joined(frames: readonly Frame[]): Frame {
  const [first = ''] = frames
  if (frames.length === 1) return first
  const binary = frames.filter((frame) => typeof frame !== 'string')
  return typeof first === 'string' ? frames.join('') : Uint8Array.from(Buffer.concat(binary))
}
