import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { decodeProtobuf, openEnvelope } from '../../api/schema/protobuf.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const BASE = '/api/v1/namespaces/default/configmaps'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
/** openssl req -newkey rsa -subj /CN=jane/O=devs */
const CSR =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ1l6Q0NBVXNDQVFBd0hqRU5NQXNHQTFVRUF3d0VhbUZ1WlRFTk1Bc0dBMVVFQ2d3RVpHVjJjekNDQVNJdwpEUVlKS29aSWh2Y05BUUVCQlFBRGdnRVBBRENDQVFvQ2dnRUJBTEhqdjRLcnB3QWF5aUFwcWUyL3lTSWRPdUxICllHSjg5MkZGWllCaVNTMkN2QUxjb1RrN0tGckh6eFIxK2dEUEN3UGRCVFlURWZ6NkxUc3hFU1EzTTlyZFFUeFIKNG5HZnAvM2FSVmhvVEsxNTVUSlZKa3VnK1JWSUQ4RlBycTJrbWpnME5DNVhPTXZXa3BxKzBlMWxCdmc2TlBISQpXSStvSjRQcDFmNDA4cVhha2Q0WkJXSU5WbzFVT0tCa2JLd2lVTktVT1FTb29ILytXdWlhaVhJQlZFVnA2K2FSCmNVamZYbm1veC9BbkNaSHd3NTY4QzVvbVV6ZHJ1NFRHSE1Yb0RLeEN5alo5Sk1nSENSbTV3Nk9zM25wNGVMUHMKN2VHOUEwSFlmTWRyTWN4UzVkcFh0YWoycEMybFJXblE4QUQ1RGlrd1lJSnUxZzc4QjFEdktjWlRqcjhDQXdFQQpBYUFBTUEwR0NTcUdTSWIzRFFFQkN3VUFBNElCQVFCcllBbFNQMndLQ3dHVXdNdTNaUURWSWRpYmNXMVkrM3VXCnZrNG9qUjZqcnlhbHArYVpZQVU1RFE3UHo4Y1RLbjAzVGY5a2xxZlRoKzNqcXEwV3o0MklORzcvVkp6RHVGQmQKN2toMFY3OW1jN3ZpK3VHeStOcmdpOUlVVkpPV0pnMzJ3TlJVbURBRlZwWkp1S21JZTg2cmlRT21ZU3lIVFBxagpYelRGZVU0QTlWaXlJOFJZa0xNWnZFWjVqRjcwMUoyRFJtVVN1OXk2aW9BL1FiYkkrazFtMFVxV0pHdzZLNFpCCnVTUG0xYWh6cUpoUTdCTlBjWndjYnZNdldDRWM2Z0tGdDU4WlIyVE5kbmxVU2FhZDVYc1RhN0Y0MXlleFdNY1AKSUtQN3JFVCtuZ2I0UHk3U1JXcm56SWcwcTVheFNPTkxvWXpZSi9vRU5uUTRmVVkwdnBzMAotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K'
let t: TestApi

async function open(ring?: number): Promise<void> {
  t = testApi(kinds, ring)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
}
beforeEach(() => open())
afterEach(() => t.close())

interface Listed {
  readonly status: number
  readonly names: string[]
  readonly version: string
  readonly token: string
  readonly left: number | undefined
  readonly body: JsonObject
}
async function list(query: string, base = BASE): Promise<Listed> {
  const answer = await t.call('GET', `${base}?${query}`)
  const body: JsonObject = answer.body
  const meta = (body['metadata'] ?? {}) as JsonObject // a ListMeta, of a Status too
  const items = (body['items'] ?? []) as { metadata: { name: string } }[]
  return {
    status: answer.status,
    names: items.map(({ metadata }) => metadata.name),
    version: String(meta['resourceVersion'] ?? ''),
    token: String(meta['continue'] ?? ''),
    left: meta['remainingItemCount'] as number | undefined,
    body,
  }
}
const make = async (name: string, labels: Record<string, string> = {}): Promise<string> => {
  const made = await t.call('POST', BASE, { metadata: { name, labels } })
  expect(made.status).toBe(201)
  return String((made.body['metadata'] as JsonObject)['resourceVersion'])
}
async function makeMany(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await make(`c${String(i).padStart(3, '0')}`)
}

/** test/e2e/apimachinery/chunking.go: should return chunks of results for list calls. */
test('[AP212] a list comes in chunks of one state, each with the exact number that is left', async () => {
  await makeMany(90)
  const total = (await list('')).names.length
  for (const limit of [1, 7, 45, 89]) {
    const names: string[] = []
    let token = ''
    let first = ''
    do {
      const page: Listed = await list(`limit=${limit}&continue=${token}`)
      expect(page.names.length).toBeLessThanOrEqual(limit)
      first ||= page.version
      expect(page.version).toBe(first)
      names.push(...page.names)
      token = page.token
      expect(page.left).toBe(token === '' ? undefined : total - names.length)
      // What changes meanwhile is not seen by a list that began before.
      if (names.length < 10) await make(`zz${limit}-${names.length}`)
    } while (token !== '')
    expect(names.filter((name) => name.startsWith('c'))).toHaveLength(90)
    for (const name of names.filter((name) => name.startsWith('zz'))) expect(name.startsWith(`zz${limit}-`)).toBe(false)
    for (const { metadata } of (await t.call('GET', BASE)).body['items'] as { metadata: { name: string } }[]) {
      if (metadata.name.startsWith('zz')) await t.call('DELETE', `${BASE}/${metadata.name}`)
    }
  }
})

/** test/e2e/apimachinery/chunking.go, as the 410 says. */
test('[AP212] Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent', async () => {
  await open(16)
  await makeMany(12)
  const first = await list('limit=5')
  expect([first.names, first.left]).toEqual([['c000', 'c001', 'c002', 'c003', 'c004'], 7])
  await t.call('DELETE', `${BASE}/c011`)
  for (let i = 0; i < 20; i++) await t.call('PATCH', `${BASE}/c000`, { data: { i: String(i) } }, MERGE)
  const gone = await list(`limit=5&continue=${first.token}`)
  expect([gone.status, gone.body['reason'], gone.body['message']]).toEqual([
    410,
    'Expired',
    expect.stringContaining('The provided continue parameter is too old to display a consistent list result.'),
  ])
  const second = await list(`limit=5&continue=${gone.token}`)
  expect([second.names, second.left]).toEqual([['c005', 'c006', 'c007', 'c008', 'c009'], 1])
  expect(second.version).not.toBe(first.version)
  const third = await list(`limit=5&continue=${second.token}`)
  expect([third.names, third.token, third.left]).toEqual([['c010'], '', undefined])
})

test('[AP212] with selectors nobody counts what is left', async () => {
  for (let i = 0; i < 9; i++) await make(`c${i}`, { odd: String(i % 2) })
  const first = await list('limit=2&labelSelector=odd%3D1')
  expect([first.names, first.left]).toEqual([['c1', 'c3'], undefined])
  const second = await list(`limit=2&labelSelector=odd%3D1&continue=${first.token}`)
  expect([second.names, second.token]).toEqual([['c5', 'c7'], ''])
})

test('[AP213] a resourceVersion and how it is to be matched say which state is listed', async () => {
  const a = await make('a')
  const b = await make('b')
  await t.call('DELETE', `${BASE}/a`)
  const names = async (query: string) => (await list(query)).names
  expect(await names(`resourceVersion=${a}&resourceVersionMatch=Exact`)).toEqual(['a'])
  expect(await names(`resourceVersion=${b}&resourceVersionMatch=Exact&limit=1`)).toEqual(['a'])
  expect(await names(`resourceVersion=${a}&resourceVersionMatch=NotOlderThan`)).toEqual(['b'])
  expect(await names(`resourceVersion=${a}&resourceVersionMatch=NotOlderThan&limit=1`)).toEqual(['b'])
  expect(await names(`resourceVersion=${a}`)).toEqual(['b'])
  expect(await names(`resourceVersion=${a}&limit=5`)).toEqual(['a'])
  expect(await names('resourceVersion=0&resourceVersionMatch=NotOlderThan')).toEqual(['b'])
  expect(await names('resourceVersion=0&limit=1')).toEqual(['b'])
})

test.each([
  ['resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
  ['resourceVersion=0&resourceVersionMatch=Exact', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'],
  ['resourceVersion=5&resourceVersionMatch=x', 'Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""'],
  ['resourceVersion=5&resourceVersionMatch=Exact&continue=x', 'resourceVersionMatch is forbidden when continue'],
  ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
  ['watch=1&resourceVersionMatch=NotOlderThan', 'forbidden for watch unless sendInitialEvents is provided'],
  ['watch=1&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
  ['watch=1&sendInitialEvents=true&resourceVersionMatch=Exact', 'sendInitialEvents requires setting'],
])('[AP213] %s is refused', async (query, why) => {
  const refused = await list(query)
  expect([refused.status, refused.body['message']]).toEqual([422, expect.stringContaining(why)])
})

test('[AP213] a state that is still to come is a timeout, for a list and for a streamed one', async () => {
  const version = Number(await make('a'))
  for (const query of [
    `resourceVersion=${version + 5}`,
    `resourceVersion=${version + 5}&resourceVersionMatch=NotOlderThan`,
    `watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=${version + 5}`,
  ]) {
    const early = await list(query)
    expect([early.status, early.body['message']], query).toEqual([
      504,
      `Timeout: Too large resource version: ${version + 5}, current: ${version}`,
    ])
  }
})

test('[AP214] a list, its metadata and an object read the same as protobuf and as JSON', async () => {
  await make('a', { l: '1' })
  await make('b')
  const as = async (accept: string, model: string, path = BASE) => {
    const { bytes } = await t.call('GET', path, undefined, { headers: { accept } })
    const { apiVersion, kind, raw } = openEnvelope(bytes)
    return { apiVersion, kind, ...decodeProtobuf(model, raw) }
  }
  const binary = 'application/vnd.kubernetes.protobuf'
  const whole = await as(binary, 'io.k8s.api.core.v1.ConfigMapList')
  expect(whole).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }, {}] })
  const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
  const partial = `${binary};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`
  expect(await as(partial, `${meta}.PartialObjectMetadataList`)).toMatchObject({
    kind: 'PartialObjectMetadataList',
    items: [{ metadata: { name: 'a', labels: { l: '1' } } }, { metadata: { name: 'b' } }],
  })
  expect(await as(binary, `${meta}.Status`, `${BASE}/nope`)).toMatchObject({ kind: 'Status', code: 404 })
})

test('[AP215] watches of everything, of one name and by the old paths begin where they say', async () => {
  const version = await make('a')
  await make('b')
  const told = async (path: string) => {
    await t.call('GET', path)
    return t.sockets
      .at(-1)!
      .events()
      .map(({ type, object }) => `${type} ${(object['metadata'] as { name: string }).name}`)
  }
  expect(await told(`${BASE}?watch=1`)).toEqual(['ADDED a', 'ADDED b'])
  expect(await told(`${BASE}?watch=1&resourceVersion=0`)).toEqual(['ADDED a', 'ADDED b'])
  expect(await told(`${BASE}?watch=1&resourceVersion=${version}`)).toEqual(['ADDED b'])
  expect(await told(`${BASE}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`)).toEqual([])
  expect(await told(`${BASE}?watch=1&fieldSelector=metadata.name%3Da`)).toEqual(['ADDED a'])
  expect(await told('/api/v1/watch/namespaces/default/configmaps')).toEqual(['ADDED a', 'ADDED b'])
  expect(await told('/api/v1/watch/namespaces/default/configmaps/a')).toEqual(['ADDED a'])
  expect(await told('/api/v1/watch/configmaps?fieldSelector=metadata.namespace%3Dnone')).toEqual([])
})

test('[AP215] what a field selector loses is DELETED with the version of the change', async () => {
  const pods = '/api/v1/namespaces/default/pods'
  await t.call('POST', pods, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } })
  const accept = 'application/vnd.kubernetes.protobuf;stream=watch'
  const query = 'watch=1&fieldSelector=spec.nodeName%3D&allowWatchBookmarks=true'
  await t.call('GET', `${pods}?${query}`, undefined, { headers: { accept } })
  const socket = t.sockets.at(-1)!
  const binary = () => socket.frames('io.k8s.api.core.v1.Pod')
  expect(binary().map(({ type }) => type)).toEqual(['ADDED'])
  await t.call('POST', `${pods}/p/binding`, { metadata: { name: 'p' }, target: { name: 'n1' } })
  const bound = await t.call('GET', `${pods}/p`)
  const { resourceVersion } = bound.body['metadata'] as { resourceVersion: string }
  expect(binary()).toMatchObject([{ type: 'DELETED', object: { metadata: { name: 'p', resourceVersion } } }])
})

/** test/e2e/apimachinery/watch.go: should receive events on concurrent watches in same order. */
test('[AP215] watches that begin at each event of another see the rest in the same order', async () => {
  await t.call('GET', `${BASE}?watch=1`)
  const first = t.sockets.at(-1)!
  for (let i = 0; i < 12; i++) {
    await make(`c${i % 4}`).catch(() => undefined)
    await t.call('PATCH', `${BASE}/c${i % 4}`, { data: { i: String(i) } }, MERGE)
    if (i % 3 === 2) await t.call('DELETE', `${BASE}/c${i % 4}`)
  }
  const line = ({ type, object }: { type: string; object: Record<string, unknown> }) =>
    `${type} ${(object['metadata'] as { resourceVersion: string }).resourceVersion}`
  const seen = first.events().map(line)
  expect(seen.length).toBeGreaterThan(20)
  for (const [i, event] of seen.entries()) {
    await t.call('GET', `${BASE}?watch=1&resourceVersion=${event.split(' ')[1]}`)
    expect(t.sockets.at(-1)!.events().map(line)).toEqual(seen.slice(i + 1))
  }
})

test.each([
  ['/api/v1/namespaces', {}],
  ['/apis/rbac.authorization.k8s.io/v1/clusterroles', { rules: [] }],
  ['/apis/certificates.k8s.io/v1/certificatesigningrequests', {}],
  ['/api/v1/namespaces/default/configmaps', { data: { a: 'b' } }],
  ['/apis/apps/v1/namespaces/default/deployments', {}],
])('[AP249] what was got from %s as protobuf is put back as it is, and nothing changes', async (path, more) => {
  const bodies: Readonly<Record<string, object>> = {
    certificatesigningrequests: { spec: { signerName: 'example.com/x', request: CSR, usages: ['client auth'] } },
    deployments: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  }
  const body = { metadata: { name: 'again' }, ...more, ...bodies[path.split('/').at(-1) ?? ''] }
  const made = await t.call('POST', path, body)
  expect(made.status, made.text).toBe(201)
  const type = 'application/vnd.kubernetes.protobuf'
  const { bytes } = await t.call('GET', `${path}/again`, undefined, { headers: { accept: type } })
  const put = await t.call('PUT', `${path}/again`, bytes, { headers: { 'content-type': type } })
  expect(put.status, put.text).toBe(200)
  expect(put.body['metadata']).toEqual(made.body['metadata'])
})
