import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { type Owner, type Owners, storedOwners, writeOwners } from '../../api/schema/apply/owners.ts'
import { filterOf } from '../../api/schema/apply/reset.ts'
import { ownersOfParent, ownersOfScale } from '../../api/schema/apply/scale.ts'
import { type AppliedForm, onto } from './apply.ts'
import { entriesAfter, entriesOf, withEntries } from './owners.ts'
import type { Application, Caller } from './registry.ts'
import { asJson } from './stored.ts'

/** Who owns the replicas of an object, through its Scale: scaleUpdatedObjectInfo of pkg/registry/apps/deployment/storage. */
const ALL = filterOf({ drop: [] })
const SUBRESOURCE = 'scale'

const ownersOf = (object: Resource): Owners => storedOwners(object.metadata.managedFields)

/** The Scale with the entries that concern it. */
export const trackedScale = (scale: JsonObject, { apiVersion }: AppliedForm, object: Resource): JsonObject =>
  withEntries(scale, writeOwners(ownersOfScale(ownersOf(object), apiVersion)))

/** A Scale that was sent or patched, with the entries after it. */
export const updatedScale = (live: JsonObject, sent: JsonObject, form: AppliedForm, caller: Caller): JsonObject =>
  withEntries(sent, entriesAfter(form, ALL, SUBRESOURCE, live, sent, caller))

/** A Scale onto which one is applied. */
export const appliedScale = (live: JsonObject, of: Application, form: AppliedForm, caller: Caller): JsonObject =>
  asJson(onto(form, live, of, ALL, SUBRESOURCE, caller))

/** The entries of the object itself, once its Scale has these. */
export function entriesOfParent(kind: Kind, object: Resource, scale: JsonObject): JsonObject[] {
  const ofScale: ReadonlyMap<string, Owner> = storedOwners(entriesOf(scale))
  return writeOwners(ownersOfParent(ownersOf(object), ofScale, kind.apiVersion))
}
