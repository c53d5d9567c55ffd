import type { JsonObject } from '../../meta/object.ts'
import type { Typed, Versions } from './engine.ts'
import { fieldsOf } from './owned.ts'
import type { Owner, Owners } from './owners.ts'
import { removeFields, withNamedFields } from './remove.ts'
import { difference, EMPTY, type FieldSet, intersection, isEmpty, union } from './set.ts'

/**
 * Removes from the merged object what its applier said last time and does not say any more, unless somebody else owns
 * it. `owners` hold the applier's new fields already. Model: `Updater.prune`.
 */
export function prune(versions: Versions, merged: JsonObject, owners: Owners, last: Owner | undefined): JsonObject {
  if (last === undefined || isEmpty(last.fields)) return merged
  const typed = inVersion(versions, merged, last.apiVersion)
  if (typed === undefined) return merged
  const { type, object } = typed
  const all = withNamedFields(fieldsOf(type, object), type)
  const without = removeFields(type, object, withNamedFields(last.fields, type))
  const owned = addBackOwned(versions, typed, without, last.apiVersion, owners)
  const left = withNamedFields(fieldsOf(type, owned), type)
  // What was removed on the way and was never the applier's comes back.
  const gone = intersection(difference(all, left), withNamedFields(last.fields, type))
  const pruned = removeFields(type, object, gone)
  if (last.apiVersion === versions.apiVersion) return pruned
  return versions.convert(pruned, versions.apiVersion)?.object ?? merged
}

/** The merged object is in the request's version; undefined where the other is not served. */
function inVersion(versions: Versions, object: JsonObject, apiVersion: string): Typed | undefined {
  return apiVersion === versions.apiVersion ? { type: versions.type, object } : versions.convert(object, apiVersion)
}

/** Puts back what owners name, version by version, that of the removal first. */
function addBackOwned(
  versions: Versions,
  merged: Typed,
  pruned: JsonObject,
  apiVersion: string,
  owners: Owners,
): JsonObject {
  const sets = new Map<string, FieldSet>([[apiVersion, EMPTY]])
  for (const owner of owners.values()) {
    sets.set(owner.apiVersion, union(sets.get(owner.apiVersion) ?? EMPTY, owner.fields))
  }
  let left = pruned
  for (const [version, managed] of sets) {
    const whole = version === apiVersion ? merged : versions.convert(merged.object, version)
    const part = version === apiVersion ? left : versions.convert(left, version)?.object
    if (whole === undefined || part === undefined) continue
    const { type, object } = whole
    const kept = union(withNamedFields(fieldsOf(type, part), type), withNamedFields(managed, type))
    const back = removeFields(type, object, difference(withNamedFields(fieldsOf(type, object), type), kept))
    left = version === apiVersion ? back : (versions.convert(back, apiVersion)?.object ?? left)
  }
  return left
}
