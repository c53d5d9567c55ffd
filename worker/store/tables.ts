import { Bodies } from './bodies.ts'
import { RowCache } from './cache.ts'
import { Waiting } from './due.ts'
import { Events } from './events.ts'
import { Journal } from './journal.ts'
import { Log } from './log.ts'
import { migrate, type Meta, type Migration, type Sizes } from './migrate.ts'
import { Objects } from './objects.ts'
import { Ring } from './ring.ts'
import { Rows } from './rows.ts'
import { noSealer } from './seal.ts'
import { Database, type Sql } from './sql.ts'
import type { Sealer } from './store.ts'
import { Views } from './views.ts'

export interface StoreOptions {
  /** How many of the last changes watches and consistent pages can go back. Growing it may forget some, shrinking it empties it. */
  readonly ring?: number
  /** How many writes of Events are held; those of the last hour are served. */
  readonly events?: number
  /** Without one, Secrets are refused by name. */
  readonly sealer?: Sealer
  /** Milliseconds since the epoch; only the life of Events depends on it. */
  readonly now?: () => number
  /** Memory for rows used last. */
  readonly cacheBytes?: number
  /** Freezes the objects that rows give out, so that a caller who changes one throws. Costs a walk over each. */
  readonly freeze?: boolean
  /** The steps of the schema that this code knows. */
  readonly migrations?: readonly Migration[]
}

/** On the Free plan (100,000 rows a day) the ring is eight hours of nothing but updates, that of Events two of nothing but Events. */
const SIZES: Sizes = { ring: 16_384, events: 8_192 }
const CACHE_BYTES = 16 * 1024 * 1024

/** Everything that one open store has: its tables, and what it keeps in memory of them. */
export class Tables {
  readonly db: Database
  readonly journal = new Journal()
  readonly objects: Objects
  readonly log: Log
  readonly events: Events
  readonly views: Views
  readonly waiting: Waiting
  readonly rows: Rows
  readonly floor: number

  constructor(sql: Sql, options: StoreOptions) {
    const { db, journal } = { db: new Database(sql), journal: this.journal }
    this.db = db
    const sizes = { ring: options.ring ?? SIZES.ring, events: options.events ?? SIZES.events }
    const meta = fit(db, journal, migrate(db, sizes, options.migrations), sizes)
    this.floor = meta.floor
    this.rows = new Rows(new Bodies(db, journal), options.sealer ?? noSealer, options.freeze ?? false)
    const cache = new RowCache(options.cacheBytes ?? CACHE_BYTES)
    const [ring, events] = rings(db, journal, meta)
    this.objects = new Objects(db, journal, this.rows, cache)
    this.log = new Log(db, journal, this.rows, ring)
    this.events = new Events(db, journal, this.rows, cache, events, options.now ?? Date.now)
    this.views = new Views(db, journal)
    this.waiting = new Waiting(db, journal)
  }

  /** The newest resourceVersion. */
  get version(): number {
    return Math.max(this.floor, this.log.ring.newest, this.events.ring.newest)
  }
}

const rings = (db: Database, journal: Journal, { ring, events, floor }: Meta): [Ring, Ring] => [
  new Ring(db, journal, 'ring', ring, floor),
  new Ring(db, journal, 'events', events, floor),
]

/**
 * Makes the rings as large as asked, and the floor says from where they answer. One that shrinks is emptied, and the
 * floor keeps the newest version.
 */
function fit(db: Database, journal: Journal, meta: Meta, sizes: Sizes): Meta {
  if (meta.ring === sizes.ring && meta.events === sizes.events) return meta
  const [ring, events] = rings(db, journal, meta)
  const shrinks = { ring: sizes.ring < meta.ring, events: sizes.events < meta.events }
  const newest = Math.max(meta.floor, ring.newest, events.newest)
  const grown = Math.max(sizes.ring > meta.ring ? ring.lap() : 0, sizes.events > meta.events ? events.lap() : 0)
  const floor = shrinks.ring || shrinks.events ? newest : Math.max(meta.floor, grown)
  db.transaction(() => {
    if (shrinks.ring) {
      db.run('DELETE FROM ring')
      db.run('DELETE FROM ring_rest')
    }
    if (shrinks.events) db.run('DELETE FROM events')
    db.run('UPDATE meta SET floor = ?, ring = ?, events = ? WHERE id = 1', floor, sizes.ring, sizes.events)
  })
  return { ...sizes, floor }
}
