import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { testApi, type Answer, type TestApi } from '../../test/support/api.ts'

const NS = '/api/v1/namespaces/default'
const MAPS = `${NS}/configmaps`
const APPS = '/apis/apps/v1/namespaces/default/deployments'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'patcher/1.0 (x)' } }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const apply = (manager: string, path: string, body: object | string, query = '', headers = {}): Promise<Answer> =>
  t.call('PATCH', `${path}?fieldManager=${manager}${query}`, body, {
    headers: { 'content-type': 'application/apply-patch+yaml', ...headers },
  })
const config = (data?: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', ...metadata },
  ...(data === undefined ? {} : { data }),
})
const labels = { app: 'a' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const deployment = (spec: object, more: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec,
  ...more,
})
const whole = { selector: { matchLabels: labels }, template }

/** `manager operation subresource`: what it owns, of every entry of an answer. */
function entries(answer: Answer): Record<string, JsonObject> {
  const { managedFields = [] } = answer.body['metadata'] as never as { managedFields?: JsonObject[] }
  return Object.fromEntries(
    managedFields.map(({ manager, operation, subresource, fieldsV1 }) => [
      [manager, operation, subresource].filter((word) => word !== undefined).join(' '),
      fieldsV1 as JsonObject,
    ]),
  )
}
const told = ({ status, body }: Answer): unknown[] => [status, body['message']]

test('[AP160] creates, updates and patches leave an entry of who wrote, through what', async () => {
  const made = await t.call('POST', APPS, deployment({ ...whole, replicas: 1 }), {
    headers: { 'user-agent': 'maker/2' },
  })
  expect(Object.keys(entries(made))).toEqual(['maker Update'])
  expect(entries(made)['maker Update']).toMatchObject({
    'f:spec': { 'f:replicas': {}, 'f:strategy': { 'f:rollingUpdate': { '.': {} } }, 'f:selector': {} },
  })
  t.clock.now += 1_000
  await t.call('PATCH', `${APPS}/x/status`, { status: { observedGeneration: 1 }, spec: { replicas: 9 } }, MERGE)
  const put = await t.call('PUT', `${APPS}/x?fieldManager=named`, deployment({ ...whole, replicas: 2 }))
  expect(entries(put)).toMatchObject({
    'maker Update': { 'f:spec': { 'f:selector': {} } },
    'patcher Update status': { 'f:status': { 'f:observedGeneration': {} } },
    'named Update': { 'f:spec': { 'f:replicas': {} } },
  })
  expect(entries(put)['maker Update']?.['f:spec']).not.toHaveProperty('f:replicas')
})

test('[AP172] the manager is the parameter, the client up to its version, or unknown', async () => {
  const by = async (name: string, query: string, agent: string) =>
    Object.keys(
      entries(
        await t.call('POST', `${MAPS}${query}`, config({ a: '1' }, { name }), { headers: { 'user-agent': agent } }),
      ),
    )
  expect(await by('a', '', 'kubectl/v1.36.2 (linux/amd64)')).toEqual(['kubectl Update'])
  expect(await by('b', '?fieldManager=me', 'kubectl/v1')).toEqual(['me Update'])
  expect(await by('c', '', '')).toEqual(['unknown Update'])
  expect(await by('d', '', `${'x'.repeat(200)}/1`)).toEqual([`${'x'.repeat(128)} Update`])
})

test('[AP160] an object that fits only without its managedFields goes without them, unless it is applied', async () => {
  const big = (pad: number): object => {
    const env = [{ name: 'E', value: 'x'.repeat(pad) }]
    const spec = { containers: [{ name: 'c', image: 'i', env }] }
    return deployment({ ...whole, template: { metadata: { labels }, spec } })
  }
  const small = await t.call('POST', APPS, big(1))
  const { managedFields } = small.body['metadata'] as never as { managedFields: JsonObject[] }
  const entry = JSON.stringify({ managedFields }).length
  const pad = 1_572_864 - small.text.length + entry - 100
  await t.call('DELETE', `${APPS}/x`)
  expect(told(await apply('a', `${APPS}/x`, big(pad)))).toEqual([500, 'etcdserver: request is too large'])
  const made = await t.call('POST', APPS, big(pad))
  expect([made.status, Object.keys(made.body['metadata'])]).toEqual([
    201,
    expect.not.arrayContaining(['managedFields']),
  ])
})

test('[AP161] an apply creates, then owns what it says; another value conflicts', async () => {
  expect((await apply('a', `${MAPS}/x`, config({ k: '1', l: '2' }))).status).toBe(201)
  const shared = await apply('b', `${MAPS}/x`, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {k: "1"}\n')
  expect([shared.status, entries(shared)]).toEqual([
    200,
    { 'b Apply': { 'f:data': { 'f:k': {} } }, 'a Apply': { 'f:data': { 'f:k': {}, 'f:l': {} } } },
  ])
  const refused = await apply('c', `${MAPS}/x`, config({ k: 'other' }))
  expect(told(refused)).toEqual([
    409,
    'Apply failed with 2 conflicts: conflicts with "a":\n- .data.k\nconflicts with "b":\n- .data.k',
  ])
  expect(refused.body['details']).toMatchObject({ causes: [{ reason: 'FieldManagerConflict', field: '.data.k' }, {}] })
  expect(entries(await t.call('GET', `${MAPS}/x`))).toEqual(entries(shared))
})

test('[AP162] force takes the fields, a dry run takes nothing', async () => {
  await apply('a', `${MAPS}/x`, config({ k: '1', l: '2' }))
  const dry = await apply('b', `${MAPS}/x`, config({ k: 'mine' }), '&force=true&dryRun=All')
  expect(entries(dry)).toMatchObject({ 'b Apply': { 'f:data': { 'f:k': {} } } })
  expect(entries(await t.call('GET', `${MAPS}/x`))).toEqual({ 'a Apply': { 'f:data': { 'f:k': {}, 'f:l': {} } } })
  const forced = await apply('b', `${MAPS}/x`, config({ k: 'mine' }), '&force=true')
  expect(forced.body).toMatchObject({ data: { k: 'mine', l: '2' } })
  expect(entries(forced)).toEqual({ 'a Apply': { 'f:data': { 'f:l': {} } }, 'b Apply': { 'f:data': { 'f:k': {} } } })
  const missing = await apply('b', `${MAPS}/y`, config({}, { name: 'y' }), '&dryRun=All')
  expect([missing.status, (await t.call('GET', `${MAPS}/y`)).status]).toEqual([201, 404])
})

test('[AP163] what is applied no more is removed with what nobody else says in it', async () => {
  await apply('a', `${APPS}/x`, deployment({ ...whole, paused: true, minReadySeconds: 5 }))
  await apply('b', `${APPS}/x`, deployment({ minReadySeconds: 5 }))
  const after = await apply('a', `${APPS}/x`, deployment(whole))
  expect(after.body['spec']).toMatchObject({ minReadySeconds: 5, replicas: 1 })
  expect(after.body['spec']).not.toHaveProperty('paused')
})

test('[AP170] an apply or an update that changes nothing writes nothing', async () => {
  const first = await apply('a', `${APPS}/x`, deployment(whole))
  const version = ({ body }: Answer): unknown => (body['metadata'] as { resourceVersion: string }).resourceVersion
  const before = t.api.store.usage.rowsWritten
  t.clock.now += 60_000
  expect(version(await apply('a', `${APPS}/x`, deployment(whole)))).toBe(version(first))
  // What kubectl prints and sends along: an empty creationTimestamp says nothing.
  const printed = { ...deployment(whole), metadata: { name: 'x', creationTimestamp: null } }
  expect(version(await apply('a', `${APPS}/x`, printed))).toBe(version(first))
  expect(version(await t.call('PUT', `${APPS}/x`, first.body))).toBe(version(first))
  expect(version(await t.call('PATCH', `${APPS}/x`, {}, MERGE))).toBe(version(first))
  expect(t.api.store.usage.rowsWritten).toBe(before)
})

test('[AP166] an empty list resets the tracking; the next apply finds one entry before it', async () => {
  await t.call('POST', MAPS, config({ k: '1' }))
  for (const managedFields of [[], [{}]]) {
    const reset = await t.call('PUT', `${MAPS}/x`, config({ k: '1' }, { managedFields }))
    expect(reset.body['metadata']).not.toHaveProperty('managedFields')
  }
  const untracked = await t.call('PUT', `${MAPS}/x`, config({ k: '2' }))
  expect(untracked.body['metadata']).not.toHaveProperty('managedFields')
  expect(told(await apply('a', `${MAPS}/x`, config({ k: '3' })))).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
  ])
  const applied = await apply('a', `${MAPS}/x`, config({ l: '1' }))
  expect(entries(applied)).toEqual({
    'a Apply': { 'f:data': { 'f:l': {} } },
    'before-first-apply Update': { 'f:data': { '.': {}, 'f:k': {} } },
  })
})

test('[AP166] a list that is sent is the base where it can be read, and else the stored one is', async () => {
  const made = await t.call('POST', `${MAPS}?fieldManager=m`, config({ k: '1', l: '2' }))
  const [entry = {}] = (made.body['metadata'] as never as { managedFields: JsonObject[] }).managedFields
  const send = (managedFields: object[]) =>
    t.call('PUT', `${MAPS}/x?fieldManager=m`, config({ k: '1', l: '2' }, { managedFields }))
  const renamed = await send([{ ...entry, manager: 'other', fieldsV1: { 'f:data': { 'f:l': {}, 'f:k': {} } } }])
  expect(entries(renamed)).toEqual({ 'other Update': { 'f:data': { 'f:k': {}, 'f:l': {} } } })
  for (const wrong of [{ operation: 'Foo' }, { apiVersion: '' }, { fieldsType: 'V2' }, { fieldsV1: { x: {} } }]) {
    expect(entries(await send([{ ...entry, ...wrong }]))).toEqual(entries(renamed))
  }
  const before = entries(await t.call('GET', NS))
  const through = await t.call('PATCH', `${NS}/status`, { metadata: { managedFields: [] } }, MERGE)
  expect([through.status, entries(through)]).toEqual([200, before])
})

test('[AP167] status belongs to /status, and replicas are owned through the Scale as through the object', async () => {
  const main = await apply('a', `${APPS}/x`, deployment({ ...whole, replicas: 1 }, { status: { replicas: 4 } }))
  expect([main.body['status'], entries(main)['a Apply']]).toEqual([{}, expect.not.objectContaining({ 'f:status': {} })])
  const status = await apply(
    's',
    `${APPS}/x/status`,
    deployment({ paused: true }, { status: { observedGeneration: 3 } }),
  )
  expect(entries(status)['s Apply status']).toEqual({ 'f:status': { 'f:observedGeneration': {} } })
  expect(status.body).toMatchObject({ status: { observedGeneration: 3 } })
  expect(status.body['spec']).not.toHaveProperty('paused')

  const scale = (replicas: number): object => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'x' },
    spec: { replicas },
  })
  expect(told(await apply('h', `${APPS}/x/scale`, scale(3)))).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "a": .spec.replicas',
  ])
  expect((await apply('h', `${APPS}/x/scale`, scale(3), '&force=true')).body).toMatchObject({ spec: { replicas: 3 } })
  const scaled = entries(await t.call('GET', `${APPS}/x`))
  expect(scaled['h Apply scale']).toEqual({ 'f:spec': { 'f:replicas': {} } })
  expect(scaled['a Apply']?.['f:spec']).not.toHaveProperty('f:replicas')
  await t.call('PUT', `${APPS}/x/scale`, scale(5), { headers: { 'user-agent': 'autoscaler/1' } })
  const after = entries(await t.call('GET', `${APPS}/x`))
  expect(after['autoscaler Update scale']).toEqual({ 'f:spec': { 'f:replicas': {} } })
  expect(after).not.toHaveProperty('h Apply scale')
  expect(told(await apply('a', `${APPS}/x`, deployment({ ...whole, replicas: 1 })))[1]).toBe(
    'Apply failed with 1 conflict: conflict with "autoscaler" with subresource "scale" using apps/v1: .spec.replicas',
  )
})

test('[AP167] through the other subresources of a Pod only what they may change is owned', async () => {
  await t.call('POST', `${NS}/serviceaccounts`, { metadata: { name: 'default' } })
  const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec })
  const sized = (cpu: string): object =>
    pod({ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] })
  await t.call('POST', `${NS}/pods`, sized('1'))
  const resized = await apply('r', `${NS}/pods/x/resize`, sized('2'), '&force=true')
  expect(entries(resized)['r Apply resize']).toEqual({
    'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:resources': { 'f:requests': { 'f:cpu': {} } } } } },
  })
  const more = pod({ ephemeralContainers: [{ name: 'd', image: 'j' }], priority: 7 })
  const debugged = await apply('e', `${NS}/pods/x/ephemeralcontainers`, more)
  expect(entries(debugged)['e Apply ephemeralcontainers']).toEqual({
    'f:spec': { 'f:ephemeralContainers': { 'k:{"name":"d"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
  })
})

test('[AP168] an apply that would create needs the right to create, and creates nothing through a subresource', async () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
  const jane = { 'impersonate-user': 'jane' }
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }
  const grant = (verbs: string[]) => ({
    metadata: { name: 'r' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
  })
  await t.call('POST', `${rbac}/roles`, grant(['patch']))
  await t.call('POST', `${rbac}/rolebindings`, {
    metadata: { name: 'r' },
    roleRef,
    subjects: [{ kind: 'User', name: 'jane' }],
  })
  expect(told(await apply('a', `${MAPS}/x`, config({}), '', jane))).toEqual([
    403,
    'configmaps "x" is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
  ])
  await t.call('PUT', `${rbac}/roles/r`, grant(['patch', 'create']))
  expect((await apply('a', `${MAPS}/x`, config({ k: '1' }), '', jane)).status).toBe(201)
  await t.call('PUT', `${rbac}/roles/r`, grant(['patch']))
  expect((await apply('a', `${MAPS}/x`, config({ k: '2' }), '', jane)).status).toBe(200)
  expect(told(await apply('a', `${APPS}/y/status`, { ...deployment({}), metadata: { name: 'y' } }))).toEqual([
    404,
    'deployments.apps "y" not found',
  ])
})

const wrong: [body: object | string, query: string, status: number, message: string][] = [
  [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    '',
    400,
    'the name of the object (x based on URL) was undeterminable: name must be provided',
  ],
  [
    config({}, { uid: 'u' }),
    '',
    409,
    'uid mismatch: the provided object specified uid u, and no existing object was found',
  ],
  [config({}, { name: 'y' }), '', 400, 'the name of the object (y) does not match the name on the URL (x)'],
  [
    config({}, { namespace: 'b' }),
    '',
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [config({}, { managedFields: [] }), '', 400, 'metadata.managedFields must be nil'],
  [{ ...config({}), kind: 'Secret' }, '', 400, 'invalid object type: /v1, Kind=Secret'],
  [{ ...config({}), apiVersion: 'apps/v1' }, '', 400, 'invalid object type: apps/v1, Kind=ConfigMap'],
  [{ ...config({}), apiVersion: 'a/b/c' }, '', 400, 'invalid object type: /, Kind='],
  [
    '- a',
    '',
    400,
    'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'a: {',
    '',
    400,
    'error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content',
  ],
  [
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  name: x\n',
    '&fieldValidation=Strict',
    400,
    'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "name" already set in map',
  ],
  [
    config({ a: 1 }),
    '',
    500,
    'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
  ],
]
test.each(wrong)(
  '[AP169] %j is refused in the words of Kubernetes, and nothing is made',
  async (body, query, status, message) => {
    const answer = await apply('a', `${MAPS}/x`, body, query)
    expect([
      answer.status,
      String(answer.body['message']).replace(/^Operation cannot be fulfilled on configmaps "x": /, ''),
    ]).toEqual([status, message])
    expect((await t.call('GET', `${MAPS}/x`)).status).toBe(404)
  },
)

test('[AP169] a number that is no integer where one must be is told by its kind', async () => {
  const answer = await apply('a', `${APPS}/x`, deployment({ ...whole, replicas: 1.5 }))
  expect(answer.status).toBe(500)
  expect(answer.body['message']).toContain(
    'failed to convert new object (/x; apps/v1, Kind=Deployment) to proper version (apps/v1)',
  )
})

test('[AP171] what kubectl applied on the client goes over to the server without a conflict', async () => {
  const last = 'kubectl.kubernetes.io/last-applied-configuration'
  const body = config({ k: '1' })
  const annotations = { [last]: JSON.stringify(body) }
  await t.call('POST', `${MAPS}?fieldManager=kubectl-client-side-apply`, config({ k: '1' }, { annotations }))
  expect((await apply('other', `${MAPS}/x`, config({ k: '2' }))).status).toBe(409)
  const over = await apply('kubectl', `${MAPS}/x`, config({ k: '2' }))
  expect([over.status, over.body['data']]).toEqual([200, { k: '2' }])
  expect(over.body['metadata']).toMatchObject({
    annotations: { [last]: '{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"x"}}\n' },
  })
})
