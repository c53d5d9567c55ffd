import type { Kind } from '../../api/kinds/kind.ts'
import { unknownResource } from '../../api/meta/failures.ts'
import { openapiV2Protobuf, OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_OLD } from '../../api/schema/openapi-protobuf.ts'
import { openapiV2 } from '../../api/schema/openapi-v2.ts'
import { openapiV3, openapiV3Index } from '../../api/schema/openapi-v3.ts'

/**
 * What clients read types from: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition.
 * The documents follow from the kinds alone, so they are made once for a list of kinds.
 */
interface Documents {
  v2: string
  v2Protobuf: Uint8Array<ArrayBuffer>
}
const made = new WeakMap<readonly Kind[], Partial<Documents>>()

function memo<K extends keyof Documents>(kinds: readonly Kind[], name: K, make: () => Documents[K]): Documents[K] {
  const known: Partial<Documents> = made.get(kinds) ?? {}
  made.set(kinds, known)
  return (known[name] ??= make())
}

const HEADERS = { 'cache-control': 'no-cache, private' }

/** GET /openapi/v2, in JSON or, as kubectl before 1.29 must have it, in protobuf. */
export function openapiV2Response(kinds: readonly Kind[], accept: string | null): Response {
  if (accept?.includes(OPENAPI_V2_PROTOBUF) === true || accept?.includes(OPENAPI_V2_PROTOBUF_OLD) === true) {
    const bytes = memo(kinds, 'v2Protobuf', () => Uint8Array.from(openapiV2Protobuf(openapiV2(kinds))))
    return new Response(bytes, { headers: { ...HEADERS, 'content-type': OPENAPI_V2_PROTOBUF } })
  }
  const text = memo(kinds, 'v2', () => JSON.stringify(openapiV2(kinds)))
  return new Response(text, { headers: { ...HEADERS, 'content-type': 'application/json' } })
}

/** GET /openapi/v3. Kubernetes, too, calls this JSON plain text. */
export const openapiV3IndexResponse = (kinds: readonly Kind[]): Response =>
  new Response(JSON.stringify(openapiV3Index(kinds)), {
    headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  })

/** GET /openapi/v3/api/v1, /openapi/v3/apis/apps/v1 …; `name` is what follows /openapi/v3/. */
export function openapiV3Response(kinds: readonly Kind[], name: string): Response {
  const document = openapiV3(name, kinds)
  if (document === undefined) throw unknownResource()
  return new Response(JSON.stringify(document), { headers: { ...HEADERS, 'content-type': 'application/json' } })
}
