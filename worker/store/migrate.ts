import { migrations as all } from '../../migrations/index.ts'
import type { Database } from './sql.ts'

/** One step of the schema. The schema's number is how many of them a database has had. */
export interface Migration {
  readonly name: string
  /** The lowest schema number that code must know to open a database after this step. */
  readonly oldestReader: number
  readonly statements: readonly string[]
}

/** Sizes of the two rings, in slots. */
export interface Sizes {
  readonly ring: number
  readonly events: number
}

/** The row of `meta`, as far as this code knows it. */
export interface Meta extends Sizes {
  readonly floor: number
}

/** The database is newer than this code may read. Nothing in it was touched. */
export class StoreTooNewError extends Error {
  constructor(schema: number, oldestReader: number, known: number) {
    super(
      `This store has schema ${schema} and may be opened by code that knows schema ${oldestReader} or newer; this podo ` +
        `knows schema ${known}. Nothing was changed: start the newer podo again.`,
    )
    this.name = 'StoreTooNewError'
  }
}

/**
 * Brings the database up to this code's schema: each step once, in order, all of them or none. A database that is ahead
 * is left as it is, if its steps allow code of this age, so that going back by one version just works.
 */
export function migrate(db: Database, sizes: Sizes, known: readonly Migration[] = all): Meta {
  const found = versions(db)
  if (found !== undefined && known.length < found.oldest_reader)
    throw new StoreTooNewError(found.schema, found.oldest_reader, known.length)
  const missing = known.slice(found?.schema ?? 0)
  if (missing.length > 0)
    db.transaction(() => {
      for (const { statements } of missing) for (const statement of statements) db.run(statement)
      const oldestReader = missing.at(-1)?.oldestReader ?? 1
      if (found === undefined)
        db.run(
          'INSERT INTO meta (id, schema, oldest_reader, floor, ring, events) VALUES (1, ?, ?, 0, ?, ?)',
          known.length,
          oldestReader,
          sizes.ring,
          sizes.events,
        )
      else db.run('UPDATE meta SET schema = ?, oldest_reader = ? WHERE id = 1', known.length, oldestReader)
    })
  const meta = db.first<{ floor: number; ring: number; events: number }>(
    'SELECT floor, ring, events FROM meta WHERE id = 1',
  )
  if (meta === undefined) throw new Error('The store has a table meta without its row: it is damaged.')
  return meta
}

function versions(db: Database): { schema: number; oldest_reader: number } | undefined {
  const tables = db.all(`SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'`)
  if (tables.length === 0) return undefined
  return db.first<{ schema: number; oldest_reader: number }>('SELECT schema, oldest_reader FROM meta WHERE id = 1')
}
