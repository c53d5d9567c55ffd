import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The definition of the store's tables. Only drizzle-kit reads this file (`node migrations/generate.ts`): drizzle costs
 * ~30 µs a call, so the store itself runs constant SQL texts, which SQLite prepares once.
 *
 * There is no secondary index on purpose: on Cloudflare's Free plan rows written are the scarcest quota, and every
 * index entry that a write touches is one more (facts: create 2 without, 3 with one).
 */

/**
 * One row. `schema` and `oldest_reader` are read by every version of podo that ever was, so this table's name and these
 * two columns never change. `floor` is a resourceVersion that the newest one is at least; `ring` and `events` are the
 * numbers of slots that the two rings were last opened with.
 */
export const meta = sqliteTable('meta', {
  id: integer().primaryKey(),
  schema: integer().notNull(),
  oldestReader: integer('oldest_reader').notNull(),
  floor: integer().notNull(),
  ring: integer().notNull(),
  events: integer().notNull(),
})

/**
 * Every object but Events. `json` is the text that is served, but for managedFields (taken out where `fields` says what
 * they are, see `managed.ts`) and Secrets (ciphertext). `owners` (uids, separated by spaces) and `node` are what the lazily built views need, kept
 * beside the text so that building one parses nothing. `json` comes last: what stands before it is read without
 * following the row's overflow pages.
 */
export const objects = sqliteTable(
  'objects',
  {
    resource: text().notNull(),
    namespace: text().notNull(),
    name: text().notNull(),
    uid: text().notNull(),
    version: integer().notNull(),
    owners: text(),
    node: text(),
    /** Written by the version before `fields` only, and read: `OFFSET:HASH` of managedFields as they stood. */
    managed: text(),
    json: text().notNull(),
    fields: text(),
  },
  (table) => [primaryKey({ columns: [table.resource, table.namespace, table.name] })],
)

/**
 * The last changes of all objects but Events, filled in the order of resourceVersions, round and round. `previous` is
 * the resourceVersion before the change. `split` says that `before` stands in `ring_rest` because the row would be too
 * big for Cloudflare (2 MB).
 */
export const ring = sqliteTable('ring', {
  slot: integer().primaryKey(),
  version: integer().notNull(),
  type: text({ enum: ['ADDED', 'MODIFIED', 'DELETED'] }).notNull(),
  resource: text().notNull(),
  namespace: text().notNull(),
  name: text().notNull(),
  uid: text().notNull(),
  previous: integer(),
  split: integer().notNull(),
  beforeManaged: text('before_managed'),
  afterManaged: text('after_managed'),
  after: text().notNull(),
  before: text(),
  beforeFields: text('before_fields'),
  afterFields: text('after_fields'),
})

export const ringRest = sqliteTable('ring_rest', {
  slot: integer().primaryKey(),
  before: text().notNull(),
})

/**
 * Events live in this ring only: a write of an Event takes the next slot, and the newest row of a name is the Event.
 * So one row is written for each, nothing is ever deleted, and the rows stand in the order of versions and of time.
 * `written` is in milliseconds since the epoch.
 */
export const events = sqliteTable('events', {
  slot: integer().primaryKey(),
  version: integer().notNull(),
  written: integer().notNull(),
  type: text({ enum: ['ADDED', 'MODIFIED', 'DELETED'] }).notNull(),
  namespace: text().notNull(),
  name: text().notNull(),
  uid: text().notNull(),
  /** Slot and version of the row before of the same Event. */
  previousSlot: integer('previous_slot'),
  previous: integer(),
  json: text().notNull(),
})

/** Work that waits, `at` milliseconds since the epoch. */
export const due = sqliteTable('due', {
  key: text().primaryKey(),
  at: integer().notNull(),
})

/** Bodies of managedFields that objects share, each stored once under a hash of it. */
export const managed = sqliteTable('managed', {
  hash: text().primaryKey(),
  body: text().notNull(),
})

/** Credentials and settings. */
export const records = sqliteTable(
  'records',
  {
    collection: text().notNull(),
    id: text().notNull(),
    json: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.collection, table.id] })],
)

/**
 * Tables that are their primary key's b-tree (`WITHOUT ROWID`), which drizzle cannot say: a row is one row written, not
 * two. `migrations/generate.ts` adds it to their CREATE TABLE.
 */
export const withoutRowid = ['objects', 'due', 'managed', 'records']
