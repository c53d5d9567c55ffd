import { invalidValue } from '../../api/meta/field-error.ts'
import { badRequest, invalid } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { decode, DecodeError } from '../../api/schema/decode.ts'
import { goText } from '../../api/schema/go-print.ts'
import { jsonPatch } from '../../api/schema/json-patch.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { JsonSyntaxError, parseJson, type Parsed } from '../../api/schema/json.ts'
import { mergePatch } from '../../api/schema/merge-patch.ts'
import { mergePatchOf, operationsOf, strategicPatchOf } from '../../api/schema/patch-body.ts'
import type { FieldValidation } from '../../api/schema/schema.ts'
import { strategicMerge } from '../../api/schema/strategic-merge.ts'
import { mediaType, strictly, textOf } from './body.ts'
import { type Expected, unknownKind } from './body-kind.ts'
import { unsupportedPatch } from './refusals.ts'

/**
 * A PATCH's body, read before the object is: k8s.io/apiserver/pkg/endpoints/handlers/patch.go. Its `apply` works on the
 * versioned JSON of the object and answers the decoded result.
 */
export type PatchType = 'json' | 'merge' | 'strategic'
export interface PatchRequest {
  apply(document: JsonObject): JsonObject
}

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** Whether a body is applied by server-side apply. Its CBOR form is behind an alpha gate in Kubernetes: 415. */
export const isApply = (contentType: string | null): boolean =>
  mediaType(contentType) === 'application/apply-patch+yaml'

/** Throws 415 for a type that is no patch. */
export function patchType(contentType: string | null): PatchType {
  const type = TYPES[mediaType(contentType)]
  if (type === undefined) throw unsupportedPatch()
  return type
}

/** What strict decoding has against a body, and the way from the old document to the patched one. */
interface Reading {
  strict: readonly string[]
  patched(document: JsonObject): Json
}

/** Reads the body; throws 400 where it is no patch of its type. */
export function readPatch(
  expected: Expected,
  type: PatchType,
  bytes: Uint8Array,
  validation: FieldValidation,
  warnings: string[],
): PatchRequest {
  const parsed = parse(type, bytes)
  const reading = readingOf(expected.model, type, parsed, validation)
  return {
    apply(document) {
      const result = reading.patched(document)
      const shown = type === 'strategic' ? goText(parsed.value) : sortedText(result)
      const refuse = (why: string): StatusError => notAPatch(shown, why)
      checkKind(expected, result, refuse)
      const { object, strict } = decoded(expected.model, result, type, refuse)
      const fields = type === 'strategic' ? outerFirst(strict) : strict
      const refusal = strictly([...reading.strict, ...fields], validation, warnings)
      if (refusal !== undefined) throw refuse(refusal)
      return { ...object, kind: expected.kind, apiVersion: expected.apiVersion }
    },
  }
}

/** The patched JSON as Go's map prints it: the outer keys sorted. */
function sortedText(result: Json): string {
  if (!isJsonObject(result)) return JSON.stringify(result)
  return JSON.stringify(Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** The converter lists what is unknown in a struct before it looks into the struct's fields. */
const depth = (field: string): number => field.split('.').length
const outerFirst = (strict: readonly string[]): string[] => [...strict].sort((a, b) => depth(a) - depth(b))

function parse(type: PatchType, bytes: Uint8Array): Parsed {
  try {
    return parseJson(textOf(bytes))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(error instanceof JsonSyntaxError && type !== 'strategic' ? `error decoding patch: ${why}` : why)
  }
}

function readingOf(
  model: string,
  type: PatchType,
  { value, duplicates }: Parsed,
  validation: FieldValidation,
): Reading {
  switch (type) {
    case 'json': {
      const { operations, strict } = operationsOf(value, validation)
      return { strict: [...duplicates, ...strict], patched: (document) => jsonPatch(document, operations) }
    }
    case 'merge': {
      const patch = mergePatchOf(value)
      return { strict: duplicates, patched: (document) => mergePatch(document, patch) }
    }
    case 'strategic': {
      const patch = strategicPatchOf(value)
      return { strict: duplicates, patched: (document) => strategicMerge(model, document, patch) }
    }
  }
}

/** ` "" is invalid: patch: Invalid value: …`: errors.NewInvalid of no kind, whose only cause is the patch. */
function notAPatch(shown: string, why: string): StatusError {
  const { message, details } = invalid({ group: '', kind: '' }, '', [invalidValue('patch', shown, why)])
  return new StatusError('Invalid', message, details?.causes === undefined ? {} : { causes: details.causes })
}

/** Versions of the same types that Kubernetes served once and still decodes. */
const OLD_VERSIONS: ReadonlySet<string> = new Set(['apps/v1beta1', 'apps/v1beta2'])

function checkKind(expected: Expected, result: Json, refuse: (why: string) => StatusError): void {
  if (!isJsonObject(result)) throw refuse('json: the patched object is no object')
  const { kind, apiVersion } = result
  const known =
    apiVersion === expected.apiVersion || (expected.group === 'apps' && OLD_VERSIONS.has(String(apiVersion)))
  if (kind !== expected.kind || !known) throw refuse(unknownKind(String(kind ?? ''), String(apiVersion ?? '')))
}

function decoded(model: string, value: Json, type: PatchType, refuse: (why: string) => StatusError) {
  try {
    return decode(model, value)
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(type === 'strategic' ? converterText(error.message) : error.message)
    throw error
  }
}

/** A strategic patch is decoded by runtime.DefaultUnstructuredConverter, whose errors read otherwise than json's. */
function converterText(message: string): string {
  const match = /^json: cannot unmarshal (\S+)(?: \S+)? into Go .* of type (\S+)$/.exec(message)
  if (match === null) return message
  const [, found = '', type = ''] = match
  if (/^(?:u?int\d*|float\d+|string|bool)$/.test(type)) return `unrecognized type: ${type}`
  const target = type.startsWith('[]') ? 'slice' : type.startsWith('map[') ? 'map' : 'struct'
  return `cannot restore ${target} from: ${found === 'object' ? 'map' : found}`
}
