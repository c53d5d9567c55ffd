import type { Include } from './view.ts'
import type { View } from './negotiate.ts'

/**
 * Everything that a watch is. It lives in its socket's attachment, so that it survives the object's hibernation, and the
 * runtime limits that to 16,384 bytes. A change of meaning needs another `v`, and both must be read for one release.
 */
export interface Watch {
  readonly v: 1
  /** The store's name of the resource: `deployments.apps`. */
  readonly resource: string
  /** Absent: every namespace. */
  readonly namespace?: string
  readonly labels: string
  readonly fields: string
  /** '' but for a watch of one object. */
  readonly name: string
  readonly view: View
  readonly include: Include
  readonly bookmarks: boolean
  /** Changes up to this version are known to the client, or not wanted by it. */
  readonly after: number
  /** Whether a Table's column definitions went out with an earlier event. */
  readonly columns: boolean
}

/** What an attachment may hold: the runtime's 16,384 bytes, less its framing and room for the numbers to grow. */
export const MAX_WATCH_BYTES = 15_000

/** Tags under which the object finds its watches again. */
export const WATCH_TAG = 'watch'
export const watchTag = (resource: string): string => `watch:${resource}`
/** Watches that want bookmarks. */
export const BOOKMARK_TAG = 'watch-bookmarks'

/** What the Worker sends to ask for a bookmark before it ends a watch. */
export const ASK_BOOKMARK = 'bookmark'
