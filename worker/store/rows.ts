import { Buffer } from 'node:buffer'
import type { ObjectMeta, Resource } from '../../api/meta/object.ts'
import { tooLarge } from './failures.ts'
import { type Bodies, HASH_LENGTH } from './bodies.ts'
import { extract, splice } from './managed.ts'
import type { Key, Row, Sealer } from './store.ts'

/** etcd's --max-request-bytes: 1.5 MiB (https://etcd.io/docs/v3.6/dev-guide/limit/), of the text that is served. */
const OBJECT_BYTES = 1_572_864
/** Of a text as it is stored (ciphertext counted): a row of Cloudflare's SQLite holds 2 MB, its other columns included. */
const TEXT_BYTES = 1_990_000
/** Resources whose texts are sealed. */
const SEALED: ReadonlySet<string> = new Set(['secrets'])

/** One text for a key; it is also what a Secret's ciphertext is bound to. Neither resources nor namespaces hold a slash. */
export const keyText = ({ resource, namespace, name }: Key): string => `${resource}/${namespace}/${name}`

export const keyOf = (resource: string, { metadata: { namespace = '', name } }: Resource): Key => ({
  resource,
  namespace,
  name,
})

export const isSealed = (resource: string): boolean => SEALED.has(resource)

/** Whether `text` has more than `limit` bytes in UTF-8. */
export const exceeds = (text: string, limit: number): boolean =>
  text.length * 3 > limit && (text.length > limit || Buffer.byteLength(text) > limit)

/** How a row stands in the database. */
export interface Stored {
  readonly uid: string
  readonly version: number
  readonly text: string
  /** `OFFSET:HASH` of managedFields that the version before took out of the text. */
  readonly managed: string | null
  /**
   * Of managedFields that were taken out of the text: the hash of their body, then `VERSION:OFFSET:HOLES`. The version is
   * that of the row: code that does not know this column leaves it as it was, and then it does not count.
   */
  readonly fields: string | null
  readonly owners: string | null
  readonly node: string | null
}

export class StoredRow implements Row {
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly json: string
  readonly stored: Stored
  readonly #freeze: boolean
  #object: Resource | undefined

  /** `object` is what the text says, where that is at hand; it must not change any more. */
  constructor(key: Key, json: string, stored: Stored, freeze: boolean, object?: Resource) {
    this.resource = key.resource
    this.namespace = key.namespace
    this.name = key.name
    this.json = json
    this.stored = stored
    this.#freeze = freeze
    this.#object = object === undefined || !freeze ? object : frozen(object)
  }

  get uid(): string {
    return this.stored.uid
  }

  get version(): number {
    return this.stored.version
  }

  get object(): Resource {
    if (this.#object === undefined) {
      // What is stored was an object of the API when it was written.
      const object = JSON.parse(this.json) as Resource
      this.#object = this.#freeze ? frozen(object) : object
    }
    return this.#object
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** The object with this resourceVersion, which stands behind the uid where Kubernetes prints it. */
export function stamp(object: Resource, version: number): Resource {
  const resourceVersion = String(version)
  if ('resourceVersion' in object.metadata || !('uid' in object.metadata))
    return { ...object, metadata: { ...object.metadata, resourceVersion } }
  const entries = Object.entries(object.metadata).flatMap(([key, value]) =>
    key === 'uid'
      ? [
          [key, value],
          ['resourceVersion', resourceVersion],
        ]
      : [[key, value]],
  )
  // The same fields as before and one more, which ObjectMeta has.
  return { ...object, metadata: Object.fromEntries(entries) as ObjectMeta }
}

/** Turns objects into rows and back: resourceVersion, sizes, seals, managedFields. */
export class Rows {
  readonly #bodies: Bodies
  readonly #sealer: Sealer
  readonly #freeze: boolean

  constructor(bodies: Bodies, sealer: Sealer, freeze: boolean) {
    this.#bodies = bodies
    this.#sealer = sealer
    this.#freeze = freeze
  }

  /** A row to be written at once. Throws before anything is stored where the object is too large. */
  make(key: Key, object: Resource, version: number): StoredRow {
    const stamped = stamp(object, version)
    const json = JSON.stringify(stamped)
    if (exceeds(json, OBJECT_BYTES)) throw tooLarge()
    const { text, fields } = this.#store(key, stamped, json, version)
    const owners = object.metadata.ownerReferences?.map((owner) => owner.uid).join(' ') || null
    const node = (key.resource === 'pods' ? nodeOf(object) : undefined) || null
    const stored = { uid: object.metadata.uid, version, text, managed: null, fields, owners, node }
    return new StoredRow(key, json, stored, this.#freeze, stamped)
  }

  load(key: Key, stored: Stored): StoredRow {
    return new StoredRow(key, this.#open(key, stored), stored, this.#freeze)
  }

  /** Whether writing `object` again would store what is stored. */
  same(row: StoredRow, object: Resource): boolean {
    if (JSON.stringify(stamp(object, row.version)) !== row.json) return false
    return !isSealed(row.resource) || this.#sealer.current?.(row.stored.text) !== false
  }

  #store(key: Key, object: Resource, json: string, version: number): { text: string; fields: string | null } {
    if (isSealed(key.resource)) {
      const text = this.#sealer.seal(json, keyText(key))
      if (exceeds(text, TEXT_BYTES)) throw tooLarge()
      return { text, fields: null }
    }
    const extracted = key.resource === 'events' ? undefined : extract(object, json)
    const hash = extracted === undefined ? undefined : this.#bodies.intern(extracted.body, keyText(key))
    if (extracted === undefined || hash === undefined) return { text: json, fields: null }
    const { text, at, holes } = extracted
    return { text, fields: `${hash}${version.toString(36)}:${at.toString(36)}:${holes.join(',')}` }
  }

  #open(key: Key, { text, managed, fields, version }: Stored): string {
    if (isSealed(key.resource)) return this.#sealer.open(text, keyText(key))
    if (fields !== null) {
      const [of = '', at = '', holes = ''] = splitFields(fields.slice(HASH_LENGTH))
      if (Number.parseInt(of, 36) === version) {
        const body = this.#bodies.body(fields.slice(0, HASH_LENGTH))
        return splice({ text, at: Number.parseInt(at, 36), body, holes: holes === '' ? [] : holes.split(',') })
      }
    }
    if (managed === null) return text
    const [at = '', hash = ''] = managed.split(':')
    return splice({ text, at: Number(at), body: this.#bodies.body(hash), holes: [] })
  }
}

/** Holes may be addresses, which hold colons. */
function splitFields(rest: string): [version: string, at: string, holes: string] {
  const first = rest.indexOf(':')
  const second = rest.indexOf(':', first + 1)
  return [rest.slice(0, first), rest.slice(first + 1, second), rest.slice(second + 1)]
}

/** spec.nodeName. */
function nodeOf(pod: Resource): string | undefined {
  // A Pod has a spec; what else is stored as one has been refused before.
  return (pod as Resource & { spec?: { nodeName?: string } }).spec?.nodeName
}
