import { createHash } from 'node:crypto'
import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { unchanged } from './conditional.ts'
import { type GroupVersion, groupVersions, type Served, servedOf } from './discovery.ts'
import { choose, CONTENT_TYPES, errorFormatOf, type Media } from './negotiate.ts'
import { type Answer, respond } from './respond.ts'

/**
 * Aggregated discovery: all groups with their resources in one answer of /api and one of /apis, for clients whose Accept
 * asks for it. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery and
 * k8s.io/apiserver/pkg/endpoints/discovery/aggregated.
 */
const GROUP = 'apidiscovery.k8s.io'
const KIND = 'APIGroupDiscoveryList'
/** The one version that 1.36 serves; v2beta1 went with 1.33. */
const VERSION = 'v2'

/** The first clause of Accept that can be served: aggregated, or the older documents. Throws 406. */
const wanted = (accept: string | null): { media: Media; view: 'plain' | 'aggregated' } =>
  choose(accept, (_media, parameters) => {
    const [group, version, as] = ['g', 'v', 'as'].map((name) => parameters.get(name))
    if (group === undefined && version === undefined && as === undefined) return 'plain'
    return group === GROUP && version === VERSION && as === KIND ? 'aggregated' : undefined
  })

export const wantsAggregated = (request: Request): boolean =>
  wanted(request.headers.get('accept')).view === 'aggregated'

/** GET /api (`core`) or /apis, to a client that wants it aggregated. Throws 406. */
export function aggregatedResponse(kinds: readonly Kind[], core: boolean, request: Request): Response {
  const { answer, etag } = documentOf(kinds, core)
  const headers = { etag, vary: 'Accept', 'cache-control': 'public' }
  if (unchanged(request, etag)) return new Response(null, { status: 304, headers })
  const { media } = wanted(request.headers.get('accept'))
  const response = respond(answer, { ...errorFormatOf(request), media })
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  response.headers.set('content-type', contentType(media))
  return response
}

/** The answer's type names what it is, by which a client knows that it was understood. */
const contentType = (media: Media): string => `${CONTENT_TYPES[media]};g=${GROUP};v=${VERSION};as=${KIND}`

interface Document {
  readonly answer: Answer
  readonly etag: string
}
/** They follow from the kinds alone, so they are made once for a list of kinds. */
const made = new WeakMap<readonly Kind[], Map<boolean, Document>>()

function documentOf(kinds: readonly Kind[], core: boolean): Document {
  const known = made.get(kinds) ?? new Map<boolean, Document>()
  made.set(kinds, known)
  const found = known.get(core) ?? makeDocument(kinds, core)
  known.set(core, found)
  return found
}

function makeDocument(kinds: readonly Kind[], core: boolean): Document {
  const versions = groupVersions(kinds).filter(({ group }) => (group === '') === core)
  const groups = [...new Set(versions.map(({ group }) => group))]
  const items = groups.map((group) => ({
    metadata: core ? {} : { name: group },
    versions: versions.filter((of) => of.group === group).map((of) => versionOf(kinds, of)),
  }))
  const apiVersion = `${GROUP}/${VERSION}`
  const body = JSON.stringify({ kind: KIND, apiVersion, metadata: {}, items })
  const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
  return { answer: { apiVersion, kind: KIND, model: `io.k8s.api.apidiscovery.${VERSION}.${KIND}`, body }, etag }
}

const versionOf = (kinds: readonly Kind[], of: GroupVersion): JsonObject => ({
  version: of.version,
  resources: servedOf(kinds, of).map(resourceOf),
  freshness: 'Current',
})

function resourceOf(served: Served): JsonObject {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = served
  return {
    resource: plural,
    responseKind: kindOf(served, { ...served, kind }),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs],
    ...(shortNames === undefined ? {} : { shortNames: [...shortNames] }),
    ...(categories === undefined ? {} : { categories: [...categories] }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map((sub) => subresourceOf(served, sub)) }),
  }
}

const subresourceOf = (parent: Served, sub: Served['subresources'][number]): JsonObject => ({
  subresource: sub.name,
  responseKind: kindOf(parent, sub),
  verbs: [...sub.verbs],
})

/** Group and version stand only where they are not those of the document's place. */
function kindOf(parent: GroupVersion, of: GroupVersion & { kind: string }): JsonObject {
  const own = parent.group === of.group && parent.version === of.version
  return { group: own ? '' : of.group, version: own ? '' : of.version, kind: of.kind }
}
