import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Query } from '../store/store.ts'
import { type Call, showingOf } from './api.ts'
import { errorEvent, Viewer } from './events.ts'
import { type ListOptions, listOptions, versionOf } from './list-options.ts'
import { MAX_WATCH_BYTES, type Watch } from './watch-state.ts'

/**
 * A watch begins: what the client missed is worked out and sent in the turn in which its socket is accepted, so that
 * nothing falls between. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watch(call: Call): Response {
  // Frames of a protobuf watch cannot carry the newlines that tell a dead client from a quiet one.
  const { showing } = showingOf(call, { only: ['json'] })
  const options = listOptions(call.query, true)
  const { store } = call.api
  const asked = versionOf(options.resourceVersion)
  const state: Watch = {
    v: 1,
    resource: call.kind.resource,
    ...(call.kind.namespaced && call.info.namespace !== '' ? { namespace: call.info.namespace } : {}),
    labels: options.labelSelector,
    fields: options.fieldSelector,
    name: call.info.parts.length > 1 ? call.info.name : '',
    view: showing.view,
    include: showing.include,
    bookmarks: options.allowWatchBookmarks,
    after: Math.max(asked, store.version),
    columns: false,
  }
  const viewer = new Viewer(call.kind, state)
  try {
    const first = wantsState(options, asked) ? initial(call, viewer, options) : missed(call, viewer, asked)
    return call.api.accept(checked({ ...state, columns: viewer.columns }), first)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Expired') return ended(error)
    throw error
  }
}

/** "Any" and "most recent" begin with the state; an exact version begins with what came after it. */
const wantsState = (options: ListOptions, asked: number): boolean => options.sendInitialEvents ?? asked === 0

/** Synthetic ADDED events of all that exists, and the bookmark that ends them where a streaming list was asked for. */
function initial(call: Call, viewer: Viewer, options: ListOptions): string[] {
  const { api, caller } = call
  const lines = api.reader
    .list(queryOf(viewer.watch))
    .filter((row) => viewer.selection.everything || viewer.selection.matches(row.object))
    .map((row) => viewer.event('ADDED', row, caller.now))
  if (options.sendInitialEvents === true && options.allowWatchBookmarks) {
    lines.push(viewer.bookmark(api.store.version, true, caller.now))
  }
  return lines
}

const queryOf = ({ resource, namespace }: Watch): Query => ({
  resource,
  ...(namespace === undefined ? {} : { namespace }),
})

/** Events that happened after the version that the client has; throws 410 where they are no longer all known. */
function missed(call: Call, viewer: Viewer, asked: number): string[] {
  const { store } = call.api
  // `sendInitialEvents=false` without a version: from now on.
  if (asked === 0 || asked >= store.version) return []
  const { resource, namespace } = viewer.watch
  const resumed = new Viewer(call.kind, { ...viewer.watch, after: asked })
  const lines = store
    .changes(asked, resource, namespace)
    .map((change) => resumed.change(change, call.caller.now))
    .filter((text) => text !== undefined)
  viewer.columns = resumed.columns
  return lines
}

function checked(state: Watch): Watch {
  if (Buffer.byteLength(JSON.stringify(state)) > MAX_WATCH_BYTES) {
    throw badRequest(`the selectors of a watch may not be longer than ${MAX_WATCH_BYTES} bytes`)
  }
  return state
}

/** A watch that cannot begin where the client stands: 200 with one ERROR event, as from Kubernetes' watch cache. */
function ended(error: StatusError): Response {
  return new Response(errorEvent(error.toStatus()), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
  })
}

export const viewerOf = (kinds: readonly Kind[], state: Watch): Viewer | undefined => {
  const kind = kinds.find(({ resource }) => resource === state.resource)
  return kind === undefined ? undefined : new Viewer(kind, state)
}
