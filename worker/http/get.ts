import { notFound, tooLargeResourceVersion } from '../../api/meta/failures.ts'
import { type Call, keyOf, resourceOf, showingOf } from './api.ts'
import { versionOf } from './list-options.ts'
import { respond } from './respond.ts'
import { show } from './view.ts'

/** GET of one object. A resourceVersion only says how old the answer may be, and nothing here is old. */
export function get(call: Call): Response {
  const { showing, format } = showingOf(call)
  const text = call.query.get('resourceVersion') ?? ''
  const { reader } = call.api
  if (versionOf(text) > reader.version) throw tooLargeResourceVersion(text, reader.version)
  const row = reader.get(keyOf(call))
  if (row === undefined) throw notFound(resourceOf(call.kind), call.info.name)
  return respond(show(showing, row), format, 200, call.caller.warnings)
}
