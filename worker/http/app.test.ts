import { afterEach, beforeEach, expect, test } from 'vitest'
import { declare } from '../../api/kinds/declare.ts'
import { ADMIN_TOKEN, testApi, type TestApi } from '../../test/support/api.ts'

const kinds = [
  declare('namespaces', { subresources: ['status', 'finalize'] }),
  declare('configmaps', {}),
  declare('pods', { subresources: ['status', 'binding'], fields: { 'spec.nodeName': () => '' } }),
]
let t: TestApi

const configMap = (name: string, data: Record<string, string> = { a: '1' }, labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels ? { labels } : {}) },
  data,
})
const BASE = '/api/v1/namespaces/default/configmaps'

beforeEach(async () => {
  t = testApi(kinds)
  const made = await t.call('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default' },
  })
  expect(made.status).toBe(201)
})
afterEach(() => t.close())

test('[AP3] an object is created, read, replaced, patched and deleted', async () => {
  const made = await t.call('POST', BASE, configMap('x'))
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'x', namespace: 'default' },
  })
  const got = await t.call('GET', `${BASE}/x`)
  expect(got.text).toBe(made.text)
  const put = await t.call('PUT', `${BASE}/x`, configMap('x', { b: '2' }))
  expect(put.body).toMatchObject({ data: { b: '2' } })
  const type = { headers: { 'content-type': 'application/merge-patch+json' } }
  const patched = await t.call('PATCH', `${BASE}/x`, { data: { b: null, c: '3' } }, type)
  expect(patched.body).toMatchObject({ data: { c: '3' } })
  const gone = await t.call('DELETE', `${BASE}/x`)
  expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'x', kind: 'configmaps' } })
  expect((await t.call('GET', `${BASE}/x`)).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'configmaps "x" not found',
    reason: 'NotFound',
    details: { name: 'x', kind: 'configmaps' },
    code: 404,
  })
})

test('[AP4] without a token, with a wrong one and without rights: 403, 401, 403', async () => {
  t.defaultRoles()
  const nobody = await t.call('GET', '/api', undefined, { token: null })
  expect([nobody.status, nobody.body['message']]).toEqual([
    403,
    'forbidden: User "system:anonymous" cannot get path "/api"',
  ])
  const wrong = await t.call('GET', BASE, undefined, { token: 'nope' })
  expect([wrong.status, wrong.body['message'], wrong.body['reason']]).toEqual([401, 'Unauthorized', 'Unauthorized'])
  const { body } = await t.call('POST', '/podo/tokens', { user: 'plain', groups: ['devs'] })
  const user = { token: String(body['token']) }
  const list = await t.call('GET', BASE, undefined, user)
  expect([list.status, list.body['message']]).toEqual([
    403,
    'configmaps is forbidden: User "plain" cannot list resource "configmaps" in API group "" in the namespace "default"',
  ])
  expect((await t.call('GET', '/api', undefined, user)).status).toBe(200)
  const self = await t.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, user)
  expect(self.body).toMatchObject({
    status: { userInfo: { username: 'plain', groups: ['devs', 'system:authenticated'] } },
  })
  expect((await t.call('POST', '/podo/tokens', { user: 'x' }, user)).status).toBe(403)
  const as = { headers: { 'impersonate-user': 'jane' } }
  expect((await t.call('GET', BASE, undefined, as)).body['message']).toContain('User "jane" cannot list')
  expect((await t.call('GET', '/api', undefined, { ...user, ...as })).status).toBe(403)
})

test('[AP4] a token ends with its time', async () => {
  const { body } = await t.call('POST', '/podo/tokens', { user: 'm', groups: ['system:masters'], ttlSeconds: 60 })
  const user = { token: String(body['token']) }
  expect((await t.call('GET', BASE, undefined, user)).status).toBe(200)
  t.clock.now += 60_000
  expect((await t.call('GET', BASE, undefined, user)).status).toBe(401)
})

test('[AP5] lists are paged by limit and continue, and a page does not change while it is read', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await t.call('POST', BASE, configMap(name))
  const first = await t.call('GET', `${BASE}?limit=2`)
  const meta = first.body['metadata'] as { continue: string; remainingItemCount: number; resourceVersion: string }
  expect(meta.remainingItemCount).toBe(3)
  await t.call('DELETE', `${BASE}/c`)
  const rest = await t.call('GET', `${BASE}?limit=10&continue=${meta.continue}`)
  const names = (rest.body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)
  expect(names).toEqual(['c', 'd', 'e'])
  expect(rest.body['metadata']).toEqual({ resourceVersion: meta.resourceVersion })
})

test('[AP6] a watch that follows a list misses and repeats nothing, and outlives hibernation', async () => {
  await t.call('POST', BASE, configMap('a', {}, { w: '1' }))
  const listed = await t.call('GET', BASE)
  const { resourceVersion } = listed.body['metadata'] as { resourceVersion: string }
  await t.call('POST', BASE, configMap('b', {}, { w: '1' }))
  await t.call('GET', `${BASE}?watch=1&resourceVersion=${resourceVersion}&labelSelector=w%3D1`)
  const [socket] = t.sockets
  expect(socket?.events().map(({ type, object }) => [type, (object['metadata'] as { name: string }).name])).toEqual([
    ['ADDED', 'b'],
  ])
  t.hibernate()
  const type = { headers: { 'content-type': 'application/merge-patch+json' } }
  await t.call('PATCH', `${BASE}/a`, { metadata: { labels: { w: '2' } } }, type)
  await t.call('PATCH', `${BASE}/a`, { data: { q: '1' } }, type)
  await t.call('PATCH', `${BASE}/a`, { metadata: { labels: { w: '1' } } }, type)
  await t.call('DELETE', `${BASE}/a`)
  const events = socket?.events() ?? []
  expect(events.map((event) => event.type)).toEqual(['DELETED', 'ADDED', 'DELETED'])
  expect(events[0]?.object).toMatchObject({ metadata: { labels: { w: '1' } } })
})

test('[AP7] a body that cannot be: its sentence', async () => {
  const cases: [unknown, string, number, string][] = [
    ['{"a":', 'application/json', 400, "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'application/json', 400, 'not valid UTF-8'],
    ['<a/>', 'text/xml', 415, 'accepted media types include'],
    ['x'.repeat(3 * 1024 * 1024 + 1), 'application/json', 413, 'Request entity too large: limit is 3145728'],
    [
      { ...configMap('x'), data: { a: 1 } },
      'application/json',
      400,
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [{ ...configMap('x'), kind: 'Foo' }, 'application/json', 400, 'no kind "Foo" is registered for version "v1"'],
    ['a: [b', 'application/yaml', 400, "yaml: line 1: did not find expected ',' or ']'"],
  ]
  for (const [body, type, status, message] of cases) {
    const answer = await t.call('POST', BASE, body, { headers: { 'content-type': type } })
    expect([answer.status, answer.body['message']]).toEqual([status, expect.stringContaining(message)])
  }
})

test('[AP8] unknown fields: an error, a warning, or nothing', async () => {
  const body = { ...configMap('x'), extra: 1 }
  const strict = await t.call('POST', `${BASE}?fieldValidation=Strict`, body)
  expect([strict.status, strict.body['message']]).toEqual([
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "extra"',
  ])
  const warn = await t.call('POST', `${BASE}?dryRun=All`, body)
  expect([warn.status, warn.headers.get('warning')]).toEqual([201, '299 - "unknown field \\"extra\\""'])
  const ignore = await t.call('POST', `${BASE}?fieldValidation=Ignore`, body)
  expect([ignore.status, ignore.headers.get('warning')]).toEqual([201, null])
})

test('[AP9] what is not served is 404 or 405, as by a server without it', async () => {
  const cases: [string, string, number][] = [
    ['GET', '/api/v2', 404],
    ['GET', '/apis/apps/v9', 404],
    ['GET', `${BASE}/x/status`, 404],
    ['GET', '/api/v1/namespaces/default/cm', 404],
    ['GET', '/apis/nope.example.com', 404],
    ['POST', `${BASE}/x`, 405],
    ['PATCH', BASE, 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['DELETE', '/version', 405],
    ['POST', '/api', 405],
    ['GET', '/api/v1/namespaces/default/pods/x/binding', 405],
    ['POST', '/api/v1/configmaps', 405],
  ]
  for (const [method, path, status] of cases)
    expect([method, path, (await t.call(method, path)).status]).toEqual([method, path, status])
  const apply = { headers: { 'content-type': 'application/apply-patch+cbor' } }
  const answer = await t.call('PATCH', `${BASE}/x?fieldManager=a`, configMap('x'), apply)
  expect([answer.status, answer.body['message']]).toEqual([415, '415: Unsupported Media Type'])
})

test('[AP2] one object as Table, PartialObjectMetadata, YAML and protobuf', async () => {
  await t.call('POST', BASE, configMap('x'))
  const get = (accept: string) => t.call('GET', `${BASE}/x`, undefined, { headers: { accept } })
  const table = await get('application/json;as=Table;v=v1;g=meta.k8s.io,application/json')
  expect(table.body).toMatchObject({ kind: 'Table', rows: [{ cells: ['x', 1, '0s'] }] })
  expect((await get('application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io')).body).not.toHaveProperty('data')
  expect((await get('application/yaml')).text).toMatch(/^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\n/)
  const binary = await get('application/vnd.kubernetes.protobuf')
  expect([binary.headers.get('content-type'), binary.text.slice(0, 3)]).toEqual([
    'application/vnd.kubernetes.protobuf',
    'k8s',
  ])
})

test('[AP10] the admin token is compared, never stored', () => {
  expect(t.api.store.transaction((tx) => tx.records.all('credentials/user'))).toEqual([])
  expect(ADMIN_TOKEN).not.toBe('')
})
