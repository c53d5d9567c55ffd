import type { Draft } from '../registry/registry.ts'
import { type Call, showingOf } from './api.ts'
import { decodeBody, readBody } from './body.ts'
import { writeOptions } from './options.ts'
import { respond } from './respond.ts'
import { show } from './view.ts'

/** POST on a collection: k8s.io/apiserver/pkg/endpoints/handlers/create.go. */
export async function create(call: Call): Promise<Response> {
  const { showing, format } = showingOf(call)
  const bytes = await readBody(call.request)
  const options = writeOptions('CreateOptions', call.query)
  const { api, kind, caller } = call
  const object = decodeBody(kind, bytes, call.contentType, options.fieldValidation, caller.warnings)
  const namespace = kind.namespaced ? call.info.namespace : ''
  // What decodeBody answers has the kind's fields, so it is a draft of it.
  const draft = object as unknown as Draft
  const row = api.store.transaction((tx) => api.registry.create(tx, caller, kind, namespace, draft, options))
  return respond(show(showing, row), format, 201, caller.warnings)
}
