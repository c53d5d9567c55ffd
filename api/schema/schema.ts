import type { JsonObject } from '../meta/object.ts'
import type { FieldError } from '../meta/field-error.ts'

/**
 * The engines that the table drives, as the rest of podo sees them. Each lives in its own file of this folder
 * (`decode.ts`, `default.ts`, `json-patch.ts`, `merge-patch.ts`, `strategic-merge.ts`, `protobuf.ts`, `openapi.ts` …);
 * this file holds the shapes that they share.
 */

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** What came of decoding a body against a model. Unknown and duplicate fields are dropped from `object` and listed. */
export interface Decoded {
  object: JsonObject
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`: an error under Strict, warnings under Warn. */
  strict: string[]
}

/** One field of a model: the F of `shared/kubernetes/README.md`, expanded. */
export interface Field {
  t?: string
  f?: string
  ref?: string
  items?: Field
  map?: Field
  req?: 1
  def?: unknown
  enum?: string[]
  lt?: 'atomic' | 'set' | 'map'
  lk?: string[]
  mt?: 'atomic' | 'granular'
  ps?: string
  mk?: string
  ios?: 1
  puf?: 1
  er?: 1
  /** What the API server prints when the field is unset (JSON text); absent where the field is omitted. */
  z?: string
  /** The field is a pointer in Go: a zero value is printed. */
  p?: 1
  /** The type as Go prints it, where that does not follow from the others. */
  g?: string
}
export interface Model extends Field {
  fields?: Record<string, Field>
  special?: string
}
export interface Table {
  kubernetes: string
  types: Record<string, Model>
  /** [fieldNumber, jsonName, type, flags?]; see the README of the facts. */
  messages: Record<string, [number, string, string | ['map', string, string], string?][]>
}
export type { FieldError }
