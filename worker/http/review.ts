import type { JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { withDefaults } from '../../api/schema/default.ts'
import { badRequest } from '../../api/meta/failures.ts'
import { trackedCreate } from '../registry/owners.ts'
import type { Call } from './api.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { formatOf } from './negotiate.ts'
import { writeOptions } from './options.ts'
import { respond } from './respond.ts'

/** A request on a resource without storage. */
export type ReviewCall = Omit<Call, 'kind'>

/** A question that is asked by a POST and answered with the same object, its status filled. */
export interface Review {
  readonly kind: Expected
  /** The fields of the answer beside kind and apiVersion. Throws what Kubernetes refuses. */
  readonly answer: (call: ReviewCall, sent: JsonObject) => JsonObject | Promise<JsonObject>
}

export const reviewKind = (group: string, kind: string): Expected => ({
  apiVersion: `${group}/v1`,
  group,
  version: 'v1',
  kind,
  model: `io.k8s.api.${group.split('.')[0]}.v1.${kind}`,
})

/** POST of a review: nothing is stored. */
export async function review({ kind: expected, answer }: Review, call: ReviewCall): Promise<Response> {
  const { request, query, caller, contentType } = call
  const format = formatOf(request, { views: false })
  const bytes = await readBody(request)
  const options = writeOptions('CreateOptions', query)
  const decoded = decodeBody(expected, bytes, contentType, options.fieldValidation, caller.warnings)
  const filled = withDefaults(expected.model, { ...decoded, metadata: metadataOf(call, decoded) })
  const sent = trackedCreate(expected, filled, '', caller)
  const { apiVersion, kind, model } = expected
  const said = await answer(call, sent)
  // Some answer with an object of their own; who answers with what was sent, sends its owner along.
  const owned = said['metadata'] === sent['metadata'] ? trackedCreate(expected, sent, '', caller) : said
  const body = canonical(model, { kind, apiVersion, ...said, metadata: owned['metadata'] ?? {} })
  return respond({ apiVersion, kind, model, body }, format, 201, caller.warnings)
}

const WIPED = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'uid',
  'managedFields',
  'selfLink',
]

/** `rest.WipeObjectMetaSystemFields` and `EnsureObjectNamespaceMatchesRequestNamespace`. */
function metadataOf({ info }: ReviewCall, { metadata }: JsonObject): JsonObject {
  const given = isJsonObject(metadata) ? metadata : {}
  // What Go leaves at its zero value is not there.
  const rest = Object.fromEntries(
    Object.entries(given).filter(([key, value]) => !WIPED.includes(key) && Boolean(value)),
  )
  if (rest['namespace'] !== undefined && rest['namespace'] !== info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  return info.namespace === '' ? rest : { ...rest, namespace: info.namespace }
}
