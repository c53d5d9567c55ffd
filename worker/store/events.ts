import type { RowCache } from './cache.ts'
import { alreadyExists } from './failures.ts'
import type { Journal } from './journal.ts'
import type { StoredChange } from './log.ts'
import { comparePlaces } from './order.ts'
import type { Ring } from './ring.ts'
import { keyText, type Rows, type StoredRow } from './rows.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Database } from './sql.ts'
import type { Change, Key, Query } from './store.ts'

export const EVENTS = 'events'
/** kube-apiserver's --event-ttl, from the last write of an Event. Milliseconds. */
const TTL = 60 * 60 * 1000
/** How many slots one statement looks at when the live Events are sought. */
const STEP = 256

/** Where the newest row of an Event is. */
interface Place {
  readonly namespace: string
  readonly name: string
  readonly slot: number
  readonly version: number
  readonly written: number
}

type PlaceRow = {
  slot: number
  version: number
  written: number
  type: Change['type']
  namespace: string
  name: string
}
type BodyRow = { slot: number; version: number; uid: string; json: string }
type ChangeRow = {
  version: number
  type: Change['type']
  namespace: string
  name: string
  uid: string
  json: string
  previous: number | null
  before: string | null
}

const APPEND = `INSERT OR REPLACE INTO events (slot, version, written, type, namespace, name, uid, previous_slot, previous, json)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const PLACES = `SELECT slot, version, written, type, namespace, name FROM events WHERE slot BETWEEN ? AND ? ORDER BY slot DESC`
const BODIES = 'SELECT slot, version, uid, json FROM events WHERE slot IN (SELECT value FROM json_each(?))'
const SELECT = `SELECT e.version, e.type, e.namespace, e.name, e.uid, e.json, p.version AS previous, p.json AS before
  FROM events e LEFT JOIN events p ON p.slot = e.previous_slot AND p.version = e.previous
  WHERE e.slot BETWEEN ? AND ?`
const ALL = `${SELECT} ORDER BY e.slot LIMIT ?`
const OF_NAMESPACE = `${SELECT} AND e.namespace = ? ORDER BY e.slot LIMIT ?`

/**
 * Events: a ring that is their only table. A write (of any kind) takes the next slot, one row; the newest row of a name
 * is the Event; an hour after its last write it is no longer there, without any row written and without a DELETED, and
 * its slot is taken again when the ring comes round. Should more Events be written within an hour than there are slots,
 * the oldest go sooner. Names are found in memory, where an index of the last hour is built when first needed.
 */
export class Events {
  readonly ring: Ring
  readonly #db: Database
  readonly #journal: Journal
  readonly #rows: Rows
  readonly #cache: RowCache
  readonly #now: () => number
  /** Live Events, those written first in front. */
  #live: Map<string, Place> | undefined

  constructor(db: Database, journal: Journal, rows: Rows, cache: RowCache, ring: Ring, now: () => number) {
    this.ring = ring
    this.#db = db
    this.#journal = journal
    this.#rows = rows
    this.#cache = cache
    this.#now = now
  }

  get(key: Key): StoredRow | undefined {
    const place = this.#places().get(keyText(key))
    return place === undefined ? undefined : this.#fetch([place])[0]
  }

  /** As of `at`, which the ring still reaches, or as they are now. */
  list({ namespace, after, limit = Infinity }: Query, at = Infinity): StoredRow[] {
    const places = [...(at >= this.ring.newest ? this.#places() : this.#scan(at)).values()]
      .filter((place) => namespace === undefined || place.namespace === namespace)
      .filter((place) => after === undefined || comparePlaces(place, after) > 0)
      .sort(comparePlaces)
    return this.#fetch(places.slice(0, limit))
  }

  insert(key: Key, object: Resource, version: number): StoredChange {
    if (this.#places().has(keyText(key))) throw alreadyExists(key)
    const after = this.#rows.make(key, object, version)
    this.#append('ADDED', key, after)
    return { version, key, type: 'ADDED', after }
  }

  update(key: Key, before: StoredRow, object: Resource, version: number): StoredChange {
    const after = this.#rows.make(key, object, version)
    this.#append('MODIFIED', key, after)
    return { version, key, type: 'MODIFIED', before, after }
  }

  delete({ namespace, name }: Key, before: StoredRow, last: Resource, version: number): StoredChange {
    const key = { resource: EVENTS, namespace, name }
    const after = this.#rows.make(key, last, version)
    this.#append('DELETED', key, after)
    return { version, key, type: 'DELETED', before, after }
  }

  /** Changes above `since`, oldest first. `before` is absent also where its row is gone from the ring. */
  changes(since: number, namespace?: string, limit = Infinity): StoredChange[] {
    const found: StoredChange[] = []
    for (const [from, to] of this.ring.after(since)) {
      const left = limit === Infinity ? -1 : limit - found.length
      const rows =
        namespace === undefined
          ? this.#db.all<ChangeRow>(ALL, from, to, left)
          : this.#db.all<ChangeRow>(OF_NAMESPACE, from, to, namespace, left)
      for (const row of rows) found.push(this.#change(row))
    }
    return found
  }

  #append(type: Change['type'], key: Key, row: StoredRow): void {
    const places = this.#places()
    const { namespace, name, version } = row
    const text = keyText(key)
    const before = places.get(text)
    const slot = this.ring.take(version)
    const written = this.#now()
    const previous = [before?.slot ?? null, before?.version ?? null]
    this.#db.run(APPEND, slot, version, written, type, namespace, name, row.uid, ...previous, row.stored.text)
    // A rollback restores the order of the index by building it again.
    this.#journal.add(() => {
      this.#live = undefined
      this.#cache.delete(text)
    })
    for (const [other, place] of places) {
      if (place.slot === slot) places.delete(other)
      break
    }
    places.delete(text)
    this.#cache.delete(text)
    if (type === 'DELETED') return
    places.set(text, { namespace, name, slot, version, written })
    this.#cache.set(text, row)
  }

  #places(): Map<string, Place> {
    this.#live ??= this.#scan(Infinity)
    const horizon = this.#now() - TTL
    for (const [text, place] of this.#live) {
      if (place.written > horizon) break
      this.#live.delete(text)
      this.#cache.delete(text)
    }
    return this.#live
  }

  /** The Events as of a version, by looking back over an hour. */
  #scan(at: number): Map<string, Place> {
    const horizon = this.#now() - TTL
    const found: [string, Place][] = []
    const seen = new Set<string>()
    for (const [from, to] of this.ring.backwards(STEP)) {
      const rows = this.#db.all<PlaceRow>(PLACES, from, to)
      for (const { type, ...place } of rows) {
        const text = keyText({ resource: EVENTS, ...place })
        if (place.version > at || seen.has(text)) continue
        seen.add(text)
        if (type !== 'DELETED' && place.written > horizon) found.push([text, place])
      }
      const oldest = rows.at(-1)
      if (oldest !== undefined && oldest.written <= horizon) break
    }
    return new Map(found.toReversed())
  }

  #fetch(places: readonly Place[]): StoredRow[] {
    const missing: number[] = []
    const kept = places.map((place) => {
      const row = this.#cache.get(keyText({ resource: EVENTS, ...place }))
      if (row?.version === place.version) return row
      missing.push(place.slot)
      return undefined
    })
    const bodies = missing.length === 0 ? [] : this.#db.all<BodyRow>(BODIES, JSON.stringify(missing))
    const bySlot = new Map(bodies.map((body) => [body.slot, body]))
    return places.map((place, at) => kept[at] ?? this.#load(place, bySlot.get(place.slot)))
  }

  #load(place: Place, body: BodyRow | undefined): StoredRow {
    if (body === undefined) throw new Error(`The store's Event slot ${place.slot} is empty: it is damaged.`)
    const key = { resource: EVENTS, namespace: place.namespace, name: place.name }
    const row = this.#row(key, body.uid, body.version, body.json)
    this.#cache.offer(keyText(key), row)
    return row
  }

  #row(key: Key, uid: string, version: number, text: string): StoredRow {
    return this.#rows.load(key, { uid, version, text, managed: null, fields: null, owners: null, node: null })
  }

  #change({ version, type, namespace, name, uid, json, previous, before }: ChangeRow): StoredChange {
    const key = { resource: EVENTS, namespace, name }
    const after = this.#row(key, uid, version, json)
    if (previous === null || before === null) return { version, type, key, after }
    return { version, type, key, before: this.#row(key, uid, previous, before), after }
  }
}
