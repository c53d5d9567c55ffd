import type { Kind } from '../../api/kinds/kind.ts'
import type { Json, JsonObject, Resource } from '../../api/meta/object.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { withDefaults } from '../../api/schema/default.ts'
import type { Key, Row } from '../store/store.ts'
import type { Draft } from './registry.ts'

/** A kind's objects as the engines see them. The cast is sound: a Resource is JSON with three known fields. */
export const asJson = (object: Resource | Draft): JsonObject => object as unknown as JsonObject
/** Back again: the engines keep apiVersion, kind and metadata. */
export const asResource = (object: JsonObject): Resource => object as unknown as Resource

/** Defaults of the versioned type, as the server applies them after decoding. */
export const defaulted = (kind: Kind, object: Resource): Resource =>
  asResource(withDefaults(kind.model, asJson(object)))

/** The form in which an object is stored and served: Go's field order, zero values printed as Go prints them. */
export const printed = (kind: Kind, object: Resource): Resource =>
  asResource(canonical(kind.model, asJson(kind.rules.canonicalize?.(object) ?? object)))

export const keyOf = (kind: Kind, namespace: string, name: string): Key => ({
  resource: kind.resource,
  namespace: kind.namespaced ? namespace : '',
  name,
})

/** A row that was never stored: the answer of a dry run. */
export function dryRow(key: Key, object: Resource, version: number): Row {
  return { ...key, uid: object.metadata.uid, version, object, json: JSON.stringify(object) }
}

/** Field by field equality of two JSON values; the order of keys does not count. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, i) => same(value, b[i]))
  if (Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]))
}

/** selfLink is not filled since 1.20; what a client still sends of it is dropped (rest.FillObjectMetaSystemFields). */
export function withoutSelfLink<M extends object>(metadata: M): M {
  const { selfLink: _, ...rest } = metadata as M & { selfLink?: string } // not a field of the type, but of old clients
  return rest as unknown as M // nothing that M names is gone
}
