import { expect, test } from 'vitest'
import { CERTIFICATE, ED25519, P256 } from '../testdata/certificates.ts'
import { RequestError, certificateError, checkSignature, notAfter, parseRequest } from './request.ts'

const wrong = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof RequestError) return error.message
    throw error
  }
  return ''
}
const pem = (type: string, bytes: readonly number[]): string =>
  btoa(`-----BEGIN ${type}-----\n${btoa(String.fromCharCode(...bytes))}\n-----END ${type}-----\n`)

test('[AP141] a request is read: its subject, key and signature', () => {
  const { subject, algorithm, signed } = parseRequest(P256)
  expect(subject).toEqual([
    { id: '2.5.4.10', value: 'devs' },
    { id: '2.5.4.3', value: 'jane' },
  ])
  expect(algorithm).toBe('1.2.840.10045.4.3.2')
  expect([signed.key.length, signed.signature[0]]).toEqual([91, 0x30])
  expect(parseRequest(ED25519).algorithm).toBe('1.3.101.112')
})

test.each([
  ['', 'PEM block type must be CERTIFICATE REQUEST'],
  ['LS0t', 'PEM block type must be CERTIFICATE REQUEST'],
  [CERTIFICATE, 'PEM block type must be CERTIFICATE REQUEST'],
  [pem('CERTIFICATE REQUEST', []), 'asn1: syntax error: data truncated'],
  [pem('CERTIFICATE REQUEST', [0x30, 0x05, 1]), 'asn1: syntax error: data truncated'],
  [pem('CERTIFICATE REQUEST', [0x30, 0x80, 0, 0]), 'asn1: syntax error: indefinite length found (not DER)'],
  [pem('CERTIFICATE REQUEST', [0x30, 0x00, 0]), 'asn1: syntax error: trailing data'],
  [pem('CERTIFICATE REQUEST', [0x30, 0x81, 0x01, 0]), 'asn1: structure error: non-minimal length'],
  [pem('CERTIFICATE REQUEST', [0x30, 0x00]), 'asn1: syntax error: sequence truncated before certificationRequestInfo'],
])('[AP141] a request that is none is refused %#', (request, message) => {
  expect(wrong(() => parseRequest(request))).toBe(message)
})

test('[AP141] a signature that does not fit is told in the words of Go', () => {
  const refuse = () => false
  expect(wrong(() => checkSignature(parseRequest(P256), refuse))).toBe('x509: ECDSA verification failure')
  expect(wrong(() => checkSignature(parseRequest(ED25519), refuse))).toBe('x509: Ed25519 verification failure')
  expect(wrong(() => checkSignature({ ...parseRequest(P256), algorithm: '1.2.3' }, refuse))).toBe(
    'x509: cannot verify signature: algorithm unimplemented',
  )
})

test('[AP141] a certificate in a status is one, and says when it ends', () => {
  expect(certificateError(CERTIFICATE)).toBeUndefined()
  expect(new Date(notAfter(CERTIFICATE)).toISOString()).toBe('2026-12-01T18:36:49.000Z')
  expect(certificateError('LS0t')).toBe('must contain at least one CERTIFICATE PEM block')
  expect(certificateError(P256)).toBe('only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"')
  expect(certificateError(pem('CERTIFICATE', [0x30, 0x00]))).toBe('x509: malformed certificate')
})
