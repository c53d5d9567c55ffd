import { Reading } from './reading.ts'
import { Database, type Sql } from './sql.ts'
import type { Change, Store, Sync, Tx } from './store.ts'
import { Tables, type StoreOptions } from './tables.ts'
import { Writing } from './writing.ts'

export type { StoreOptions } from './tables.ts'

type Listener = (changes: readonly Change[]) => void

/** The store on SQLite, wherever that is (`durable.ts`, `node.ts`). */
export class SqliteStore extends Reading implements Store {
  readonly #listeners: Listener[] = []
  /** Commits that listeners have not heard of: one that writes is told of its own changes after all heard of the first. */
  readonly #untold: (readonly Change[])[] = []
  #open = false
  #telling = false

  transaction<T>(work: (tx: Tx) => Sync<T>): T {
    if (this.#open) throw new Error('A transaction is open already: transactions do not nest.')
    const { db, journal } = this.tables
    const tx = new Writing(this.tables)
    this.#open = true
    let result: T
    try {
      result = db.transaction(() => finish(tx, work))
      journal.commit()
    } catch (error) {
      journal.rollback()
      throw error
    } finally {
      tx.end()
      this.#open = false
    }
    if (tx.changed.length > 0) this.#tell(tx.changed)
    return result
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener)
  }

  get usage(): { bytes: number; rowsWritten: number; rowsRead: number } {
    const { bytes, rowsWritten, rowsRead } = this.tables.db
    return { bytes, rowsWritten, rowsRead }
  }

  #tell(changes: readonly Change[]): void {
    this.#untold.push(changes)
    if (this.#telling) return
    this.#telling = true
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift())
        for (const listener of this.#listeners) listener(next)
    } finally {
      this.#telling = false
    }
  }
}

function finish<T>(tx: Writing, work: (tx: Tx) => Sync<T>): T {
  // Sync<T> is T for whatever compiles; a promise that a cast smuggled in is refused below.
  const result = work(tx) as T
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function')
    throw new Error('A transaction must not be asynchronous: its work returned a promise.')
  if (tx.broken !== undefined) throw tx.broken
  return result
}

/**
 * Opens the store in a database, making or migrating its tables. Reads at most 64 rows of a store that is there; throws
 * `StoreTooNewError` and touches nothing where the database is newer than this code may read. One at a time.
 */
export const openStore = (sql: Sql, options: StoreOptions = {}): SqliteStore =>
  new SqliteStore(new Tables(sql, options))

/**
 * After a restore from a backup, before the store is opened again: the next write takes a resourceVersion above
 * `version` (the newest that a client may have seen), and who watches or pages from an older one is told 410.
 */
export function raiseFloor(sql: Sql, version: number): void {
  new Database(sql).run('UPDATE meta SET floor = max(floor, ?) WHERE id = 1', version)
}
