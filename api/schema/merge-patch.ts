import type { Json, JsonObject } from '../meta/object.ts'
import { isJsonObject, memberOf, setMember, sortedKeys } from './json-value.ts'
import { mergePatchOf } from './patch-body.ts'

/**
 * Applies a JSON merge patch (RFC 7386): objects merge, null deletes, everything else replaces. As in
 * gopkg.in/evanphx/json-patch.v4, members that are null are also dropped from objects inside of lists that the patch
 * brings, and the keys of merged objects are sorted, which is how messages quote the result. Neither argument is
 * changed. Throws 400 where the patch is no object.
 */
export function mergePatch(document: Json, patch: Json): Json {
  const changes = mergePatchOf(patch)
  return merge(isJsonObject(document) ? document : {}, changes)
}

function merge(document: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...document }
  for (const [key, value] of Object.entries(patch)) {
    const current = memberOf(merged, key)
    if (value === null) delete merged[key]
    else if (isJsonObject(current) && isJsonObject(value)) setMember(merged, key, merge(current, value))
    else setMember(merged, key, withoutNulls(value))
  }
  return sortedKeys(merged)
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  return isJsonObject(value) ? merge({}, value) : value
}
