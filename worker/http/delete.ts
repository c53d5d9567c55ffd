import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { decode, DecodeError } from '../../api/schema/decode.ts'
import { decodeProtobuf, openEnvelope } from '../../api/schema/protobuf.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { bodyMedia, parseBody, readBody } from './body.ts'
import { deleteOptions, deleteOptionsOfQuery, type DeleteQuery } from './options.ts'
import { respond, respondStatus } from './respond.ts'
import { show } from './view.ts'

const MODEL = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'

/** DELETE of one object: k8s.io/apiserver/pkg/endpoints/handlers/delete.go. */
export async function remove(call: Call): Promise<Response> {
  const { showing, format } = showingOf(call)
  const options = await readDeleteOptions(call)
  const { api, kind, caller } = call
  const { row, gone } = api.store.transaction((tx) => api.registry.delete(tx, caller, kind, keyOf(call), options))
  const code = !gone && options.orphanDependents === false ? 202 : 200
  if (!gone || kind.storage?.deleteReturnsObject === true) {
    return respond(show(showing, row), format, code, caller.warnings)
  }
  return respondStatus(deleted(kind, row.name, row.uid), format, code, caller.warnings)
}

const deleted = (kind: Kind, name: string, uid: string): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural, uid },
})

/** DeleteOptions of the body; of the query where there is no body. Throws 400 and 422 in Kubernetes' words. */
export async function readDeleteOptions(call: Call): Promise<DeleteQuery> {
  const bytes = await readBody(call.request)
  return deleteOptions(bytes.length === 0 ? deleteOptionsOfQuery(call.query) : decodeOptions(bytes, call.contentType))
}

function decodeOptions(bytes: Uint8Array, contentType: string | null): JsonObject {
  const media = bodyMedia(contentType)
  try {
    if (media === 'protobuf') return decodeProtobuf(MODEL, openEnvelope(bytes).raw)
    return decode(MODEL, parseBody(bytes, media).value ?? {}).object
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(
      error instanceof DecodeError || media !== 'json' ? why : `couldn't get version/kind; json parse error: ${why}`,
    )
  }
}
