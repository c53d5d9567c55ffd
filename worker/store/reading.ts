import { EVENTS } from './events.ts'
import { expired, tooNew, tooOld } from './failures.ts'
import type { StoredChange } from './log.ts'
import { listPast } from './past.ts'
import type { StoredRow } from './rows.ts'
import type { Key, Query, Reader } from './store.ts'
import type { Tables } from './tables.ts'

/** What can be asked of the tables, inside a transaction and outside. */
export class Reading implements Reader {
  protected readonly tables: Tables

  constructor(tables: Tables) {
    this.tables = tables
  }

  get version(): number {
    return this.tables.version
  }

  get oldest(): number {
    return this.#oldest(undefined)
  }

  get(key: Key): StoredRow | undefined {
    return key.resource === EVENTS ? this.tables.events.get(key) : this.tables.objects.get(key)
  }

  list(query: Query): StoredRow[] {
    const { resource, namespace, at } = query
    const { objects, events, log } = this.tables
    if (at !== undefined) this.#reach(at, query)
    if (resource === EVENTS) return events.list(query, at)
    if (at === undefined || at >= log.ring.newest) return objects.list(query)
    return listPast(query, log.changes(at, resource, namespace), (today) => objects.list(today))
  }

  count(query: Query): number {
    const { resource, at } = query
    const { objects, log } = this.tables
    const isToday = resource !== EVENTS && (at === undefined || (at <= this.version && at >= log.ring.newest))
    return isToday ? objects.count(query) : this.list(query).length
  }

  owned(uid: string): StoredRow[] {
    return this.#all(this.tables.views.owned(uid))
  }

  onNode(node: string): StoredRow[] {
    return this.#all(this.tables.views.onNode(node))
  }

  few(resource: string, namespace: string): StoredRow[] {
    return this.#all(this.tables.views.few(resource, namespace))
  }

  changes(since: number, resource?: string, namespace?: string, limit?: number): StoredChange[] {
    const { log, events, version } = this.tables
    if (since >= version) return []
    const oldest = this.#oldest(resource)
    if (since < oldest) throw tooOld(since, oldest)
    if (resource === EVENTS) return events.changes(since, namespace, limit)
    if (resource !== undefined) return log.changes(since, resource, namespace, limit)
    const both = [...log.changes(since, resource, namespace, limit), ...events.changes(since, namespace, limit)]
    return both.sort((a, b) => a.version - b.version).slice(0, limit)
  }

  #all(keys: readonly Key[]): StoredRow[] {
    return keys.flatMap((key) => this.tables.objects.get(key) ?? [])
  }

  #oldest(resource: string | undefined): number {
    const { log, events } = this.tables
    if (resource === EVENTS) return events.ring.oldest()
    if (resource !== undefined) return log.ring.oldest()
    return Math.max(log.ring.oldest(), events.ring.oldest())
  }

  /** Throws where a list as of `at` cannot be made. */
  #reach(at: number, { resource, after }: Query): void {
    if (at > this.version) throw tooNew(at, this.version)
    if (at < this.version && at < this.#oldest(resource)) throw expired(after !== undefined)
  }
}
