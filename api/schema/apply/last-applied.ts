import { byteLength, goJson } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { isJsonObject, sortedKeys } from '../json-value.ts'
import { compare } from './compare.ts'
import type { Conflict } from './conflict.ts'
import { fieldsOf } from './owned.ts'
import { difference, type FieldSet, hasPath } from './set.ts'
import type { Type } from './type.ts'
import { validate } from './validate.ts'

/**
 * Objects that `kubectl apply` wrote on the client's side carry what it said last. An apply by the manager `kubectl` may
 * take these fields without force, and keeps the annotation in step, so that one can go back. Models:
 * lastAppliedManager and lastAppliedUpdater of apimachinery's pkg/util/managedfields/internal.
 */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
export const KUBECTL = 'kubectl'

/** `TotalAnnotationSizeLimitB`. */
const MOST_ANNOTATIONS = 256 * 1024

function annotationsOf(object: JsonObject): Record<string, string> {
  const metadata = object['metadata']
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined
  // Annotations of an object of the API are texts.
  return isJsonObject(annotations) ? (annotations as Record<string, string>) : {}
}

/** The conflicts that stay after those are taken out that client-side apply caused; all of them where it did not. */
export function otherConflicts(
  type: Type,
  apiVersion: string,
  live: JsonObject,
  conflicts: readonly Conflict[],
): readonly Conflict[] {
  const said = saidLast(type, apiVersion, live)
  return said === undefined ? conflicts : conflicts.filter(({ path }) => !hasPath(said, path))
}

/** What the annotation says and the live object still shows. */
function saidLast(type: Type, apiVersion: string, live: JsonObject): FieldSet | undefined {
  const text = annotationsOf(live)[LAST_APPLIED]
  if (text === undefined || text === '') return undefined
  try {
    const last: Json = JSON.parse(text)
    if (!isJsonObject(last) || last['apiVersion'] !== apiVersion) return undefined
    validate(type, last)
    const { added, modified, removed } = compare(type, last, live)
    return difference(difference(difference(fieldsOf(type, last), modified), added), removed)
  } catch {
    // An annotation is anybody's text: what cannot be read allows nothing.
    return undefined
  }
}

/** The merged object with the annotation set to what was applied, where it has one and the new text fits. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object)
  if ((annotations[LAST_APPLIED] ?? '') === '') return object
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  const { [LAST_APPLIED]: _, ...others } = annotations
  const set = { ...annotations, [LAST_APPLIED]: `${goJson(deepSorted(withoutAnnotation(applied)))}\n` }
  const size = Object.entries(set).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0)
  return { ...object, metadata: { ...metadata, annotations: size > MOST_ANNOTATIONS ? others : set } }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = applied['metadata']
  if (!isJsonObject(metadata) || !isJsonObject(metadata['annotations'])) return applied
  const { [LAST_APPLIED]: _, ...annotations } = metadata['annotations']
  return { ...applied, metadata: { ...metadata, annotations } }
}

function deepSorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(deepSorted)
  if (!isJsonObject(value)) return value
  return sortedKeys(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepSorted(inner)])))
}
