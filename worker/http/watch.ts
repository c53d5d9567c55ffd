import { badRequest } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { type Call, showingOf } from './api.ts'
import { errorEvent, Viewer } from './events.ts'
import { type ListOptions, listOptions, versionOf } from './list-options.ts'
import { tell } from './progress.ts'
import { MAX_WATCH_BYTES, type Stage, type Watch } from './watch-state.ts'

/**
 * A watch begins: where it stands is decided, and its first lines are made, in the turn in which its socket is accepted,
 * so that nothing falls between. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watch(call: Call): Response {
  // Frames of a protobuf watch cannot carry the newlines that tell a dead client from a quiet one.
  const { showing } = showingOf(call, { only: ['json'] })
  const { api, caller, kind, info } = call
  const options = listOptions(call.query, true)
  const state: Watch = {
    v: 1,
    resource: kind.resource,
    ...(kind.namespaced && info.namespace !== '' ? { namespace: info.namespace } : {}),
    labels: options.labelSelector,
    fields: options.fieldSelector,
    name: info.parts.length > 1 ? info.name : '',
    view: showing.view,
    include: showing.include,
    bookmarks: options.allowWatchBookmarks,
    marksEnd: options.sendInitialEvents === true && options.allowWatchBookmarks,
    columns: false,
    progress: start(options, api.store.version),
  }
  const viewer = new Viewer(kind, checked(state))
  try {
    const first = tell(api.reader, viewer, caller.now)
    return api.accept(viewer.watch, first)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Expired') return ended(error)
    throw error
  }
}

/** "Any" and "most recent" begin with the state; an exact version begins with what came after it. */
function start(options: ListOptions, current: number): Stage {
  const asked = versionOf(options.resourceVersion)
  if (options.sendInitialEvents ?? asked === 0) return { stage: 'state', at: current }
  if (asked === 0 || asked >= current) return { stage: 'live', since: Math.max(asked, current) }
  return { stage: 'missed', since: asked }
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
