import { badRequest } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { canNotBe, type Expected, kindsOf } from './body-kind.ts'
import { decode, DecodeError } from '../../api/schema/decode.ts'
import { parseJson } from '../../api/schema/json.ts'
import { decodeProtobuf, openEnvelope } from '../../api/schema/protobuf.ts'
import type { Decoded, FieldValidation } from '../../api/schema/schema.ts'
import type { Media } from './negotiate.ts'
import { bodyTooLarge, MAX_BODY, unsupportedBody } from './refusals.ts'
import { parseYaml } from './yaml.ts'

/** Bodies: their size, their media type, and their decoding to an object of the expected kind with Kubernetes' texts. */

/** Reads a body of at most 3 MiB; throws 413 beyond, without reading on. */
export async function readBody(request: Request): Promise<Uint8Array> {
  const length = request.headers.get('content-length')
  if (Number(length ?? 0) > MAX_BODY) {
    if (request.body !== null && Number(length) <= DRAINED) await drain(request.body)
    throw bodyTooLarge()
  }
  if (request.body === null) return new Uint8Array()
  // A body whose length is known comes at once: reading it part by part costs more than a small write.
  return length === null ? readParts(request.body) : within(new Uint8Array(await request.arrayBuffer()))
}

/** A client that is still writing when its connection ends never reads why. So a body that is not far too large is read. */
const DRAINED = 4 * MAX_BODY

async function drain(body: ReadableStream): Promise<void> {
  try {
    await body.pipeTo(new WritableStream())
  } catch {
    // Who gave up sending has nothing left to be told.
  }
}

function within(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > MAX_BODY) throw bodyTooLarge()
  return bytes
}

async function readParts(body: ReadableStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  // The stream's element type is left open by the types of the runtime; a request's body gives bytes.
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MAX_BODY) throw bodyTooLarge()
    parts.push(part)
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : new Uint8Array(Buffer.concat(parts))
}

const MEDIA: Readonly<Record<string, Media>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

/** The media type of a Content-Type header, in lower case and without parameters. */
export const mediaType = (header: string | null): string => (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** JSON where nothing is said; throws 415 for what is not read. */
export function bodyMedia(contentType: string | null): Media {
  const type = mediaType(contentType)
  const media = type === '' ? 'json' : MEDIA[type]
  if (media === undefined) throw unsupportedBody()
  return media
}

/** It keeps nothing between two texts. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a body; throws the message (to be wrapped by the caller) where it is no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch (cause) {
    throw new Error('the body is not valid UTF-8', { cause })
  }
}

/** `summarizeData` of apiserver's rest.go: the start of the body, as text where it looks like JSON, else in hex. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>'
  const start = Buffer.from(bytes.subarray(0, 30))
  return start.toString(bytes[0] === 0x7b ? 'utf8' : 'hex') + (bytes.length > 30 ? ' ...' : '')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `transformDecodeError` of apiserver's rest.go, for a body that does not even say what it is. */
function unrecognized(expected: Expected, bytes: Uint8Array, why: string): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summary(bytes)})`,
  )
}

interface Parsed {
  value: Json
  /** Fields that stand twice, in the words of the format's reader. */
  duplicates: string[]
}

/** A body's JSON value; a failure's message is complete but for the caller's frame. */
export function parseBody(bytes: Uint8Array, media: 'json' | 'yaml'): Parsed {
  const text = textOf(bytes)
  if (media === 'json') {
    return parseJson(text)
  }
  return parseYaml(text)
}

function parseFramed(expected: Expected, bytes: Uint8Array, media: 'json' | 'yaml'): Parsed {
  try {
    return parseBody(bytes, media)
  } catch (error) {
    const why = messageOf(error)
    const frame =
      media === 'json' && why !== 'the body is not valid UTF-8' ? "couldn't get version/kind; json parse error: " : ''
    throw unrecognized(expected, bytes, frame + why)
  }
}

/** What is unknown or stands twice in a body: an error under Strict, warnings under Warn, nothing under Ignore. */
export function strictly(
  strict: readonly string[],
  validation: FieldValidation,
  warnings: string[],
): string | undefined {
  if (strict.length === 0 || validation === 'Ignore') return undefined
  if (validation === 'Strict') return `strict decoding error: ${strict.join(', ')}`
  warnings.push(...strict)
  return undefined
}

/** Decodes a body to an object of the expected kind, or throws 400/415 in Kubernetes' words. Defaults come later. */
export function decodeBody(
  expected: Expected,
  bytes: Uint8Array,
  contentType: string | null,
  validation: FieldValidation,
  warnings: string[],
): JsonObject {
  const media = bodyMedia(contentType)
  if (media === 'protobuf') return decodeBinary(expected, bytes)
  const { value, duplicates } = parseFramed(expected, bytes, media)
  const said = kindsOf(expected, value, (why) => unrecognized(expected, bytes, why))
  const fail = (why: string): Error => canNotBe(said, expected, why)
  const wrong = said.mismatch
  if (wrong !== undefined) throw fail(wrong)
  const json = media === 'json'
  const { object, strict } = decodeValue(expected.model, value, json ? duplicates : [], fail)
  const refusal = strictly(json ? strict : [...yamlErrors(duplicates, validation), ...strict], validation, warnings)
  if (refusal !== undefined) throw fail(refusal)
  return { ...object, kind: expected.kind, apiVersion: expected.apiVersion }
}

/** go-yaml tells all its lines as one error; as warnings each stands alone. */
function yamlErrors(lines: readonly string[], validation: FieldValidation): readonly string[] {
  return lines.length > 0 && validation === 'Strict' ? [`yaml: unmarshal errors:\n  ${lines.join('\n  ')}`] : lines
}

function decodeValue(model: string, value: Json, duplicates: readonly string[], fail: (why: string) => Error): Decoded {
  try {
    return decode(model, value ?? {}, duplicates)
  } catch (error) {
    if (error instanceof DecodeError) throw fail(error.message)
    throw error
  }
}

function decodeBinary(expected: Expected, bytes: Uint8Array): JsonObject {
  let opened: ReturnType<typeof openEnvelope>
  try {
    opened = openEnvelope(bytes)
  } catch (error) {
    throw unrecognized(expected, bytes, messageOf(error))
  }
  const said = kindsOf(expected, { apiVersion: opened.apiVersion, kind: opened.kind }, (why) =>
    unrecognized(expected, bytes, why),
  )
  if (said.mismatch !== undefined) throw canNotBe(said, expected, said.mismatch)
  try {
    return { ...decodeProtobuf(expected.model, opened.raw), kind: expected.kind, apiVersion: expected.apiVersion }
  } catch (error) {
    throw canNotBe(said, expected, messageOf(error))
  }
}
