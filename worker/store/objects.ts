import type { RowCache } from './cache.ts'
import type { Journal } from './journal.ts'
import { isSealed, keyText, type Rows, StoredRow } from './rows.ts'
import type { Database } from './sql.ts'
import type { Key, Query } from './store.ts'

type ObjectRow = {
  namespace: string
  name: string
  uid: string
  version: number
  owners: string | null
  node: string | null
  managed: string | null
  json: string
  fields: string | null
}

const SELECT =
  'SELECT namespace, name, uid, version, owners, node, managed, json, fields FROM objects WHERE resource = ?'
const ONE = `${SELECT} AND namespace = ? AND name = ?`
const OF_NAMESPACE = `${SELECT} AND namespace = ? AND name > ? ORDER BY name LIMIT ?`
const OF_ALL = `${SELECT} AND (namespace, name) > (?, ?) ORDER BY namespace, name LIMIT ?`
const COUNT_OF_NAMESPACE =
  'SELECT count(*) AS count FROM (SELECT 1 FROM objects WHERE resource = ? AND namespace = ? AND name > ? LIMIT ?)'
const COUNT_OF_ALL =
  'SELECT count(*) AS count FROM (SELECT 1 FROM objects WHERE resource = ? AND (namespace, name) > (?, ?) LIMIT ?)'
const INSERT = `INSERT INTO objects (resource, namespace, name, uid, version, owners, node, managed, json, fields)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const UPDATE = `UPDATE objects SET version = ?, owners = ?, node = ?, managed = ?, json = ?, fields = ?
  WHERE resource = ? AND namespace = ? AND name = ?`
const DELETE = 'DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?'

/** The table of all objects but Events, with the rows used last in memory. */
export class Objects {
  readonly #db: Database
  readonly #journal: Journal
  readonly #rows: Rows
  readonly #cache: RowCache
  #keyProved = false
  /** The key that was sought in vain last: whoever creates asks first, and is asked again by the insert. */
  #missing: string | undefined

  constructor(db: Database, journal: Journal, rows: Rows, cache: RowCache) {
    this.#db = db
    this.#journal = journal
    this.#rows = rows
    this.#cache = cache
  }

  get(key: Key): StoredRow | undefined {
    const text = keyText(key)
    const kept = this.#cache.get(text)
    if (kept !== undefined) return kept
    if (text === this.#missing) return undefined
    const found = this.#db.first<ObjectRow>(ONE, key.resource, key.namespace, key.name)
    if (found === undefined) {
      this.#missing = text
      return undefined
    }
    const row = this.#load(key, found)
    this.#cache.set(text, row)
    return row
  }

  /** As the objects are now; `query.at` is not for this table to answer. */
  list({ resource, namespace, after, limit = -1 }: Query): StoredRow[] {
    return this.#select(resource, namespace, after, limit).map((found) => {
      const key = { resource, namespace: found.namespace, name: found.name }
      const text = keyText(key)
      const kept = this.#cache.get(text)
      if (kept?.version === found.version) return kept
      const row = this.#load(key, found)
      this.#cache.offer(text, row)
      return row
    })
  }

  count({ resource, namespace, after, limit = -1 }: Query): number {
    if (namespace === undefined) {
      const place = [after?.namespace ?? '', after?.name ?? '']
      return this.#db.first<{ count: number }>(COUNT_OF_ALL, resource, ...place, limit)?.count ?? 0
    }
    if (after !== undefined && after.namespace > namespace) return 0
    const name = after?.namespace === namespace ? after.name : ''
    return this.#db.first<{ count: number }>(COUNT_OF_NAMESPACE, resource, namespace, name, limit)?.count ?? 0
  }

  /** Replaces what stands at the key: both undefined never, `before` alone is removed, `after` alone is added. */
  replace(before: StoredRow | undefined, after: StoredRow | undefined): void {
    const key = after ?? before
    if (key === undefined) return
    const place = [key.resource, key.namespace, key.name]
    if (after === undefined) this.#db.run(DELETE, ...place)
    else {
      const { uid, version, owners, node, managed, text, fields } = after.stored
      if (before === undefined) this.#db.run(INSERT, ...place, uid, version, owners, node, managed, text, fields)
      else this.#db.run(UPDATE, version, owners, node, managed, text, fields, ...place)
    }
    this.#remember(keyText(key), after)
    this.#journal.add(() => this.#remember(keyText(key), before))
  }

  /**
   * Throws where the keys given cannot open what is stored, before the first Secret is sealed: a wrong key must not add
   * Secrets of its own beside those that it cannot read.
   */
  proveKey(resource: string): void {
    if (this.#keyProved || !isSealed(resource)) return
    const found = this.#db.first<ObjectRow>(`${SELECT} LIMIT 1`, resource)
    if (found !== undefined) this.#load({ resource, namespace: found.namespace, name: found.name }, found)
    this.#keyProved = true
  }

  #select(resource: string, namespace: string | undefined, after: Query['after'], limit: number): ObjectRow[] {
    if (namespace === undefined)
      return this.#db.all<ObjectRow>(OF_ALL, resource, after?.namespace ?? '', after?.name ?? '', limit)
    if (after !== undefined && after.namespace > namespace) return []
    return this.#db.all<ObjectRow>(
      OF_NAMESPACE,
      resource,
      namespace,
      after?.namespace === namespace ? after.name : '',
      limit,
    )
  }

  #load(key: Key, { uid, version, owners, node, managed, json, fields }: ObjectRow): StoredRow {
    return this.#rows.load(key, { uid, version, owners, node, managed, text: json, fields })
  }

  #remember(key: string, row: StoredRow | undefined): void {
    this.#missing = undefined
    if (row === undefined) this.#cache.delete(key)
    else this.#cache.set(key, row)
  }
}
