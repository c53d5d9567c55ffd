import { expect, test } from 'vitest'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Change, Store, Tx } from '../../worker/store/store.ts'
import { config, key, names, object, pod, type Bed } from './store-bed.ts'

/** Never run: the compiler checks it. */
export function asyncDoesNotCompile(store: Store): void {
  // @ts-expect-error an asynchronous transaction would commit before its work is done
  store.transaction(async (tx) => tx.get(key('pods', 'a')))
  // @ts-expect-error neither may a promise be returned by other means
  store.transaction(() => Promise.resolve(1))
}

/** All that a transaction can touch, as a reader sees it. */
const everything = (store: Store, tx: Tx) => ({
  version: store.version,
  lists: ['pods', 'secrets', 'configmaps', 'events'].map((resource) =>
    store.list({ resource }).map(({ json }) => json),
  ),
  got: store.get(key('pods', 'a'))?.json,
  owned: names(store.owned('u1')),
  onNode: names(store.onNode('n1')),
  changes: store.changes(0).map(({ version, type, after }) => [version, type, after.json]),
  due: tx.due(Infinity, 100),
  next: tx.nextDue(),
  records: tx.records.all('tokens'),
})

const podOn = (name: string, node: string, uid: string) =>
  pod(name, {
    metadata: {
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }],
      managedFields: [{ manager: node }],
    },
    spec: { nodeName: node },
  })

function writeALittleOfAll(tx: Tx, round: string): void {
  tx.insert('pods', podOn(`new-${round}`, 'n1', 'u1'))
  tx.update('pods', podOn('a', 'n2', 'u2'))
  tx.delete(key('configmaps', 'c'))
  tx.update('events', object('Event', 'e', { count: 2 }))
  tx.insert('events', object('Event', 'f'))
  tx.postpone({ key: 'k', at: 7 })
  tx.settle('l')
  tx.records.put('tokens', 't', '2')
  tx.records.delete('tokens', 'u')
}

export function transactionRules(bed: () => Bed): void {
  test('[ST10] a throw takes back everything, in the database and in memory', async () => {
    await bed().use((store) => {
      store.transaction((tx) => {
        tx.insert('pods', podOn('a', 'n1', 'u1'))
        tx.insert('configmaps', config('c'))
        tx.insert('events', object('Event', 'e'))
        tx.postpone({ key: 'k', at: 5 })
        tx.postpone({ key: 'l', at: 6 })
        tx.records.put('tokens', 't', '1')
        tx.records.put('tokens', 'u', '1')
      })
    })
    const look = () => bed().use((store) => store.transaction((tx) => everything(store, tx)))
    const before = await look()
    const heard = await bed().use((store) => {
      const heard: (readonly Change[])[] = []
      store.subscribe((changes) => heard.push(changes))
      expect(() =>
        store.transaction((tx) => {
          writeALittleOfAll(tx, 'one')
          expect(everything(store, tx)).not.toEqual(before)
          throw new Error('no')
        }),
      ).toThrow('no')
      return heard
    })
    expect(heard).toEqual([])
    expect(await look()).toEqual(before)
    await bed().use((store) => store.transaction((tx) => writeALittleOfAll(tx, 'two')))
    const after = await look()
    expect(after.version).toBe(before.version + 5)
    await bed().restart('crash')
    expect(await look()).toEqual(after)
  })

  test('[ST11] a refusal inside a transaction takes back only what was refused', () =>
    bed().use((store) => {
      store.transaction((tx) => {
        tx.insert('pods', pod('a'))
        expect(() => tx.insert('pods', pod('a'))).toThrow(StatusError)
        tx.insert('pods', pod('b'))
      })
      expect(names(store.list({ resource: 'pods' }))).toEqual(['a', 'b'])
      expect(store.version).toBe(2)
    }))

  test('[ST12] a failure of the database inside a transaction is not committed, even where the work goes on', () =>
    bed().use((store) => {
      const broken = pod('b', { metadata: { uid: undefined } })
      expect(() =>
        store.transaction((tx) => {
          tx.insert('pods', pod('a'))
          expect(() => tx.insert('pods', broken)).toThrow()
        }),
      ).toThrow()
      expect(store.list({ resource: 'pods' })).toEqual([])
      expect(store.version).toBe(0)
    }))

  test('[ST13] transactions do not nest, do not wait, and are over when they are over', () =>
    bed().use((store) => {
      expect(() => store.transaction(() => store.transaction(() => 1))).toThrow('transactions do not nest')
      const cheat = (tx: Tx): number => {
        tx.insert('pods', pod('a'))
        // A cast past the compiler, as careless code might do.
        return Promise.resolve(1) as unknown as number
      }
      expect(() => store.transaction(cheat)).toThrow('must not be asynchronous')
      let kept: Tx | undefined
      store.transaction((tx) => {
        kept = tx
      })
      expect(() => kept?.insert('pods', pod('a'))).toThrow('over')
      expect(() => kept?.records.put('tokens', 't', '1')).toThrow('over')
      expect(store.list({ resource: 'pods' })).toEqual([])
      expect(store.transaction(() => 'value')).toBe('value')
    }))

  test('[ST14] listeners hear each commit that changed objects once, in order, also those that listeners make', () =>
    bed().use((store) => {
      const heard: string[] = []
      store.subscribe((changes) => {
        heard.push(`first ${changes.map(({ version }) => version).join(',')}`)
        if (changes[0]?.key.name === 'a') store.transaction((tx) => tx.insert('pods', pod('c')))
      })
      store.subscribe((changes) => heard.push(`second ${changes.map(({ version }) => version).join(',')}`))
      store.transaction((tx) => {
        tx.insert('pods', pod('a'))
        tx.insert('pods', pod('b'))
      })
      store.transaction((tx) => tx.postpone({ key: 'k', at: 1 }))
      expect(heard).toEqual(['first 1,2', 'second 1,2', 'first 3', 'second 3'])
    }))

  test('[ST15] work due comes oldest first, ties by key, and survives', async () => {
    await bed().use((store) =>
      store.transaction((tx) => {
        for (const [name, at] of [
          ['b', 5],
          ['c', 3],
          ['a', 5],
          ['d', 9],
          ['e', 4],
        ] as const)
          tx.postpone({ key: name, at })
        tx.postpone({ key: 'c', at: 6 })
        tx.settle('e')
        tx.settle('nothing')
      }),
    )
    for (const restart of [false, true]) {
      if (restart) await bed().restart('crash')
      await bed().use((store) =>
        store.transaction((tx) => {
          expect(tx.due(6, 10)).toEqual([
            { key: 'a', at: 5 },
            { key: 'b', at: 5 },
            { key: 'c', at: 6 },
          ])
          expect(tx.due(6, 2)).toHaveLength(2)
          expect(tx.due(4, 10)).toEqual([])
          expect(tx.nextDue()).toBe(5)
        }),
      )
    }
    await bed().use((store) =>
      store.transaction((tx) => {
        for (const { key } of tx.due(Infinity, 10)) tx.settle(key)
        expect(tx.nextDue()).toBeUndefined()
      }),
    )
  })

  test('[ST16] records are kept by collection and id, without a resourceVersion', async () => {
    await bed().use((store) =>
      store.transaction((tx) => {
        tx.records.put('tokens', 'b', '{"a":1}')
        tx.records.put('tokens', 'a', '{}')
        tx.records.put('settings', 'a', '[]')
        tx.records.put('tokens', 'b', '{"a":2}')
        tx.records.delete('settings', 'a')
      }),
    )
    await bed().restart('evict')
    await bed().use((store) => {
      expect(store.version).toBe(0)
      store.transaction((tx) => {
        expect(tx.records.all('tokens')).toEqual([
          { id: 'a', json: '{}' },
          { id: 'b', json: '{"a":2}' },
        ])
        expect(tx.records.get('tokens', 'b')).toBe('{"a":2}')
        expect(tx.records.get('settings', 'a')).toBeUndefined()
      })
    })
  })
}
