import { notAcceptable, parametersNotAcceptable } from './refusals.ts'

/** How an answer is written. */
export type Media = 'json' | 'yaml' | 'protobuf'

/** What an object is turned into before it is written. */
export type View =
  | { as: 'object' }
  | { as: 'table'; version: 'v1' | 'v1beta1' }
  | { as: 'partial'; version: 'v1' | 'v1beta1'; list: boolean }

/** What the client asked for with Accept and `pretty`. */
export interface Format {
  readonly media: Media
  readonly view: View
  readonly pretty: boolean
}

interface Clause {
  type: string
  parameters: Map<string, string>
  quality: number
}

const MEDIA: Readonly<Record<string, Media>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

/** The clauses of an Accept header, best first; equal ones keep their order (goautoneg.ParseAccept). */
function parseAccept(header: string): Clause[] {
  const clauses = header
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text): Clause => {
      const [type = '', ...rest] = text.split(';').map((part) => part.trim())
      const parameters = new Map<string, string>()
      for (const part of rest) {
        const at = part.indexOf('=')
        if (at > 0) parameters.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
      }
      const quality = Number(parameters.get('q') ?? '1')
      return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality }
    })
  return clauses.sort((a, b) => b.quality - a.quality)
}

/** The view that a clause asks for, or undefined where it is none that this media type can carry. */
function viewOf(media: Media, parameters: Map<string, string>): View | undefined {
  const as = parameters.get('as')
  const group = parameters.get('g')
  const version = parameters.get('v')
  if (as === undefined && group === undefined && version === undefined) return { as: 'object' }
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  if (as === 'Table') return media === 'protobuf' ? undefined : { as: 'table', version }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { as: 'partial', version, list: as === 'PartialObjectMetadataList' }
  }
  return undefined
}

/** Media types that a clause may stand for. `application/*` matches nothing, as with Kubernetes' go-restful. */
function mediaOf(type: string): Media | undefined {
  return type === '*/*' ? 'json' : MEDIA[type]
}

export interface Accepts {
  /** Whether `as=Table` and the like mean anything here; discovery and Status answers know no views. */
  readonly views?: boolean
  /** Where only some media types are served. */
  readonly only?: readonly Media[]
}

/** What a clause of Accept asks of a media type; undefined where it cannot be had. */
type Reading<T> = (media: Media, parameters: Map<string, string>) => T | undefined
interface Chosen<T> {
  readonly media: Media
  readonly view: T
  readonly pretty: boolean
}

/**
 * Chooses the answer's form: the first clause that can be served wins (NegotiateMediaTypeOptions of
 * k8s.io/apiserver/pkg/endpoints/handlers/negotiation). Throws 406 where none can.
 */
export function choose<T>(accept: string | null, reading: Reading<T>): Chosen<T> {
  const clauses = accept === null || accept.trim() === '' ? [ANYTHING] : parseAccept(accept)
  let known = false
  for (const { type, parameters } of clauses) {
    const media = mediaOf(type)
    if (media === undefined) continue
    known = true
    const view = reading(media, parameters)
    if (view === undefined || !isStream(media, parameters.get('stream') ?? '')) continue
    return { media, view, pretty: parameters.get('pretty') === '1' }
  }
  throw known ? parametersNotAcceptable() : notAcceptable()
}
const ANYTHING: Clause = { type: '*/*', parameters: new Map(), quality: 1 }

/** `stream=watch` is the one stream, and YAML has none. */
const isStream = (media: Media, stream: string): boolean => stream === '' || (stream === 'watch' && media !== 'yaml')

/** The form of an object, a list or a watch. Throws 406. */
export function negotiate(accept: string | null, accepts: Accepts = {}): Chosen<View> {
  return choose(accept, (media, parameters) => {
    if (accepts.only?.includes(media) === false) return undefined
    const view = viewOf(media, parameters)
    return accepts.views === false && view?.as !== 'object' ? undefined : view
  })
}

const BROWSERS = ['curl', 'Wget', 'Mozilla/5.0']

/** `isPrettyPrint` of k8s.io/apiserver: people with curl or a browser get indented JSON unless they say otherwise. */
export function wantsPretty(pretty: string | null, userAgent: string | null): boolean {
  if (pretty !== null && pretty !== '') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(pretty)
  return BROWSERS.some((name) => userAgent?.startsWith(name) === true)
}

/** `pretty` of the query; most requests have no query, and parsing a URL costs some microseconds. */
const prettyOf = ({ url }: Request): string | null =>
  url.includes('?') ? new URL(url).searchParams.get('pretty') : null

const isPretty = (request: Request): boolean => wantsPretty(prettyOf(request), request.headers.get('user-agent'))

/** The form of the answer to a request. Throws 406. */
export function formatOf(request: Request, accepts: Accepts = {}): Format {
  const { media, view, pretty } = negotiate(request.headers.get('accept'), accepts)
  return { media, view, pretty: pretty || isPretty(request) }
}

/** The form of an error: as asked where that can be served, else JSON. */
export function errorFormatOf(request: Request): Format {
  const pretty = isPretty(request)
  try {
    const { media } = negotiate(request.headers.get('accept'))
    return { media, view: { as: 'object' }, pretty }
  } catch {
    return { media: 'json', view: { as: 'object' }, pretty }
  }
}

export const CONTENT_TYPES: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}
