import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Resource } from '../api/meta/object.ts'
import type { Held } from './held.ts'
import { readState, writeState } from './state-folder.ts'

const FILE = 'desired.json'
const KEY_FILE = 'key'
const VERSION = 1
const SEALED_AS = 'podo agent cache 1'

/** The desired state cannot be read, in one sentence. Nothing on the disk was changed. */
export class CacheError extends Error {}
/** What lies there is no text of ours any more: it may be fetched anew. */
export class CacheDamaged extends CacheError {}

interface Stored {
  version: number
  revision: number
  clusterCIDR: string
  node: Resource
  pods: Resource[]
  configMaps: Resource[]
  /** A JSON list of Secrets, sealed. */
  secrets: string
}

/**
 * The desired state on the disk: what a machine that boots without a control plane runs. Written only when something in
 * it changed, and at once as a whole. Secrets in it are sealed with the node's own key, which lies beside it: a copy of
 * the file alone tells nothing.
 */
export class Cache {
  readonly #folder: string
  #written = ''

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined on a machine that never heard a control plane. Throws CacheError where it may not or cannot be read. */
  read(): Held | undefined {
    const text = readState(this.#folder, FILE)
    if (text === undefined) return undefined
    const stored = parse(text)
    if (stored.version > VERSION) {
      throw new CacheError(
        `${FILE} was written by a newer agent (version ${stored.version}, this one reads ${VERSION}): start that agent, or remove the file to fetch it anew`,
      )
    }
    const { clusterCIDR, node, pods, configMaps, revision } = stored
    const secrets = JSON.parse(open(this.#key(), stored.secrets)) as Resource[] // sealed by `write`
    const held = { desired: { revision, pods, configMaps, secrets }, node, clusterCIDR }
    this.#written = fingerprint(held)
    return held
  }

  /** Writes it unless the file says the same already. Answers whether it wrote. */
  write(held: Held): boolean {
    const print = fingerprint(held)
    if (print === this.#written) return false
    const { revision, pods, configMaps, secrets } = held.desired
    const stored: Stored = {
      version: VERSION,
      revision,
      clusterCIDR: held.clusterCIDR,
      node: held.node,
      pods: [...pods],
      configMaps: [...configMaps],
      secrets: seal(this.#key(), JSON.stringify(secrets)),
    }
    writeState(this.#folder, FILE, JSON.stringify(stored))
    this.#written = print
    return true
  }

  #key(): Buffer {
    const kept = readState(this.#folder, KEY_FILE)
    if (kept !== undefined) return Buffer.from(kept, 'base64')
    const key = randomBytes(32)
    writeState(this.#folder, KEY_FILE, key.toString('base64'))
    return key
  }
}

function parse(text: string): Stored {
  try {
    const stored = JSON.parse(text) as Stored // written by `write`; a later version is told by its number
    if (typeof stored.version === 'number') return stored
  } catch {
    // Said below.
  }
  throw new CacheDamaged(`${FILE} is damaged`)
}

/**
 * What decides whether the file must be written: not the revision, which every write of the cluster moves, nor what
 * this agent itself reports of a Pod until the Pod has ended.
 */
function fingerprint(held: Held): string {
  const { pods, configMaps, secrets } = held.desired
  const parts = [held.clusterCIDR, bare(held.node), pods.map(bare), configMaps.map(bare), secrets.map(bare)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function bare(object: Resource & { status?: { phase?: string } }): unknown {
  const { metadata, status, ...rest } = object
  const { resourceVersion: _, ...kept } = metadata
  const phase = status?.phase
  return [kept, rest, phase === 'Succeeded' || phase === 'Failed' ? phase : '']
}

const IV_BYTES = 12
const TAG_BYTES = 16

function seal(key: Buffer, plain: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(SEALED_AS))
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
}

function open(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    decipher.setAAD(Buffer.from(SEALED_AS))
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    const body = bytes.subarray(IV_BYTES + TAG_BYTES)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch {
    throw new CacheError(`the secrets in ${FILE} were sealed with another key: remove the file to fetch it anew`)
  }
}
