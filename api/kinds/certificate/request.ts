import { decodeBase64 } from '../../schema/base64.ts'
import {
  DerError,
  type Element,
  INTEGER,
  SEQUENCE,
  SET,
  bitString,
  children,
  expected,
  objectId,
  text,
  time,
  whole,
  wholeElement,
} from './der.ts'
import { pemBlocks } from './pem.ts'

/** What a signature is made of; `worker/registry` has the means to check it. */
export interface Signed {
  /** The public key as SubjectPublicKeyInfo in DER. */
  readonly key: Uint8Array
  readonly data: Uint8Array
  readonly signature: Uint8Array
  /** `sha256`; undefined where the algorithm hashes by itself (Ed25519). */
  readonly hash: string | undefined
}

/** A PKCS#10 request. https://www.rfc-editor.org/rfc/rfc2986 */
export interface Request {
  /** The attributes of the subject: object identifier and value, in order. */
  readonly subject: readonly { readonly id: string; readonly value: string }[]
  readonly algorithm: string
  readonly signed: Omit<Signed, 'hash'>
}

/** Object identifiers of a subject's common name and organization. */
export const COMMON_NAME = '2.5.4.3'
export const ORGANIZATION = '2.5.4.10'

/** Why a request or certificate is refused, in the words of Go's crypto/x509 where it has some. */
export class RequestError extends Error {}

/** Runs a parser; what DER does not allow becomes its sentence. */
function told<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof DerError) throw new RequestError(error.message)
    throw error
  }
}

const subjectOf = (name: Element): Request['subject'] =>
  children(name).flatMap((set) =>
    children(expected(set, SET, 'subject')).map((pair) => {
      const [id, value] = children(expected(pair, SEQUENCE, 'subject'))
      if (value === undefined) throw new DerError('asn1: syntax error: sequence truncated before value')
      return { id: objectId(id), value: text(value) }
    }),
  )

/** `ParseCSR` of pkg/apis/certificates: `encoded` is the base64 of the PEM. Throws RequestError. */
export function parseRequest(encoded: string): Request {
  const [block] = pemBlocks(decodeBase64(encoded))
  if (block?.type !== 'CERTIFICATE REQUEST') throw new RequestError('PEM block type must be CERTIFICATE REQUEST')
  return told(() => {
    const [info, algorithm, signature] = children(expected(wholeElement(block.bytes), SEQUENCE, 'certificateRequest'))
    const [version, subject, key] = children(expected(info, SEQUENCE, 'certificationRequestInfo'))
    expected(version, INTEGER, 'version')
    const [id] = children(expected(algorithm, SEQUENCE, 'signatureAlgorithm'))
    return {
      subject: subjectOf(expected(subject, SEQUENCE, 'subject')),
      algorithm: objectId(id),
      signed: {
        key: whole(expected(key, SEQUENCE, 'publicKey')),
        data: whole(expected(info, SEQUENCE, 'certificationRequestInfo')),
        signature: bitString(signature, 'signature'),
      },
    }
  })
}

interface Algorithm {
  readonly hash?: string
  /** What Go says where the signature does not fit. */
  readonly failure: string
}
const rsa = (hash: string): Algorithm => ({ hash, failure: 'crypto/rsa: verification error' })
const ecdsa = (hash: string): Algorithm => ({ hash, failure: 'x509: ECDSA verification failure' })

/**
 * signatureAlgorithmDetails of Go's crypto/x509, but RSA-PSS, which workerd's `verify` does not know: it is refused as an
 * algorithm that is not implemented.
 */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  '1.2.840.113549.1.1.5': rsa('sha1'),
  '1.2.840.113549.1.1.11': rsa('sha256'),
  '1.2.840.113549.1.1.12': rsa('sha384'),
  '1.2.840.113549.1.1.13': rsa('sha512'),
  '1.2.840.10045.4.1': ecdsa('sha1'),
  '1.2.840.10045.4.3.2': ecdsa('sha256'),
  '1.2.840.10045.4.3.3': ecdsa('sha384'),
  '1.2.840.10045.4.3.4': ecdsa('sha512'),
  '1.3.101.112': { failure: 'x509: Ed25519 verification failure' },
}

/** `CertificateRequest.CheckSignature`: whoever asks has the key. Throws RequestError. */
export function checkSignature({ algorithm, signed }: Request, verify: (signed: Signed) => boolean): void {
  const known = ALGORITHMS[algorithm]
  if (known === undefined) throw new RequestError('x509: cannot verify signature: algorithm unimplemented')
  const { hash, failure } = known
  if (!verify({ ...signed, hash })) throw new RequestError(failure)
}

/** When the first certificate of a PEM text (in base64) ends, in milliseconds. Throws RequestError. */
export function notAfter(encoded: string): number {
  const [block] = pemBlocks(decodeBase64(encoded))
  if (block === undefined) {
    throw new RequestError('expected the certificate associated with the CSR to be PEM encoded')
  }
  return told(() => {
    const [body] = children(expected(wholeElement(block.bytes), SEQUENCE, 'certificate'))
    const fields = children(expected(body, SEQUENCE, 'tbsCertificate')).filter(({ tag }) => tag !== 0xa0)
    // serialNumber, signature, issuer, validity
    const [, end] = children(expected(fields[3], SEQUENCE, 'validity'))
    return time(end)
  })
}

/** `validateCertificate` of pkg/apis/certificates/validation: what is wrong with a status.certificate, or nothing. */
export function certificateError(encoded: string | undefined): string | undefined {
  if (!encoded) return undefined
  const blocks = pemBlocks(decodeBase64(encoded))
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  for (const { type, headers, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (headers) return 'no PEM block headers are permitted'
    if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates'
    try {
      const parts = children(expected(wholeElement(bytes), SEQUENCE, 'certificate'))
      expected(parts[0], SEQUENCE, 'tbsCertificate')
      expected(parts[1], SEQUENCE, 'signatureAlgorithm')
      bitString(parts[2], 'signature')
    } catch {
      return 'x509: malformed certificate'
    }
  }
  return undefined
}
