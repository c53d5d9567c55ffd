import { expect, test } from 'vitest'
import { kinds, kindOfResource } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import { migrations } from '../../migrations/index.ts'
import { makeRegistry, type Caller } from '../../worker/registry/index.ts'
import { hashOf, sweeps } from '../../worker/store/bodies.ts'
import { sealer } from '../../worker/store/seal.ts'
import type { Sql } from '../../worker/store/sql.ts'
import type { SqliteStore } from '../../worker/store/sqlite.ts'
import { key, object, type Bed } from './store-bed.ts'

const START = Date.parse('2026-11-24T00:00:00Z')
const registry = makeRegistry(kinds, {
  mutate: (_, { object }) => object,
  validate: () => undefined,
  gone: () => undefined,
})
const pods = kindOfResource('pods')!

const callerAt = (manager: string, now: number): Caller => ({
  user: { name: manager, groups: ['system:masters'] },
  manager,
  now,
  warnings: [],
  dice: {
    uid: () => `00000000-0000-4000-8000-${String(now).padStart(12, '0')}`,
    suffix: (length) => 'x'.repeat(length),
  },
})

const template = {
  containers: [
    {
      name: 'web',
      image: 'nginx:1.27',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'LOG', value: 'debug' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
      readinessProbe: { httpGet: { path: '/', port: 80 } },
    },
  ],
}
const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '8d0ba1f4-0e42-4d5b-9c31-8d5f2d8f0001' }

/** A Pod's life until it is ready, as controller, scheduler and agent write it. */
function runPod(store: SqliteStore, i: number): void {
  const name = `web-${i}`
  const now = START + i * 7_000
  const at = key('pods', name)
  store.transaction((tx) => {
    const metadata = { name, labels: { app: 'web' }, ownerReferences: [{ ...OWNER, controller: true }] }
    const draft = { apiVersion: 'v1', kind: 'Pod', metadata, spec: template }
    registry.create(tx, callerAt('kube-controller-manager', now), pods, 'default', draft)
    registry.bind(tx, callerAt('kube-scheduler', now), at, 'node-1')
    for (const ready of ['False', 'True']) {
      registry.update(tx, callerAt('kubelet', now + 2_000), pods, at, 'status', (old) => ({
        ...old,
        ...statusOf(i, ready),
      }))
    }
  })
}

function statusOf(i: number, ready: string): object {
  const time = new Date(START + i * 7_000 + 2_000).toISOString().slice(0, 19) + 'Z'
  const condition = (type: string) => ({ type, status: ready, lastProbeTime: null, lastTransitionTime: time })
  const ip = `10.1.${i >> 8}.${i & 255}`
  const state = { running: { startedAt: time } }
  const container = { name: 'web', image: 'nginx:1.27', imageID: 'docker://sha256:6', ready: true, restartCount: 0 }
  return {
    status: {
      phase: 'Running',
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready', 'PodReadyToStartContainers'].map(
        condition,
      ),
      hostIP: '192.168.1.5',
      hostIPs: [{ ip: '192.168.1.5' }],
      podIP: ip,
      podIPs: [{ ip }],
      startTime: time,
      containerStatuses: [{ ...container, lastState: {}, state, containerID: `docker://${i}`, started: true }],
      qosClass: 'Burstable',
    },
  }
}

const bytesOf = (text: string): number => Buffer.byteLength(text)
const bodies = (sql: Sql): string[] =>
  sql.exec<{ hash: string }>('SELECT hash FROM managed').rows.map(({ hash }) => hash)
const owned = (name: string, manager: string): Resource =>
  object('ConfigMap', name, { metadata: { managedFields: [{ manager, fieldsV1: { 'f:data': {} } }] } })

export function managedRules(bed: () => Bed): void {
  test('[ST50] a Pod of a ReplicaSet of 100 costs at most 5 % more bytes for managedFields, and no row more', () =>
    bed().use((store, sql) => {
      const rows = (from: number, to: number): number => {
        const before = store.usage.rowsWritten
        for (let i = from; i < to; i++) runPod(store, i)
        return store.usage.rowsWritten - before
      }
      rows(0, 5)
      // Create, bind and two statuses, each with its place in the ring.
      expect(rows(5, 100)).toBe(95 * 8)
      const stored = sql.exec<{ json: string; fields: string | null }>(
        `SELECT json, fields FROM objects WHERE resource = 'pods' ORDER BY name`,
      ).rows
      const rest = stored.filter(({ fields }) => fields !== null)
      expect(rest.length).toBeGreaterThanOrEqual(99)
      for (const { json, fields } of rest) expect(bytesOf(fields ?? '') / bytesOf(json)).toBeLessThanOrEqual(0.05)
      const without = stored.reduce((sum, { json }) => {
        const { metadata, ...more }: Resource = JSON.parse(json)
        return sum + bytesOf(JSON.stringify({ ...more, metadata: { ...metadata, managedFields: undefined } }))
      }, 0)
      const shared = sql.exec<{ body: string }>('SELECT body FROM managed').rows
      const whole = stored.reduce((sum, { json, fields }) => sum + bytesOf(json) + bytesOf(fields ?? ''), 0)
      const all = shared.reduce((sum, { body }) => sum + bytesOf(body), whole)
      expect(all / without).toBeLessThanOrEqual(1.05)
      const managers = store.get(key('pods', 'web-99'))!.object.metadata.managedFields
      expect(managers).toMatchObject([
        { manager: 'kube-controller-manager', time: '2026-11-24T00:11:33Z' },
        {
          manager: 'kubelet',
          time: '2026-11-24T00:11:35Z',
          fieldsV1: { 'f:status': { 'f:podIPs': { 'k:{"ip":"10.1.0.99"}': {} } } },
        },
      ])
    }))

  test('[ST50] what was taken out of a text stands in it again after a wake, in the ring too', async () => {
    const texts = await bed().use((store) => {
      for (let i = 0; i < 4; i++) runPod(store, i)
      return [...store.list({ resource: 'pods' }), ...store.changes(0).map(({ after }) => after)].map(
        ({ json }) => json,
      )
    })
    await bed().restart('evict')
    await bed().use((store) => {
      const rows = [...store.list({ resource: 'pods' }), ...store.changes(0).map(({ after }) => after)]
      expect(rows.map(({ json }) => json)).toEqual(texts)
    })
  })

  test('[ST51] bodies that neither an object nor the ring names go, and those that are named stay', () =>
    bed().use(
      (store, sql) => {
        const write = (name: string, manager: string) =>
          store.transaction((tx) =>
            tx.get(key('configmaps', name)) === undefined
              ? tx.insert('configmaps', owned(name, manager))
              : tx.update('configmaps', owned(name, manager)),
          )
        for (let i = 0; i < 40; i++) for (const name of ['a', 'b']) write(name, `old-${i}`)
        for (const name of ['c', 'd']) write(name, 'kept')
        expect(bodies(sql)).toHaveLength(41)
        const sweeper = Array.from({ length: 20_000 }, (_, i) => `new-${i}`).find((manager) =>
          sweeps(hashOf(JSON.stringify(owned('', manager).metadata.managedFields))),
        )
        for (const name of ['a', 'b']) write(name, sweeper ?? '')
        const left = bodies(sql)
        expect(left.length).toBeLessThanOrEqual(12)
        expect(left.some(sweeps)).toBe(true)
        for (const name of ['a', 'b', 'c', 'd'])
          expect(store.get(key('configmaps', name))!.json).toContain('managedFields')
        expect(store.changes(store.oldest).every(({ after }) => after.json.includes('managedFields'))).toBe(true)
      },
      { ring: 8, cacheBytes: 0 },
    ))

  test('[ST52] code one version back keeps objects whole but for managedFields, and those it writes have none', async () => {
    const before = { migrations: migrations.slice(0, 1) }
    await bed().use((store, sql) => {
      store.transaction((tx) => ['a', 'b', 'c'].map((name) => tx.insert('configmaps', owned(name, 'm'))))
      // What that code does: it reads and writes the columns that it knows.
      sql.exec(`UPDATE objects SET version = 9, json = replace(json, '"1"', '"9"') WHERE name = 'b'`)
      expect(before.migrations[0]?.oldestReader).toBe(migrations.at(-1)?.oldestReader)
    })
    await bed().restart('evict')
    await bed().use((store) => {
      const fieldsOf = (name: string) => store.get(key('configmaps', name))!.object.metadata.managedFields
      expect(['a', 'b', 'c'].map((name) => fieldsOf(name)?.length)).toEqual([1, undefined, 1])
    })
  })

  test('[ST52] a body that the version before stored is read', async () => {
    await bed().use((store, sql) => {
      const { json } = store.transaction((tx) => tx.insert('configmaps', object('ConfigMap', 'a', { data: {} })))
      const body = '[{"manager":"old"}]'
      sql.exec(`INSERT INTO managed (hash, body) VALUES ('${'f'.repeat(64)}', '${body}')`)
      sql.exec(`UPDATE objects SET managed = '${json.indexOf('},"data"')}:${'f'.repeat(64)}'`)
    })
    await bed().restart('evict')
    await bed().use((store) => {
      const { object: read } = store.get(key('configmaps', 'a'))!
      expect(read.metadata.managedFields).toEqual([{ manager: 'old' }])
      expect(store.transaction((tx) => tx.update('configmaps', read)).object).toEqual(read)
    })
  })

  test("[ST53] the names of a Secret's fields are ciphertext, too", () =>
    bed().use(
      (store, sql) => {
        const secret = (name: string) =>
          object('Secret', name, { metadata: { managedFields: [{ fieldsV1: { 'f:data': { 'f:hunter2': {} } } }] } })
        store.transaction((tx) => ['a', 'b', 'c'].map((name) => tx.insert('secrets', secret(name))))
        for (const table of ['objects', 'ring', 'managed'])
          expect(JSON.stringify(sql.exec(`SELECT * FROM ${table}`).rows)).not.toContain('hunter2')
        expect(store.get(key('secrets', 'c'))!.json).toContain('f:hunter2')
      },
      { sealer: sealer('first key of at least 32 characters') },
    ))
}
