import { badRequest, tooLargeResourceVersion } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { type Call, showingOf } from './api.ts'
import { errorEvent, Viewer } from './events.ts'
import { type ListOptions, listOptions, watchedVersion } from './list-options.ts'
import type { Media } from './negotiate.ts'
import { tell } from './progress.ts'
import { parametersNotAcceptable } from './refusals.ts'
import type { Showing } from './view.ts'
import { MAX_WATCH_BYTES, type Stage, streamType, type Watch } from './watch-state.ts'

/**
 * A watch begins: where it stands is decided, and its first lines are made, in the turn in which its socket is accepted,
 * so that nothing falls between. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watch(call: Call): Response {
  const { api, caller, kind, info } = call
  const asked = showingOf(call)
  const options = listOptions(call.query, true)
  const { showing, media } = streamOf(call, asked, options.allowWatchBookmarks)
  const state: Watch = {
    v: 1,
    resource: kind.resource,
    ...(kind.form === undefined ? {} : { form: kind.apiVersion }),
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
    ...(media === 'protobuf' ? { media } : {}),
  }
  const viewer = new Viewer(kind, checked(state))
  try {
    const first = tell(api.reader, viewer, caller.now)
    return api.accept(viewer.watch, first)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Expired') return ended(error, state.media)
    throw error
  }
}

/** "Any" and "most recent" begin with the state; an exact version begins with what came after it. */
function start(options: ListOptions, current: number): Stage {
  const asked = watchedVersion(options.resourceVersion)
  if (options.sendInitialEvents === true && asked > current) {
    throw tooLargeResourceVersion(options.resourceVersion, current)
  }
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

/** The streams that are served, as a refusal names them. */
const STREAMS = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'

/**
 * How the client wants its events. A quiet watch has to say from time to time that it lives, and in protobuf only a
 * bookmark can: one without bookmarks is written as JSON where the client takes that, too.
 */
function streamOf(call: Call, asked: ReturnType<typeof showingOf>, bookmarks: boolean): Stream {
  const { showing, format } = asked
  if (format.media === 'yaml') throw parametersNotAcceptable(STREAMS)
  if (format.media === 'json' || bookmarks) return { showing, media: format.media }
  try {
    return { showing: showingOf(call, { only: ['json'] }).showing, media: 'json' }
  } catch {
    return { showing, media: format.media }
  }
}
interface Stream {
  readonly showing: Showing
  readonly media: Media
}

/** A watch that cannot begin where the client stands: 200 with one ERROR event, as from Kubernetes' watch cache. */
function ended(error: StatusError, media: Watch['media']): Response {
  return new Response(errorEvent(error, media), {
    headers: { 'content-type': streamType(media), 'cache-control': 'no-cache, private' },
  })
}
