import { expect, test } from 'vitest'
import type { Resource } from '../api/meta/object.ts'
import type { Delta, Snapshot } from '../api/wire.ts'
import { after, heldOf } from './held.ts'

const make = (kind: string, name: string, rest: object = {}): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  ...rest,
})
const pod = (name: string, map?: string) =>
  make('Pod', name, { spec: { volumes: map === undefined ? [] : [{ configMap: { name: map } }] } })
const snapshot = (rest: Partial<Snapshot> = {}): Snapshot => ({
  type: 'snapshot',
  revision: 5,
  node: make('Node', 'n'),
  clusterCIDR: '10.244.0.0/14',
  pods: [],
  configMaps: [],
  secrets: [],
  ...rest,
})
const delta = (rest: Partial<Delta> = {}): Delta => ({
  type: 'delta',
  from: 5,
  revision: 6,
  pods: [],
  configMaps: [],
  secrets: [],
  removed: { pods: [], configMaps: [], secrets: [] },
  ...rest,
})
const names = (objects: readonly Resource[] | undefined) => objects?.map((object) => object.metadata.name)

test('[AG41] a delta changes what it names and leaves the rest', () => {
  const held = heldOf(snapshot({ pods: [pod('a', 'm'), pod('b')], configMaps: [make('ConfigMap', 'm')] }))
  const changed = make('Pod', 'b', { spec: { changed: true } })
  const next = after(
    held,
    delta({
      pods: [changed, pod('c')],
      removed: { pods: [{ namespace: 'd', name: 'a', uid: 'uid-a' }], configMaps: [], secrets: [] },
    }),
  )
  expect(next?.desired.revision).toBe(6)
  expect(next?.desired.pods).toEqual([changed, pod('c')])
  expect(next?.node).toBe(held.node)
})

test('[AG41] a Pod is known by its uid: another of the same name is another Pod', () => {
  const held = heldOf(snapshot({ pods: [pod('a')] }))
  const other = pod('a')
  other.metadata.uid = 'uid-2'
  const next = after(
    held,
    delta({
      pods: [other],
      removed: { pods: [{ namespace: 'd', name: 'a', uid: 'uid-a' }], configMaps: [], secrets: [] },
    }),
  )
  expect(next?.desired.pods.map((p) => p.metadata.uid)).toEqual(['uid-2'])
})

test('[AG41] a delta that does not follow what is held asks for a snapshot', () => {
  expect(after(heldOf(snapshot({ revision: 4 })), delta())).toBeUndefined()
  expect(after(undefined, delta())).toBeUndefined()
})

test('[AG42] what no Pod names any more is forgotten', () => {
  const held = heldOf(
    snapshot({
      pods: [pod('a', 'm'), pod('b', 'm2')],
      configMaps: [make('ConfigMap', 'm'), make('ConfigMap', 'm2'), make('ConfigMap', 'x')],
    }),
  )
  expect(names(held.desired.configMaps)).toEqual(['m', 'm2'])
  const next = after(
    held,
    delta({ removed: { pods: [{ namespace: 'd', name: 'a', uid: 'uid-a' }], configMaps: [], secrets: [] } }),
  )
  expect(names(next?.desired.configMaps)).toEqual(['m2'])
})

test('[AG41] a node that changes, and an object that goes and comes in one delta', () => {
  const node = make('Node', 'n', { spec: { podCIDR: '10.244.1.0/24' } })
  const held = heldOf(snapshot({ pods: [pod('a', 'm')], configMaps: [make('ConfigMap', 'm')] }))
  const next = after(
    held,
    delta({ node, removed: { pods: [], configMaps: [{ namespace: 'd', name: 'm' }], secrets: [] } }),
  )
  expect(next?.node).toBe(node)
  expect(next?.desired.configMaps).toEqual([])
})
