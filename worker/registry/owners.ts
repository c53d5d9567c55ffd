import type { Written } from '../../api/kinds/form.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { resetOf } from '../../api/kinds/reset.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import { recordUpdate, type Versions } from '../../api/schema/apply/engine.ts'
import { NoElement } from '../../api/schema/apply/items.ts'
import { type Owner, type Owners, readOwners, storedOwners, writeOwners } from '../../api/schema/apply/owners.ts'
import { type Filter, filterOf, type Reset } from '../../api/schema/apply/reset.ts'
import { modelType } from '../../api/schema/apply/type.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { Caller, WriteOptions } from './registry.ts'
import { asJson, same } from './stored.ts'

/**
 * Who owns which field of an object: metadata.managedFields, kept for every write that goes through the registry.
 * Model: `FieldManager` of apimachinery's pkg/util/managedfields.
 */

/** A type of the API as far as ownership needs it: a Kind, or what a body has to be. */
export type Form = Pick<Written, 'apiVersion' | 'model'> & Partial<Written>

/** Takes out of a set what a write through `subresource` does not own. */
export const filterFor = (kind: Kind, subresource: string): Filter => filterOf(resetOf(kind, subresource))

/** What others wrote in a version that is not served is forgotten. */
export const versionsOf = ({ apiVersion, model, inVersion }: Form): Versions => ({
  apiVersion,
  type: modelType(model),
  convert(object, version) {
    const found = inVersion?.(object, version)
    return found === undefined ? undefined : { type: modelType(found.model), object: found.object }
  },
})

const blanks = new Map<string, JsonObject>()

/** An object of which nothing is said, as the server prints it. */
export function blank({ model, apiVersion }: Form): JsonObject {
  const key = `${apiVersion} ${model}`
  const known = blanks.get(key)
  if (known !== undefined) return known
  const made = canonical(model, { apiVersion, metadata: {} })
  blanks.set(key, made)
  return made
}

/** The object as ownership sees it: without the entries themselves. */
export function withoutEntries(object: JsonObject): JsonObject {
  const { metadata } = object
  if (!isJsonObject(metadata) || !('managedFields' in metadata)) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

export const entriesOf = (object: JsonObject | undefined): JsonObject[] | undefined => {
  const metadata = object?.['metadata']
  const entries = isJsonObject(metadata) ? metadata['managedFields'] : undefined
  // Decoding has made sure of it.
  return Array.isArray(entries) ? (entries as JsonObject[]) : undefined
}

/** The object with these entries; without any it has no such field. */
export function withEntries<T extends { metadata?: object }>(object: T, entries: JsonObject[]): T {
  const { managedFields: _, ...metadata } = { managedFields: [], ...object.metadata }
  const kept = entries.length === 0 ? metadata : { ...metadata, managedFields: entries }
  return { ...object, metadata: kept }
}

/** `isResetManagedFields`: an empty list, or one empty entry, ends the tracking. */
const isReset = (sent: readonly JsonObject[] | undefined): boolean =>
  sent !== undefined && (sent.length === 0 || (sent.length === 1 && Object.keys(sent[0] ?? {}).length === 0))

/** `decodeLiveOrNew`: what was sent counts where it can be read and says something, through the object itself only. */
function baseOf(live: JsonObject[] | undefined, sent: JsonObject[] | undefined, subresource: string): Owners {
  if (subresource !== '' || sent === live || sent === undefined) return storedOwners(live)
  if (isReset(sent)) return new Map()
  if (live !== undefined && same(sent, live)) return storedOwners(live)
  const read = readable(sent)
  return read.size === 0 ? storedOwners(live) : read
}

function readable(sent: JsonObject[]): Map<string, Owner> {
  try {
    return readOwners(sent)
  } catch {
    return new Map()
  }
}

/**
 * The entries after a write that is no apply. `before` is undefined for a create. `after` is the object as decoded and
 * defaulted, before admission: what the server sets later nobody owns. Where the fields cannot be told apart (an item
 * without its keys) the entries stay as they were.
 */
export function entriesAfter(
  form: Form,
  filter: Filter,
  subresource: string,
  before: JsonObject | undefined,
  after: JsonObject,
  caller: Caller,
): JsonObject[] {
  const live = entriesOf(before)
  const owners = baseOf(live, entriesOf(after), subresource)
  // An object that nobody tracks stays so until its first apply.
  if (owners.size === 0 && before !== undefined) return []
  const old = withoutEntries(before ?? blank(form))
  const writer = { manager: managerOf(caller), subresource }
  try {
    const next = canonical(form.model, withoutEntries(after))
    return writeOwners(recordUpdate(versionsOf(form), owners, old, next, filter, writer, rfc3339(caller.now)))
  } catch (error) {
    if (error instanceof NoElement) return live ?? []
    throw error
  }
}

/** Who writes, as entries name it. */
export const managerOf = (caller: Caller): string => caller.manager || 'unknown'

/** Whether two lists say the same but for their times, entry by entry. */
function sameButTimes(a: readonly JsonObject[], b: readonly JsonObject[]): boolean {
  const timeless = (entry: JsonObject = {}): JsonObject => ({ ...entry, time: '' })
  return a.length === b.length && a.every((entry, i) => same(timeless(entry), timeless(b[i])))
}

/**
 * A write that changed nothing but times is none: the object as it was. Model: IgnoreManagedFieldsTimestampsTransformer
 * of k8s.io/apiserver's fieldmanager.
 */
export function ignoringTimes(ready: Resource, old: Resource): Resource {
  const [now = [], before = []] = [ready.metadata.managedFields, old.metadata.managedFields]
  if (now === before || now.length === 0 || !sameButTimes(now, before)) return ready
  const kept = withEntries(ready, before)
  return same(asJson(kept), asJson(old)) ? old : ready
}

const TOO_LARGE = 'etcdserver: request is too large'

/** Writes the object; where it is too large it goes without its entries, unless an apply made them (apiserver's create.go). */
export function orUntracked<T>(object: Resource, options: WriteOptions, write: (object: Resource) => T): T {
  try {
    return write(object)
  } catch (error) {
    const isTooLarge = error instanceof StatusError && error.message === TOO_LARGE
    if (!isTooLarge || options.isTracked === true || object.metadata.managedFields === undefined) throw error
    return write(withEntries(object, []))
  }
}

/** What a create answers of an object that is not stored (a review, a token request): as sent, with its one entry. */
export function trackedCreate(form: Form, object: JsonObject, subresource: string, caller: Caller): JsonObject {
  const filter = filterOf(UNSTORED)
  return withEntries(object, entriesAfter(form, filter, subresource, undefined, object, caller))
}
const UNSTORED: Reset = { drop: [] }
