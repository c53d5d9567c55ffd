import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { internal } from './failures.ts'
import type { Sealer } from './store.ts'

const PREFIX = 'podo:1'
const NONCE = 12
const TAG = 16

interface SealingKey {
  readonly id: string
  readonly bytes: Buffer
}

/** Two independent values of one secret: the key, and a name for it that says nothing about it. */
function keyOf(secret: string): SealingKey {
  if (secret.length < 32) throw new Error('The key that seals Secrets must have at least 32 characters.')
  const derive = (use: string): Buffer => createHmac('sha256', secret).update(use).digest()
  return { id: derive('podo secrets key id').toString('hex').slice(0, 8), bytes: derive('podo secrets key') }
}

/**
 * AES-256-GCM over Secrets (node:crypto's is synchronous, ~35 µs per kB; WebCrypto cannot run inside a transaction).
 * `secret` is at least 32 random characters; `previous` still opens what was sealed before a rotation, and what is
 * written again gets the newer key. The text is `podo:1:KEY ID:base64(nonce, ciphertext, tag)`.
 */
export function sealer(secret: string, previous?: string): Sealer {
  const primary = keyOf(secret)
  const keys = previous === undefined ? [primary] : [primary, keyOf(previous)]
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', primary.bytes, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${PREFIX}:${primary.id}:${body.toString('base64')}`
    },
    open(sealed, context) {
      const [, id, text] = /^podo:1:([0-9a-f]{8}):(.*)$/s.exec(sealed) ?? []
      if (id === undefined || text === undefined)
        throw cannotOpen(context, 'it is not sealed in a way that this podo knows')
      const key = keys.find((key) => key.id === id)
      const known = keys.map((key) => key.id).join(' and ')
      if (key === undefined) throw cannotOpen(context, `it is sealed with key ${id}, and the keys given are ${known}`)
      return decrypt(key, Buffer.from(text, 'base64'), context)
    },
    current: (sealed) => sealed.startsWith(`${PREFIX}:${primary.id}:`),
  }
}

function decrypt(key: SealingKey, body: Buffer, context: string): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, body.subarray(0, NONCE), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(context)).setAuthTag(body.subarray(-TAG))
    return decipher.update(body.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw cannotOpen(context, `its ciphertext was not made for it with key ${key.id}`)
  }
}

/** kube-apiserver's words where an encryption provider fails (k8s.io/apiserver/pkg/storage/etcd3). */
const cannotOpen = (context: string, why: string) =>
  internal(`unable to transform key ${JSON.stringify(context)}: ${why}`)

/** Stands where no key was given: every Secret is refused by name, nothing is stored in the clear. */
export const noSealer: Sealer = {
  seal(_, context) {
    throw internal(`unable to transform key ${JSON.stringify(context)}: the store was opened without a key for Secrets`)
  },
  open(_, context) {
    throw internal(`unable to transform key ${JSON.stringify(context)}: the store was opened without a key for Secrets`)
  },
}
