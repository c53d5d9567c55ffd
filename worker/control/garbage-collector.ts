import type { Kind } from '../../api/kinds/kind.ts'
import { isDeleting, type OwnerReference, type Resource } from '../../api/meta/object.ts'
import { type Change, type Controller, type Happened, keyOf, type ObjectKey, type View } from './controller.ts'
import { withoutOwners } from './ownership.ts'

/** metav1.FinalizerDeleteDependents and metav1.FinalizerOrphanDependents. */
const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'
/** Dependents handled in one transaction; the rest follows in the next. */
const CHUNK = 50

type KindsByName = (apiVersion: string, kind: string) => Pick<Kind, 'resource' | 'namespaced'> | undefined
type ResourceOf = (object: Resource) => string

/**
 * Deletes what its owners leave behind: pkg/controller/garbagecollector.
 *
 *   background   the owner is gone: dependents without another living owner are deleted
 *   foreground   the owner waits with `foregroundDeletion`: dependents go first, those that block it hold it
 *   orphan       the owner waits with `orphan`: dependents lose their reference to it
 *
 * Keys are objects (as owner in deletion, and as dependent) and, under the pseudo-resource `uid`, owners that are gone.
 */
export function garbageCollector(kindOf: KindsByName): Controller {
  const resourceOf: ResourceOf = (object) => kindOf(object.apiVersion, object.kind)?.resource ?? ''
  return {
    name: 'generic-garbage-collector',
    resource: '*',
    concerns: (change) => change.type !== 'DELETED' && (isHeld(change.after) || ownersChanged(change)),
    wakes: {
      '*': (change, view) => [
        ...(change.type === 'DELETED' ? [goneKey(change.after.metadata.uid)] : []),
        ...heldOwners(change, kindOf, view),
      ],
    },
    reconcile(object, view) {
      if (isHeld(object)) return serveHeld(object, kindOf, resourceOf, view)
      return isDeleting(object) ? [] : fateOf(object, kindOf, view)
    },
    gone(key, view) {
      if (key.resource !== 'uid') return []
      const dependents = view.owned(key.name).filter((dependent) => !isDeleting(dependent))
      return inChunks(dependents, view, (dependent) => fateOf(dependent, kindOf, view))
    },
  }
}

const goneKey = (uid: string): ObjectKey => ({ resource: 'uid', namespace: '', name: uid })

const has = (object: Resource, finalizer: string): boolean => object.metadata.finalizers?.includes(finalizer) === true

/** In deletion, and waiting for what happens to its dependents. */
const isHeld = (object: Resource): boolean => isDeleting(object) && (has(object, FOREGROUND) || has(object, ORPHAN))

function ownersChanged({ before, after }: Happened): boolean {
  const uids = (object: Resource | undefined): string =>
    (object?.metadata.ownerReferences ?? []).map((owner) => `${owner.uid}${owner.blockOwnerDeletion}`).join(' ')
  return uids(after) !== '' && uids(before) !== uids(after)
}

/** Owners in deletion that may have waited for this object: it went, began to go, or lost its reference. */
function heldOwners({ type, before, after }: Happened, kindOf: KindsByName, view: View): ObjectKey[] {
  const references = (before ?? after).metadata.ownerReferences ?? []
  if (type === 'ADDED' || references.length === 0) return []
  return references.flatMap((reference) => {
    const found = ownerOf(after, reference, kindOf, view)
    return typeof found === 'object' && isHeld(found.object) ? [found.key] : []
  })
}

/** The owner that a reference names; `unknown` where its kind is not served here, `absent` where it does not exist. */
function ownerOf(
  dependent: Resource,
  reference: OwnerReference,
  kindOf: KindsByName,
  view: View,
): { object: Resource; key: ObjectKey } | 'absent' | 'unknown' {
  const kind = kindOf(reference.apiVersion, reference.kind)
  if (kind === undefined) return 'unknown'
  const namespace = kind.namespaced ? (dependent.metadata.namespace ?? '') : ''
  const object = view.get(kind.resource, namespace, reference.name)
  if (object === undefined || object.metadata.uid !== reference.uid) return 'absent'
  return { object, key: keyOf(kind.resource, object) }
}

/** attemptToDeleteItem: what becomes of an object by the state of its owners. */
function fateOf(object: Resource, kindOf: KindsByName, view: View): Change[] {
  const references = object.metadata.ownerReferences ?? []
  if (references.length === 0) return []
  const states = references.map((reference) => ({ reference, state: stateOf(object, reference, kindOf, view) }))
  const gone = states.filter(({ state }) => state !== 'solid')
  if (gone.length === 0) return []
  if (gone.length < states.length) {
    return [{ do: 'update', object: withoutOwners(object, new Set(gone.map(({ reference }) => reference.uid))) }]
  }
  const waiting = states.some(({ state }) => state === 'waiting')
  const hasDependents = waiting && view.owned(object.metadata.uid).length > 0
  return [{ do: 'delete', object, propagation: policyOf(object, hasDependents) }]
}

/** solid: lives. waiting: is in foreground deletion and this object blocks it. dangling: does not exist. */
function stateOf(
  object: Resource,
  reference: OwnerReference,
  kindOf: KindsByName,
  view: View,
): 'solid' | 'waiting' | 'dangling' {
  const owner = ownerOf(object, reference, kindOf, view)
  if (owner === 'unknown') return 'solid'
  if (owner === 'absent') return 'dangling'
  const waits = isDeleting(owner.object) && has(owner.object, FOREGROUND) && reference.blockOwnerDeletion === true
  return waits ? 'waiting' : 'solid'
}

function policyOf(object: Resource, hasDependents: boolean): 'Background' | 'Foreground' | 'Orphan' {
  if (has(object, ORPHAN)) return 'Orphan'
  return hasDependents || has(object, FOREGROUND) ? 'Foreground' : 'Background'
}

function serveHeld(owner: Resource, kindOf: KindsByName, resourceOf: ResourceOf, view: View): Change[] {
  if (has(owner, ORPHAN)) return orphanDependents(owner, view)
  return deleteDependents(owner, kindOf, resourceOf, view)
}

/** orphanDependents, then removeFinalizer. */
function orphanDependents(owner: Resource, view: View): Change[] {
  const dependents = view.owned(owner.metadata.uid)
  const changes = inChunks(dependents, view, (dependent) => [
    { do: 'update', object: withoutOwners(dependent, new Set([owner.metadata.uid])) },
  ])
  return dependents.length > CHUNK ? changes : [...changes, withoutFinalizer(owner, ORPHAN)]
}

/** processDeletingDependentsItem: only dependents that block the owner's deletion hold it. */
function deleteDependents(owner: Resource, kindOf: KindsByName, resourceOf: ResourceOf, view: View): Change[] {
  const blocks = (dependent: Resource): boolean =>
    (dependent.metadata.ownerReferences ?? []).some(
      (reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion === true,
    )
  const dependents = view
    .owned(owner.metadata.uid)
    .filter((dependent) => resourceOf(dependent) !== '' && blocks(dependent))
  if (dependents.length === 0) return [withoutFinalizer(owner, FOREGROUND)]
  const living = dependents.filter((dependent) => !isDeleting(dependent))
  return inChunks(living, view, (dependent) => fateOf(dependent, kindOf, view))
}

const withoutFinalizer = (object: Resource, finalizer: string): Change => ({
  do: 'update',
  object: {
    ...object,
    metadata: {
      ...object.metadata,
      finalizers: (object.metadata.finalizers ?? []).filter((name) => name !== finalizer),
    },
  },
})

function inChunks(objects: readonly Resource[], view: View, work: (object: Resource) => Change[]): Change[] {
  const changes = objects.slice(0, CHUNK).flatMap(work)
  return objects.length > CHUNK ? [...changes, { do: 'again', at: view.now }] : changes
}
