import { expect, test } from 'vitest'
import { StatusError } from '../../api/meta/status-error.ts'
import { config, key, names, object, pod, type Bed } from './store-bed.ts'

const MEBIBYTE = 1024 * 1024
const failure = (work: () => unknown): { reason: string; code: number; message: string } => {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return { reason: error.reason, code: error.code, message: error.message }
    throw error
  }
  throw new Error('This should have been refused.')
}

export function objectRules(bed: () => Bed): void {
  test('[ST1] every write takes the next resourceVersion and stores it in the object', () =>
    bed().use((store) => {
      expect(store.version).toBe(0)
      const given = pod('a')
      const row = store.transaction((tx) => tx.insert('pods', given))
      expect(row).toMatchObject({ resource: 'pods', namespace: 'default', name: 'a', uid: 'uid-default-a', version: 1 })
      expect(JSON.parse(row.json)).toEqual(row.object)
      expect(given.metadata).not.toHaveProperty('resourceVersion')
      expect(Object.keys(row.object.metadata).slice(2, 4)).toEqual(['uid', 'resourceVersion'])
      const updated = store.transaction((tx) => tx.update('pods', pod('a', { status: { phase: 'Running' } })))
      expect(updated.object.metadata.resourceVersion).toBe('2')
      expect(store.get(key('pods', 'a'))).toMatchObject({ version: 2, json: updated.json })
      expect(store.transaction((tx) => tx.delete(key('pods', 'a'))).object.metadata.resourceVersion).toBe('3')
      expect(store.version).toBe(3)
      expect(store.get(key('pods', 'a'))).toBeUndefined()
      expect(store.list({ resource: 'pods' })).toEqual([])
    }))

  test('[AP212] a count is the length of the list, whatever is asked of it', () =>
    bed().use((store) => {
      store.transaction((tx) => {
        for (const [namespace, name] of [
          ['a', 'x'],
          ['b', 'x'],
          ['b', 'y'],
          ['c', 'z'],
        ] as const) {
          tx.insert('pods', pod(name, { metadata: { namespace } }))
        }
      })
      const before = store.version
      store.transaction((tx) => tx.delete({ resource: 'pods', namespace: 'b', name: 'y' }))
      for (const query of [
        { resource: 'pods' },
        { resource: 'pods', namespace: 'b' },
        { resource: 'pods', limit: 2 },
        { resource: 'pods', after: { namespace: 'a', name: 'x' } },
        { resource: 'pods', namespace: 'b', after: { namespace: 'b', name: 'x' } },
        { resource: 'pods', namespace: 'b', after: { namespace: 'c', name: '' } },
        { resource: 'pods', at: before },
        { resource: 'pods', at: store.version },
        { resource: 'events' },
      ]) {
        expect(store.count(query), JSON.stringify(query)).toBe(store.list(query).length)
      }
    }))

  test('[ST2] a taken name and a missing one are told in the words of Kubernetes', () =>
    bed().use((store) => {
      store.transaction((tx) => tx.insert('deployments.apps', object('Deployment', 'web')))
      store.transaction((tx) => {
        expect(failure(() => tx.insert('deployments.apps', object('Deployment', 'web')))).toEqual({
          reason: 'AlreadyExists',
          code: 409,
          message: 'deployments.apps "web" already exists',
        })
        expect(failure(() => tx.update('pods', pod('b')))).toMatchObject({ code: 404, message: 'pods "b" not found' })
        expect(failure(() => tx.delete(key('pods', 'b')))).toMatchObject({ code: 404, message: 'pods "b" not found' })
        expect(
          failure(() => tx.update('deployments.apps', object('Deployment', 'web', { metadata: { uid: 'other' } }))),
        ).toMatchObject({
          reason: 'Conflict',
        })
      })
      expect(store.version).toBe(1)
    }))

  test('[ST3] an update that changes nothing writes nothing', () =>
    bed().use((store) => {
      const row = store.transaction((tx) => tx.insert('configmaps', config('a', 'x')))
      const { rowsWritten } = store.usage
      store.transaction((tx) => {
        expect(tx.update('configmaps', row.object)).toMatchObject({ version: 1, json: row.json })
        expect(tx.changed).toEqual([])
      })
      expect(store).toMatchObject({ version: 1, usage: { rowsWritten } })
    }))

  test('[ST4] an object above 1.5 MiB is refused as etcd refuses it, and nothing of it is stored', () =>
    bed().use((store) => {
      const base = JSON.stringify(store.transaction((tx) => tx.insert('configmaps', config('a'))).object).length
      const refused = { reason: '', code: 500, message: 'etcdserver: request is too large' }
      const fits = 'x'.repeat(1.5 * MEBIBYTE - base)
      store.transaction((tx) => {
        for (const value of [`${fits}x`, 'x'.repeat(3 * MEBIBYTE), 'ü'.repeat(0.8 * MEBIBYTE)]) {
          expect(failure(() => tx.update('configmaps', config('a', value)))).toEqual(refused)
          expect(failure(() => tx.insert('configmaps', config('b', value)))).toEqual(refused)
        }
        expect(tx.changed).toEqual([])
      })
      expect(names(store.list({ resource: 'configmaps' }))).toEqual(['a'])
      expect(store.version).toBe(1)
      expect(store.transaction((tx) => tx.update('configmaps', config('a', fits))).json).toHaveLength(1.5 * MEBIBYTE)
    }))

  test('[ST5] lists are in the order of namespace and name by bytes, and pages follow each other', () =>
    bed().use((store) => {
      const places = [
        ['b', 'x'],
        ['a', 'z'],
        ['a', 'a:1'],
        ['', 'cluster'],
        ['a', '\u{1f600}'],
        ['a', '\uffee'],
      ] as const
      store.transaction((tx) => {
        for (const [namespace, name] of places) tx.insert('things.example.com', object('Thing', name, {}, namespace))
        tx.insert('others.example.com', object('Other', 'a', {}, 'a'))
      })
      const resource = 'things.example.com'
      const all = ['cluster', 'a:1', 'z', '\uffee', '\u{1f600}', 'x']
      expect(names(store.list({ resource }))).toEqual(all)
      expect(names(store.list({ resource, namespace: 'a' }))).toEqual(all.slice(1, 5))
      expect(names(store.list({ resource, namespace: 'a', limit: 2, after: { namespace: 'a', name: 'a:1' } }))).toEqual(
        all.slice(2, 4),
      )
      expect(store.list({ resource, namespace: 'a', after: { namespace: 'b', name: 'x' } })).toEqual([])
      expect(store.list({ resource, namespace: 'c' })).toEqual([])
      const paged: string[] = []
      for (let page = store.list({ resource, limit: 2 }); page.length > 0;) {
        paged.push(...names(page))
        page = store.list({ resource, limit: 2, after: page.at(-1)! })
      }
      expect(paged).toEqual(all)
    }))

  test('[ST6] owned and onNode follow every write, before and after they were first asked', async () => {
    const owner = (uid: string) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid })
    const owned = (name: string, uids: string[], nodeName?: string) =>
      pod(name, { metadata: { ownerReferences: uids.map(owner) }, spec: { nodeName } })
    await bed().use((store) => {
      store.transaction((tx) => {
        tx.insert('pods', owned('b', ['u1', 'u2'], 'n1'))
        tx.insert('pods', owned('a', ['u1']))
        tx.insert(
          'configmaps',
          object('ConfigMap', 'c', { metadata: { ownerReferences: [owner('u1')] }, spec: { nodeName: 'n1' } }),
        )
      })
      expect(names(store.owned('u1'))).toEqual(['c', 'a', 'b'])
      expect(names(store.onNode('n1'))).toEqual(['b'])
      store.transaction((tx) => {
        tx.update('pods', owned('a', ['u2'], 'n1'))
        expect(names(tx.owned('u2'))).toEqual(['a', 'b'])
        tx.delete(key('pods', 'b'))
        expect(names(tx.onNode('n1'))).toEqual(['a'])
      })
    })
    await bed().restart('evict')
    await bed().use((store) => {
      expect(names(store.owned('u1'))).toEqual(['c'])
      expect(names(store.owned('u2'))).toEqual(['a'])
      expect(names(store.onNode('n1'))).toEqual(['a'])
      expect(store.onNode('n2')).toEqual([])
    })
  })

  test('[AP180] what there are few of is kept in memory, through writes and what is taken back', async () => {
    const quota = (name: string, namespace: string) => object('ResourceQuota', name, { metadata: { namespace } })
    await bed().use((store) => {
      expect(store.few('resourcequotas', 'default')).toEqual([])
      const { rowsRead } = store.usage
      for (let i = 0; i < 5; i++) store.few('resourcequotas', 'default')
      expect(store.usage.rowsRead).toBe(rowsRead)
      store.transaction((tx) => {
        tx.insert('resourcequotas', quota('b', 'default'))
        tx.insert('resourcequotas', quota('a', 'default'))
        tx.insert('resourcequotas', quota('c', 'other'))
        expect(names(tx.few('resourcequotas', 'default'))).toEqual(['a', 'b'])
      })
      const undone = () =>
        store.transaction((tx) => {
          tx.delete(key('resourcequotas', 'a'))
          tx.insert('resourcequotas', quota('d', 'default'))
          throw new Error('taken back')
        })
      expect(undone).toThrow('taken back')
      expect(names(store.few('resourcequotas', 'default'))).toEqual(['a', 'b'])
      store.transaction((tx) => tx.delete(key('resourcequotas', 'a')))
      expect(names(store.few('resourcequotas', 'default'))).toEqual(['b'])
    })
    await bed().restart('evict')
    await bed().use((store) => expect(names(store.few('resourcequotas', 'default'))).toEqual(['b']))
  })

  test('[ST8] managedFields are stored once for all that share them, and come back where they stood', async () => {
    const managedFields = [{ manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a\\"b': {} } } }]
    const metadatas = [
      { labels: { a: '"managedFields":[]' }, managedFields },
      { managedFields, labels: { a: 'b' } },
      { labels: { a: 'b' }, managedFields: [...managedFields, ...managedFields] },
    ]
    const texts = await bed().use((store) =>
      store.transaction((tx) => [
        ...metadatas.map((metadata, at) => tx.insert('configmaps', object('ConfigMap', `c${at}`, { metadata })).json),
        // The first and only field of metadata but those that the store needs: metadata in another order.
        tx.insert('configmaps', {
          kind: 'ConfigMap',
          metadata: {
            managedFields,
            name: 'c3',
            namespace: 'default',
            uid: 'u',
            resourceVersion: '',
            creationTimestamp: '',
          },
          apiVersion: 'v1',
        }).json,
      ]),
    )
    for (const [at, text] of texts.entries()) {
      const metadata = metadatas[at] ?? { managedFields }
      expect(JSON.parse(text).metadata).toMatchObject(metadata)
      expect(Object.keys(JSON.parse(text).metadata).filter((name) => name in metadata)).toEqual(Object.keys(metadata))
    }
    await bed().restart('evict')
    await bed().use((store, sql) => {
      expect(store.list({ resource: 'configmaps' }).map(({ json }) => json)).toEqual(texts)
      expect(store.changes(0).map(({ after }) => after.json)).toEqual(texts)
      // What the first object of a body has stays with it.
      expect(sql.exec('SELECT hash FROM managed').rows).toHaveLength(1)
      const bodies = sql.exec<{ json: string }>('SELECT json FROM objects').rows
      expect(bodies.map(({ json }) => json.includes('f:data'))).toEqual([true, false, true, false])
      const before = store.get(key('configmaps', 'c0'))!
      const after = store.transaction((tx) =>
        tx.update('configmaps', { ...before.object, data: {} } as typeof before.object),
      )
      expect(store.changes(4)).toMatchObject([{ before: { json: before.json }, after: { json: after.json } }])
    })
  })

  test('[ST9] an object that was given out cannot be changed in place', () =>
    bed().use((store) => {
      const row = store.transaction((tx) => tx.insert('pods', pod('a', { metadata: { labels: { a: 'b' } } })))
      expect(() => (row.object.metadata.labels!['a'] = 'c')).toThrow(TypeError)
      expect(store.get(key('pods', 'a'))!.object).toBe(row.object)
    }))
}
