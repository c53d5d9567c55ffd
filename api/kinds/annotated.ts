import type { Json } from '../meta/object.ts'
import { DecodeError, decode } from '../schema/decode.ts'
import { unmarshalError } from '../schema/go-json-error.ts'
import { JsonSyntaxError, parseJson } from '../schema/json.ts'

/** Fields that stood in annotations, as JSON, before the API had them. */

/** What the text says, or undefined where Go's reader refuses it, which `refuse` is told in its words. */
export function annotated<T>(text: string, refuse: (why: string) => void, read: (value: Json) => T): T | undefined {
  try {
    return read(parseJson(text).value)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof DecodeError)) throw error
    refuse(error.message)
    return undefined
  }
}

/** A list of a model's objects; `kind` is its Go type. Throws DecodeError. */
export function listOf<T>(model: string, kind: string): (value: Json) => T[] {
  return (value) => {
    if (value === null) return []
    if (!Array.isArray(value)) {
      const found = typeof value === 'boolean' ? 'bool' : typeof value
      throw unmarshalError(found, `[]core.${kind}`, '', '')
    }
    return value.map((entry) => decode(model, entry).object as T) // decoded, it is what the model says
  }
}
