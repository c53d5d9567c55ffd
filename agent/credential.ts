import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import * as z from 'zod/mini'
import { JOIN_PATH, OLDEST_WIRE_VERSION, readJoinAnswer, WIRE_VERSION, type NodeStatement } from '../api/wire.ts'
import { post, type Way } from './dial.ts'
import { readState, writeState } from './state-folder.ts'

const FILE = 'credential.json'
const MACHINE_FILE = 'machine'

const shape = z.object({
  server: z.string(),
  name: z.string(),
  uid: z.string(),
  machine: z.string(),
  credential: z.string(),
})
/** What a join gave us: kept 0600 and never logged. */
export type Credential = z.infer<typeof shape>

export function readCredential(folder: string): Credential | undefined {
  const text = readState(folder, FILE)
  if (text === undefined) return undefined
  const result = z.safeParse(shape, JSON.parse(text))
  if (!result.success) throw new Error(`${FILE} is damaged: remove it and join again with a token`)
  return result.data
}

/**
 * Who this machine is: the same at every start, another for every state folder, so that several agents on one machine
 * keep apart. Made from /etc/machine-id, which is nobody's business as such (machine-id(5)).
 */
export function machineOf(folder: string, machineId: string | undefined = systemMachineId()): string {
  let id = machineId ?? readState(folder, MACHINE_FILE)
  if (id === undefined) writeState(folder, MACHINE_FILE, (id = randomUUID()))
  return createHash('sha256')
    .update(`podo machine\0${id}\0${resolve(folder)}`)
    .digest('hex')
    .slice(0, 16)
}

function systemMachineId(): string | undefined {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const text = readFileSync(path, 'utf8').trim()
      if (/^[0-9a-f]{32}$/.test(text)) return text
    } catch {
      // The next one, or one of our own.
    }
  }
  return undefined
}

/** The control plane's answer to a join that it did not grant, in its own words. */
export class JoinRefused extends Error {}

/** Turns a join token into a credential and keeps it. Throws JoinRefused, or an error of the network. */
export async function joinCluster(
  folder: string,
  way: Way,
  token: string,
  about: { name: string; machine: string; agent: string; node: NodeStatement },
): Promise<Credential> {
  const body = JSON.stringify({ version: WIRE_VERSION, oldest: OLDEST_WIRE_VERSION, ...about })
  const answer = await post(way, JOIN_PATH, token, body)
  if (answer.status !== 200 && answer.status !== 201) throw new JoinRefused(refusalOf(answer.status, answer.text))
  const { credential, name, uid } = readJoinAnswer(answer.text)
  const kept = { server: way.server.href, name, uid, machine: about.machine, credential }
  writeState(folder, FILE, JSON.stringify(kept))
  return kept
}

/** The message of a Kubernetes Status, else what came. */
function refusalOf(status: number, text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string } // a Status, or anything
    if (typeof message === 'string' && message !== '') return message === 'Unauthorized' ? UNKNOWN_TOKEN : message
  } catch {
    // No Status.
  }
  return `the server answered ${status}: ${text.slice(0, 200)}`
}
const UNKNOWN_TOKEN = 'the join token is unknown or has expired: make another (podo node join-command)'

/**
 * The authority in the server's certificate chain, as PEM, for a join line that carries only its hash (`fingerprintOf`).
 * Throws where the server shows another one: then somebody stands in between, or the line is of another cluster.
 */
export function authorityOf(server: URL, hash: string): Promise<string> {
  return new Promise((resolvePem, reject) => {
    const socket = connect(
      // Nothing is sent before the authority is proved; its proof is the hash.
      {
        host: server.hostname.replace(/^\[|\]$/g, ''),
        port: Number(server.port || 443),
        ...(isIP(server.hostname) === 0 ? { servername: server.hostname } : {}),
        rejectUnauthorized: false,
      },
      () => {
        const pem = authorityIn(socket.getPeerCertificate(true), hash)
        socket.destroy()
        if (pem === undefined)
          reject(new JoinRefused(`${server.host} shows no certificate authority with the hash ${hash}`))
        else resolvePem(pem)
      },
    )
    socket.setTimeout(15_000, () => socket.destroy(new Error(`no answer from ${server.host}`)))
    socket.on('error', reject)
  })
}

interface Chain {
  raw: Buffer
  issuerCertificate?: Chain
}

function authorityIn(chain: Chain, hash: string): string | undefined {
  const seen = new Set<Chain>()
  const certificates: X509Certificate[] = []
  for (let at: Chain | undefined = chain; at?.raw !== undefined && !seen.has(at); at = at.issuerCertificate) {
    seen.add(at)
    certificates.push(new X509Certificate(at.raw))
  }
  return certificates.find((certificate) => fingerprintOf(certificate) === hash)?.toString()
}

/** `sha256:` and the hex digest of the certificate in DER. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  `sha256:${createHash('sha256').update(certificate.raw).digest('hex')}`
