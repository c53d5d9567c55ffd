import type { Json } from '../../api/meta/object.ts'
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
}
