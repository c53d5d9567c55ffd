import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAuthority, makeServer, readServer } from './certificate.ts'

/** Counts up when an older podo could no longer read the folder. */
const FOLDER_VERSION = 1
/** A server certificate is renewed when less than this is left of it. */
const RENEW_MS = 30 * 86_400_000

/** Everything that one control plane on this machine keeps: `.podo/`. */
export interface State {
  readonly dir: string
  /** The Durable Objects' databases. */
  readonly store: string
  readonly kubeconfig: string
  readonly adminToken: string
  /** Signs tokens and seals Secrets; kept outside the store's folder. */
  readonly key: string
  readonly authority: string
  readonly server: { certificate: string; key: string }
}

/** A failure that a person caused and can mend: printed as its one sentence, without a stack. */
export class Refusal extends Error {}

/**
 * Opens the folder, making on first use what is missing: secrets (0600), the authority, the server's certificate for
 * these names. Refuses a folder that a newer podo wrote, and touches nothing in it.
 */
export async function openState(dir: string, names: readonly string[], port: number, now: number): Promise<State> {
  const version = read(join(dir, 'version'))
  if (version !== undefined && Number(version) > FOLDER_VERSION) {
    throw new Refusal(
      `${dir} was written by a newer podo (folder version ${version.trim()}, this one knows ${FOLDER_VERSION}): update podo, or move the folder away to begin anew.`,
    )
  }
  mkdirSync(join(dir, 'store'), { recursive: true, mode: 0o700 })
  if (version === undefined) write(join(dir, 'version'), `${FOLDER_VERSION}\n`)
  const adminToken = keep(join(dir, 'admin-token'), () => randomBytes(32).toString('base64url'))
  const key = keep(join(dir, 'key'), () => `1:${randomBytes(32).toString('base64')}`)
  const { authority, server } = await certificates(dir, names, now)
  const kubeconfig = join(dir, 'kubeconfig')
  const text = kubeconfigText(`https://127.0.0.1:${port}`, authority, 'admin', adminToken)
  if (read(kubeconfig) !== text) write(kubeconfig, text)
  return { dir, store: join(dir, 'store'), kubeconfig, adminToken, key, authority, server }
}

async function certificates(
  dir: string,
  names: readonly string[],
  now: number,
): Promise<{ authority: string; server: { certificate: string; key: string } }> {
  const file = (name: string): string => join(dir, name)
  let certificate = read(file('ca.crt'))
  let key = read(file('ca.key'))
  if (certificate === undefined || key === undefined) {
    ;({ certificate, key } = await makeAuthority(now))
    write(file('ca.key'), key)
    write(file('ca.crt'), certificate)
  }
  const old = { certificate: read(file('server.crt')), key: read(file('server.key')) }
  if (old.certificate !== undefined && old.key !== undefined && stillFits(old.certificate, names, now)) {
    return { authority: certificate, server: { certificate: old.certificate, key: old.key } }
  }
  const made = await makeServer({ certificate, key }, names, now)
  // The authority travels with it: a machine that joins knows only the authority's hash.
  const server = { certificate: `${made.certificate.trim()}\n${certificate.trim()}\n`, key: made.key }
  write(file('server.key'), server.key)
  write(file('server.crt'), server.certificate)
  return { authority: certificate, server }
}

function stillFits(certificate: string, names: readonly string[], now: number): boolean {
  const known = readServer(certificate)
  return known.notAfter - now > RENEW_MS && names.every((name) => known.names.includes(name))
}

/** What kubectl reads. The server's certificate is checked against the cluster's own authority. */
export function kubeconfigText(server: string, authority: string, user: string, token: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: podo
  cluster:
    server: ${server}
    certificate-authority-data: ${Buffer.from(authority).toString('base64')}
contexts:
- name: podo
  context:
    cluster: podo
    user: ${user}
current-context: podo
users:
- name: ${user}
  user:
    token: ${token}
`
}

/** `sha256:<hex>` of a certificate's DER, which a join line carries so that the new machine trusts the right cluster. */
export function fingerprint(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  return `sha256:${createHash('sha256').update(der).digest('hex')}`
}

const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

function keep(path: string, make: () => string): string {
  const known = read(path)
  if (known !== undefined) return known.trim()
  const made = make()
  write(path, `${made}\n`)
  return made
}

/** Whole or not at all, and for the owner's eyes only. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}
