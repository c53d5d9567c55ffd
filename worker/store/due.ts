import type { Journal } from './journal.ts'
import type { Database } from './sql.ts'
import type { Due } from './store.ts'

/**
 * Work that waits. The table is small (nothing idle waits), so it is read once when first asked for and kept in memory:
 * an index over `at` would double the rows written.
 */
export class Waiting {
  readonly #db: Database
  readonly #journal: Journal
  #times: Map<string, number> | undefined

  constructor(db: Database, journal: Journal) {
    this.#db = db
    this.#journal = journal
  }

  postpone({ key, at }: Due): void {
    const times = this.#read()
    if (times.get(key) === at) return
    this.#db.run('INSERT INTO due (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at', key, at)
    this.#set(times, key, at)
  }

  settle(key: string): void {
    const times = this.#read()
    if (!times.has(key)) return
    this.#db.run('DELETE FROM due WHERE key = ?', key)
    this.#set(times, key, undefined)
  }

  /** Ties of time go by key. */
  due(now: number, limit: number): Due[] {
    const ready = [...this.#read()].filter(([, at]) => at <= now)
    ready.sort(([key, at], [otherKey, otherAt]) => at - otherAt || (key < otherKey ? -1 : 1))
    return ready.slice(0, limit).map(([key, at]) => ({ key, at }))
  }

  next(): number | undefined {
    let next: number | undefined
    for (const at of this.#read().values()) if (next === undefined || at < next) next = at
    return next
  }

  #read(): Map<string, number> {
    this.#times ??= new Map(
      this.#db.all<{ key: string; at: number }>('SELECT key, at FROM due').map(({ key, at }) => [key, at]),
    )
    return this.#times
  }

  #set(times: Map<string, number>, key: string, at: number | undefined): void {
    const before = times.get(key)
    const put = (value: number | undefined) => (value === undefined ? times.delete(key) : times.set(key, value))
    put(at)
    this.#journal.add(() => put(before))
  }
}
