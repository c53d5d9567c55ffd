import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { type FakeSocket, testApi, type TestApi } from '../../test/support/api.ts'

/**
 * Conformance tests of Kubernetes that need nothing but the API, imitated step by step. The name of each is that of
 * test/e2e/apimachinery; what stands elsewhere is named in docs/conformance.md.
 */
const BASE = '/api/v1/namespaces/default/configmaps'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

interface Group {
  name: string
  versions: { groupVersion: string; version: string }[]
  preferredVersion: { groupVersion: string; version: string }
}

test('[AP217] Discovery should validate PreferredVersion for each APIGroup', async () => {
  const groups = (await t.call('GET', '/apis')).body['groups'] as Group[]
  expect(groups.length).toBeGreaterThan(15)
  for (const { name } of groups) {
    const group = (await t.call('GET', `/apis/${name}`)).body as unknown as Group
    expect(group.name).toBe(name)
    expect(group.versions).toContainEqual(group.preferredVersion)
    expect(group.preferredVersion.groupVersion).toBe(`${name}/${group.preferredVersion.version}`)
  }
})

test.each([
  ['api/v1', 'namespaces'],
  ['apis/admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  ['apis/apiregistration.k8s.io/v1', 'apiservices'],
  ['apis/apps/v1', 'deployments'],
  ['apis/authentication.k8s.io/v1', 'tokenreviews'],
  ['apis/authorization.k8s.io/v1', 'selfsubjectaccessreviews'],
  ['apis/autoscaling/v1', 'horizontalpodautoscalers'],
  ['apis/autoscaling/v2', 'horizontalpodautoscalers'],
  ['apis/batch/v1', 'jobs'],
  ['apis/certificates.k8s.io/v1', 'certificatesigningrequests'],
  ['apis/coordination.k8s.io/v1', 'leases'],
  ['apis/discovery.k8s.io/v1', 'endpointslices'],
  ['apis/events.k8s.io/v1', 'events'],
  ['apis/networking.k8s.io/v1', 'ingresses'],
  ['apis/node.k8s.io/v1', 'runtimeclasses'],
  ['apis/policy/v1', 'poddisruptionbudgets'],
  ['apis/scheduling.k8s.io/v1', 'priorityclasses'],
  ['apis/storage.k8s.io/v1', 'csinodes'],
])(
  '[AP217] Discovery should locate the groupVersion and a resource within each APIGroup: /%s, %s',
  async (path, name) => {
    const { body } = await t.call('GET', `/${path}`)
    expect(body['groupVersion']).toBe(path.replace(/^apis?\//, ''))
    expect((body['resources'] as { name: string }[]).map((resource) => resource.name)).toContain(name)
    const [, group = '', version] = path.startsWith('apis/') ? path.split('/') : ['', '', 'v1']
    if (group === '') return
    const found = (await t.call('GET', `/apis/${group}`)).body as unknown as Group
    expect(found.versions.map((known) => known.version)).toContain(version)
  },
)

test('[AP217] server version should find the server version', async () => {
  const { body } = await t.call('GET', '/version')
  expect(body['major']).toBe('1')
  expect(body['minor']).toMatch(/^\d+\+?$/)
})

test('[AP217] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
  }
  const refused = await t.call('POST', reviews, review, { headers: { accept: TABLE } })
  expect([refused.status, refused.body['reason']]).toEqual([406, 'NotAcceptable'])
  expect((await t.call('POST', reviews, review)).status).toBe(201)
})

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
interface Aggregated {
  items: { metadata: { name?: string }; versions: { version: string; resources: { resource: string }[] }[] }[]
}
const discovered = async (path: string, accept: string) => {
  const { status, headers, body } = await t.call('GET', path, undefined, { headers: { accept } })
  return { status, type: headers.get('content-type'), body: body as unknown as Aggregated & Record<string, unknown> }
}

test('[AP217] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers', async () => {
  for (const path of ['/api', '/apis']) {
    const { type, body } = await discovered(path, AGGREGATED)
    expect(type).toBe(AGGREGATED)
    expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
    expect(body.items.length).toBeGreaterThan(0)
    const plain = await discovered(path, 'application/json')
    expect(plain.type).toBe('application/json')
    expect(plain.body['kind']).toBe(path === '/api' ? 'APIVersions' : 'APIGroupList')
    // The older form is not served any more, so the next one counts.
    const older = AGGREGATED.replace('v=v2', 'v=v2beta1')
    expect((await discovered(path, `${older},application/json`)).type).toBe('application/json')
  }
})

test('[AP217] AggregatedDiscovery should support aggregated discovery interface', async () => {
  const found = new Map<string, string[]>()
  for (const path of ['/api', '/apis']) {
    for (const { metadata, versions } of (await discovered(path, AGGREGATED)).body.items) {
      for (const { version, resources } of versions) {
        found.set(
          `${metadata.name ?? ''}/${version}`,
          resources.map(({ resource }) => resource),
        )
      }
    }
  }
  const expected: [string, string][] = [
    ['/v1', 'pods'],
    ['admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations'],
    ['admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
    ['apiregistration.k8s.io/v1', 'apiservices'],
    ['apps/v1', 'deployments'],
    ['authentication.k8s.io/v1', 'tokenreviews'],
    ['authorization.k8s.io/v1', 'selfsubjectrulesreviews'],
    ['autoscaling/v1', 'horizontalpodautoscalers'],
    ['autoscaling/v2', 'horizontalpodautoscalers'],
    ['batch/v1', 'cronjobs'],
    ['certificates.k8s.io/v1', 'certificatesigningrequests'],
    ['coordination.k8s.io/v1', 'leases'],
    ['discovery.k8s.io/v1', 'endpointslices'],
    ['networking.k8s.io/v1', 'ingresses'],
    ['policy/v1', 'poddisruptionbudgets'],
    ['rbac.authorization.k8s.io/v1', 'clusterroles'],
    ['scheduling.k8s.io/v1', 'priorityclasses'],
    ['storage.k8s.io/v1', 'volumeattachments'],
  ]
  for (const [version, resource] of expected) expect(found.get(version), version).toContain(resource)
})

test('[AP217] Servers with support for API chunking should return chunks of results for list calls', async () => {
  const TEMPLATES = '/api/v1/namespaces/default/podtemplates'
  const template = { spec: { containers: [{ name: 'test', image: 'test2' }] } }
  const names = Array.from({ length: 40 }, (_, i) => `template-${String(i).padStart(4, '0')}`)
  for (const name of names) await t.call('POST', TEMPLATES, { metadata: { name }, template })
  const seen: string[] = []
  const versions = new Set<string>()
  let next = ''
  do {
    const limit = 17
    const path = `${TEMPLATES}?limit=${limit}${next === '' ? '' : `&continue=${next}`}`
    const { metadata, items } = (await t.call('GET', path)).body as unknown as Chunk
    versions.add(metadata.resourceVersion)
    seen.push(...items.map((item) => item.metadata.name))
    next = metadata.continue ?? ''
    expect(metadata.remainingItemCount).toBe(next === '' ? undefined : names.length - seen.length)
    expect(items.length).toBe(next === '' ? names.length % limit : limit)
  } while (next !== '')
  expect(seen).toEqual(names)
  expect(versions.size).toBe(1)
})
interface Chunk {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: { metadata: { name: string } }[]
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const deployment = (extra: string, name = 'deployment', meta = '') =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"${name}"${meta},"labels":{"app":"nginx"}},"spec":{${extra}
  "selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},
  "spec":{"containers":[{"name":"nginx","image":"nginx"}]}}}}`
const said = async (body: string, query = 'fieldValidation=Strict') => {
  const apply = { 'content-type': 'application/apply-patch+yaml' }
  const path = `${DEPLOYMENTS}/applied?fieldManager=test&${query}`
  const created = await t.call('POST', `${DEPLOYMENTS}?${query}`, body)
  const applied = await t.call('PATCH', path, body.replace('"name":"deployment"', '"name":"applied"'), {
    headers: apply,
  })
  return [created, applied].map(({ status, body: { message }, headers }) => [status, message, headers.get('warning')])
}

test('[AP217] FieldValidation should detect unknown and duplicate fields of a typed object', async () => {
  const answers = await said(deployment('"foo":"bar","replicas":1,"replicas":2,'))
  expect(answers[0]).toEqual([
    400,
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo", duplicate field "spec.replicas"',
    null,
  ])
  expect(answers[1]?.[1]).toContain('.spec.foo: field not declared in schema')
  const [warned] = await said(deployment('"foo":"bar","replicas":1,"replicas":2,'), 'fieldValidation=Warn')
  expect(warned?.[0]).toBe(201)
  expect(warned?.[2]).toContain('unknown field \\"spec.foo\\"')
  expect(warned?.[2]).toContain('duplicate field \\"spec.replicas\\"')
})

test('[AP217] FieldValidation should detect unknown metadata fields of a typed object', async () => {
  const answers = await said(deployment('', 'deployment', ',"unknownMeta":"unknown"'))
  expect(answers[0]?.[0]).toBe(400)
  // What apply cannot make sense of is 500 in Kubernetes, too.
  expect(answers[1]?.[0]).toBe(500)
  expect(answers[0]?.[1]).toContain('strict decoding error: unknown field "metadata.unknownMeta"')
  expect(answers[1]?.[1]).toContain('.metadata.unknownMeta: field not declared in schema')
  const [ignored] = await said(deployment('', 'deployment', ',"unknownMeta":"unknown"'), 'fieldValidation=Ignore')
  expect(ignored?.slice(0, 1)).toEqual([201])
  expect(ignored?.[2]).toBeNull()
})

const LABEL = 'watch-this-configmap'
const [A, B] = ['multiple-watchers-A', 'multiple-watchers-B']
async function watch(query: string): Promise<FakeSocket> {
  const answer = await t.call('GET', `${BASE}?watch=1&${query}`)
  expect(answer.headers.get('x-socket')).toBe(String(t.sockets.length))
  return t.sockets.at(-1)!
}
const labelled = (...values: string[]) => `labelSelector=${encodeURIComponent(`${LABEL} in (${values.join(',')})`)}`
const told = (socket: FakeSocket) =>
  socket.events().map(({ type, object }) => {
    const { metadata, data } = object as { metadata: { name: string }; data?: { mutation?: string } }
    return `${type} ${metadata.name} ${data?.mutation ?? ''}`.trim()
  })
const make = (name: string, label: string) => t.call('POST', BASE, { metadata: { name, labels: { [LABEL]: label } } })
async function change(name: string, work: (object: JsonObject) => void): Promise<string> {
  const object = structuredClone((await t.call('GET', `${BASE}/${name}`)).body) as JsonObject
  work(object)
  const put = await t.call('PUT', `${BASE}/${name}`, object)
  expect(put.status).toBe(200)
  return (put.body['metadata'] as { resourceVersion: string }).resourceVersion
}
const mutate = (name: string, mutation: string) => change(name, (object) => (object['data'] = { mutation }))
const relabel = (name: string, label: string) =>
  change(name, (object) => ((object['metadata'] as JsonObject)['labels'] = { [LABEL]: label }))

test('[AP217] Watchers should observe add, update, and delete watch notifications on configmaps', async () => {
  const [ofA, ofB, ofBoth] = [await watch(labelled(A)), await watch(labelled(B)), await watch(labelled(A, B))]
  await make('a', A)
  await mutate('a', '1')
  await mutate('a', '2')
  await t.call('DELETE', `${BASE}/a`)
  const ofTheFirst = ['ADDED a', 'MODIFIED a 1', 'MODIFIED a 2', 'DELETED a 2']
  expect([told(ofA), told(ofBoth), told(ofB)]).toEqual([ofTheFirst, ofTheFirst, []])
  await make('b', B)
  await t.call('DELETE', `${BASE}/b`)
  expect([told(ofA), told(ofBoth), told(ofB)]).toEqual([[], ['ADDED b', 'DELETED b'], ['ADDED b', 'DELETED b']])
})

test('[AP217] Watchers should be able to start watching from a specific resource version', async () => {
  await make('a', A)
  const first = await mutate('a', '1')
  await mutate('a', '2')
  await t.call('DELETE', `${BASE}/a`)
  expect(told(await watch(`${labelled(A)}&resourceVersion=${first}`))).toEqual(['MODIFIED a 2', 'DELETED a 2'])
})

test('[AP217] Watchers should be able to restart watching from the last resource version observed by the previous watch', async () => {
  const before = await watch(labelled(A))
  await make('a', A)
  const last = await mutate('a', '1')
  expect(told(before)).toEqual(['ADDED a', 'MODIFIED a 1'])
  await mutate('a', '2')
  await t.call('DELETE', `${BASE}/a`)
  expect(told(await watch(`${labelled(A)}&resourceVersion=${last}`))).toEqual(['MODIFIED a 2', 'DELETED a 2'])
})

test('[AP217] Watchers should observe an object deletion if it stops meeting the requirements of the selector', async () => {
  const socket = await watch(labelled(A))
  await make('a', A)
  await mutate('a', '1')
  await relabel('a', 'wrong')
  expect(told(socket)).toEqual(['ADDED a', 'MODIFIED a 1', 'DELETED a 1'])
  await mutate('a', '2')
  expect(told(socket)).toEqual([])
  await relabel('a', A)
  await mutate('a', '3')
  await t.call('DELETE', `${BASE}/a`)
  expect(told(socket)).toEqual(['ADDED a 2', 'MODIFIED a 3', 'DELETED a 3'])
})

test('[AP217] Watchers should receive events on concurrent watches in same order', async () => {
  const first = await watch('')
  const versions: string[] = []
  for (let i = 0; i < 10; i++) {
    await make(`m${i}`, A)
    versions.push(await mutate(`m${i}`, '1'))
    if (i % 2 === 0) await t.call('DELETE', `${BASE}/m${i}`)
  }
  const all = told(first)
  expect(all).toHaveLength(25)
  for (const [i, version] of versions.entries()) {
    const rest = told(await watch(`resourceVersion=${version}`))
    expect(rest).toEqual(all.slice(all.length - rest.length))
    expect(rest[0]).toBe(i % 2 === 0 ? `DELETED m${i} 1` : i === 9 ? undefined : `ADDED m${i + 1}`)
  }
})
