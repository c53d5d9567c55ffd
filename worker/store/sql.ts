export type SqlValue = string | number | null

/** What one statement gave, and what it cost as Cloudflare counts it (rows read and written, index entries included). */
export interface SqlResult<T> {
  readonly rows: T[]
  readonly rowsRead: number
  readonly rowsWritten: number
}

/** The world below the store: one SQLite database, used from one thread. Durable Objects and node:sqlite fill it. */
export interface Sql {
  /** Runs one statement. Constant texts are prepared once by the implementation. `T` is what the text selects. */
  exec<T extends Record<string, SqlValue>>(text: string, ...params: SqlValue[]): SqlResult<T>
  /** Runs `work` atomically: a throw takes back what it wrote and is thrown on. Never nested. */
  transaction<T>(work: () => T): T
  /** Bytes of the database. */
  readonly bytes: number
}

/** An `Sql` that counts what it is used for. The only way in which the store reaches its database. */
export class Database {
  rowsRead = 0
  rowsWritten = 0
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  all<T extends Record<string, SqlValue>>(text: string, ...params: SqlValue[]): T[] {
    const result = this.#sql.exec<T>(text, ...params)
    this.rowsRead += result.rowsRead
    this.rowsWritten += result.rowsWritten
    return result.rows
  }

  first<T extends Record<string, SqlValue>>(text: string, ...params: SqlValue[]): T | undefined {
    return this.all<T>(text, ...params)[0]
  }

  run(text: string, ...params: SqlValue[]): void {
    this.all(text, ...params)
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work)
  }

  get bytes(): number {
    return this.#sql.bytes
  }
}
