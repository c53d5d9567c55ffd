import { controllerOf, type OwnerReference, type Resource } from '../../api/meta/object.ts'
import { matches, type Selector } from '../../api/meta/selector.ts'
import type { Change, View } from './controller.ts'

/** The reference by which `owner` controls what it makes or adopts: metav1.NewControllerRef. */
export const controllerReference = (owner: Resource): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** The objects of `resource` that `owner` controls, matching or not. */
export const controlled = <T extends Resource>(owner: Resource, resource: string, view: View): T[] =>
  view.owned<T>(owner.metadata.uid, resource).filter((child) => controllerOf(child)?.uid === owner.metadata.uid)

/** The object without its references to these uids. */
export function withoutOwners<T extends Resource>(object: T, uids: ReadonlySet<string>): T {
  const { ownerReferences, ...metadata } = object.metadata
  const left = (ownerReferences ?? []).filter((reference) => !uids.has(reference.uid))
  return { ...object, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } }
}

/** Lets go of children whose labels the selector no longer matches: PodControllerRefManager.ReleasePod. */
export const release = (owner: Resource, children: readonly Resource[], selector: Selector): Change[] =>
  children
    .filter((child) => !matches(selector, child.metadata.labels))
    .map((child) => ({ do: 'update', object: withoutOwners(child, new Set([owner.metadata.uid])) }))
