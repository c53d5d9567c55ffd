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
  /** Where only some media types are served (watches: JSON). */
  readonly only?: readonly Media[]
}

/**
 * Chooses the answer's form: the first clause that can be served wins (NegotiateMediaTypeOptions of
 * k8s.io/apiserver/pkg/endpoints/handlers/negotiation). Throws 406 where none can.
 */
export function negotiate(accept: string | null, accepts: Accepts = {}): Pick<Format, 'media' | 'view'> {
  if (accept === null || accept.trim() === '') return { media: 'json', view: { as: 'object' } }
  let known = false
  for (const { type, parameters } of parseAccept(accept)) {
    const media = mediaOf(type)
    if (media === undefined) continue
    known = true
    if (accepts.only !== undefined && !accepts.only.includes(media)) continue
    const view = viewOf(media, parameters)
    if (view === undefined || (accepts.views === false && view.as !== 'object')) continue
    const stream = parameters.get('stream')
    if (stream !== undefined && stream !== '' && stream !== 'watch') continue
    return { media, view }
  }
  throw known ? parametersNotAcceptable(accepts.only && 'application/json') : notAcceptable()
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

/** The form of an error: as asked where that can be served, else JSON. */
export function formatOf(request: Request, accepts: Accepts = {}): Format {
  const pretty = wantsPretty(prettyOf(request), request.headers.get('user-agent'))
  return { ...negotiate(request.headers.get('accept'), accepts), pretty }
}
export function errorFormatOf(request: Request): Format {
  const pretty = wantsPretty(prettyOf(request), request.headers.get('user-agent'))
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
