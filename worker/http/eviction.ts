import { badRequest, invalid, unknownResource } from '../../api/meta/failures.ts'
import { invalidValue } from '../../api/meta/field-error.ts'
import type { Json, JsonObject, Resource } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { evict as evictPod } from '../registry/evict.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { deleteOptions, writeOptions } from './options.ts'
import { respondStatus } from './respond.ts'

const EVICTION: Expected = {
  apiVersion: 'policy/v1',
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  model: 'io.k8s.api.policy.v1.Eviction',
}

/** The first version of the type is read for ever; it has the same fields. */
const OLD: Expected = { ...EVICTION, apiVersion: 'policy/v1beta1', version: 'v1beta1' }
const expectedOf = (bytes: Uint8Array): Expected => (Buffer.from(bytes).includes(OLD.apiVersion) ? OLD : EVICTION)

/** POST pods/NAME/eviction: pkg/registry/core/pod/storage, EvictionREST.Create. */
export async function evict(call: Call): Promise<Response> {
  const { format } = showingOf(call, { views: false })
  const bytes = await readBody(call.request)
  const query = writeOptions('CreateOptions', call.query)
  const { api, caller, info, kind: pods } = call
  const eviction = decodeBody(expectedOf(bytes), bytes, call.contentType, query.fieldValidation, caller.warnings)
  if (member(eviction['metadata'], 'name') !== info.name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const asked = isJsonObject(eviction['deleteOptions']) ? eviction['deleteOptions'] : {}
  refuseUnsafe(asked, info.name)
  const options = deleteOptions(asked)
  const budgets = api.kinds.find(({ resource }) => resource === 'poddisruptionbudgets.policy')
  if (budgets === undefined) throw unknownResource()
  const dryRun = query.dryRun || options.dryRun
  api.store.transaction((tx) => {
    const { namespace, name } = keyOf(call)
    // What is admitted is the Eviction, which has metadata as every object.
    const object = eviction as unknown as Resource
    const asked = { operation: 'CREATE', kind: pods, namespace, name, subresource: 'eviction', caller, dryRun } as const
    api.registry.validate(tx, { ...asked, object: api.registry.mutate(tx, { ...asked, object }) })
    evictPod(api.registry, { pods, budgets }, tx, caller, keyOf(call), { ...options, dryRun })
  })
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return respondStatus(status, format, 201, caller.warnings)
}

const member = (of: Json | undefined, name: string): Json | undefined => (isJsonObject(of) ? of[name] : undefined)

function refuseUnsafe(options: JsonObject, name: string): void {
  const field = 'ignoreStoreReadErrorWithClusterBreakingPotential'
  if (options[field] !== true) return
  const why = 'can not be set for pod eviction, try after removing the option'
  throw invalid(EVICTION, name, [invalidValue(`deleteOptions.${field}`, true, why)])
}
