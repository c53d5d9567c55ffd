import { expect, test } from 'vitest'
import { sealer } from '../../worker/store/seal.ts'
import { key, object, type Bed } from './store-bed.ts'

const [FIRST, SECOND] = ['first key of at least 32 characters', 'second key of at least 32 characters']
const secret = (name: string, password: string) =>
  object('Secret', name, { data: { password }, metadata: { managedFields: [{ manager: 'x' }] } })
const PLAIN = 'aHVudGVyMg=='

export function secretRules(bed: () => Bed): void {
  const withKeys = (...keys: [string, string?]) => ({ sealer: sealer(...keys) })

  test('[ST24] Secrets are ciphertext in every table, and served as they were given', async () => {
    const text = await bed().use((store) => {
      store.transaction((tx) => tx.insert('secrets', secret('a', 'other')))
      return store.transaction((tx) => tx.update('secrets', secret('a', PLAIN))).json
    }, withKeys(FIRST))
    expect(JSON.parse(text)).toMatchObject({ data: { password: PLAIN }, metadata: { resourceVersion: '2' } })
    await bed().restart('evict')
    await bed().use((store, sql) => {
      for (const table of ['objects', 'ring', 'ring_rest', 'events', 'managed', 'records', 'due'])
        expect(JSON.stringify(sql.exec(`SELECT * FROM ${table}`).rows)).not.toContain(PLAIN)
      expect(store.get(key('secrets', 'a'))!.json).toBe(text)
      expect(store.list({ resource: 'secrets' })[0]!.json).toBe(text)
      expect(store.changes(1)[0]).toMatchObject({
        before: { object: { data: { password: 'other' } } },
        after: { json: text },
      })
      expect(store.list({ resource: 'secrets', at: 1 })).toMatchObject([{ object: { data: { password: 'other' } } }])
      expect(store.transaction((tx) => tx.update('secrets', store.get(key('secrets', 'a'))!.object)).version).toBe(2)
    }, withKeys(FIRST))
  })

  test('[ST25] a wrong key refuses by name and overwrites nothing', async () => {
    await bed().use((store) => store.transaction((tx) => tx.insert('secrets', secret('a', PLAIN))), withKeys(FIRST))
    const image = () => bed().use((_, sql) => sql.exec('SELECT * FROM objects').rows)
    const before = await image()
    for (const options of [withKeys(SECOND), {}]) {
      await bed().restart('evict')
      await bed().use((store) => {
        const refused =
          /unable to transform key "secrets\/default\/[ab]": (it is sealed with key \w{8}, and|the store was opened without)/
        expect(() => store.get(key('secrets', 'a'))).toThrow(refused)
        expect(() => store.list({ resource: 'secrets' })).toThrow(refused)
        store.transaction((tx) => {
          expect(() => tx.insert('secrets', secret('b', PLAIN))).toThrow(refused)
          expect(() => tx.update('secrets', secret('a', 'x'))).toThrow(refused)
          expect(() => tx.delete(key('secrets', 'a'))).toThrow(refused)
        })
        expect(store.version).toBe(1)
      }, options)
      expect(await image()).toEqual(before)
    }
  })

  test('[ST26] two keys live for a rotation, and an update that changes nothing seals with the newer one', async () => {
    await bed().use((store) => store.transaction((tx) => tx.insert('secrets', secret('a', PLAIN))), withKeys(FIRST))
    await bed().restart('evict')
    await bed().use(
      (store) => {
        const old = store.get(key('secrets', 'a'))!
        expect(store.transaction((tx) => tx.update('secrets', old.object)).version).toBe(2)
        expect(store.transaction((tx) => tx.update('secrets', store.get(key('secrets', 'a'))!.object)).version).toBe(2)
      },
      withKeys(SECOND, FIRST),
    )
    await bed().restart('evict')
    await bed().use((store) => {
      expect(store.get(key('secrets', 'a'))).toMatchObject({ version: 2, object: { data: { password: PLAIN } } })
    }, withKeys(SECOND))
  })

  test('[ST27] a ciphertext that was moved to another key or altered does not open', async () => {
    await bed().use((store) => store.transaction((tx) => tx.insert('secrets', secret('a', PLAIN))), withKeys(FIRST))
    await bed().use((_, sql) => sql.exec(`UPDATE objects SET name = 'b'`))
    await bed().restart('evict')
    await bed().use((store) => {
      expect(() => store.get(key('secrets', 'b'))).toThrow('its ciphertext was not made for it')
    }, withKeys(FIRST))
    await bed().use((_, sql) => sql.exec(`UPDATE objects SET json = 'plain'`))
    await bed().use((store) => {
      expect(() => store.get(key('secrets', 'b'))).toThrow('not sealed in a way that this podo knows')
    }, withKeys(FIRST))
  })

  test('[ST28] the largest Secret that Kubernetes allows fits as ciphertext', () =>
    bed().use((store) => {
      const largest = 'x'.repeat(Math.ceil((1024 * 1024) / 3) * 4)
      store.transaction((tx) => tx.insert('secrets', secret('a', largest)))
      store.transaction((tx) => tx.update('secrets', secret('a', `y${largest.slice(1)}`)))
      expect(store.changes(1)[0]!.before!.json).toContain(largest)
      expect(() => store.transaction((tx) => tx.insert('secrets', secret('b', 'x'.repeat(1_560_000))))).toThrow(
        'etcdserver: request is too large',
      )
    }, withKeys(FIRST)))
}
