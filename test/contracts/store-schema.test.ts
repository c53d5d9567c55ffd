import { readFileSync } from 'node:fs'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import * as schema from '../../worker/store/schema.ts'

interface Column {
  name: string
  type: string
  primaryKey: boolean
  notNull: boolean
}
interface Snapshot {
  tables: Record<
    string,
    { columns: Record<string, Column>; indexes: object; compositePrimaryKeys: Record<string, { columns: string[] }> }
  >
}

/** drizzle-kit's own record of what the newest migration leads to. */
function newestSnapshot(): Snapshot {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../migrations/meta/${name}.json`, import.meta.url), 'utf8'))
  const { entries } = read('_journal') as { entries: { idx: number }[] } // drizzle-kit's format, as is the snapshot
  return read(`${String(entries.at(-1)?.idx ?? 0).padStart(4, '0')}_snapshot`) as Snapshot
}

test('[ST41] the migrations lead to the tables that the schema defines', () => {
  const tables = Object.values<unknown>(schema).filter((value): value is SQLiteTable => is(value, SQLiteTable))
  const defined = tables.map((table) => {
    const { name, columns, primaryKeys, indexes } = getTableConfig(table)
    return [
      name,
      {
        columns: columns.map((it) => ({ name: it.name, type: it.getSQLType(), key: it.primary, notNull: it.notNull })),
        keys: primaryKeys.map((key) => key.columns.map((column) => column.name)),
        indexes: indexes.length,
      },
    ] as const
  })
  const migrated = Object.entries(newestSnapshot().tables).map(([name, table]) => {
    const columns = Object.values(table.columns)
    return [
      name,
      {
        columns: columns.map(({ name, type, primaryKey: key, notNull }) => ({ name, type, key, notNull })),
        keys: Object.values(table.compositePrimaryKeys).map((key) => key.columns),
        indexes: Object.keys(table.indexes).length,
      },
    ] as const
  })
  expect(defined.length).toBeGreaterThan(5)
  expect(Object.fromEntries(defined)).toEqual(Object.fromEntries(migrated))
})
