import type { Json, JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { drop } from './compare.ts'

/** What is compared nowhere, and why; a line goes when its reason does. */
const IGNORED = [
  // Descriptions of columns are in podo's own words.
  'columnDefinitions[*].description',
  '[*].object.columnDefinitions[*].description',
  // That of a line in the recorded server's file of tokens.
  'status.userInfo.uid',
  'spec.uid',
]

/** Takes out of an answer's body, in place, what podo is not held to. */
export function dropUnkept(body: Json | undefined): void {
  for (const path of IGNORED) drop(body, path)
  visit(body, dropTokenVolume)
}

function visit(value: Json | undefined, work: (object: JsonObject) => void): void {
  if (Array.isArray(value)) return value.forEach((item) => visit(item, work))
  if (!isJsonObject(value)) return
  work(value)
  Object.values(value).forEach((member) => visit(member, work))
}

/** Service accounts have no tokens yet, so Pods get no volume with one. */
function dropTokenVolume(object: JsonObject): void {
  for (const list of ['volumes', 'volumeMounts']) {
    const items = object[list]
    if (!Array.isArray(items)) continue
    const kept = items.filter((item) => !isJsonObject(item) || !String(item['name']).startsWith('kube-api-access-'))
    if (kept.length === 0 && items.length > 0) delete object[list]
    else object[list] = kept
  }
}
