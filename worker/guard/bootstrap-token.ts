import { createHmac } from 'node:crypto'
import { macKey, sameSecret } from './token.ts'

/**
 * Bootstrap tokens, `[a-z0-9]{6}.[a-z0-9]{16}`: https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/.
 * In podo the second half follows from the first, so the edge can refuse what was not made here without asking anybody.
 */
const SHAPE = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

export const isBootstrapId = (id: string): boolean => /^[a-z0-9]{6}$/.test(id)

/** The secret half of the bootstrap token with this id. */
export function bootstrapSecret(key: string, id: string): string {
  const bytes = createHmac('sha256', macKey(key)).update(`bootstrap token\n${id}`).digest()
  return Array.from(bytes.subarray(0, 16), (byte) => LETTERS[byte % LETTERS.length]).join('')
}

/** The id of a bootstrap token that was made with this key, or undefined. */
export function bootstrapId(key: string, token: string): string | undefined {
  const [, id, secret] = SHAPE.exec(token) ?? []
  if (id === undefined || secret === undefined) return undefined
  return sameSecret(secret, bootstrapSecret(key, id)) ? id : undefined
}
