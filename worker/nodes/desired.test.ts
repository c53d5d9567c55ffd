import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import type { Change, Key, Query, Reader, Row } from '../store/store.ts'
import { deltasOf, Namers, snapshotOf } from './desired.ts'

let version = 0
const row = (resource: string, object: Resource): Row => ({
  resource,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  uid: object.metadata.uid,
  version: ++version,
  json: JSON.stringify(object),
  object,
})

type Any = Resource & { spec?: object; status?: object; data?: object }
const make = (kind: string, name: string, rest: object = {}): Any => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  ...rest,
})
const pod = (name: string, node: string, names: { map?: string; secret?: string } = {}, rest: object = {}): Any =>
  make('Pod', name, {
    spec: {
      nodeName: node,
      containers: [
        { name: 'c', envFrom: [{ configMapRef: { name: names.map } }, { secretRef: { name: names.secret } }] },
      ],
    },
    ...rest,
  })

/** A reader over a list of rows: what the store answers after the commit. */
function reader(rows: Row[]): Reader {
  return {
    version: 42,
    oldest: 0,
    get: (key: Key) =>
      rows.find((r) => r.resource === key.resource && r.namespace === key.namespace && r.name === key.name),
    list: (query: Query) => rows.filter((r) => r.resource === query.resource && r.namespace === query.namespace),
    onNode: (node: string) =>
      rows.filter(
        (r) => r.resource === 'pods' && (r.object as Any & { spec: { nodeName: string } }).spec.nodeName === node,
      ),
    owned: () => [],
    changes: () => [],
  }
}
const changed = (resource: string, before: Any | undefined, after: Any, type: Change['type']): Change => {
  const last = row(resource, after)
  return {
    version: last.version,
    key: last,
    after: last,
    type,
    ...(before === undefined ? {} : { before: row(resource, before) }),
  }
}
const on =
  (...names: string[]) =>
  (node: string) =>
    names.includes(node)

test('[ND6] a snapshot holds the Pods of the node and what they name, once', () => {
  const rows = [
    row('pods', pod('a', 'n1', { map: 'm', secret: 's' })),
    row('pods', pod('b', 'n1', { map: 'm', secret: 'missing' })),
    row('pods', pod('c', 'n2', { map: 'other' })),
    row('configmaps', make('ConfigMap', 'm')),
    row('configmaps', make('ConfigMap', 'other')),
    row('secrets', make('Secret', 's')),
  ]
  const snapshot = snapshotOf(reader(rows), make('Node', 'n1'), '10.244.0.0/14')
  expect(snapshot.revision).toBe(42)
  expect(snapshot.pods.map((p) => p.metadata.name)).toEqual(['a', 'b'])
  expect(snapshot.configMaps.map((p) => p.metadata.name)).toEqual(['m'])
  expect(snapshot.secrets.map((p) => p.metadata.name)).toEqual(['s'])
})

test('[ND6] managedFields do not travel', () => {
  const managed = make('Node', 'n1')
  managed.metadata.managedFields = [{ manager: 'x' }]
  expect(snapshotOf(reader([]), managed, '').node.metadata).not.toHaveProperty('managedFields')
})

test('[ND7] a Pod that is bound goes to its node with what it names, and to no other', () => {
  const before = pod('a', '')
  const after = pod('a', 'n1', { map: 'm' })
  const rows = [row('pods', after), row('configmaps', make('ConfigMap', 'm'))]
  const deltas = deltasOf([changed('pods', before, after, 'MODIFIED')], on('n1', 'n2'), reader(rows), new Namers())
  expect([...deltas.keys()]).toEqual(['n1'])
  expect(deltas.get('n1')?.pods).toEqual([after])
  expect(deltas.get('n1')?.configMaps.map((m) => m.metadata.name)).toEqual(['m'])
})

test('[ND8] what the agent itself reported does not come back to it', () => {
  const before = pod('a', 'n1')
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  const after = pod('a', 'n1', {}, { status })
  after.metadata.resourceVersion = '2'
  expect(deltasOf([changed('pods', before, after, 'MODIFIED')], on('n1'), reader([]), new Namers()).size).toBe(0)
})

test.each([
  ['a terminal phase', (p: Any) => ({ ...p, status: { phase: 'Failed' } })],
  [
    'a condition of somebody else',
    (p: Any) => ({ ...p, status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } }),
  ],
  [
    'a deletion',
    (p: Any) => ({ ...p, metadata: { ...p.metadata, deletionTimestamp: 'now', deletionGracePeriodSeconds: 30 } }),
  ],
  ['a label', (p: Any) => ({ ...p, metadata: { ...p.metadata, labels: { a: 'b' } } })],
  ['another image', (p: Any) => ({ ...p, spec: { ...p.spec, containers: [{ name: 'c', image: 'i' }] } })],
])('[ND8] %s goes to the node', (_, change) => {
  const before = pod('a', 'n1')
  const after = change(before)
  const deltas = deltasOf([changed('pods', before, after, 'MODIFIED')], on('n1'), reader([]), new Namers())
  expect(deltas.get('n1')?.pods).toEqual([after])
})

test('[ND7] a Pod that went is removed by its uid, also when another takes its name in the same commit', () => {
  const old = pod('a', 'n1')
  const next = pod('a', 'n1')
  next.metadata.uid = 'other'
  const deltas = deltasOf(
    [changed('pods', old, old, 'DELETED'), changed('pods', undefined, next, 'ADDED')],
    on('n1'),
    reader([row('pods', next)]),
    new Namers(),
  )
  expect(deltas.get('n1')?.removed.pods).toEqual([{ namespace: 'd', name: 'a', uid: 'uid-a' }])
  expect(deltas.get('n1')?.pods.map((p) => p.metadata.uid)).toEqual(['other'])
})

test('[ND9] a changed ConfigMap or Secret goes to the nodes whose Pods name it, created late, changed or deleted', () => {
  const rows = [
    row('pods', pod('a', 'n1', { map: 'm', secret: 's' })),
    row('pods', pod('b', 'n2', { secret: 's' })),
    row('pods', pod('c', 'n3')),
  ]
  const namers = new Namers()
  const map = make('ConfigMap', 'm', { data: { a: '1' } })
  const secret = make('Secret', 's')
  const all = on('n1', 'n2', 'n3')
  const first = deltasOf(
    [changed('configmaps', undefined, map, 'ADDED'), changed('secrets', secret, secret, 'MODIFIED')],
    all,
    reader(rows),
    namers,
  )
  expect([...first.keys()].sort()).toEqual(['n1', 'n2'])
  expect(first.get('n1')?.configMaps).toEqual([map])
  expect(first.get('n2')?.secrets).toEqual([secret])
  const second = deltasOf([changed('configmaps', map, map, 'DELETED')], all, reader(rows), namers)
  expect(second.get('n1')?.removed.configMaps).toEqual([{ namespace: 'd', name: 'm' }])
})

test('[ND9] who names what is learnt anew when a Pod comes or goes', () => {
  const namers = new Namers()
  const secret = make('Secret', 's')
  const write = (rows: Row[]) =>
    deltasOf([changed('secrets', secret, secret, 'MODIFIED')], on('n1'), reader(rows), namers)
  expect(write([]).size).toBe(0)
  const bound = pod('a', 'n1', { secret: 's' })
  const rows = [row('pods', bound), row('secrets', secret)]
  expect(
    deltasOf([changed('pods', pod('a', ''), bound, 'MODIFIED')], on('n1'), reader(rows), namers).get('n1')?.secrets,
  ).toEqual([secret])
  expect(write(rows).get('n1')?.secrets).toEqual([secret])
  deltasOf([changed('pods', bound, bound, 'DELETED')], on('n1'), reader([]), namers)
  expect(write([]).size).toBe(0)
})

test('[ND7] a node hears of its own spec, labels and annotations, not of its status', () => {
  const node = make('Node', 'n1', { spec: {} })
  const withRange = make('Node', 'n1', { spec: { podCIDR: '10.244.1.0/24' } })
  const ready = make('Node', 'n1', { spec: {}, status: { conditions: [] } })
  const run = (after: Any) => deltasOf([changed('nodes', node, after, 'MODIFIED')], on('n1'), reader([]), new Namers())
  expect(run(withRange).get('n1')?.node).toEqual(withRange)
  expect(run(ready).size).toBe(0)
})
