import { constants, createPublicKey, verify as check } from 'node:crypto'
import type { Signed } from '../../api/kinds/certificate/request.ts'
import type { HookContext } from '../../api/kinds/kind.ts'
import type { Caller } from './registry.ts'

/** Whether the signature was made with the key; a key that cannot be read made none. */
export function verify({ key, data, signature, hash, pss }: Signed): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' })
    const padding = pss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {}
    return check(hash ?? null, data, { key: publicKey, ...padding }, signature)
  } catch {
    return false
  }
}

/** What a kind's hooks may know of a write: `create`, `update` or the subresource. */
export const contextOf = ({ now, user }: Caller, operation: string): HookContext => ({ now, operation, user, verify })
