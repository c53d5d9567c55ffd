import type { JsonObject } from '../../meta/object.ts'
import { equalJson } from '../json-value.ts'
import { compare, type Comparison, isSame } from './compare.ts'
import { type Conflict, Conflicts } from './conflict.ts'
import { field } from './element.ts'
import { merge } from './merge.ts'
import { fieldsOf } from './owned.ts'
import { capped, type Owner, ownerKey, type Owners } from './owners.ts'
import { prune } from './prune.ts'
import { reconcile } from './reconcile.ts'
import type { Filter } from './reset.ts'
import { difference, EMPTY, type FieldSet, intersection, isEmpty, paths, setOf, union } from './set.ts'
import type { Type } from './type.ts'

/**
 * Ownership of fields through updates and applies. Objects are JSON as the server prints them, without managedFields.
 * Model: `merge.Updater` of sigs.k8s.io/structured-merge-diff/v6 under the managers of apimachinery's
 * pkg/util/managedfields/internal.
 */

/** An object in one of the versions of its kind. */
export interface Typed {
  readonly type: Type
  readonly object: JsonObject
}

/** What the two objects of a write are in the version that an owner wrote. */
export interface Versions {
  /** The version of the request. */
  readonly apiVersion: string
  readonly type: Type
  /** The object in another version; undefined where that is not served (any more), and its owners are forgotten. */
  convert(object: JsonObject, apiVersion: string): Typed | undefined
}

/** Who writes, in which version, and through what. */
export type Writer = Pick<Owner, 'manager' | 'subresource'>

/** What is never owned: `NewStripMetaManager`. */
const STRIPPED = setOf(
  [field('apiVersion')],
  [field('kind')],
  [field('metadata')],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields'].map(
    (name) => [field('metadata'), field(name)],
  ),
  [field('metadata'), field('resourceVersion')],
)

/** Compares the objects of one write in each version once. */
class Comparisons {
  readonly #versions: Versions
  readonly #before: JsonObject
  readonly #after: JsonObject
  readonly #filter: Filter
  readonly #known = new Map<string, Comparison | undefined>()

  constructor(versions: Versions, before: JsonObject, after: JsonObject, filter: Filter) {
    this.#versions = versions
    this.#before = before
    this.#after = after
    this.#filter = filter
  }

  /** Undefined for a version that is not served. */
  of(apiVersion: string): Comparison | undefined {
    if (!this.#known.has(apiVersion)) this.#known.set(apiVersion, this.#compare(apiVersion))
    return this.#known.get(apiVersion)
  }

  #compare(apiVersion: string): Comparison | undefined {
    const { type, apiVersion: own } = this.#versions
    if (apiVersion === own) return this.#filtered(compare(type, this.#before, this.#after))
    const before = this.#versions.convert(this.#before, apiVersion)
    const after = this.#versions.convert(this.#after, apiVersion)
    if (before === undefined || after === undefined) return undefined
    return this.#filtered(compare(before.type, before.object, after.object))
  }

  #filtered(found: Comparison): Comparison {
    return {
      added: this.#filter(found.added),
      modified: this.#filter(found.modified),
      removed: this.#filter(found.removed),
    }
  }
}

/** Takes what changed from everybody but `except`. Throws Conflicts where something would be taken without force. */
function taken(owners: Owners, comparisons: Comparisons, except: string | undefined, force: boolean): Owners {
  const left = new Map<string, Owner>()
  const conflicts: Conflict[] = []
  for (const [key, owner] of [...owners].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === except) {
      left.set(key, owner)
      continue
    }
    const found = comparisons.of(owner.apiVersion)
    if (found === undefined) continue
    const lost = intersection(owner.fields, union(found.modified, found.added))
    for (const path of paths(lost)) conflicts.push({ owner, path })
    const fields = difference(difference(owner.fields, lost), found.removed)
    if (!isEmpty(fields)) left.set(key, fields === owner.fields ? owner : { ...owner, fields })
  }
  if (!force && conflicts.length > 0) throw new Conflicts(conflicts)
  return left
}

/** Brings what was stored to the types of today. */
function reconciled(owners: Owners, versions: Versions): Owners {
  const result = new Map(owners)
  for (const [key, owner] of owners) {
    if (owner.apiVersion !== versions.apiVersion) continue
    const fields = reconcile(owner.fields, versions.type)
    if (fields !== owner.fields) result.set(key, { ...owner, fields })
  }
  return result
}

/**
 * The owners after a create, update or patch: the writer owns what it added or changed, and nobody owns what it removed.
 * `time` is the entry's when it owns something new; a write that changes nothing leaves the owners as they are.
 */
export function recordUpdate(
  versions: Versions,
  owners: Owners,
  before: JsonObject,
  after: JsonObject,
  filter: Filter,
  writer: Writer,
  time: string,
): Owners {
  const comparisons = new Comparisons(versions, before, after, filter)
  const { apiVersion } = versions
  const found = comparisons.of(apiVersion)
  if (found === undefined || isSame(found)) return new Map([...owners].filter(([, { fields }]) => !isEmpty(fields)))
  const left = new Map(taken(reconciled(owners, versions), comparisons, undefined, true))
  const own = difference(union(found.modified, found.added), STRIPPED)
  if (!isEmpty(own)) {
    const who = { ...writer, operation: 'Update', apiVersion } as const
    const key = ownerKey(who)
    left.set(key, { ...who, time, fields: union(own, left.get(key)?.fields ?? EMPTY) })
  }
  return capped(left)
}

/** What came of an apply. */
export interface Applied {
  /** The merged object, before its defaults; the live one itself where nothing changed. */
  readonly object: JsonObject
  readonly owners: Owners
}

/** Merges an applied object into the live one, removes what its applier no longer says, and records who owns what. */
export function recordApply(
  versions: Versions,
  owners: Owners,
  live: JsonObject,
  applied: JsonObject,
  filter: Filter,
  writer: Writer,
  force: boolean,
  time: string,
): Applied {
  const { type, apiVersion } = versions
  const known = new Map(reconciled(owners, versions))
  const who = { ...writer, operation: 'Apply', apiVersion } as const
  const key = ownerKey(who)
  const last = known.get(key)
  const fields: FieldSet = filter(fieldsOf(type, applied))
  known.set(key, { ...last, ...who, fields })
  const merged = prune(versions, merge(type, live, applied), known, last)
  const left = new Map(taken(known, new Comparisons(versions, live, merged, filter), key, force))
  const changed = !equalJson(live, merged)
  const own = difference(fields, STRIPPED)
  if (isEmpty(own)) left.delete(key)
  else left.set(key, { ...last, ...who, fields: own, ...(changed ? { time } : {}) })
  return { object: changed ? merged : live, owners: left }
}
