import { expect, test } from 'vitest'
import { config, key, names, object, type Bed } from './store-bed.ts'

const MINUTE = 60_000
const event = (name: string, count = 1, namespace = 'default') => object('Event', name, { count }, namespace)

export function eventRules(bed: () => Bed): void {
  test('[ST21] Events are read, listed, watched and resumed like other objects, from the same resourceVersions', async () => {
    await bed().use((store) => {
      store.transaction((tx) => {
        tx.insert('events', event('b'))
        tx.insert('configmaps', config('c'))
        tx.insert('events', event('a', 1, 'other'))
        tx.update('events', event('b', 2))
        expect(() => tx.insert('events', event('b'))).toThrow('events "b" already exists')
        expect(() => tx.update('events', event('z'))).toThrow('events "z" not found')
        expect(tx.update('events', event('b', 2)).version).toBe(4)
      })
      store.transaction((tx) => tx.delete(key('events', 'a', 'other')))
    })
    for (const restart of [false, true]) {
      if (restart) await bed().restart('crash')
      await bed().use((store) => {
        expect(store.version).toBe(5)
        expect(names(store.list({ resource: 'events' }))).toEqual(['b'])
        expect(store.get(key('events', 'b'))).toMatchObject({
          version: 4,
          object: { count: 2, metadata: { resourceVersion: '4' } },
        })
        expect(store.get(key('events', 'a', 'other'))).toBeUndefined()
        expect(names(store.list({ resource: 'events', at: 3 }))).toEqual(['b', 'a'])
        expect(store.changes(0).map(({ type, key }) => `${type} ${key.resource} ${key.name}`)).toEqual([
          'ADDED events b',
          'ADDED configmaps c',
          'ADDED events a',
          'MODIFIED events b',
          'DELETED events a',
        ])
        expect(store.changes(1, 'events').map(({ version, before }) => [version, before?.version])).toEqual([
          [3, undefined],
          [4, 1],
          [5, 3],
        ])
        expect(names(store.changes(0, 'events', 'default').map(({ after }) => after))).toEqual(['b', 'b'])
        expect(store.changes(2, 'configmaps')).toEqual([])
      })
    }
  })

  test('[ST22] an hour after its last write an Event is gone, and nothing is written for it', async () => {
    let now = 0
    const options = { now: () => now }
    await bed().use((store) => {
      for (const name of ['a', 'b']) store.transaction((tx) => tx.insert('events', event(name)))
      now = 30 * MINUTE
      store.transaction((tx) => tx.update('events', event('a', 2)))
      now = 60 * MINUTE
      const { rowsWritten } = store.usage
      expect(names(store.list({ resource: 'events' }))).toEqual(['a'])
      expect(store.get(key('events', 'b'))).toBeUndefined()
      expect(store.usage.rowsWritten).toBe(rowsWritten)
    }, options)
    await bed().restart('evict')
    await bed().use((store) => {
      expect(names(store.list({ resource: 'events' }))).toEqual(['a'])
      store.transaction((tx) => tx.insert('events', event('b', 5)))
      expect(store.changes(3)).toMatchObject([{ type: 'ADDED', key: { name: 'b' } }])
      now = 100 * MINUTE
      expect(names(store.list({ resource: 'events' }))).toEqual(['b'])
    }, options)
  })

  test('[ST23] the ring of Events overwrites the oldest, and does not flush the ring of the others', () =>
    bed().use(
      (store) => {
        store.transaction((tx) => tx.insert('configmaps', config('c')))
        for (let round = 1; round <= 9; round++) store.transaction((tx) => tx.insert('events', event(`e${round}`)))
        expect(names(store.list({ resource: 'events' }))).toEqual(['e6', 'e7', 'e8', 'e9'])
        expect(() => store.changes(3, 'events')).toThrow('too old resource version: 3 (6)')
        expect(store.changes(6, 'events')).toHaveLength(4)
        expect(store.changes(0, 'configmaps')).toHaveLength(1)
        expect(store.oldest).toBe(6)
        store.transaction((tx) => tx.update('events', event('e8', 2)))
        expect(names(store.list({ resource: 'events', limit: 2 }))).toEqual(['e7', 'e8'])
        store.transaction((tx) => tx.update('events', event('e7', 2)))
        expect(store.changes(11, 'events')).toMatchObject(
          [{ type: 'MODIFIED', before: { version: 8 }, after: { version: 12 } }]
            .slice(0, 1)
            .map(({ type, after }) => ({ type, after })),
        )
      },
      { ring: 4, events: 4 },
    ))
}
