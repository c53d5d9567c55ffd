import type { StoredRow } from './rows.ts'

/** A parsed object takes about four times the memory of its text; a row without its text about 300 bytes. */
const weight = (row: StoredRow): number => row.json.length * 5 + 300

/** The rows used last, up to a number of bytes: many objects share the 128 MB of one isolate. */
export class RowCache {
  readonly #rows = new Map<string, StoredRow>()
  readonly #limit: number
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): StoredRow | undefined {
    const row = this.#rows.get(key)
    if (row === undefined) return undefined
    this.#rows.delete(key)
    this.#rows.set(key, row)
    return row
  }

  /** Keeps the row, dropping those not used for longest. */
  set(key: string, row: StoredRow): void {
    this.delete(key)
    this.#add(key, row)
    for (const oldest of this.#rows.keys()) {
      if (this.#bytes <= this.#limit) return
      this.delete(oldest)
    }
  }

  /** Keeps the row if there is room: a long list must not push out what is used. */
  offer(key: string, row: StoredRow): void {
    this.delete(key)
    if (this.#bytes + weight(row) <= this.#limit) this.#add(key, row)
  }

  delete(key: string): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    this.#rows.delete(key)
    this.#bytes -= weight(row)
  }

  #add(key: string, row: StoredRow): void {
    this.#rows.set(key, row)
    this.#bytes += weight(row)
  }
}
