import { expect, test } from 'vitest'
import type { Node, NodeStatus, PodStatus, Taint } from '../../api/schema/types.generated.ts'
import {
  ago,
  eventTexts,
  nodeNamed,
  NOW,
  only,
  podNamed,
  statusIn,
  StillView,
} from '../../test/simulation/still-view.ts'
import type { Change } from './controller.ts'
import type { Liveness } from './liveness.ts'
import { nodeLifecycle } from './node-lifecycle.ts'

const heard = (times: Record<string, number>, startedAt = 0): Liveness => ({
  lastHeard: (node) => times[node],
  startedAt,
})
const taintsIn = (changes: readonly Change[]): Taint[] | undefined =>
  only(changes, 'update').map(({ object }) => (object as Node).spec.taints ?? [])[0] // only the Node is updated
const keys = (taints: readonly Taint[] | undefined): string[] =>
  (taints ?? []).map(({ key, effect }) => `${key}:${effect}`)
const UNREACHABLE = ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']

test('[CT50] a node that was not heard for 28 s is Unknown', () => {
  const node = nodeNamed('a')
  const at = (silence: number) => new StillView([node], { liveness: heard({ a: NOW - silence }) })
  expect(only(nodeLifecycle.reconcile(node, at(27_999)), 'status')).toEqual([])
  const changes = nodeLifecycle.reconcile(node, at(28_000))
  const conditions = statusIn<NodeStatus>(changes)?.conditions ?? []
  expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['Ready', 'Unknown', 'NodeStatusUnknown'],
    ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated'],
  ])
  expect(conditions[0]?.message).toBe('Kubelet stopped posting node status.')
  expect(eventTexts(changes)).toEqual(['NodeNotReady: Node a status is now: NodeNotReady'])
})

test('[CT51] the clock for silence stands by itself: the oldest pong plus 28 s', () => {
  const nodes = [nodeNamed('a'), nodeNamed('b'), nodeNamed('lost', { ready: 'Unknown' })]
  const liveness = heard({ a: NOW - 4_000, b: NOW - 9_000, lost: NOW - 900_000 })
  expect(nodeLifecycle.standing?.(new StillView(nodes, { liveness }))).toEqual({ keys: [], next: NOW + 19_000 })
  const late = heard({ a: NOW - 30_000, b: NOW })
  expect(nodeLifecycle.standing?.(new StillView(nodes, { liveness: late }))).toEqual({
    keys: [{ resource: 'nodes', namespace: '', name: 'a' }],
    next: NOW + 28_000,
  })
})

test('[CT52] after a restart nobody is judged before agents had a minute to dial', () => {
  const node = nodeNamed('a')
  const started = (before: number) => new StillView([node], { liveness: heard({}, NOW - before) })
  expect(only(nodeLifecycle.reconcile(node, started(59_000)), 'status')).toEqual([])
  expect(only(nodeLifecycle.reconcile(node, started(60_000)), 'status')).toHaveLength(1)
  // One that did dial again is judged by its own silence.
  const again = new StillView([node], { liveness: heard({ a: NOW - 29_000 }, NOW - 40_000) })
  expect(only(nodeLifecycle.reconcile(node, again), 'status')).toHaveLength(1)
})

test('[CT53] Pods of a node that is not ready are not ready either', () => {
  const node = nodeNamed('b', { ready: 'Unknown' })
  const pods = [
    podNamed('ready', { node: 'b' }),
    podNamed('not', { node: 'b', ready: false }),
    podNamed('later', { node: 'b', readyFor: 5 }),
    podNamed('elsewhere'),
  ]
  const changes = nodeLifecycle.reconcile(node, new StillView([node, nodeNamed('a'), ...pods]))
  expect(only(changes, 'status').map(({ object }) => object.metadata.name)).toEqual(['ready'])
  expect(statusIn<PodStatus>(changes)?.conditions).toMatchObject([{ status: 'False', lastTransitionTime: ago(0) }])
  expect(eventTexts(changes)).toContain('NodeNotReady: Node is not ready')
})

test('[CT54] taints follow the conditions, and foreign ones are left alone', () => {
  const mine = { key: 'mine', effect: 'NoSchedule' }
  const node = nodeNamed('b', { ready: 'Unknown', spec: { unschedulable: true, taints: [mine] } })
  const changes = nodeLifecycle.reconcile(node, new StillView([node, nodeNamed('a')]))
  const taints = taintsIn(changes)
  expect(keys(taints)).toEqual([
    'mine:NoSchedule',
    UNREACHABLE[0],
    'node.kubernetes.io/unschedulable:NoSchedule',
    UNREACHABLE[1],
  ])
  expect(taints?.[3]?.timeAdded).toBe(ago(0))
  const well = nodeNamed('b', { spec: { taints: taints ?? [] } })
  expect(keys(taintsIn(nodeLifecycle.reconcile(well, new StillView([well]))))).toEqual(['mine:NoSchedule'])
})

test('a node that is not ready and one that changes its mind', () => {
  const old = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: ago(100) }
  const node = nodeNamed('b', { ready: 'False', spec: { taints: [old] } })
  const taints = taintsIn(nodeLifecycle.reconcile(node, new StillView([node, nodeNamed('a')])))
  expect(keys(taints)).toEqual(['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'])
  expect(taints?.[1]?.timeAdded).toBe(ago(0))
})

test('the taint of a new node stays until it says that it is ready', () => {
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  const fresh = nodeNamed('b', { ready: null, spec: { taints: [taint] } })
  expect(nodeLifecycle.reconcile(fresh, new StillView([fresh, nodeNamed('a')]))).toEqual([])
  const ready = nodeNamed('b', { spec: { taints: [taint] } })
  expect(keys(taintsIn(nodeLifecycle.reconcile(ready, new StillView([ready]))))).toEqual([])
})

/** Nodes of one zone: `lost` of `all` are Unknown, and none is tainted yet. */
const zone = (lost: number, all: number, labels: Record<string, string> = {}): Node[] =>
  Array.from({ length: all }, (_, i) =>
    nodeNamed(`${labels['topology.kubernetes.io/zone'] ?? 'n'}${i}`, {
      labels,
      ...(i < lost ? { ready: 'Unknown' } : {}),
    }),
  )
const evicts = (node: Node | undefined, nodes: readonly Node[]): boolean =>
  node !== undefined &&
  keys(taintsIn(nodeLifecycle.reconcile(node, new StillView(nodes)))).includes(UNREACHABLE[1] ?? '')

test.for([
  ['one of two fails over', 1, 2, true],
  ['two of three fail over', 2, 3, true],
  ['the only one evicts nothing', 1, 1, false],
  ['two of two evict nothing', 2, 2, false],
  ['three of three evict nothing', 3, 3, false],
  ['three of five have a common cause', 3, 5, false],
  ['three of six are less than 55 %', 3, 6, true],
  ['thirty of fifty stop', 30, 50, false],
  ['thirty of fifty-one go on slowly', 30, 51, true],
] as const)('[CT55] lost nodes: %s', ([, lost, all, expected]) => {
  const nodes = zone(lost, all)
  expect(evicts(nodes[0], nodes)).toBe(expected)
})

test('a zone that is wholly lost while another lives is emptied', () => {
  const lost = zone(3, 3, { 'topology.kubernetes.io/zone': 'x' })
  expect(evicts(lost[0], [...lost, ...zone(0, 3)])).toBe(true)
})

test('[CT56] when the last node is lost the taints are taken back', () => {
  const taints = [
    { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: ago(50) },
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: ago(50) },
  ]
  const node = nodeNamed('a', { ready: 'Unknown', spec: { taints } })
  const changes = nodeLifecycle.reconcile(node, new StillView([node, nodeNamed('b', { ready: 'Unknown' })]))
  expect(keys(taintsIn(changes))).toEqual([UNREACHABLE[0]])
})

test.for([
  ['a zone is emptied at one node in 10 s', 2, 5, 10],
  ['a large one with a common cause at one in 100 s', 40, 60, 100],
] as const)('[CT57] %s', ([, lost, all, seconds]) => {
  const nodes = zone(lost, all)
  const added = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: ago(4) }
  const first = { ...nodes[0], spec: { taints: [added] } } as Node // the first of them, tainted
  const second = nodes[1] as Node // there are more than two
  const changes = nodeLifecycle.reconcile(second, new StillView([first, ...nodes.slice(1)]))
  expect(keys(taintsIn(changes))).toEqual([UNREACHABLE[0]])
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + (seconds - 4) * 1000 }])
})

test('readiness of one wakes all, other changes only the node itself', () => {
  const [node, lost] = [nodeNamed('a'), nodeNamed('a', { ready: 'Unknown' })]
  const view = new StillView([node, nodeNamed('b')])
  const key = { resource: 'nodes', namespace: '', name: 'a' }
  const wakes = nodeLifecycle.wakes?.['nodes']
  expect(wakes?.({ type: 'MODIFIED', key, before: node, after: lost }, view)).toHaveLength(2)
  expect(wakes?.({ type: 'MODIFIED', key, before: node, after: node }, view)).toEqual([])
})
