import { internal } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { DaySpentError } from '../store/store.ts'
import { encodeProtobuf, envelope } from '../../api/schema/protobuf.ts'
import { lengthHeaders } from './gzip.ts'
import { CONTENT_TYPES, errorFormatOf, type Format } from './negotiate.ts'
import { printYaml } from './yaml.ts'

/**
 * Where answers are written. An answer is a JSON text or the value of one; whoever has a stored text hands that in, so
 * that the common case never parses.
 */
export interface Answer {
  readonly apiVersion: string
  readonly kind: string
  /** The model in the table, which protobuf needs; absent where the type has no protobuf form. */
  readonly model?: string
  readonly body: string | JsonObject
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const valueOf = (body: string | JsonObject): JsonObject => (typeof body === 'string' ? JSON.parse(body) : body)
const textOf = (body: string | JsonObject): string => (typeof body === 'string' ? body : JSON.stringify(body))

function write(answer: Answer, format: Format): string | Uint8Array<ArrayBuffer> {
  switch (format.media) {
    case 'json':
      return format.pretty ? JSON.stringify(valueOf(answer.body), null, 2) : `${textOf(answer.body)}\n`
    case 'yaml':
      return printYaml(valueOf(answer.body))
    case 'protobuf': {
      if (answer.model === undefined) throw new Error(`${answer.kind} has no protobuf form`)
      const raw = encodeProtobuf(answer.model, valueOf(answer.body))
      return envelope(answer.apiVersion, answer.kind, raw)
    }
  }
}

/** Characters of warnings that one answer carries (`warning.maxTotalLen` of k8s.io/apiserver); the rest is left out. */
const MAX_WARNINGS = 4096

/** `Warning: 299 - "text"` of RFC 7234, as apimachinery's `net.NewWarningHeader` writes it, each text once. */
export function addWarnings(headers: Headers, warnings: readonly string[]): void {
  let left = MAX_WARNINGS
  for (const text of new Set(warnings)) {
    left -= text.length
    if (left < 0) return
    const plain = text
      .replaceAll(/\p{Cc}/gu, ' ')
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')
    // Headers hold bytes; UTF-8 is written through latin1, as Go does.
    headers.append('warning', Buffer.from(`299 - "${plain}"`, 'utf8').toString('latin1'))
  }
}

/** An answer in the form that was asked for. */
export function respond(answer: Answer, format: Format, status = 200, warnings: readonly string[] = []): Response {
  const body = write(answer, format)
  const plain = {
    'content-type': CONTENT_TYPES[format.media],
    'cache-control': 'no-cache, private',
    ...lengthHeaders(body),
  }
  if (warnings.length === 0) return new Response(body, { status, headers: plain })
  const headers = new Headers(plain)
  addWarnings(headers, warnings)
  return new Response(body, { status, headers })
}

/** A Status, of success or of failure. */
export function respondStatus(
  status: JsonObject,
  format: Format,
  code: number,
  warnings: readonly string[] = [],
): Response {
  return respond({ apiVersion: 'v1', kind: 'Status', model: `${META}.Status`, body: status }, format, code, warnings)
}

/** A discovery document or another value of the API without a stored text. */
export function respondValue(model: string, value: JsonObject & { kind: string }, format: Format): Response {
  return respond({ apiVersion: 'v1', kind: value.kind, model: `${META}.${model}`, body: value }, format)
}

/** What went wrong, for the log only: never the request's headers or body, which may hold secrets. */
export type Log = (line: { level: 'error'; message: string; [field: string]: Json }) => void
export const detailsOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
export const consoleLog: Log = (line) => console.error(JSON.stringify(line))

/**
 * The one place where a failure becomes an answer. A StatusError is what a caller can cause and is told as it is;
 * anything else is a fault of ours: the log has the details, the caller one sentence.
 */
export function respondError(
  error: unknown,
  request: Request,
  warnings: readonly string[] = [],
  log: Log = consoleLog,
): Response {
  const failure = error instanceof StatusError ? error : unexpected(error, request, log)
  const response = respondStatus(failure.toStatus(), errorFormatOf(request), failure.code, warnings)
  const after = failure.details?.retryAfterSeconds
  if (after !== undefined) response.headers.set('retry-after', String(after))
  return response
}

/** Without `Retry-After`: a client would wait for hours. */
const DAY_SPENT =
  "the day's quota of the platform is spent, and nothing was changed: writes work again after 00:00 UTC, and the Pods that run go on"

function unexpected(error: unknown, request: Request, log: Log): StatusError {
  if (error instanceof DaySpentError) return new StatusError('TooManyRequests', DAY_SPENT)
  // What follows /podo/streams/ is a ticket, which is a secret.
  const pathname = new URL(request.url).pathname.replace(/^(\/podo\/streams\/).*/, '$1…')
  const { method } = request
  log({ level: 'error', message: 'a request failed unexpectedly', method, path: pathname, details: detailsOf(error) })
  return internal('the server met an unexpected error, which its log describes')
}
