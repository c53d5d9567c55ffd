import { expect, test } from 'vitest'
import type { Sql } from '../../worker/store/sql.ts'
import type { SqliteStore } from '../../worker/store/sqlite.ts'
import type { Tx } from '../../worker/store/store.ts'
import { config, key, object, pod, type Bed } from './store-bed.ts'

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u1', controller: true }
const life = (name: string, status: object, more: object = {}) =>
  pod(name, { metadata: { ownerReferences: [owner], ...more }, spec: { nodeName: 'n1' }, status })

/** Rows that the work wrote and read. */
function cost(store: SqliteStore, work: (tx: Tx) => unknown): { written: number; read: number } {
  const before = store.usage
  store.transaction((tx) => {
    work(tx)
  })
  const after = store.usage
  return { written: after.rowsWritten - before.rowsWritten, read: after.rowsRead - before.rowsRead }
}

/** Fills a ring as it is after many laps, with its newest entry in the middle. */
function fill(sql: Sql, table: 'ring' | 'events', size: number): void {
  const version = `CASE WHEN slot <= ${size / 3} THEN ${size} + slot ELSE slot END`
  const columns =
    table === 'ring'
      ? `type, resource, namespace, name, uid, split, after) SELECT slot, ${version}, 'ADDED', 'pods', 'a', 'b', 'c', 0, '{}'`
      : `type, namespace, name, uid, written, json) SELECT slot, ${version}, 'ADDED', 'a', 'b' || slot, 'c', 0, '{}'`
  sql.exec(
    `WITH RECURSIVE slots (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < ${size - 1})
     INSERT INTO ${table} (slot, version, ${columns} FROM slots`,
  )
}

export function costRules(bed: () => Bed): void {
  test('[ST33] create, update and delete write two rows each, an Event one, a read none', () =>
    bed().use((store) => {
      const written = (work: (tx: Tx) => unknown) => cost(store, work).written
      expect(written((tx) => tx.insert('pods', life('a', {})))).toBe(2)
      expect(written((tx) => tx.update('pods', life('a', { phase: 'Running' })))).toBe(2)
      expect(written((tx) => tx.insert('events', object('Event', 'e')))).toBe(1)
      expect(written((tx) => tx.update('events', object('Event', 'e', { count: 2 })))).toBe(1)
      expect(
        written((tx) => [
          tx.get(key('pods', 'a')),
          tx.list({ resource: 'pods', at: 1 }),
          tx.changes(0),
          tx.owned('u1'),
        ]),
      ).toBe(0)
      expect(written((tx) => [tx.onNode('n1'), tx.list({ resource: 'events' }), tx.due(9, 9), tx.nextDue()])).toBe(0)
      expect(written((tx) => tx.delete(key('pods', 'a')))).toBe(2)
      expect(written((tx) => tx.postpone({ key: 'k', at: 1 }))).toBe(1)
      expect(written((tx) => tx.postpone({ key: 'k', at: 1 }))).toBe(0)
      expect(written((tx) => tx.postpone({ key: 'k', at: 2 }))).toBe(1)
      expect(written((tx) => tx.settle('k'))).toBe(1)
      expect(written((tx) => tx.records.put('a', 'b', '1'))).toBe(1)
      expect(written((tx) => tx.records.put('a', 'b', '1'))).toBe(0)
      expect(written((tx) => tx.records.delete('a', 'b'))).toBe(1)
      // Managed fields cost one row where a second object has them, and none where nobody else has.
      const owned = (name: string) => object('ConfigMap', name, { metadata: { managedFields: [{}] } })
      expect(['m', 'n', 'o'].map((name) => written((tx) => tx.insert('configmaps', owned(name))))).toEqual([2, 3, 2])
    }))

  test('[ST34] a Pod of a ReplicaSet writes 16 rows in its whole life, also where the ring comes round', async () => {
    await bed().use(
      (store) => {
        for (const name of ['a', 'b', 'c']) {
          const steps: ((tx: Tx) => unknown)[] = [
            (tx) => tx.insert('pods', pod(name, { metadata: { ownerReferences: [owner] }, spec: {} })),
            (tx) => tx.update('pods', life(name, { phase: 'Pending' })),
            ...['Scheduled', 'Started', 'Ready'].map((step) => (tx: Tx) => tx.update('pods', life(name, { step }))),
            (tx) => tx.update('pods', life(name, {}, { deletionTimestamp: '2026-11-24T01:00:00Z' })),
            (tx) => tx.update('pods', life(name, { phase: 'Failed' }, { deletionTimestamp: '2026-11-24T01:00:00Z' })),
            (tx) => tx.delete(key('pods', name)),
          ]
          expect(steps.reduce((sum, step) => sum + cost(store, step).written, 0)).toBe(16)
        }
      },
      { ring: 8 },
    )
  })

  test('[ST35] a wake reads at most 64 rows and writes none, however much is stored', async () => {
    await bed().use((store, sql) => {
      fill(sql, 'ring', 16_384)
      fill(sql, 'events', 8_192)
      store.transaction((tx) => {
        for (let at = 0; at < 20; at++) tx.postpone({ key: `k${at}`, at })
      })
    })
    await bed().restart('evict')
    await bed().use((store) => {
      expect(store.version).toBe(16_384 + Math.floor(16_384 / 3))
      expect(store.usage.rowsRead).toBeLessThanOrEqual(44)
      expect(store.transaction((tx) => tx.nextDue())).toBe(0)
      expect(store.changes(store.version)).toEqual([])
      expect(store.usage).toMatchObject({ rowsWritten: 0 })
      expect(store.usage.rowsRead).toBeLessThanOrEqual(64)
    })
  })

  test('[ST36] a read costs the rows that it answers, a resumption what it missed, a page its own length', async () => {
    await bed().use((store) => {
      store.transaction((tx) => {
        for (let at = 100; at < 400; at++) tx.insert('configmaps', config(`c${at}`, '', at % 2 === 0 ? 'even' : 'odd'))
      })
    })
    await bed().restart('evict')
    await bed().use((store) => {
      const read = (work: (tx: Tx) => unknown) => cost(store, work).read
      expect(read((tx) => tx.list({ resource: 'configmaps', limit: 50 }))).toBeLessThanOrEqual(51)
      expect(
        read((tx) => tx.list({ resource: 'configmaps', limit: 50, after: { namespace: 'even', name: 'c300' } })),
      ).toBeLessThanOrEqual(51)
      expect(
        read((tx) =>
          tx.list({ resource: 'configmaps', namespace: 'odd', limit: 50, after: { namespace: 'odd', name: 'c201' } }),
        ),
      ).toBeLessThanOrEqual(51)
      expect(read((tx) => tx.get(key('configmaps', 'c399', 'odd')))).toBe(1)
      expect(read((tx) => tx.get(key('configmaps', 'c399', 'odd')))).toBe(0)
      expect(read((tx) => tx.get(key('configmaps', 'none', 'odd')))).toBe(0)
      expect(read((tx) => tx.changes(290))).toBeLessThanOrEqual(30)
      expect(read((tx) => tx.list({ resource: 'configmaps', limit: 10, at: 299 }))).toBeLessThanOrEqual(30)
    })
  })

  test('[ST37] rows in memory are bounded in bytes: what was not used for longest is read again', () =>
    bed().use(
      (store) => {
        store.transaction((tx) => {
          for (let at = 0; at < 20; at++) tx.insert('configmaps', config(`c${at}`, 'x'.repeat(2000)))
        })
        const read = (name: string) => cost(store, (tx) => tx.get(key('configmaps', name))).read
        expect(read('c19')).toBe(0)
        expect(read('c0')).toBe(1)
        expect(read('c0')).toBe(0)
        store.list({ resource: 'configmaps' })
        expect(read('c0')).toBe(0)
      },
      { cacheBytes: 60_000 },
    ))
}
