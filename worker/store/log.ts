import type { Journal } from './journal.ts'
import type { Ring } from './ring.ts'
import { exceeds, type Rows, type StoredRow } from './rows.ts'
import type { Database } from './sql.ts'
import type { Change } from './store.ts'

/** Both texts of a slot together, above which the one before the change stands in a row of its own. */
const SLOT_BYTES = 1_800_000

/** A change whose rows came from, or go to, the database. */
export interface StoredChange extends Change {
  readonly before?: StoredRow
  readonly after: StoredRow
}

// A type alias: an interface would not be a Record.
type LogRow = {
  slot: number
  version: number
  type: Change['type']
  resource: string
  namespace: string
  name: string
  uid: string
  previous: number | null
  split: number
  before_managed: string | null
  after_managed: string | null
  after: string
  before: string | null
  before_fields: string | null
  after_fields: string | null
}

const APPEND = `INSERT OR REPLACE INTO ring (slot, version, type, resource, namespace, name, uid, previous, split,
  before_managed, after_managed, after, before, before_fields, after_fields)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const SELECT = `SELECT slot, version, type, resource, namespace, name, uid, previous, split, before_managed,
  after_managed, after, before, before_fields, after_fields FROM ring WHERE slot BETWEEN ? AND ?`
const ALL = `${SELECT} ORDER BY slot LIMIT ?`
const OF_RESOURCE = `${SELECT} AND resource = ? ORDER BY slot LIMIT ?`
const OF_NAMESPACE = `${SELECT} AND resource = ? AND namespace = ? ORDER BY slot LIMIT ?`

/** The ring of the last changes of everything but Events: what watches and lists of older versions are made from. */
export class Log {
  readonly ring: Ring
  readonly #db: Database
  readonly #journal: Journal
  readonly #rows: Rows
  /** Whether some slot may be split: then a slot that is overwritten may have a rest to be removed. */
  #splits: boolean

  constructor(db: Database, journal: Journal, rows: Rows, ring: Ring) {
    this.ring = ring
    this.#db = db
    this.#journal = journal
    this.#rows = rows
    this.#splits = db.first('SELECT slot FROM ring_rest LIMIT 1') !== undefined
  }

  append({ version, type, key, before, after }: StoredChange): void {
    const slot = this.ring.take(version)
    const split = before !== undefined && exceeds(before.stored.text + after.stored.text, SLOT_BYTES)
    if (this.#splits) this.#db.run('DELETE FROM ring_rest WHERE slot = ?', slot)
    if (split) this.#keepRest(slot, before.stored.text)
    const place = [key.resource, key.namespace, key.name, after.uid]
    const managed = [before?.stored.managed ?? null, after.stored.managed]
    const fields = [before?.stored.fields ?? null, after.stored.fields]
    const texts = [after.stored.text, split ? null : (before?.stored.text ?? null)]
    this.#db.run(
      APPEND,
      slot,
      version,
      type,
      ...place,
      before?.version ?? null,
      split ? 1 : 0,
      ...managed,
      ...texts,
      ...fields,
    )
  }

  /** Changes above `since`, oldest first. */
  changes(since: number, resource?: string, namespace?: string, limit = Infinity): StoredChange[] {
    const found: StoredChange[] = []
    for (const [from, to] of this.ring.after(since)) {
      const left = limit === Infinity ? -1 : limit - found.length
      for (const row of this.#select(from, to, left, resource, namespace)) found.push(this.#change(row))
    }
    return found
  }

  #select(from: number, to: number, limit: number, resource?: string, namespace?: string): LogRow[] {
    if (resource === undefined) return this.#db.all<LogRow>(ALL, from, to, limit)
    if (namespace === undefined) return this.#db.all<LogRow>(OF_RESOURCE, from, to, resource, limit)
    return this.#db.all<LogRow>(OF_NAMESPACE, from, to, resource, namespace, limit)
  }

  #change(row: LogRow): StoredChange {
    const { version, type, uid, previous } = row
    const key = { resource: row.resource, namespace: row.namespace, name: row.name }
    const stored = (version: number, text: string, managed: string | null, fields: string | null) =>
      this.#rows.load(key, { uid, version, text, managed, fields, owners: null, node: null })
    const after = stored(version, row.after, row.after_managed, row.after_fields)
    if (previous === null) return { version, type, key, after }
    const text = row.split === 1 ? this.#rest(row.slot) : row.before
    if (text === null)
      throw new Error(`The store's slot ${row.slot} lacks the object before the change: it is damaged.`)
    return { version, type, key, before: stored(previous, text, row.before_managed, row.before_fields), after }
  }

  #keepRest(slot: number, text: string): void {
    const splits = this.#splits
    this.#db.run('INSERT INTO ring_rest (slot, before) VALUES (?, ?)', slot, text)
    this.#splits = true
    this.#journal.add(() => (this.#splits = splits))
  }

  #rest(slot: number): string | null {
    return this.#db.first<{ before: string }>('SELECT before FROM ring_rest WHERE slot = ?', slot)?.before ?? null
  }
}
