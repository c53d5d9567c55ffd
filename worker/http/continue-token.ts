import { badRequest } from '../../api/meta/failures.ts'
import type { Json } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import { parseJson } from '../../api/schema/json.ts'

/**
 * Continue tokens, as k8s.io/apiserver/pkg/storage/continue.go makes them: base64url of
 * `{"v":"meta.k8s.io/v1","rv":<version>,"start":"<key after the last one>"}`. Opaque to clients; the format and the
 * errors are Kubernetes' all the same, so that tools that look inside keep working.
 */
export interface Position {
  /** The version that the first page had; -1 for "whatever is newest", after the version went out of the ring. */
  readonly version: number
  readonly namespace: string
  readonly name: string
  /** Objects behind it, where they were counted; -1 where they are too many to count. */
  readonly left?: number
}

const ENCODED_VERSION = 'meta.k8s.io/v1'

/** A token that goes on after the object `after`. `across`: the list spans namespaces, so the key names its own. */
export function continueToken(
  version: number,
  after: { namespace: string; name: string },
  across: boolean,
  left?: number,
): string {
  const key = across && after.namespace !== '' ? `${after.namespace}/${after.name}` : after.name
  const body = JSON.stringify({ v: ENCODED_VERSION, rv: version, start: `${key}\0`, left })
  return Buffer.from(body, 'utf8').toString('base64url')
}

const refuse = (why: string): StatusError => badRequest(`invalid continue token: continue key is not valid: ${why}`)

/** Reads a token back; throws 400 with Kubernetes' text. `namespace`: that of the request, '' where it has none. */
export function parseContinue(token: string, namespace: string, across: boolean): Position {
  const bad = /[^A-Za-z0-9_-]/.exec(token)
  if (bad !== null || token.length % 4 === 1) {
    throw refuse(`illegal base64 data at input byte ${bad?.index ?? token.length - 1}`)
  }
  const { v, rv, start, left } = fields(parse(Buffer.from(token, 'base64url').toString('latin1'), token))
  if (v !== ENCODED_VERSION) throw refuse(`server does not recognize this encoded version ${String(v ?? '')}`)
  if (typeof rv !== 'number' || rv === 0) {
    throw refuse(`incorrect encoded start resourceVersion (version ${ENCODED_VERSION})`)
  }
  if (typeof start !== 'string' || start === '') throw refuse(`encoded start key empty (version ${ENCODED_VERSION})`)
  const key = start.replace(/\0$/, '')
  const parts = key.split('/')
  if (parts.includes('..') || parts.length > 2) throw refuse(goQuote(start))
  const [first = '', second] = parts
  const counted = typeof left === 'number' ? { left } : {}
  if (second === undefined) return { version: rv, namespace: across ? '' : namespace, name: first, ...counted }
  return { version: rv, namespace: first, name: second, ...counted }
}

function parse(text: string, token: string): Json {
  try {
    // Go names the byte that it cannot take; as text it would be another one.
    if (text >= '\x80') throw new Error(`invalid character '${text[0]}' looking for beginning of value`)
    return parseJson(text === '' ? '' : Buffer.from(token, 'base64url').toString('utf8')).value
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
}

function fields(value: Json): { v?: Json; rv?: Json; start?: Json; left?: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
  'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the ' +
  'time the first chunk was returned and now may show up in the list.'

/** 410 for a page whose version has left the ring; its metadata carries a token that goes on without it. */
export class ExpiredContinue extends StatusError {
  constructor(readonly token: string) {
    super('Expired', TOO_OLD)
  }
  override toStatus() {
    return { ...super.toStatus(), metadata: { continue: this.token } }
  }
}
