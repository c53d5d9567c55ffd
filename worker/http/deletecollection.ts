import { type Call, showingOf } from './api.ts'
import { readDeleteOptions } from './delete.ts'
import { listOptions } from './list-options.ts'
import { page } from './page.ts'
import { respond } from './respond.ts'
import { selectionOf } from './selection.ts'
import { showList } from './view.ts'

/** DELETE of a collection: every selected object as if alone, in one transaction; answers what was there before. */
export async function deletecollection(call: Call): Promise<Response> {
  const { showing, format } = showingOf(call)
  const options = await readDeleteOptions(call)
  const listed = listOptions(call.query, false)
  const selection = selectionOf(call.kind, listed.labelSelector, listed.fieldSelector)
  const { api, kind, caller } = call
  const { rows, meta } = api.store.transaction((tx) => {
    const found = page(call, listed, selection)
    for (const { resource, namespace, name } of found.rows) {
      api.registry.delete(tx, caller, kind, { resource, namespace, name }, options)
    }
    return found
  })
  return respond(showList(showing, meta, rows), format, 200, caller.warnings)
}
