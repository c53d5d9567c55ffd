import type { View } from './negotiate.ts'
import type { Include } from './view.ts'

/**
 * How far a watch has come:
 *
 *     state ──▶ missed ──▶ live
 *
 * `state`: it is being told the objects as of `at`, those behind `after` are left. `missed`: it is being told the changes
 * behind version `since`. `live`: it gets each change above `since` as it happens. A long way is gone in steps, each when
 * the client has read the one before, so that no slow reader fills anybody's memory.
 */
export type Stage =
  | { stage: 'state'; at: number; after?: { namespace: string; name: string } }
  | { stage: 'missed'; since: number }
  | { stage: 'live'; since: number }

/**
 * Everything that a watch is. It lives in its socket's attachment, so that it survives the object's hibernation, and the
 * runtime limits that to 16,384 bytes. A change of meaning needs another `v`, and both must be read for one release.
 */
export interface Watch {
  readonly v: 1
  /** The store's name of the resource: `deployments.apps`. */
  readonly resource: string
  /** The apiVersion in which it is told, where that is not the stored one. */
  readonly form?: string
  /** Absent: every namespace. */
  readonly namespace?: string
  readonly labels: string
  readonly fields: string
  /** '' but for a watch of one object. */
  readonly name: string
  readonly view: View
  readonly include: Include
  readonly bookmarks: boolean
  /** Whether a bookmark says when the initial state has been told (a streaming list). */
  readonly marksEnd: boolean
  /** Whether a Table's column definitions went out with an earlier event. */
  readonly columns: boolean
  readonly progress: Stage
  /** How events are written; JSON where absent. */
  readonly media?: 'protobuf'
}

/** Events as they travel: JSON lines, or frames of protobuf. */
export type Frame = string | Uint8Array<ArrayBuffer>

/** The Content-Type of a watch: k8s.io/apiserver/pkg/endpoints/handlers/watch.go. */
export const streamType = (media: Watch['media']): string =>
  media === 'protobuf' ? 'application/vnd.kubernetes.protobuf;stream=watch' : 'application/json'

/** Header in which the object tells the Worker what the watch is, with the socket; its selectors are left out. */
export const WATCH_HEADER = 'podo-watch'

/** What an attachment may hold: the runtime's 16,384 bytes, less its framing and room for the numbers to grow. */
export const MAX_WATCH_BYTES = 15_000

/** Tags under which the object finds its watches again. */
export const WATCH_TAG = 'watch'
export const watchTag = (resource: string): string => `watch:${resource}`
/** Watches that want bookmarks. */
export const BOOKMARK_TAG = 'watch-bookmarks'

/** From the Worker: it asks for a bookmark before it ends a watch. */
export const ASK_BOOKMARK = 'bookmark'
/** To the Worker: the watch has been told all that was before, up to the version that follows. */
export const LIVE_SINCE = 'live since '
/** To the Worker: there is more to tell, once what came so far has been read … */
export const MORE_LEFT = 'more left'
/** … and its answer. */
export const ASK_MORE = 'more'
