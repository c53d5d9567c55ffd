import type { JsonObject } from '../../api/meta/object.ts'
import type { Draft } from '../registry/registry.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { apply } from './apply.ts'
import { readBody } from './body.ts'
import { patchOptions } from './options.ts'
import { isApply, patchType, readPatch } from './patch-request.ts'
import { respond } from './respond.ts'
import { show } from './view.ts'

/**
 * PATCH: the patch is applied to the stored object inside the transaction that writes the result, so there is no conflict
 * to retry; only a resourceVersion in the patch itself is a precondition.
 */
export async function patch(call: Call): Promise<Response> {
  if (isApply(call.contentType)) return apply(call)
  const type = patchType(call.contentType)
  const { showing, format } = showingOf(call)
  const bytes = await readBody(call.request)
  const options = patchOptions(call.query, false)
  const { api, kind, caller, info } = call
  const request = readPatch(kind, type, bytes, options.fieldValidation, caller.warnings)
  const row = api.store.transaction((tx) =>
    api.registry.update(
      tx,
      caller,
      kind,
      keyOf(call),
      info.subresource,
      // A stored object is JSON, and what `apply` answers has been decoded as its kind.
      (old) => request.apply(old as unknown as JsonObject) as unknown as Draft,
      options,
    ),
  )
  return respond(show(showing, row), format, 200, caller.warnings)
}
