import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { config, key, names, pod, type Bed, type MakeBed } from './store-bed.ts'

/** The rules that every store keeps, whatever database is below it. */
export function storeContract(implementation: string, makeBed: MakeBed): void {
  describe(`store on ${implementation}`, () => {
    let bed: Bed
    beforeEach(async () => {
      bed = await makeBed()
    })
    afterEach(() => bed.close())
    crud(() => bed)
  })
}

function crud(bed: () => Bed): void {
  test('[ST1] every write takes the next resourceVersion and stores it in the object', () =>
    bed().use((store) => {
      expect(store.version).toBe(0)
      const row = store.transaction((tx) => tx.insert('pods', pod('a')))
      expect(row).toMatchObject({ resource: 'pods', namespace: 'default', name: 'a', uid: 'uid-default-a', version: 1 })
      expect(JSON.parse(row.json)).toEqual(row.object)
      expect(Object.keys(row.object.metadata)).toEqual([
        'name',
        'namespace',
        'uid',
        'resourceVersion',
        'creationTimestamp',
      ])
      const updated = store.transaction((tx) => tx.update('pods', pod('a', { status: { phase: 'Running' } })))
      expect(updated.object.metadata.resourceVersion).toBe('2')
      expect(store.transaction((tx) => tx.delete(key('pods', 'a'))).object.metadata.resourceVersion).toBe('3')
      expect(store.version).toBe(3)
      expect(store.get(key('pods', 'a'))).toBeUndefined()
      expect(store.list({ resource: 'pods' })).toEqual([])
    }))

  test('[ST7] a list and the watch that follows it miss nothing and repeat nothing', () =>
    bed().use((store) => {
      store.transaction((tx) => tx.insert('configmaps', config('a')))
      const since = store.version
      expect(names(store.list({ resource: 'configmaps' }))).toEqual(['a'])
      store.transaction((tx) => tx.update('configmaps', config('a', 'x')))
      store.transaction((tx) => tx.delete(key('configmaps', 'a')))
      expect(store.changes(since).map(({ type, version, before }) => [type, version, before?.version])).toEqual([
        ['MODIFIED', 2, 1],
        ['DELETED', 3, 2],
      ])
    }))
}
