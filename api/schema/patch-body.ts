import type { Json, JsonObject } from '../meta/object.ts'
import { badRequest } from '../meta/failures.ts'
import type { StatusError } from '../meta/status-error.ts'
import { goJsonType } from './go-print.ts'
import { isJsonObject } from './json-value.ts'
import type { FieldValidation } from './schema.ts'

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])
const MAP = 'Go value of type map[string]interface {}'

/**
 * The operations of a JSON patch, and what strict decoding has against them (`json patch unknown field "[1].extra"`: an
 * error under Strict, a warning under Warn). Throws 400 with Go's text where the body is no list of operations.
 * https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/handlers (jsonPatchOp, applyJSPatch)
 */
export function operationsOf(body: Json, validation: FieldValidation): { operations: JsonObject[]; strict: string[] } {
  const checked = validation !== 'Ignore'
  const list = checked ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch'
  const element = checked ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation'
  const prefix = checked ? 'error decoding patch: ' : ''
  if (body === null) return { operations: [], strict: [] }
  if (!Array.isArray(body)) throw unmarshal(prefix, body, `Go value of type ${list}`)
  const operations: JsonObject[] = []
  const strict: string[] = []
  for (const [index, operation] of body.entries()) {
    if (operation !== null && !isJsonObject(operation)) {
      throw unmarshal(prefix, operation, `Go value of type ${element}`)
    }
    operations.push(operation ?? {})
    if (checked) strict.push(...violations(operation ?? {}, index))
  }
  return { operations, strict }
}

function violations(operation: JsonObject, index: number): string[] {
  for (const field of ['op', 'path', 'from']) {
    const value = operation[field] ?? null
    if (value !== null && typeof value !== 'string') {
      throw unmarshal('error decoding patch: ', value, `Go struct field jsonPatchOp.${field} of type string`)
    }
  }
  return Object.keys(operation)
    .filter((field) => !OPERATION_FIELDS.has(field))
    .map((field) => `json patch unknown field "[${index}].${field}"`)
}

/** The body of a JSON merge patch (RFC 7386): an object, or 400 with Go's text. */
export function mergePatchOf(body: Json): JsonObject {
  if (isJsonObject(body)) return body
  if (body === null) throw badRequest('Invalid JSON Patch')
  throw unmarshal('error decoding patch: ', body, MAP)
}

/** The body of a strategic merge patch: an object, or 400 with Go's text. `null` decodes to an empty map. */
export function strategicPatchOf(body: Json): JsonObject {
  if (isJsonObject(body)) return body
  if (body === null) return {}
  throw unmarshal('', body, MAP)
}

function unmarshal(prefix: string, value: Json, into: string): StatusError {
  return badRequest(`${prefix}json: cannot unmarshal ${goJsonType(value)} into ${into}`)
}
