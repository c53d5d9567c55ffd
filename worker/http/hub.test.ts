import { afterEach, beforeEach, expect, test } from 'vitest'
import { declare } from '../../api/kinds/declare.ts'
import { type FakeSocket, testApi, type TestApi } from '../../test/support/api.ts'
import { readFrames } from '../../test/support/frames.ts'
import { ASK_BOOKMARK, ASK_MORE } from './watch-state.ts'
import { parseYaml } from './yaml.ts'

const kinds = [declare('namespaces', {}), declare('configmaps', {})]
const BASE = '/api/v1/namespaces/default/configmaps'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
let t: TestApi

async function open(ring?: number): Promise<void> {
  t = testApi(kinds, ring)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
}
const make = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) =>
  t.call('POST', BASE, { metadata: { name, labels }, data })
async function watch(query: string, headers: Record<string, string> = {}): Promise<FakeSocket> {
  const answer = await t.call('GET', `${BASE}?watch=1&${query}`, undefined, { headers })
  expect(answer.headers.get('x-socket')).toBe(String(t.sockets.length))
  const socket = t.sockets.at(-1)
  if (socket === undefined) throw new Error('no watch was accepted')
  return socket
}
const told = (socket: FakeSocket) =>
  socket.events().map(({ type, object }) => {
    const { name, resourceVersion } = object['metadata'] as { name?: string; resourceVersion: string }
    return `${type} ${name ?? resourceVersion}`
  })

beforeEach(() => open())
afterEach(() => t.close())

test('[AP6] the events of one turn travel in one message', async () => {
  const socket = await watch('')
  t.api.store.transaction((tx) => {
    for (const name of ['a', 'b', 'c']) {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' },
      }
      tx.insert('configmaps', object)
    }
  })
  t.flush()
  expect(socket.sent).toHaveLength(1)
  expect(told(socket)).toEqual(['ADDED a', 'ADDED b', 'ADDED c'])
})

test('[AP18] a large state is told in steps, each when the one before was read, over hibernation and changes', async () => {
  const big = 'x'.repeat(20_000)
  for (let i = 0; i < 130; i++) await make(`c${String(i).padStart(3, '0')}`, { big })
  for (let i = 130; i < 1_100; i++)
    await make(`c${String(i).padStart(4, '0')}`, i < 600 ? { big: big.slice(0, 3_000) } : {})
  const second = await watch('sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan')
  expect(second.moreLeft).toBe(true)
  const seen = told(second)
  await t.call('DELETE', `${BASE}/c0999`)
  await make('zz')
  expect(second.sent).toEqual([])
  for (let steps = 0; steps < 20; steps++) {
    t.hibernate()
    t.say(second, ASK_MORE)
    const { moreLeft } = second
    seen.push(...told(second))
    if (!moreLeft) break
  }
  expect(seen.slice(0, 1_100).every((line) => line.startsWith('ADDED c'))).toBe(true)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.slice(1_100, 1_102)).toEqual(['DELETED c0999', 'ADDED zz'])
  expect(seen[1_102]).toMatch(/^BOOKMARK \d+$/)
  await make('live')
  expect(told(second)).toEqual(['ADDED live'])
})

test('[AP18] a client that reads so slowly that its way is gone is told 410', async () => {
  t.close()
  await open(64)
  for (let i = 0; i < 40; i++) await make(`c${i}`, { big: 'x'.repeat(30_000) })
  for (let i = 40; i < 700; i++) await make(`c${i}`, {})
  const socket = await watch('')
  expect(socket.moreLeft).toBe(true)
  socket.sent = []
  for (let i = 0; i < 70; i++) await t.call('PATCH', `${BASE}/c1`, { data: { i: String(i) } }, MERGE)
  t.say(socket, ASK_MORE)
  const [event] = socket.events()
  expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
  expect(socket.closed).toBe('the watch ended')
})

test('[AP19] a watch from a version that is no longer known is one ERROR event', async () => {
  t.close()
  await open(16)
  for (let i = 0; i < 40; i++) await make(`c${i}`)
  const answer = await t.call('GET', `${BASE}?watch=1&resourceVersion=2`)
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    type: 'ERROR',
    object: { code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: 2 \(\d+\)$/) },
  })
  expect(t.sockets).toHaveLength(0)
})

test('[AP6] a watch from a version ahead waits for what is above it', async () => {
  const { version } = t.api.store
  const socket = await watch(`resourceVersion=${version + 2}`)
  await make('a')
  await make('b')
  expect(told(socket)).toEqual([])
  await make('c')
  expect(told(socket)).toEqual(['ADDED c'])
})

test('[AP21] bookmarks: when asked for by the Worker, and after many versions, for those that want them', async () => {
  const wants = await watch('allowWatchBookmarks=true&labelSelector=none%3Dnone')
  const other = await watch('labelSelector=none%3Dnone')
  t.hibernate()
  t.say(wants, ASK_BOOKMARK)
  expect(told(wants)).toEqual([`BOOKMARK ${t.api.store.version}`])
  for (let i = 0; i < 1_024; i++) await make(`c${i}`)
  expect(told(wants)).toEqual([expect.stringMatching(/^BOOKMARK \d+$/)])
  expect(told(other)).toEqual([])
})

test('[AP22] a Table watch sends its columns once, also over hibernation', async () => {
  const socket = await watch('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
  await make('a')
  t.hibernate()
  await make('b')
  const tables = socket.events().map(({ object }) => object['columnDefinitions'])
  expect(tables).toEqual([expect.any(Array), null])
})

test('[AP22] a watch whose attachment another version wrote is ended, not guessed', async () => {
  const socket = await watch('')
  socket.serializeAttachment({ v: 9, resource: 'configmaps' })
  t.hibernate()
  await make('a')
  expect(socket.closed).toBe('this watch cannot go on: begin again')
})

test('[AP23] selectors of a watch that no attachment can hold are refused', async () => {
  const values = Array.from({ length: 400 }, (_, i) => `v${i}`.padEnd(40, 'x')).join(',')
  const answer = await t.call('GET', `${BASE}?watch=1&labelSelector=${encodeURIComponent(`a in (${values})`)}`)
  expect([answer.status, answer.body['message']]).toEqual([400, expect.stringContaining('may not be longer')])
})

const PROTOBUF = 'application/vnd.kubernetes.protobuf;stream=watch'
const MODEL = 'io.k8s.api.core.v1.ConfigMap'
const PARTIAL = 'io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata'

test('[AP204] a protobuf watch is told frames: the state, changes, transitions, bookmarks, over hibernation', async () => {
  await make('a', { x: '1' }, { l: '1' })
  const query = 'labelSelector=l%3D1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
  const socket = await watch(query, { accept: PROTOBUF })
  const [added, mark] = socket.frames(MODEL)
  expect(added).toMatchObject({
    type: 'ADDED',
    apiVersion: 'v1',
    kind: 'ConfigMap',
    object: { metadata: { name: 'a', labels: { l: '1' } }, data: { x: '1' } },
  })
  expect(mark).toMatchObject({
    type: 'BOOKMARK',
    kind: 'ConfigMap',
    object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  })
  t.hibernate()
  await t.call('PATCH', `${BASE}/a`, { data: { x: '2' } }, MERGE)
  const left = await t.call('PATCH', `${BASE}/a`, { metadata: { labels: { l: null } } }, MERGE)
  t.say(socket, ASK_BOOKMARK)
  const { resourceVersion } = left.body['metadata'] as { resourceVersion: string }
  expect(socket.frames(MODEL).map(({ type, object }) => [type, object['metadata'], object['data']])).toEqual([
    ['MODIFIED', expect.objectContaining({ labels: { l: '1' } }), { x: '2' }],
    ['DELETED', expect.objectContaining({ labels: { l: '1' }, resourceVersion }), { x: '2' }],
    ['BOOKMARK', expect.objectContaining({ resourceVersion }), undefined],
  ])
})

test('[AP204] metadata-only protobuf watches carry PartialObjectMetadata', async () => {
  const accept = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1;stream=watch'
  const socket = await watch('allowWatchBookmarks=true', { accept })
  await make('a', { x: '1' })
  expect(socket.frames(PARTIAL)).toMatchObject([
    { type: 'ADDED', apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', object: { metadata: { name: 'a' } } },
  ])
})

test('[AP204] what cannot go on ends with an ERROR in the form of the watch', async () => {
  await open(4)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await make(name)
  const query = 'watch=1&resourceVersion=1&allowWatchBookmarks=true'
  const answer = await t.call('GET', `${BASE}?${query}`, undefined, { headers: { accept: PROTOBUF } })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, PROTOBUF])
  expect(readFrames(answer.bytes, MODEL)).toMatchObject([
    { type: 'ERROR', kind: 'Status', object: { code: 410, reason: 'Expired' } },
  ])
})

test('[AP205] without bookmarks a watch is JSON where the client takes that, too; YAML has no stream', async () => {
  const form = async (accept: string, query = '') => {
    const socket = await watch(query, { accept })
    await make(`x${t.sockets.length}`)
    return typeof socket.sent[0]
  }
  expect(await form(`${PROTOBUF},application/json`)).toBe('string')
  expect(await form(`${PROTOBUF},application/json`, 'allowWatchBookmarks=true')).toBe('object')
  expect(await form(PROTOBUF)).toBe('object')
  expect(await form('application/json;stream=watch')).toBe('string')
  const yaml = await t.call('GET', `${BASE}?watch=1`, undefined, { headers: { accept: 'application/yaml' } })
  expect(parseYaml(yaml.text).value).toMatchObject({
    code: 406,
    message:
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  })
})
