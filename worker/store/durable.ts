import { platformError } from './failures.ts'
import type { Sql, SqlResult, SqlValue } from './sql.ts'

/** The part of `DurableObjectStorage` that the store needs (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/). */
export interface DurableStorage {
  readonly sql: {
    exec(
      text: string,
      ...params: SqlValue[]
    ): { toArray(): object[]; readonly rowsRead: number; readonly rowsWritten: number }
    readonly databaseSize: number
  }
  transactionSync<T>(work: () => T): T
}

/**
 * A Durable Object's SQLite: `durableSql(ctx.storage)`. Statements are cached by their text there. What is written is
 * durable before any answer or message leaves the object (the output gate). Throws `DaySpentError` where the platform
 * refuses because the day of its plan is spent.
 */
export function durableSql(storage: DurableStorage): Sql {
  return {
    exec<T>(text: string, ...params: SqlValue[]): SqlResult<T> {
      try {
        const cursor = storage.sql.exec(text, ...params)
        // The rows have the shape that the statement selects, which only its writer can know. The counts are complete
        // once the cursor is used up.
        const rows = cursor.toArray() as T[]
        return { rows, rowsRead: cursor.rowsRead, rowsWritten: cursor.rowsWritten }
      } catch (error) {
        throw platformError(error)
      }
    },
    transaction: (work) => storage.transactionSync(work),
    get bytes() {
      return storage.sql.databaseSize
    },
  }
}
