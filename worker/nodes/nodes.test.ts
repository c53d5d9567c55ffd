import { beforeEach, expect, test } from 'vitest'
import { kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { FromAgent, NodeStatement } from '../../api/wire.ts'
import { createJoinToken } from '../guard/credentials.ts'
import { check, type Checked } from '../guard/token.ts'
import { EventRecorder } from '../registry/events.ts'
import { makeAdmission } from '../admission/index.ts'
import { makeRegistry } from '../registry/index.ts'
import type { Caller, Draft } from '../registry/registry.ts'
import { openNodeStore } from '../store/node.ts'
import type { Change, Store } from '../store/store.ts'
import { FakeHost, FakeSocket } from './fake-host.ts'
import { Nodes } from './nodes.ts'

const KEY = 'a key'
const NOW = Date.parse('2026-11-24T10:00:00Z')
const kind = (resource: string): Kind => kindOfResource(resource) ?? expect.unreachable(resource)
const registry = makeRegistry(kinds, makeAdmission())
let uids = 0
const dice = {
  uid: () => `00000000-0000-4000-8000-${String(++uids).padStart(12, '0')}`,
  suffix: (length: number) => 'x'.repeat(length),
}
const caller = (): Caller => ({ user: { name: 'admin', groups: [] }, now: NOW, warnings: [], dice })
const facts = (ready = 'True'): NodeStatement => ({
  labels: { 'kubernetes.io/os': 'linux' },
  status: {
    capacity: { cpu: '2', memory: '1Gi', pods: '110' },
    allocatable: { cpu: '2', memory: '1Gi', pods: '110' },
    addresses: [{ type: 'InternalIP', address: '10.0.0.5' }],
    conditions: [{ type: 'Ready', status: ready, reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
  },
})

let store: Store
let host: FakeHost
let nodes: Nodes<FakeSocket>
let complaints: string[]

function wake(now = NOW): void {
  nodes = new Nodes({
    host,
    store,
    registry,
    kinds: { nodes: kind('nodes'), pods: kind('pods') },
    events: new EventRecorder(registry, kind('events')),
    dice,
    key: KEY,
    clusterCIDR: '10.244.0.0/14',
    complain: (sentence) => void complaints.push(sentence),
  })
  nodes.liveness.wake(now)
}

beforeEach(() => {
  store = openNodeStore(':memory:')
  host = new FakeHost()
  complaints = []
  wake()
  store.subscribe((changes: readonly Change[]) => nodes.changed(changes))
  create('namespaces', { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'default' } })
  create('serviceaccounts', {
    kind: 'ServiceAccount',
    apiVersion: 'v1',
    metadata: { name: 'default', namespace: 'default' },
  })
})

function create(resource: string, object: Draft): void {
  store.transaction((tx) => registry.create(tx, caller(), kind(resource), object.metadata?.namespace ?? '', object))
}
const token = (id = 't'): Checked => {
  const text = store.transaction((tx) => createJoinToken(tx, KEY, NOW + 3_600_000, id))
  return check(KEY, text, NOW) ?? expect.unreachable()
}
const joinBody = (name: string, machine: string): string =>
  JSON.stringify({ version: 1, oldest: 1, agent: '0.1.0', name, machine, node: facts() })
const join = (name = 'n1', machine = 'm1', by = token()) => nodes.join(by, joinBody(name, machine), NOW)
function refusal(work: () => unknown): { code: number; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return { code: error.code, message: error.message }
    throw error
  }
  return expect.unreachable('it was not refused')
}
function dial(name = 'n1', now = NOW): FakeSocket {
  const socket = new FakeSocket()
  nodes.opened(socket, name, now)
  return socket
}
const say = (socket: FakeSocket, message: FromAgent, now = NOW): void =>
  nodes.message(socket, JSON.stringify(message), now)
const hello = (name = 'n1', machine = 'm1', rest: object = {}): FromAgent =>
  ({
    type: 'hello',
    version: 1,
    oldest: 1,
    agent: '0.1.0',
    name,
    machine,
    revision: 0,
    node: facts(),
    ...rest,
  }) as FromAgent // a hello
function linked(name = 'n1', machine = 'm1', now = NOW): FakeSocket {
  const socket = dial(name, now)
  say(socket, hello(name, machine), now)
  return socket
}
const pod = (name: string, nodeName: string): Draft =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName, containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'cm' } }] }] },
  }) as Draft // spec is a Pod's own field
const uidOf = (resource: string, name: string, namespace = 'default') =>
  store.get({ resource, namespace, name })?.uid ?? ''
const podOf = (name: string) =>
  store.get({ resource: 'pods', namespace: 'default', name })?.object as
    | { status?: Record<string, unknown> }
    | undefined // a Pod
const ref = (name: string) => ({ namespace: 'default', name, uid: uidOf('pods', name) })
const report = (rest: object): FromAgent =>
  ({ type: 'report', id: 7, statuses: [], gone: [], events: [], ...rest }) as FromAgent // a report

test('[ND20] a join makes the Node and a credential; the same machine may repeat it', () => {
  const by = token()
  const answer = join('n1', 'm1', by)
  expect(answer).toMatchObject({ name: 'n1', uid: uidOf('nodes', 'n1', '') })
  expect(check(KEY, answer.credential, NOW)).toMatchObject({ type: 'node', id: 'n1' })
  const again = join('n1', 'm1', by)
  expect(again.uid).toBe(answer.uid)
  expect(again.credential).not.toBe(answer.credential)
})

test('[AP172] what an agent states of its machine is kept as written by kubelet', () => {
  join()
  const entries = store.get({ resource: 'nodes', namespace: '', name: 'n1' })?.object.metadata.managedFields
  expect(entries).toMatchObject([{ manager: 'kubelet' }, { manager: 'kubelet', subresource: 'status' }])
})

test('[ND21] a used token is nobody else’s, and a name is one machine’s, both named', () => {
  const by = token()
  join('n1', 'm1', by)
  expect(refusal(() => join('n2', 'm2', by))).toEqual({
    code: 403,
    message:
      'this join token was used for node "n1" on machine m1; machine m2 needs another to join as "n2" (podo node join-command)',
  })
  expect(refusal(() => join('n1', 'm2', token('u')))).toEqual({
    code: 409,
    message:
      'node "n1" is machine m1; this is machine m2: join under another name (--name), or delete that node first (kubectl delete node n1)',
  })
  expect(refusal(() => nodes.join({ type: 'join', id: 'nope', secret: 's' }, joinBody('x', 'm'), NOW)).code).toBe(401)
  expect(refusal(() => nodes.join(token('v'), '{}', NOW)).code).toBe(400)
  expect(refusal(() => join('No_Name', 'm9', token('w'))).code).toBe(422)
})

test('[ND21] the name of a deleted node is free again', () => {
  join()
  store.transaction((tx) =>
    registry.delete(tx, caller(), kind('nodes'), { resource: 'nodes', namespace: '', name: 'n1' }),
  )
  expect(join('n1', 'm2', token('u')).name).toBe('n1')
})

test('[ND22] hello is answered by welcome and one snapshot; then deltas follow each other', () => {
  join()
  create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cm', namespace: 'default' } })
  create('pods', pod('a', 'n1'))
  const socket = linked()
  expect(socket.said().map(({ type }) => type)).toEqual(['welcome', 'snapshot'])
  const [, snapshot] = socket.said()
  expect(snapshot).toMatchObject({
    revision: store.version,
    clusterCIDR: '10.244.0.0/14',
    pods: [{ metadata: { name: 'a' } }],
  })
  expect(snapshot?.['configMaps']).toHaveLength(1)
  create('pods', pod('b', 'n1'))
  create('pods', pod('c', 'other'))
  create('pods', pod('d', 'n1'))
  const deltas = socket.said(2)
  expect(deltas.map(({ type }) => type)).toEqual(['delta', 'delta'])
  expect(deltas[0]?.['from']).toBe(snapshot?.['revision'])
  expect(deltas[1]?.['from']).toBe(deltas[0]?.['revision'])
  expect(deltas[1]?.['pods']).toMatchObject([{ metadata: { name: 'd' } }])
  say(socket, { type: 'resync' })
  expect(socket.said().at(-1)).toMatchObject({ type: 'snapshot', pods: [{}, {}, {}] })
})

test('[ND22] what a socket holds survives an eviction', () => {
  join()
  const socket = linked()
  wake(NOW + 60_000)
  create('pods', pod('a', 'n1'))
  expect(socket.said().at(-1)).toMatchObject({ type: 'delta', pods: [{ metadata: { name: 'a' } }] })
})

test('[ND23] statuses, endings and events of its own Pods are written, once; of others nothing', () => {
  join()
  join('n2', 'm2', token('u'))
  create('pods', pod('a', 'n1'))
  create('pods', pod('b', 'n2'))
  const socket = linked()
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  const event = {
    about: { kind: 'Pod', ...ref('a') },
    kind: 'Normal',
    reason: 'Started',
    message: 'Container started',
    fieldPath: 'spec.containers{c}',
  }
  say(
    socket,
    report({
      statuses: [
        { pod: ref('a'), status },
        { pod: ref('b'), status },
        { pod: { ...ref('a'), uid: 'other' }, status: { phase: 'Failed' } },
      ],
      events: [event, { ...event, about: { kind: 'Pod', ...ref('b') } }],
    }),
  )
  expect(socket.said().at(-1)).toEqual({ type: 'received', id: 7 })
  expect(podOf('a')?.status?.['phase']).toBe('Running')
  expect(podOf('b')?.status?.['phase']).toBe('Pending')
  expect(store.list({ resource: 'events' })).toHaveLength(1)
  const version = store.version
  say(socket, report({ statuses: [{ pod: ref('a'), status }] }))
  expect(store.version).toBe(version)
  expect(complaints).toEqual([])
})

test('[ND24] a Pod in deletion goes when its node says that it ended; another one stays', () => {
  join()
  create('pods', pod('a', 'n1'))
  create('pods', pod('b', 'n1'))
  const socket = linked()
  store.transaction((tx) =>
    registry.delete(tx, caller(), kind('pods'), { resource: 'pods', namespace: 'default', name: 'a' }),
  )
  expect(podOf('a')).toBeDefined()
  const gone = [
    { pod: ref('a'), status: { phase: 'Succeeded' } },
    { pod: ref('b'), status: { phase: 'Succeeded' } },
  ]
  say(socket, report({ gone }))
  expect(podOf('a')).toBeUndefined()
  expect(podOf('b')?.status?.['phase']).toBe('Succeeded')
  expect(
    socket.said().some((message) => message.type === 'delta' && JSON.stringify(message['removed']).includes('"a"')),
  ).toBe(true)
})

test('[ND25] a deleted Node ends its socket, and its agent is told to join again', () => {
  join()
  const socket = linked()
  store.transaction((tx) =>
    registry.delete(tx, caller(), kind('nodes'), { resource: 'nodes', namespace: '', name: 'n1' }),
  )
  expect(socket.said().at(-1)).toMatchObject({ type: 'refused', reason: 'NodeGone' })
  expect(socket.readyState).toBe(2)
  const next = linked()
  expect(next.said()).toMatchObject([
    { type: 'refused', reason: 'NodeGone', message: 'node "n1" was deleted: join again with a token' },
  ])
})

test('[AP288] an agent that gives its Node a label that draws Pods is refused, and nothing is written', () => {
  join()
  const before = store.version
  const labels = { 'node-role.kubernetes.io/control-plane': '' }
  const socket = dial()
  say(socket, hello('n1', 'm1', { node: { ...facts(), labels } }))
  expect(socket.said().at(-1)).toMatchObject({
    type: 'refused',
    reason: 'Malformed',
    message: 'nodes "n1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/control-plane',
  })
  expect(store.version).toBe(before)
})

test('[ND26] a machine that dials again replaces its old connection; another machine is refused', () => {
  join()
  const first = linked()
  const second = linked('n1', 'm1', NOW + 1)
  expect(first.said().at(-1)).toMatchObject({ type: 'refused', reason: 'Replaced' })
  nodes.closed(first, NOW + 5_000)
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW + 1)
  const stranger = linked('n1', 'm2', NOW + 2)
  expect(stranger.said()).toMatchObject([{ type: 'refused', reason: 'NodeGone' }])
  expect(second.readyState).toBe(1)
  expect(nodes.isLinked('n1')).toBe(true)
})

test('[ND4] an agent of a strange version is told by name, whatever its hello holds', () => {
  join()
  const socket = dial()
  nodes.message(socket, '{"type":"hello","version":9,"oldest":8,"agent":"9.0","name":"n1"}', NOW)
  expect(socket.said()).toMatchObject([{ type: 'refused', reason: 'AgentTooNew' }])
  expect(socket.said()[0]?.['message']).toContain('update the control plane')
})

test.each([
  ['no JSON', '{'],
  ['bytes', new ArrayBuffer(4)],
  ['something before hello', '{"type":"resync"}'],
])('[ND3] %s ends the socket in one sentence', (_, text) => {
  join()
  const socket = dial()
  nodes.message(socket, text, NOW)
  expect(socket.said()).toMatchObject([
    { type: 'refused', reason: 'Malformed', message: expect.stringContaining('malformed message') },
  ])
  expect(socket.readyState).toBe(2)
  nodes.message(socket, JSON.stringify(hello()), NOW)
  expect(socket.sent).toHaveLength(1)
})

test('[ND27] a heartbeat writes no row; a connect and a close write one each', () => {
  join()
  const socket = linked()
  const rows = () => store.usage.rowsWritten
  let before = rows()
  host.pongs.set(socket, NOW + 10_000)
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW + 10_000)
  expect(rows()).toBe(before)
  socket.readyState = 3
  nodes.closed(socket, NOW + 12_000)
  expect(rows() - before).toBe(1)
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW + 12_000)
  before = rows()
  linked('n1', 'm1', NOW + 13_000)
  expect(rows() - before).toBe(1)
})

test('[ND28] an eviction forgives no silence', () => {
  join()
  const socket = linked()
  wake(NOW + 5_000)
  expect(nodes.liveness.startedAt).toBe(NOW)
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW)
  socket.readyState = 3
  nodes.closed(socket, NOW + 6_000)
  wake(NOW + 34_000)
  expect(nodes.liveness.startedAt).toBe(NOW)
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW + 6_000)
})

test('[ND29] after a loss of all sockets nobody has been heard, and a second wake moves nothing', () => {
  join()
  linked()
  host.lose()
  wake(NOW + 3_600_000)
  expect(nodes.liveness.startedAt).toBe(NOW + 3_600_000)
  expect(nodes.liveness.lastHeard('n1')).toBeUndefined()
  wake(NOW + 3_610_000)
  expect(nodes.liveness.startedAt).toBe(NOW + 3_600_000)
})

test('[ND29] a close shortly before the object went away counts as such a loss', () => {
  join()
  const socket = linked()
  socket.readyState = 3
  nodes.closed(socket, NOW + 1_000)
  host.lose()
  wake(NOW + 3_600_000)
  expect(nodes.liveness.startedAt).toBe(NOW + 3_600_000)
  expect(nodes.liveness.lastHeard('n1')).toBeUndefined()
})

test('[ND30] a node whose clock is an hour off is told so on its Node, and its times are ours', () => {
  join()
  const conditions = () => {
    const node = store.get({ resource: 'nodes', namespace: '', name: 'n1' })?.object
    return (node as { status?: { conditions?: object[] } } | undefined)?.status?.conditions // a Node
  }
  const events = () => [...store.list({ resource: 'events', namespace: 'default' })].map((row) => row.object)
  const socket = dial()
  say(socket, hello('n1', 'm1', { now: NOW + 3_600_000 }))
  const message = 'the clock of node n1 is 1h0m0s ahead of the control plane: set it by NTP (timedatectl set-ntp true)'
  const off = { type: 'ClockInSync', status: 'False', lastTransitionTime: '2026-11-24T10:00:00Z', message }
  expect(conditions()).toContainEqual(expect.objectContaining(off))
  expect(events()).toEqual([expect.objectContaining({ type: 'Warning', reason: 'ClockSkew', message })])
  expect(nodes.liveness.lastHeard('n1')).toBe(NOW)

  create('pods', pod('a', 'n1'))
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T11:00:05Z' }
  say(socket, report({ statuses: [{ pod: ref('a'), status: { phase: 'Running', conditions: [ready] } }] }), NOW + 5_000)
  expect(podOf('a')?.status?.['conditions']).toContainEqual(
    expect.objectContaining({ ...ready, lastTransitionTime: '2026-11-24T10:00:05Z' }),
  )

  // A statement of later does not take the condition away, a hello with a clock that is right does.
  say(socket, { type: 'node', node: facts() }, NOW + 10_000)
  expect(conditions()).toContainEqual(expect.objectContaining(off))
  say(dial('n1', NOW + 20_000), hello('n1', 'm1', { now: NOW + 21_000 }), NOW + 20_000)
  expect(conditions()).toContainEqual(
    expect.objectContaining({ type: 'ClockInSync', status: 'True', lastTransitionTime: '2026-11-24T10:00:20Z' }),
  )
  expect(events()).toHaveLength(1)
})
