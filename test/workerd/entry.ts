import { DurableObject } from 'cloudflare:workers'
import { durableSql } from '../../worker/store/durable.ts'
import type { Sql } from '../../worker/store/sql.ts'
import { openStore, type SqliteStore, type StoreOptions } from '../../worker/store/sqlite.ts'

/** Exists only so that the store's contract runs on a Durable Object's SQLite. Its memory goes when it is evicted. */
export class Cluster extends DurableObject {
  readonly sql: Sql = durableSql(this.ctx.storage)
  #store: SqliteStore | undefined

  /** The store, opened with these options by the first call of this instance. */
  open(options: StoreOptions): SqliteStore {
    return (this.#store ??= openStore(this.sql, { freeze: true, ...options }))
  }
}

/** The real control plane beside it, for what only the runtime shows: bridged watches, hibernation, alarms. */
export { Cluster as ControlPlane } from '../../worker/cluster.ts'
export { Stream } from '../../worker/streams/stream.ts'

export default {
  fetch: () => new Response('This Worker only runs tests.', { status: 404 }),
}
