import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'

/** PEM texts of a certificate authority or a server, key included. */
export interface Identity {
  certificate: string
  key: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY = 86_400_000
type CryptoKey = webcrypto.CryptoKey
const provider = webcrypto
x509.cryptoProvider.set(webcrypto as never) // the library is typed against the DOM's Crypto, which Node's equals

/** A new authority for one cluster, valid for ten years: kubeconfigs carry its certificate. */
export async function makeAuthority(now: number): Promise<Identity> {
  const keys = await provider.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=podo-ca',
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + 3650 * DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await keyPem(keys.privateKey) }
}

/** A server certificate for these DNS names and IP addresses, signed by the authority, valid for a year. */
export async function makeServer(authority: Identity, names: readonly string[], now: number): Promise<Identity> {
  const issuer = new x509.X509Certificate(authority.certificate)
  const signingKey = await provider.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    ALGORITHM,
    false,
    ['sign'],
  )
  const keys = await provider.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=podo',
    issuer: issuer.subject,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + 365 * DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await keyPem(keys.privateKey) }
}

/** The names of a server certificate and the end of its life, to see whether a new one is due. */
export function readServer(certificate: string): { names: string[]; notAfter: number } {
  const parsed = new x509.X509Certificate(certificate)
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((item) => item.value) ?? []
  return { names, notAfter: parsed.notAfter.getTime() }
}

const keyPem = async (key: CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await provider.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

/** 16 random bytes, positive. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return Buffer.from(bytes).toString('hex')
}
