import { createHash, createPrivateKey, hkdfSync, sign } from 'node:crypto'

/** The public half of a signing key, as RFC 7517 writes it. */
export interface PublicKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** A P-256 key that signs ServiceAccount tokens. */
export interface SigningKey {
  /** The RFC 7638 thumbprint: `kid` of the tokens and of the published key. */
  readonly id: string
  readonly publicKey: PublicKey
  readonly privateKey: PublicKey & { readonly d: string }
  /** PKCS #8, for signing without waiting. */
  readonly pem: string
}

/** Order of the group of P-256 (SEC 2, 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** PKCS #8 of a P-256 key that holds the number alone: whoever reads it works out the point. */
const PKCS8 = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420'

/** The two keys derived last: they follow from PODO_KEY alone, and every request with a JWT needs one. */
const derived = new Map<string, SigningKey>()

/** The signing key that follows from PODO_KEY (decision 0039). 48 bytes, so that no number is likelier than another. */
export function signingKey(secret: string): SigningKey {
  const known = derived.get(secret)
  if (known !== undefined) return known
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'podo', 'service account key v1', 48))
  const number = (BigInt(`0x${bytes.toString('hex')}`) % (ORDER - 1n)) + 1n
  const der = Buffer.from(PKCS8 + number.toString(16).padStart(64, '0'), 'hex')
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '', y = '', d = '' } = key.export({ format: 'jwk' })
  const publicKey = { kty: 'EC', crv: 'P-256', x, y } as const
  const made: SigningKey = {
    id: thumbprint(publicKey),
    publicKey,
    privateKey: { ...publicKey, d },
    pem: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
  if (derived.size > 1) derived.clear()
  derived.set(secret, made)
  return made
}

/** RFC 7638, with the required members in the order of their names. */
const thumbprint = ({ kty, crv, x, y }: PublicKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs at once, for controllers: their work happens inside a transaction, where nothing may wait. */
export function signNow(key: SigningKey, claims: object): string {
  const text = `${part({ alg: 'ES256', kid: key.id })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(text), { key: key.pem, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
