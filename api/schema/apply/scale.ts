import { field } from './element.ts'
import { type Owner, ownerKey, type Owners } from './owners.ts'
import { difference, type FieldSet, hasPath, isEmpty, setOf } from './set.ts'

/**
 * Owners of an object's replicas as owners of its Scale, and back. Model: `ScaleHandler` of apimachinery's
 * pkg/util/managedfields: only who owns the replicas is seen through the Scale, and an entry keeps all else it owns.
 */
const PATH = [field('spec'), field('replicas')]
const REPLICAS: FieldSet = setOf(PATH)

/** One entry on both sides, whose versions differ. */
const sameEntry = (owner: Owner): string => ownerKey({ ...owner, apiVersion: '' })

/** The entries that own the replicas, in the version of the Scale. */
export function ownersOfScale(owners: Owners, scaleVersion: string): Owners {
  const found = new Map<string, Owner>()
  for (const owner of owners.values()) {
    if (!hasPath(owner.fields, PATH)) continue
    const seen = { ...owner, apiVersion: scaleVersion, fields: REPLICAS }
    found.set(ownerKey(seen), seen)
  }
  return found
}

/** The object's owners after those of its Scale were written. Entries that came with the Scale have no time, as there. */
export function ownersOfParent(parent: Owners, ofScale: Owners, apiVersion: string): Owners {
  const left = new Map<string, Owner>()
  const scale = new Map([...ofScale.values()].map((owner) => [sameEntry(owner), owner]))
  for (const [key, owner] of parent) {
    const keeps = !hasPath(owner.fields, PATH) || scale.has(sameEntry(owner))
    scale.delete(sameEntry(owner))
    const fields = keeps ? owner.fields : difference(owner.fields, REPLICAS)
    if (!isEmpty(fields)) left.set(key, keeps ? owner : { ...owner, fields })
  }
  for (const { time: _, ...owner } of scale.values()) {
    if (!hasPath(owner.fields, PATH)) continue
    const added = { ...owner, apiVersion, fields: REPLICAS }
    left.set(ownerKey(added), added)
  }
  return left
}
