import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeSql, type NodeSql } from '../../worker/store/node.ts'
import { openStore, type SqliteStore } from '../../worker/store/sqlite.ts'
import type { Bed } from './store-bed.ts'
import { storeContract } from './store.ts'

/** A store in a file. A crash leaves the old connection as it is and opens another. */
async function makeBed(): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'podo-store-'))
  const connections: NodeSql[] = []
  let open: { sql: NodeSql; store: SqliteStore } | undefined
  return {
    async use(work, options = {}) {
      if (open === undefined) {
        const sql = nodeSql(join(folder, 'store.sqlite'))
        connections.push(sql)
        open = { sql, store: openStore(sql, { freeze: true, ...options }) }
      }
      return work(open.store, open.sql)
    },
    async restart(how) {
      if (how === 'evict') connections.pop()?.close()
      open = undefined
    },
    async close() {
      for (const sql of connections) sql.close()
      rmSync(folder, { recursive: true })
    },
  }
}

storeContract('node:sqlite', makeBed)
