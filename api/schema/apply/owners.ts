import { compareText, goJson } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { isJsonObject } from '../json-value.ts'
import { type FieldSet, readSet, union } from './set.ts'

/** One entry of metadata.managedFields. */
export interface Owner {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** '' for the object itself. */
  readonly subresource: string
  /** RFC 3339; absent where the entry came without a change of the object. */
  readonly time?: string
  readonly fields: FieldSet
}

/** The entries by what tells them apart (`ownerKey`). */
export type Owners = ReadonlyMap<string, Owner>

/**
 * `BuildManagerIdentifier`: the entry as JSON without what it owns. Who applies has one entry whatever version was
 * applied.
 */
export function ownerKey({ manager, operation, apiVersion, subresource }: Omit<Owner, 'fields'>): string {
  const version = operation === 'Apply' ? '' : apiVersion
  return goJson({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(version === '' ? {} : { apiVersion: version }),
    ...(subresource === '' ? {} : { subresource }),
  })
}

const text = (of: Json | undefined): string => (typeof of === 'string' ? of : '')

/** `DecodeManagedFields`. Throws where the list is not one that a server could have written. */
export function readOwners(entries: readonly Json[] | undefined): Map<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const [i, entry] of (entries ?? []).entries()) {
    const owner = readOwner(isJsonObject(entry) ? entry : {}, i)
    owners.set(ownerKey(owner), owner)
  }
  return owners
}

function readOwner(entry: JsonObject, i: number): Owner {
  const { operation, fieldsType, time, fieldsV1 } = entry
  const apiVersion = text(entry['apiVersion'])
  if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`')
  if (apiVersion === '') throw new Error('apiVersion must not be empty')
  if (text(fieldsType) === '') throw new Error(`missing fieldsType in managed fields entry ${i}`)
  if (fieldsType !== 'FieldsV1') {
    throw new Error(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${i}`)
  }
  return {
    manager: text(entry['manager']),
    operation,
    apiVersion,
    subresource: text(entry['subresource']),
    fields: readSet(fieldsV1),
    ...(typeof time === 'string' ? { time } : {}),
  }
}

/** The entries of a list that this server wrote: its sets are canonical already. */
export function storedOwners(entries: readonly JsonObject[] | undefined): Map<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const entry of entries ?? []) {
    const { operation, time, fieldsV1 } = entry
    const owner: Owner = {
      manager: text(entry['manager']),
      operation: operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: text(entry['apiVersion']),
      subresource: text(entry['subresource']),
      fields: isJsonObject(fieldsV1) ? fieldsV1 : {},
      ...(typeof time === 'string' ? { time } : {}),
    }
    owners.set(ownerKey(owner), owner)
  }
  return owners
}

/** metadata.managedFields in Kubernetes' order: who applied first, then by time, manager, version and subresource. */
export function writeOwners(owners: Owners): JsonObject[] {
  return [...owners.values()].sort(compareOwners).map(writeOwner)
}

/** Field for field as Go prints an entry. */
function writeOwner({ manager, operation, apiVersion, time, fields, subresource }: Owner): JsonObject {
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(subresource === '' ? {} : { subresource }),
  }
}

const compareOwners = (a: Owner, b: Owner): number =>
  compareText(a.operation, b.operation) ||
  compareText(a.time ?? '', b.time ?? '') ||
  compareText(a.manager, b.manager) ||
  compareText(a.apiVersion, b.apiVersion) ||
  compareText(a.subresource, b.subresource)

/** `DefaultMaxUpdateManagers` of apimachinery's fieldmanager. */
const MOST_UPDATERS = 10
const ANCIENT = 'ancient-changes'

/** Joins the oldest entries of updates, version by version, until no more than ten are left (`capManagersManager`). */
export function capped(owners: Owners): Owners {
  const updaters = [...owners].filter(([, { operation }]) => operation === 'Update')
  if (updaters.length <= MOST_UPDATERS) return owners
  updaters.sort(([a, x], [b, y]) => compareText(x.time ?? '', y.time ?? '') || compareText(a, b))
  const left = new Map(owners)
  const first = new Map<string, string>()
  let count = updaters.length
  for (const [key, owner] of updaters) {
    if (count <= MOST_UPDATERS) break
    const earlier = first.get(owner.apiVersion)
    if (earlier === undefined) {
      first.set(owner.apiVersion, key)
      continue
    }
    const who = { manager: ANCIENT, operation: 'Update', apiVersion: owner.apiVersion, subresource: '' } as const
    const bucket = ownerKey(who)
    const before = left.get(bucket) ?? left.get(earlier)
    if (!left.has(bucket)) left.delete(earlier)
    left.delete(key)
    left.set(bucket, {
      ...who,
      fields: union(owner.fields, before?.fields ?? {}),
      ...(owner.time === undefined ? {} : { time: owner.time }),
    })
    count--
  }
  return left
}
