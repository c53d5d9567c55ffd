import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { EVENTS } from './events.ts'
import { alreadyExists, notFound } from './failures.ts'
import type { StoredChange } from './log.ts'
import { Reading } from './reading.ts'
import { records } from './records.ts'
import { keyOf, type StoredRow } from './rows.ts'
import type { Due, Key, Records, Tx } from './store.ts'
import type { Tables } from './tables.ts'

/** One open transaction. */
export class Writing extends Reading implements Tx {
  readonly changed: StoredChange[] = []
  readonly records: Records
  /** A failure below the API's own: what was written may be half of something, so it must not be committed. */
  broken: Error | undefined
  #over = false

  constructor(tables: Tables) {
    super(tables)
    this.records = records(tables.db, () => this.#check())
  }

  /** Called when the transaction ends, however it ends. */
  end(): void {
    this.#over = true
  }

  insert(resource: string, object: Resource): StoredRow {
    return this.#write(() => {
      const key = keyOf(resource, object)
      const { objects, events, rows } = this.tables
      const version = this.version + 1
      if (resource === EVENTS) return this.#note(events.insert(key, object, version))
      if (objects.get(key) !== undefined) throw alreadyExists(key)
      objects.proveKey(resource)
      return this.#apply({ version, key, type: 'ADDED', after: rows.make(key, object, version) })
    })
  }

  update(resource: string, object: Resource): StoredRow {
    return this.#write(() => {
      const key = keyOf(resource, object)
      const { events, rows } = this.tables
      const version = this.version + 1
      const before = this.get(key)
      if (before === undefined) throw notFound(key)
      if (before.uid !== object.metadata.uid) throw changesUid(key, before.uid, object.metadata.uid)
      if (rows.same(before, object)) return before
      if (resource === EVENTS) return this.#note(events.update(key, before, object, version))
      return this.#apply({ version, key, type: 'MODIFIED', before, after: rows.make(key, object, version) })
    })
  }

  delete(key: Key, last?: Resource): StoredRow {
    return this.#write(() => {
      const { events, rows } = this.tables
      const version = this.version + 1
      const before = this.get(key)
      if (before === undefined) throw notFound(key)
      if (key.resource === EVENTS) return this.#note(events.delete(key, before, last ?? before.object, version))
      const plain = { resource: key.resource, namespace: key.namespace, name: key.name }
      const after = rows.make(plain, last ?? before.object, version)
      return this.#apply({ version, key: plain, type: 'DELETED', before, after })
    })
  }

  postpone(due: Due): void {
    this.#write(() => this.tables.waiting.postpone(due))
  }

  settle(key: string): void {
    this.#write(() => this.tables.waiting.settle(key))
  }

  due(now: number, limit: number): Due[] {
    return this.tables.waiting.due(now, limit)
  }

  nextDue(): number | undefined {
    return this.tables.waiting.next()
  }

  /** Objects, their ring and the views, all together. */
  #apply(change: StoredChange): StoredRow {
    const { objects, views, log } = this.tables
    const after = change.type === 'DELETED' ? undefined : change.after
    objects.replace(change.before, after)
    views.replace(change.before, after)
    log.append(change)
    return this.#note(change)
  }

  #note(change: StoredChange): StoredRow {
    this.changed.push(change)
    return change.after
  }

  #write<T>(work: () => T): T {
    this.#check()
    try {
      return work()
    } catch (error) {
      if (!(error instanceof StatusError)) this.broken ??= error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }

  #check(): void {
    if (this.#over) throw new Error('This transaction is over: what was kept of it for later cannot write.')
  }
}

/** The registry's precondition says it to clients; here it is the last line. */
const changesUid = (key: Key, before: string, after: string) =>
  new StatusError('Conflict', `Precondition failed: UID in precondition: ${after}, UID in object meta: ${before}`, {
    name: key.name,
  })
