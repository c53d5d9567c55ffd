import { createHash } from 'node:crypto'
import type { Journal } from './journal.ts'
import type { Database } from './sql.ts'

/** How many bodies stay in memory, and how many are remembered to have been met. */
const KEPT = 256
const MET = 2048
/** Characters of a hash: 96 bits in base64url, for each object says the hash of its own. */
export const HASH_LENGTH = 16
/** How many bodies one sweep removes at most. */
const SWEPT = 1024

/** What objects and the ring still name: `fields` begin with the hash, `managed` of the version before ends with it. */
const NAMED = ['objects.fields', 'ring.before_fields', 'ring.after_fields'].map(
  (column) => `SELECT substr(${column}, 1, ${HASH_LENGTH}) FROM ${column.split('.')[0]} WHERE ${column} IS NOT NULL`,
)
const NAMED_BEFORE = ['objects.managed', 'ring.before_managed', 'ring.after_managed'].map(
  (column) =>
    `SELECT substr(${column}, instr(${column}, ':') + 1) FROM ${column.split('.')[0]} WHERE ${column} IS NOT NULL`,
)
/** Each place by itself: workerd takes no more than five SELECTs in one UNION. */
const UNNAMED = `SELECT hash FROM managed WHERE hash <> ?
  ${[...NAMED, ...NAMED_BEFORE].map((select) => `AND hash NOT IN (${select})`).join('\n  ')} LIMIT ${SWEPT}`

export const hashOf = (body: string): string =>
  createHash('sha256').update(body).digest('base64url').slice(0, HASH_LENGTH)

/**
 * One new body in 1,024, by its hash, brings a sweep: so what nobody names any more stays bounded without a counter, a
 * clock or a look on a wake, and a sweep's reading is spread over the bodies that came since the last.
 */
export const sweeps = (hash: string): boolean => /^A[A-P][A-P]/.test(hash)

/**
 * Bodies of managedFields that more than one object has, each stored once: the Pods of a ReplicaSet share theirs. The
 * first object of a body keeps it in its own text, so what nobody shares costs no row.
 */
export class Bodies {
  readonly #db: Database
  readonly #journal: Journal
  /** hash → whose it was, of bodies that one object has, those met first in front. */
  readonly #met = new Map<string, string>()
  /** hash → body, in the order of last use. */
  readonly #kept = new Map<string, string>()

  constructor(db: Database, journal: Journal) {
    this.#db = db
    this.#journal = journal
  }

  /** The hash under which a body of an object stands; undefined where no other object is known to have it. */
  intern(body: string, owner: string): string | undefined {
    const hash = hashOf(body)
    if (this.#kept.has(hash)) return hash
    const first = this.#met.get(hash)
    if (first === owner) return undefined
    if (first === undefined) {
      this.#meet(hash, owner)
      const found = this.#read(hash)
      if (found === undefined) return undefined
      this.#keep(hash, found)
      return hash
    }
    this.#db.run('INSERT INTO managed (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', hash, body)
    this.#keep(hash, body)
    this.#journal.add(() => this.#kept.delete(hash))
    if (sweeps(hash)) this.#sweep(hash)
    return hash
  }

  body(hash: string): string {
    const kept = this.#kept.get(hash)
    if (kept !== undefined) {
      this.#kept.delete(hash)
      this.#kept.set(hash, kept)
      return kept
    }
    const found = this.#read(hash)
    if (found === undefined)
      throw new Error(`The store names managedFields ${hash} and does not have them: it is damaged.`)
    this.#keep(hash, found)
    return found
  }

  #read(hash: string): string | undefined {
    return this.#db.first<{ body: string }>('SELECT body FROM managed WHERE hash = ?', hash)?.body
  }

  /** Removes bodies that no object and no change in the ring names. */
  #sweep(except: string): void {
    for (const { hash } of this.#db.all<{ hash: string }>(UNNAMED, except)) {
      this.#db.run('DELETE FROM managed WHERE hash = ?', hash)
      this.#kept.delete(hash)
    }
  }

  #meet(hash: string, owner: string): void {
    this.#met.set(hash, owner)
    const [oldest] = this.#met.keys()
    if (this.#met.size > MET && oldest !== undefined) this.#met.delete(oldest)
  }

  #keep(hash: string, body: string): void {
    this.#kept.set(hash, body)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}
