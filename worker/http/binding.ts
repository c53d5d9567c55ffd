import { type FieldError, notSupported, required } from '../../api/meta/field-error.ts'
import { aggregate, badRequest, untranslated } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { type Call, showingOf } from './api.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { writeOptions } from './options.ts'
import { respondStatus } from './respond.ts'

const BINDING: Expected = {
  apiVersion: 'v1',
  group: '',
  version: 'v1',
  kind: 'Binding',
  model: 'io.k8s.api.core.v1.Binding',
}

/** POST pods/NAME/binding, and the older POST bindings: pkg/registry/core/pod/storage, BindingREST.Create. */
export async function bind(call: Call): Promise<Response> {
  const { format } = showingOf(call, { views: false })
  const bytes = await readBody(call.request)
  const options = writeOptions('CreateOptions', call.query)
  const { api, caller, info } = call
  const binding = decodeBody(BINDING, bytes, call.contentType, options.fieldValidation, caller.warnings)
  const name = text(binding['metadata'], 'name')
  if (info.subresource === 'binding' && name !== info.name) {
    throw badRequest('name in URL does not match name in Binding object')
  }
  const errors = validate(binding)
  if (errors.length > 0) throw untranslated(aggregate(errors))
  const uid = text(binding['metadata'], 'uid')
  const key = { resource: 'pods', namespace: info.namespace, name }
  api.store.transaction((tx) => {
    api.registry.bind(tx, caller, key, text(binding['target'], 'name'), {
      dryRun: options.dryRun,
      ...(uid === '' ? {} : { uid }),
    })
  })
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return respondStatus(status, format, 201, caller.warnings)
}

const text = (of: Json | undefined, name: string): string => {
  const value = isJsonObject(of) ? of[name] : undefined
  return typeof value === 'string' ? value : ''
}

/** ValidatePodBinding. Kubernetes does not translate these errors, so they are 500 without a reason. */
function validate(binding: JsonObject): FieldError[] {
  const kind = text(binding['target'], 'kind')
  const errors: FieldError[] = []
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']))
  if (text(binding['target'], 'name') === '') errors.push(required('target.name'))
  return errors
}
