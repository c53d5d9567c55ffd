import {
  DerError,
  type Element,
  INTEGER,
  OBJECT_ID,
  SEQUENCE,
  bitString,
  children,
  content,
  expected,
  objectId,
  wholeElement,
} from './der.ts'
import { pemBlocks } from './pem.ts'

/** Whether a certificate and a private key belong together, in the words of `tls.X509KeyPair`. */

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'
const OCTETS = 0x04

interface Key {
  readonly algorithm: string
  /** The modulus of RSA, the point of an elliptic curve; undefined where a private key does not say it. */
  readonly shared: Uint8Array | undefined
}

const modulus = (integers: Element): Uint8Array => content(expected(children(integers)[0], INTEGER, 'modulus'))

/** The key of the first certificate. Throws DerError. */
function publicKey(der: Uint8Array): Key {
  const [body] = children(expected(wholeElement(der), SEQUENCE, 'certificate'))
  const fields = children(expected(body, SEQUENCE, 'tbsCertificate')).filter(({ tag }) => tag !== 0xa0)
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
  const [kind, bits] = children(expected(fields[5], SEQUENCE, 'subjectPublicKeyInfo'))
  const algorithm = objectId(children(expected(kind, SEQUENCE, 'algorithm'))[0])
  const key = bitString(bits, 'subjectPublicKey')
  return { algorithm, shared: algorithm === RSA ? modulus(expected(wholeElement(key), SEQUENCE, 'key')) : key }
}

/** RFC 8017: version, modulus and the rest. */
function rsaKey(key: Element): Key {
  const [, n, ...rest] = children(key)
  if (rest.length < 7) throw new DerError('asn1: structure error: no RSA key')
  return { algorithm: RSA, shared: content(expected(n, INTEGER, 'modulus')) }
}

/** RFC 5915: version, secret, [0] the curve, [1] the point. */
function ecKey(key: Element): Key {
  const [, secret, ...rest] = children(key)
  expected(secret, OCTETS, 'privateKey')
  const point = rest.find(({ tag }) => tag === 0xa1)
  return { algorithm: EC, shared: point === undefined ? undefined : bitString(children(point)[0], 'publicKey') }
}

/** PKCS #1, PKCS #8 or SEC 1, whatever the block's label says (parsePrivateKey of crypto/tls). Throws DerError. */
function privateKey(der: Uint8Array): Key {
  const key = expected(wholeElement(der), SEQUENCE, 'privateKey')
  const [, second, third] = children(key)
  if (second?.tag === INTEGER) return rsaKey(key)
  if (second?.tag !== SEQUENCE) return ecKey(key)
  const algorithm = objectId(expected(children(second)[0], OBJECT_ID, 'algorithm'))
  const inner = content(expected(third, OCTETS, 'privateKey'))
  if (algorithm === ED25519) return { algorithm, shared: undefined }
  if (algorithm === RSA) return rsaKey(expected(wholeElement(inner), SEQUENCE, 'privateKey'))
  if (algorithm === EC) return ecKey(expected(wholeElement(inner), SEQUENCE, 'privateKey'))
  throw new DerError('asn1: structure error: unknown algorithm')
}

function certificateProblem(types: readonly string[]): string | undefined {
  const [first = ''] = types
  if (types.includes('CERTIFICATE')) return undefined
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (types.length === 1 && first.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  }
  const passed = `after skipping PEM blocks of the following types: [${types.join(' ')}]`
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input ${passed}`
}

const isPrivate = (type: string): boolean => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')

function keyProblem(types: readonly string[]): string | undefined {
  if (types.some(isPrivate)) return undefined
  if (types.length === 0) return 'tls: failed to find any PEM data in key input'
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  }
  const passed = `after skipping PEM blocks of the following types: [${types.join(' ')}]`
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input ${passed}`
}

function told<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i])

/** What is wrong with the pair, both as PEM; nothing where they fit, as far as a key says what it belongs to. */
export function keyPairWarning(certificate: Uint8Array, key: Uint8Array): string | undefined {
  const certificates = pemBlocks(certificate)
  const keys = pemBlocks(key)
  const missing = certificateProblem(certificates.map(({ type }) => type)) ?? keyProblem(keys.map(({ type }) => type))
  if (missing !== undefined) return missing
  const bytesOf = (blocks: typeof keys, is: (type: string) => boolean): Uint8Array =>
    blocks.find(({ type }) => is(type))?.bytes ?? new Uint8Array()
  const open = told(() => publicKey(bytesOf(certificates, (type) => type === 'CERTIFICATE')))
  if (open === undefined) return 'x509: malformed certificate'
  const secret = told(() => privateKey(bytesOf(keys, isPrivate)))
  if (secret === undefined) return 'tls: failed to parse private key'
  if (![RSA, EC, ED25519].includes(open.algorithm)) return 'tls: unknown public key algorithm'
  if (open.algorithm !== secret.algorithm) return 'tls: private key type does not match public key type'
  const fits = open.shared === undefined || secret.shared === undefined || sameBytes(open.shared, secret.shared)
  return fits ? undefined : 'tls: private key does not match public key'
}
