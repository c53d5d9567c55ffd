import { verify as check } from 'node:crypto'
import type { Signed } from '../../api/kinds/certificate/request.ts'
import type { HookContext } from '../../api/kinds/kind.ts'
import type { Caller } from './registry.ts'

/** Whether the signature was made with the key; a key that cannot be read made none. */
export function verify({ key, data, signature, hash }: Signed): boolean {
  try {
    return check(hash ?? null, data, { key: Buffer.from(key), format: 'der', type: 'spki' }, signature)
  } catch {
    return false
  }
}

/** What a kind's hooks may know of a write: `create`, `update` or the subresource. */
export const contextOf = ({ now, user, warnings }: Caller, operation: string): HookContext => ({
  now,
  operation,
  user,
  warnings,
  verify,
})
