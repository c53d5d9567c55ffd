import type { Json } from '../meta/object.ts'

/** A body that does not fit its type; `message` is the text of Go's decoder. */
export class DecodeError extends Error {}

/** How Go names the kind of a JSON value. */
export function jsonKind(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/**
 * json.UnmarshalTypeError: `json: cannot unmarshal number into Go struct field PodSpec.spec.hostNetwork of type bool`.
 * `struct` is the innermost struct and `field` the path of struct fields that led there; both empty at the root.
 */
export function unmarshalError(found: string, goType: string, struct: string, field: string): DecodeError {
  const target =
    struct === '' && field === ''
      ? `Go value of type ${goType}`
      : `Go struct field ${struct}.${field} of type ${goType}`
  return new DecodeError(`json: cannot unmarshal ${found} into ${target}`)
}
