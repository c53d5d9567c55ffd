import { inflateRawSync } from 'node:zlib'
import type { Hono } from 'hono'
import { declare, resourceOf } from '../../api/kinds/declare.ts'
import type { Kind, ResourceFacts } from '../../api/kinds/kind.ts'
import { methodNotAllowed, unknownResource } from '../../api/meta/failures.ts'
import { descriptionsIn, PACKED_DESCRIPTIONS } from '../../api/schema/descriptions.ts'
import { openapiV2Protobuf, OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_OLD } from '../../api/schema/openapi-protobuf.ts'
import { openapiV2 } from '../../api/schema/openapi-v2.ts'
import { hashOf, openapiV3, openapiV3Hash, openapiV3Index } from '../../api/schema/openapi-v3.ts'
import type { Env } from './app.ts'
import { unchanged } from './conditional.ts'
import { VIRTUAL } from './discovery.ts'
import { lengthHeaders } from './gzip.ts'

/**
 * What clients read types from: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition.
 * The documents follow from the kinds alone, so each is made once for a list of kinds, when it is first asked for.
 */
interface Document {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly hash: string
}
/** Unpacked for each document: they are asked for rarely, and a megabyte is much to hold. */
const describe = () => descriptionsIn(inflateRawSync(Buffer.from(PACKED_DESCRIPTIONS, 'base64')).toString())
const made = new WeakMap<readonly Kind[], Map<string, Document>>()

function memo(
  kinds: readonly Kind[],
  name: string,
  make: () => Document['body'] | undefined,
  hash: (body: Document['body']) => string = hashOfBody,
): Document | undefined {
  const known = made.get(kinds) ?? new Map<string, Document>()
  made.set(kinds, known)
  const found = known.get(name)
  if (found !== undefined) return found
  const body = make()
  if (body === undefined) return undefined
  const document = { body, hash: hash(body) }
  known.set(name, document)
  return document
}
const hashOfBody = (body: Document['body']): string =>
  hashOf(typeof body === 'string' ? body : Buffer.from(body).toString('latin1'))

export function openapi(app: Hono<Env>, stored: readonly Kind[]): void {
  const kinds = publishedOf(stored)
  app.get('/openapi/v2', (c) => openapiV2Response(kinds, c.req.raw))
  app.get('/openapi/v3', (c) => openapiV3IndexResponse(kinds, c.req.raw))
  app.get('/openapi/v3/*', (c) => openapiV3Response(kinds, c.req.raw, c.get('caller').now))
  for (const path of ['/openapi/v2', '/openapi/v3', '/openapi/v3/*']) {
    app.all(path, () => {
      throw methodNotAllowed()
    })
  }
}

/** What is explained: the kinds, and the resources that are served without being stored. */
function publishedOf(kinds: readonly Kind[]): readonly Kind[] {
  const known = published.get(kinds)
  if (known !== undefined) return known
  const isKind = (facts: ResourceFacts) => kinds.some(({ resource }) => resource === resourceOf(facts))
  const all = [...kinds, ...VIRTUAL.filter((facts) => !isKind(facts)).map((facts) => declare(resourceOf(facts), {}))]
  published.set(kinds, all)
  return all
}
const published = new WeakMap<readonly Kind[], readonly Kind[]>()

const isProtobuf = (accept: string): boolean =>
  accept.includes(OPENAPI_V2_PROTOBUF) || accept.includes(OPENAPI_V2_PROTOBUF_OLD)
const isJson = (accept: string): boolean => accept === '' || /(application|\*)\/(json|\*)/.test(accept)

/** An answer that a client may keep under its ETag (kube-openapi's `http.ServeContent`). */
function kept(request: Request, { body, hash }: Document, headers: Readonly<Record<string, string>>): Response {
  const etag = `"${hash}"`
  const all = { 'cache-control': 'no-cache, private', etag, ...headers }
  if (unchanged(request, etag)) return new Response(null, { status: 304, headers: all })
  return new Response(body, { headers: { ...all, ...lengthHeaders(body) } })
}

const notAcceptable = (): Response => new Response(null, { status: 406, headers: { vary: 'Accept' } })

/** GET /openapi/v2, in JSON or, as kubectl before 1.29 must have it, in protobuf. */
function openapiV2Response(kinds: readonly Kind[], request: Request): Response {
  const accept = request.headers.get('accept') ?? ''
  const vary = 'Accept'
  if (isProtobuf(accept)) {
    const make = () => Uint8Array.from(openapiV2Protobuf(openapiV2(kinds, describe())))
    const document = memo(kinds, 'v2 protobuf', make)
    return document === undefined
      ? notAcceptable()
      : kept(request, document, { vary, 'content-type': OPENAPI_V2_PROTOBUF })
  }
  const document = isJson(accept) ? memo(kinds, 'v2', () => JSON.stringify(openapiV2(kinds, describe()))) : undefined
  return document === undefined
    ? notAcceptable()
    : kept(request, document, { vary, 'content-type': 'application/json' })
}

/** GET /openapi/v3. Kubernetes, too, calls this JSON plain text. */
function openapiV3IndexResponse(kinds: readonly Kind[], request: Request): Response {
  const document = memo(kinds, 'v3', () => JSON.stringify(openapiV3Index(kinds)))
  if (document === undefined) throw unknownResource()
  return kept(request, document, { 'content-type': 'text/plain; charset=utf-8' })
}

/** A year, which RFC 9111 takes for "for ever". */
const LONG_MS = 365 * 24 * 3600 * 1000

/**
 * GET /openapi/v3/api/v1, /openapi/v3/apis/apps/v1 …: HandleGroupVersion of kube-openapi. With the hash that the index
 * names, the answer never changes; with another one, the client is sent to the right one.
 */
function openapiV3Response(kinds: readonly Kind[], request: Request, now: number): Response {
  const { pathname, searchParams } = new URL(request.url)
  const name = pathname.slice('/openapi/v3/'.length)
  if (!isJson(request.headers.get('accept') ?? '')) return notAcceptable()
  const make = () => {
    const found = openapiV3(name, kinds, describe())
    return found === undefined ? undefined : JSON.stringify(found)
  }
  const document = memo(kinds, `v3 ${name}`, make, () => openapiV3Hash(name, kinds))
  if (document === undefined) throw unknownResource()
  const headers = { vary: 'Accept', 'content-type': 'application/json' }
  const asked = searchParams.get('hash') ?? ''
  if (asked === '') return kept(request, document, headers)
  if (asked !== document.hash) {
    const location = `/openapi/v3/${name}?hash=${document.hash}`
    return new Response(null, { status: 301, headers: { location, vary: 'Accept' } })
  }
  const expires = new Date(now + LONG_MS).toUTCString()
  return kept(request, document, { ...headers, 'cache-control': 'public, immutable', expires })
}
