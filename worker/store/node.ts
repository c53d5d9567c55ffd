import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { openStore, type SqliteStore, type StoreOptions } from './sqlite.ts'
import type { Sql, SqlResult, SqlValue } from './sql.ts'

export interface NodeSql extends Sql {
  close(): void
}

/**
 * SQLite in this process, for tests, simulations and tools. `rowsRead` counts rows returned, a lower bound of what a
 * Durable Object counts; `rowsWritten` is exact as long as no table has a secondary index.
 */
export function nodeSql(path: string): NodeSql {
  const database = new DatabaseSync(path)
  // FULL: a commit is on the disk before it returns, as a Durable Object's is before its answer leaves.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const statements = new Map<string, StatementSync>()
  const prepared = (text: string): StatementSync => {
    let statement = statements.get(text)
    if (statement === undefined) statements.set(text, (statement = database.prepare(text)))
    return statement
  }
  return {
    exec<T>(text: string, ...params: SqlValue[]): SqlResult<T> {
      const statement = prepared(text)
      if (!text.startsWith('SELECT'))
        return { rows: [], rowsRead: 0, rowsWritten: Number(statement.run(...params).changes) }
      // The rows have the shape that the statement selects, which only its writer can know.
      const rows = statement.all(...params) as T[]
      return { rows, rowsRead: rows.length, rowsWritten: 0 }
    },
    transaction<T>(work: () => T): T {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    get bytes() {
      const pages = Number(prepared('PRAGMA page_count').get()?.['page_count'])
      return pages * Number(prepared('PRAGMA page_size').get()?.['page_size'])
    },
    close: () => database.close(),
  }
}

/**
 * Opens (or makes) a store in a file, or in memory with ':memory:'. Objects that it gives out are frozen unless
 * `freeze: false`: whoever changes one in place throws here instead of corrupting a cache in production.
 */
export function openNodeStore(path: string, options: StoreOptions = {}): SqliteStore & { close(): void } {
  const sql = nodeSql(path)
  const store = openStore(sql, { freeze: true, ...options })
  return Object.assign(store, { close: () => sql.close() })
}
