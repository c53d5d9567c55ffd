import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import { respondError } from '../http/respond.ts'
import { durableSql } from '../store/durable.ts'
import { nodeSql, type NodeSql } from '../store/node.ts'
import type { SqlValue } from '../store/sql.ts'
import { openStore, type SqliteStore } from '../store/sqlite.ts'
import { DaySpentError } from '../store/store.ts'

/** A Durable Object's storage whose day is over after so many rows: what Cloudflare does on the Free plan. */
let below: NodeSql
let left: number
let store: SqliteStore

beforeEach(() => {
  below = nodeSql(':memory:')
  left = Infinity
  const exec = (text: string, ...params: SqlValue[]) => {
    if (!text.startsWith('SELECT') && left <= 0)
      throw new Error('Exceeded allowed rows written in Durable Objects free tier.')
    const result = below.exec(text, ...params)
    left -= result.rowsWritten
    return { ...result, toArray: () => result.rows }
  }
  store = openStore(
    durableSql({
      sql: {
        exec,
        get databaseSize() {
          return below.bytes
        },
      },
      transactionSync: (work) => below.transaction(work),
    }),
  )
})
afterEach(() => below.close())

const configMap = (name: string): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns', uid: name, resourceVersion: '', creationTimestamp: '' },
})
const put = (...names: string[]) =>
  store.transaction((tx) => names.forEach((name) => tx.insert('configmaps', configMap(name))))
const names = () => store.list({ resource: 'configmaps' }).map(({ name }) => name)

test('[QT7] a day that ends in the middle of a transaction leaves nothing of it, and what was acknowledged stays', () => {
  put('a')
  const { version } = store
  left = 3
  expect(() => put('b', 'c')).toThrow(DaySpentError)
  expect([names(), store.version]).toEqual([['a'], version])
  expect(store.changes(0).map(({ key }) => key.name)).toEqual(['a'])
  left = Infinity
  put('b')
  expect([names(), store.version]).toEqual([['a', 'b'], version + 1])
})

test('[QT7] who wrote is told one sentence, without a time after which clients would try again by themselves', async () => {
  const answer = respondError(new DaySpentError('x'), new Request('https://podo/api'))
  expect(answer.status).toBe(429)
  expect(answer.headers.has('retry-after')).toBe(false)
  expect(await answer.json()).toMatchObject({
    reason: 'TooManyRequests',
    message: expect.stringMatching(/^the day's quota of the platform is spent, and nothing was changed: .* 00:00 UTC/),
  })
})
