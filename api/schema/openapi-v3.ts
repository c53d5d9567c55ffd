import type { Kind } from '../kinds/kind.ts'
import type { JsonObject } from '../meta/object.ts'
import { PACKED_DESCRIPTIONS, undescribed, type Describe } from './descriptions.ts'
import { discoveryPaths, resourcesPath } from './openapi-discovery.ts'
import { hasModel } from './table.ts'
import {
  OBJECTS,
  PATCH,
  PATCHES,
  QUERY,
  STATUS,
  pathsOf,
  served,
  subresourceModel,
  type Operation,
  type Path,
} from './openapi-paths.ts'
import { reachable, refTo, schemasOf, type GroupVersionKind } from './openapi-schema.ts'

/** Kubernetes' version that the documents describe. */
export const KUBERNETES = 'v1.36.0'

/** `api/v1`, `apis/apps/v1`: how /openapi/v3 names a group and version. */
export const documentOf = ({ group, version }: { group: string; version: string }): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`

/**
 * The body of /openapi/v3: where the document of each served group and version lies. The hash changes with the document,
 * so that clients keep what they have. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
export function openapiV3Index(kinds: readonly Kind[]): JsonObject {
  const known = indexes.get(kinds)
  if (known !== undefined) return known
  const names = [...new Set([...kinds.map(documentOf), ...discoveryPaths(kinds).keys()])].sort()
  const paths = names.map((name) => [
    name,
    { serverRelativeURL: `/openapi/v3/${name}?hash=${openapiV3Hash(name, kinds)}` },
  ])
  const index = { paths: Object.fromEntries(paths) as JsonObject }
  indexes.set(kinds, index)
  return index
}
/** A list of kinds is never changed, and hashing all documents takes tens of milliseconds. */
const indexes = new WeakMap<readonly Kind[], JsonObject>()

/** Names what a document says. Of its descriptions only that they are these: they would double the time of the index. */
export const openapiV3Hash = (name: string, kinds: readonly Kind[]): string =>
  hashOf(`${(descriptions ??= hashOf(PACKED_DESCRIPTIONS))} ${JSON.stringify(openapiV3(name, kinds, undescribed))}`)
let descriptions: string | undefined

/**
 * The document of one group and version (`api/v1`, `apis/apps/v1`) or of discovery (`apis`, `version`), or undefined where
 * none of the kinds is of it.
 */
export function openapiV3(name: string, kinds: readonly Kind[], describe: Describe): JsonObject | undefined {
  const own = kinds.filter((kind) => documentOf(kind) === name)
  const [first] = own
  if (first !== undefined)
    return document([resourcesPath(first), ...own.flatMap(pathsOf)], publishedKinds(own), describe)
  const path = discoveryPaths(kinds).get(name)
  return path === undefined ? undefined : document([path], new Map(), describe)
}

function document(paths: readonly Path[], published: Map<string, GroupVersionKind[]>, describe: Describe): JsonObject {
  const answers = paths.flatMap(({ operations }) => Object.values(operations).flatMap(({ answer }) => answer ?? []))
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: KUBERNETES },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    components: {
      schemas: schemasOf(reachable([...published.keys(), ...answers]), published, 'v3', describe),
      securitySchemes: {
        BearerToken: {
          description: 'Bearer Token authentication',
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  }
}

/** The models that a document starts from, each with the kinds that it stands for. */
export function publishedKinds(kinds: readonly Kind[]): Map<string, GroupVersionKind[]> {
  const published = new Map<string, GroupVersionKind[]>()
  const publish = (model: string, gvk?: GroupVersionKind) => {
    const known = published.get(model) ?? []
    const isNew = gvk !== undefined && !known.some((it) => it.kind === gvk.kind && it.group === gvk.group)
    published.set(model, isNew ? [...known, gvk] : known)
  }
  for (const kind of kinds) {
    const { group, version } = kind
    publish(kind.model, { group, version, kind: kind.kind })
    if (kind.verbs.includes('list')) publish(`${kind.model}List`, { group, version, kind: `${kind.kind}List` })
    for (const sub of served(kind)) {
      const model = subresourceModel(kind, sub)
      if (hasModel(model)) publish(model, { group: sub.group, version: sub.version, kind: sub.kind })
    }
    publish('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', { group, version, kind: 'DeleteOptions' })
  }
  publish(STATUS, { group: '', version: 'v1', kind: 'Status' })
  publish(PATCH)
  return published
}

function pathItem({ parameters, operations }: Path): JsonObject {
  const methods = Object.entries(operations).map(([method, operation]) => [method, operationOf(operation)])
  const all = Object.fromEntries(methods) as JsonObject
  if (parameters === undefined) return all
  const named = parameters.map((name) => parameter(name, 'path', 'string', true))
  return { ...all, parameters: [...named, parameter('pretty', 'query', 'string', false)] }
}

const parameter = (name: string, place: string, type: string, required: boolean): JsonObject => ({
  name,
  in: place,
  ...(required ? { required } : {}),
  schema: { type, uniqueItems: true },
})

function operationOf(operation: Operation): JsonObject {
  return {
    tags: [operation.tag],
    operationId: operation.id,
    ...(operation.query.length === 0
      ? {}
      : { parameters: operation.query.map((name) => parameter(name, 'query', QUERY[name]!, false)) }),
    ...(operation.body === undefined ? {} : { requestBody: body(operation.body) }),
    responses: responses(operation),
    ...about(operation),
  }
}

/** What an operation does to which kind, where it is about one. */
export const about = ({ action, gvk }: Operation): JsonObject => ({
  ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
  ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': { ...gvk } }),
})

const contentOf = (types: readonly string[], schema: JsonObject): JsonObject =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

function body(model: string): JsonObject {
  const types = model === PATCH ? PATCHES : OBJECTS
  return { content: contentOf(types, refTo(model, 'v3')), required: true }
}

function responses({ action, answer }: Operation): JsonObject {
  const content =
    answer === undefined ? contentOf(['text/plain'], { type: 'string' }) : contentOf(OBJECTS, refTo(answer, 'v3'))
  const ok = { description: 'OK', content }
  const created = action === 'post' || action === 'put' ? { '201': { description: 'Created', content } } : {}
  return { '200': ok, ...created, '401': { description: 'Unauthorized' } }
}

/** Names a document's content: 64 bits of FNV-1a over UTF-16 units. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashOf(text: string): string {
  // Two 32-bit halves with different starts: 64-bit arithmetic on bigints would be fifty times slower.
  let [high, low] = [0x811c9dc5, 0xcbf29ce4]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit ^ (high >>> 24), 0x01000193)
  }
  return [high, low]
    .map((half) => (half >>> 0).toString(16).padStart(8, '0'))
    .join('')
    .toUpperCase()
}
