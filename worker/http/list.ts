import { type Call, showingOf } from './api.ts'
import { listOptions } from './list-options.ts'
import { page } from './page.ts'
import { respond } from './respond.ts'
import { selectionOf } from './selection.ts'
import { showList } from './view.ts'

/** GET of a collection: stored texts are joined unread unless a selector or another view needs the objects. */
export function list(call: Call): Response {
  const { showing, format } = showingOf(call)
  const options = listOptions(call.query, false)
  const selection = selectionOf(call.kind, options.labelSelector, options.fieldSelector)
  const { rows, meta } = page(call, options, selection)
  return respond(showList(showing, meta, rows), format, 200, call.caller.warnings)
}
