import { expect, test } from 'vitest'
import { config, key, names, object, type Bed } from './store-bed.ts'
import { raiseFloor, type SqliteStore } from '../../worker/store/sqlite.ts'

const RING = { ring: 4, events: 4 }
const put = (store: SqliteStore, name: string, value: string): void =>
  store.transaction((tx) => {
    const old = tx.get(key('configmaps', name))
    if (old === undefined) tx.insert('configmaps', config(name, value))
    else tx.update('configmaps', config(name, value))
  })
const values = (store: SqliteStore, at?: number): string[] =>
  store
    .list({ resource: 'configmaps', ...(at === undefined ? {} : { at }) })
    .map(({ object }) => `${object.metadata.name}=${(object as unknown as { data: { value: string } }).data.value}`)

export function historyRules(bed: () => Bed): void {
  test('[ST7] a list and the watch that follows it miss nothing and repeat nothing', async () => {
    await bed().use((store) => {
      put(store, 'a', '1')
      const since = store.version
      expect(names(store.list({ resource: 'configmaps' }))).toEqual(['a'])
      put(store, 'a', '2')
      store.transaction((tx) => tx.insert('secrets.example.com', object('Thing', 't', {}, 'other')))
      store.transaction((tx) => tx.delete(key('configmaps', 'a'), config('a', 'last')))
      const all = store.changes(since)
      expect(all.map(({ type, version, before, after }) => [type, version, before?.version, after.version])).toEqual([
        ['MODIFIED', 2, 1, 2],
        ['ADDED', 3, undefined, 3],
        ['DELETED', 4, 2, 4],
      ])
      expect(all[2]!.after.json).toContain('last')
      expect(all[2]!.before!.json).toBe(all[0]!.after.json)
    })
    await bed().restart('evict')
    await bed().use((store) => {
      const versions = (...query: [string?, string?, number?]) =>
        store.changes(1, ...query).map(({ version }) => version)
      expect(versions()).toEqual([2, 3, 4])
      expect(versions('configmaps')).toEqual([2, 4])
      expect(versions('configmaps', 'default', 1)).toEqual([2])
      expect(versions('configmaps', 'other')).toEqual([])
      expect(versions('secrets.example.com', 'other')).toEqual([3])
      expect(store.changes(4)).toEqual([])
      expect(store.changes(99)).toEqual([])
    })
  })

  test('[ST17] past the ring a watch is told 410 Expired in the words of Kubernetes', () =>
    bed().use((store) => {
      for (let round = 1; round <= 10; round++) {
        put(store, 'a', String(round))
        const oldest = Math.max(0, round - 4)
        expect(store.oldest).toBe(oldest)
        for (let since = 0; since <= round; since++)
          if (since >= oldest) expect(store.changes(since)).toHaveLength(round - since)
          else expect(() => store.changes(since)).toThrow(`too old resource version: ${since} (${oldest})`)
      }
    }, RING))

  test('[ST18] a list of an older version is as it was, page by page, and 410 past the ring', () =>
    bed().use((store) => {
      put(store, 'b', '1')
      put(store, 'd', '1')
      put(store, 'f', '1')
      const page = store.list({ resource: 'configmaps', limit: 1 })
      expect(names(page)).toEqual(['b'])
      const at = store.version
      put(store, 'c', '1')
      put(store, 'd', '2')
      put(store, 'd', '3')
      store.transaction((tx) => tx.delete(key('configmaps', 'f')))
      expect(values(store, at)).toEqual(['b=1', 'd=1', 'f=1'])
      expect(values(store, at + 1)).toEqual(['b=1', 'c=1', 'd=1', 'f=1'])
      expect(values(store)).toEqual(['b=1', 'c=1', 'd=3'])
      const next = { resource: 'configmaps', limit: 1, at, after: { namespace: 'default', name: 'b' } }
      expect(store.list(next).map(({ name, version }) => [name, version])).toEqual([['d', 2]])
      expect(names(store.list({ ...next, after: { namespace: 'default', name: 'd' } }))).toEqual(['f'])
      expect(names(store.list({ ...next, namespace: 'other' }))).toEqual([])
      put(store, 'b', '2')
      expect(() => store.list(next)).toThrow(
        /^The provided continue parameter is too old to display a consistent list result\. You can start/,
      )
      expect(() => values(store, at)).toThrow('The resourceVersion for the provided list is too old.')
      expect(() => values(store, 99)).toThrow('Too large resource version: 99, current: 8')
    }, RING))

  test('[ST19] the newest resourceVersion never goes back: reopened, ring emptied, ring resized, restored', async () => {
    const check = async (restart: 'evict' | 'crash', ring: number, version: number, oldest: number) => {
      await bed().restart(restart)
      await bed().use(
        (store) => {
          expect([store.version, store.oldest]).toEqual([version, oldest])
          expect(store.changes(oldest).map(({ version }) => version)).toEqual(
            Array.from({ length: version - oldest }, (_, at) => oldest + at + 1),
          )
        },
        { ring },
      )
    }
    await bed().use(
      (store) => {
        for (let round = 1; round <= 6; round++) put(store, 'a', String(round))
      },
      { ring: 4 },
    )
    await check('evict', 4, 6, 2)
    await check('crash', 9, 6, 4) // grown: the lap before is given up
    await bed().use((store) => put(store, 'a', '7'))
    await check('evict', 9, 7, 4)
    await bed().use((store) => {
      for (let round = 8; round <= 12; round++) put(store, 'a', String(round))
    })
    await check('crash', 9, 12, 4)
    await check('evict', 3, 12, 12) // shrunk: emptied
    await bed().use((store) => put(store, 'a', '13'))
    await check('evict', 3, 13, 12)
    await bed().use((_, sql) => raiseFloor(sql, 1000))
    await check('evict', 3, 1000, 1000)
    await bed().use((store) => {
      put(store, 'a', 'again')
      expect(store.version).toBe(1001)
      expect(() => store.changes(13)).toThrow('too old resource version: 13 (1000)')
    })
    await check('crash', 3, 1001, 1000)
  })

  test('[ST20] a change whose two texts do not fit into one row of Cloudflare is whole all the same', async () => {
    const big = (letter: string) => letter.repeat(1_200_000)
    await bed().use((store) => {
      for (const letter of ['a', 'b', 'c']) put(store, 'big', big(letter))
    }, RING)
    await bed().restart('evict')
    await bed().use((store, sql) => {
      expect(store.changes(1).map(({ before }) => before!.json.includes(big('b')))).toEqual([false, true])
      expect(values(store, 1)).toEqual([`big=${big('a')}`])
      const size = 'SELECT max(length(before) + length(after)) AS size FROM ring'
      expect(sql.exec<{ size: number }>(size).rows[0]?.size ?? 0).toBeLessThan(1_800_000)
      expect(sql.exec('SELECT slot FROM ring_rest').rows).toHaveLength(2)
      for (let round = 0; round < 6; round++) put(store, 'small', String(round))
      expect(sql.exec('SELECT slot FROM ring_rest').rows).toEqual([])
    }, RING)
  })
}
