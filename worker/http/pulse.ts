import { kindOfResource } from '../../api/kinds/index.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { decodeProtobuf, openWatchFrame } from '../../api/schema/protobuf.ts'
import { Viewer } from './events.ts'
import { META } from './view.ts'
import { type Frame, LIVE_SINCE, MORE_LEFT, type Watch } from './watch-state.ts'

/**
 * The signs of life of one watch, which the Worker writes without waking the object. JSON gets a bare newline, which is
 * legal between documents. Bookmarks, where they were asked for, carry the version of the last event that went by, so
 * they never say more than the client knows; between protobuf's frames nothing else may stand.
 */
export class Pulse {
  private readonly watch: Watch
  private readonly viewer: Viewer | undefined
  /** The version as of which the watch was last known to be complete; undefined while it is still being told the state. */
  private since: number | undefined
  /** The last message of events since then, which is looked into only when a bookmark is due. */
  private last: Frame | undefined
  private beats = 0

  constructor(watch: Watch) {
    this.watch = watch
    const kind = kindOfResource(watch.resource)
    this.viewer = kind === undefined ? undefined : new Viewer(kind, watch)
    this.since = watch.progress.stage === 'live' ? watch.progress.since : undefined
  }

  /** Notes a message of the object: events, or how far it has come. */
  saw(message: Frame): void {
    if (message === MORE_LEFT) this.since = undefined
    else if (typeof message === 'string' && message.startsWith(LIVE_SINCE)) {
      this.since = Number(message.slice(LIVE_SINCE.length))
      this.last = undefined
    } else this.last = message
  }

  /** What is written at a beat; undefined where there is nothing to say. JSON gets every other time a bookmark. */
  beat(now: number): Frame | undefined {
    this.beats += 1
    const binary = this.watch.media === 'protobuf'
    const bookmark = this.watch.bookmarks && (binary || this.beats % 2 === 0) ? this.bookmark(now) : undefined
    return bookmark ?? (binary ? undefined : '\n')
  }

  private bookmark(now: number): Frame | undefined {
    if (this.since === undefined) return undefined
    const seen = this.last === undefined ? undefined : versionIn(this.last)
    this.last = undefined
    this.since = Math.max(this.since, seen ?? 0)
    return this.viewer?.bookmark(this.since, false, now)
  }
}

/** The resourceVersion of the last event in a message. */
export function versionIn(message: Frame): number | undefined {
  const version = typeof message === 'string' ? ofLine(message) : ofFrame(message)
  return version !== undefined && /^\d+$/.test(version) ? Number(version) : undefined
}

/** Before an object's own version stand only names and a uid, so it is the first that matches. */
function ofLine(lines: string): string | undefined {
  const start = lines.lastIndexOf('\n', lines.length - 2) + 1
  return /"resourceVersion":"(\d+)"/.exec(lines.slice(start))?.[1]
}

function ofFrame(frames: Uint8Array): string | undefined {
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength)
  let at = 0
  while (at + 4 + view.getUint32(at) < frames.length) at += 4 + view.getUint32(at)
  const { raw } = openWatchFrame(frames.subarray(at + 4)).object
  // Metadata is the first field of every kind.
  const { metadata } = decodeProtobuf(`${META}.PartialObjectMetadata`, raw)
  const version = isJsonObject(metadata) ? metadata['resourceVersion'] : undefined
  return typeof version === 'string' ? version : undefined
}
