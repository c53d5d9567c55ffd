import type { JsonObject, Resource } from '../meta/object.ts'
import { canonical } from '../schema/canonical.ts'
import { withDefaults } from '../schema/default.ts'
import type { Kind } from './kind.ts'

/** Objects between the form in which a client speaks of them and the one in which they are stored. */

/** The kind as which its objects are stored: itself, but for another form of a stored kind. */
export const storedKind = (kind: Kind): Kind => kind.form?.stored ?? kind

/** A stored object as this kind shows it. */
export function asShown(kind: Kind, object: Resource): Resource {
  if (kind.form === undefined) return object
  // A Resource is JSON with three known fields, which the engine keeps.
  return canonical(kind.model, kind.form.fromStored(object) as unknown as JsonObject) as unknown as Resource
}

/** A kind as far as the ownership of fields needs it. */
export interface Written {
  readonly apiVersion: string
  readonly model: string
  /** The object in another version or group of the same; undefined where that is not served. */
  inVersion(object: JsonObject, apiVersion: string): { model: string; object: JsonObject } | undefined
}

/** The form in which a write of this (stored) kind is said, and whose fields its writer owns. */
export function writtenAs(kind: Kind): Written {
  const own = kind.written ?? kind
  return {
    apiVersion: own.apiVersion,
    model: own.model,
    inVersion(object, apiVersion) {
      const stored = storedKind(own)
      // Among the forms of the stored kind, or as it is stored.
      const other =
        stored.apiVersion === apiVersion ? stored : kind.forms.find((form) => form.apiVersion === apiVersion)
      if (other === undefined) return undefined
      const shown = asShown(other, asStored(own, object) as unknown as Resource) // JSON with what every object has
      return { model: other.model, object: shown as unknown as JsonObject }
    },
  }
}

/** A stored object in the form in which this (stored) kind is written. */
export const asWritten = (kind: Kind, object: Resource): Resource =>
  kind.written === undefined ? object : asShown(kind.written, object)

/** What a client sent of this kind as it is stored, with the defaults of its own version. */
export function asStored<T extends object>(kind: Kind, object: T): T {
  if (kind.form === undefined) return object
  const defaulted = withDefaults(kind.model, object as unknown as JsonObject) as unknown as Resource // JSON, as above
  return kind.form.toStored(defaulted) as unknown as T
}
