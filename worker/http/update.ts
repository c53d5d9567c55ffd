import { badRequest } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import type { Draft } from '../registry/registry.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { permit } from './authentication.ts'
import { decodeBody, readBody } from './body.ts'
import { writeOptions } from './options.ts'
import { respond } from './respond.ts'
import { show } from './view.ts'

/** PUT: k8s.io/apiserver/pkg/endpoints/handlers/update.go. Some kinds are created by it where they do not exist. */
export async function update(call: Call): Promise<Response> {
  const { showing, format } = showingOf(call)
  const bytes = await readBody(call.request)
  const options = writeOptions('UpdateOptions', call.query)
  const { api, kind, caller, info } = call
  const object = decodeBody(kind, bytes, call.contentType, options.fieldValidation, caller.warnings)
  checkName(object, info.name)
  // What decodeBody answers has the kind's fields, so it is a draft of it.
  const draft = object as unknown as Draft
  const key = keyOf(call)
  const written = api.store.transaction((tx) => {
    const creates = info.subresource === '' && kind.storage?.createOnUpdate === true && tx.get(key) === undefined
    if (creates) permit(api, caller.user, { ...info, verb: 'create' })
    const row = creates
      ? api.registry.create(tx, caller, kind, key.namespace, draft, options)
      : api.registry.update(tx, caller, kind, key, info.subresource, () => draft, options)
    return { row, code: creates ? 201 : 200 }
  })
  return respond(show(showing, written.row), format, written.code, caller.warnings)
}

/** `checkName` of apiserver's rest.go. The namespace is the registry's to check. */
export function checkName(object: JsonObject, name: string): void {
  const meta = object['metadata']
  const given = typeof meta === 'object' && meta !== null && !Array.isArray(meta) ? meta['name'] : undefined
  if (given === undefined || given === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (given !== name)
    throw badRequest(`the name of the object (${String(given)}) does not match the name on the URL (${name})`)
}
