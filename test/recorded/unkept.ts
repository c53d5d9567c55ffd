import type { Json } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { drop } from './compare.ts'

/** What is compared nowhere, and why; a line goes when its reason does. */
const IGNORED = [
  // That of a line in the recorded server's file of tokens.
  'status.userInfo.uid',
  'spec.uid',
]

/** Takes out of an answer's body, in place, what podo is not held to. */
export function dropUnkept(body: Json | undefined): void {
  for (const path of IGNORED) drop(body, path)
  sortOwners(body)
}

/**
 * Owners of fields stand in the order of their times. Whether two that wrote within the same second share one is chance, and
 * the order between them with it: the recording's and ours are compared in the order of their names.
 */
function sortOwners(value: Json | undefined): void {
  if (Array.isArray(value)) return value.forEach(sortOwners)
  if (!isJsonObject(value)) return
  const owners = value['managedFields']
  const nameOf = (owner: Json): string =>
    isJsonObject(owner)
      ? JSON.stringify(['operation', 'manager', 'apiVersion', 'subresource'].map((key) => owner[key] ?? null))
      : ''
  if (Array.isArray(owners)) owners.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  Object.values(value).forEach(sortOwners)
}
