import { afterEach, beforeEach, expect, test } from 'vitest'
import { FACTS } from '../../api/kinds/declare.ts'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const NS = '/api/v1/namespaces/default'
const APPS = '/apis/apps/v1/namespaces/default/deployments'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
let t: TestApi

const container = { name: 'c', image: 'nginx' }
const labels = { app: 'a' }

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  const made = await t.call('POST', APPS, {
    metadata: { name: 'x' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  })
  expect(made.status).toBe(201)
})
afterEach(() => t.close())

test('[AP66] a Scale is read, replaced and patched over its object', async () => {
  const got = await t.call('GET', `${APPS}/x/scale`)
  expect(got.body).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 2 },
    status: { replicas: 0, selector: 'app=a' },
  })
  const patched = await t.call('PATCH', `${APPS}/x/scale`, { spec: { replicas: 5 } }, MERGE)
  expect(patched.body).toMatchObject({ spec: { replicas: 5 } })
  expect((await t.call('GET', `${APPS}/x`)).body).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } })
  const negative = await t.call('PUT', `${APPS}/x/scale`, { metadata: { name: 'x' }, spec: { replicas: -1 } })
  expect([negative.status, negative.body['message']]).toEqual([
    422,
    'Scale.autoscaling "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ])
  const stale = await t.call('PUT', `${APPS}/x/scale`, {
    metadata: { name: 'x', resourceVersion: '1' },
    spec: { replicas: 0 },
  })
  expect([stale.status, stale.body['reason']]).toEqual([409, 'Conflict'])
})

test('[AP67] /status changes the status alone, the object everything but the status', async () => {
  await t.call(
    'PATCH',
    `${APPS}/x/status`,
    { status: { observedGeneration: 1, replicas: 2 }, spec: { replicas: 7 } },
    MERGE,
  )
  await t.call('PATCH', `${APPS}/x`, { status: { replicas: 9 }, metadata: { labels: { l: '1' } } }, MERGE)
  expect((await t.call('GET', `${APPS}/x`)).body).toMatchObject({
    metadata: { labels: { l: '1' } },
    spec: { replicas: 2 },
    status: { replicas: 2 },
  })
})

test('[AP68] a Pod is bound once, by either path, and never to nothing', async () => {
  await t.call('POST', `${NS}/pods`, { metadata: { name: 'p' }, spec: { containers: [container] } })
  const bind = (path: string, target: object) => t.call('POST', `${NS}/${path}`, { metadata: { name: 'p' }, target })
  const nothing = await bind('pods/p/binding', {})
  expect([nothing.status, nothing.body['message'], nothing.body['reason']]).toEqual([
    500,
    'target.name: Required value',
    undefined,
  ])
  const other = await t.call('POST', `${NS}/pods/p/binding`, { metadata: { name: 'q' }, target: { name: 'n1' } })
  expect([other.status, other.body['message']]).toEqual([400, 'name in URL does not match name in Binding object'])
  expect((await bind('bindings', { kind: 'Node', name: 'n1' })).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  })
  const twice = await bind('pods/p/binding', { name: 'n2' })
  expect([twice.status, twice.body['message']]).toEqual([
    409,
    'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
  ])
  const selected = await t.call('GET', `/api/v1/pods?fieldSelector=spec.nodeName%3Dn1`)
  expect(selected.body['items']).toHaveLength(1)
})

test('[AP69] a DELETE of a collection takes what is selected and answers what it was', async () => {
  for (const name of ['a', 'b']) await t.call('POST', `${NS}/configmaps`, { metadata: { name, labels: { l: name } } })
  const dry = await t.call('DELETE', `${NS}/configmaps?dryRun=All`)
  expect(dry.body['items']).toHaveLength(2)
  const one = await t.call('DELETE', `${NS}/configmaps?labelSelector=l%3Da`)
  expect(one.body).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }] })
  expect((await t.call('GET', `${NS}/configmaps`)).body['items']).toHaveLength(1)
})

test('[AP70] discovery lists what is served and nothing else', async () => {
  const core = await t.call('GET', '/api/v1')
  const names = (core.body['resources'] as { name: string }[]).map(({ name }) => name)
  expect(names).toEqual([...names].sort())
  expect(names).toEqual(
    expect.arrayContaining(['bindings', 'configmaps', 'pods', 'pods/binding', 'pods/exec', 'pods/log', 'pods/status']),
  )
  expect((await t.call('GET', '/apis/apiextensions.k8s.io/v1')).status).toBe(404)
  const apps = await t.call('GET', '/apis/apps/v1')
  expect(apps.body['resources']).toContainEqual({
    name: 'deployments/scale',
    singularName: '',
    namespaced: true,
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    verbs: ['get', 'patch', 'update'],
  })
  const groups = (await t.call('GET', '/apis')).body['groups'] as { name: string }[]
  const served = groups.map(({ name }) => name)
  const known = [...new Set(FACTS.map(({ group }) => group))]
  expect(served).toEqual(known.filter((group) => served.includes(group)))
  expect(served.slice(0, 2)).toEqual(['apiregistration.k8s.io', 'apps'])
  expect(served).toEqual(expect.arrayContaining([...new Set(kinds.map(({ group }) => group).filter(Boolean))]))
})

test('[AP71] every kind has its OpenAPI, in both languages and in protobuf', async () => {
  const index = (await t.call('GET', '/openapi/v3')).text
  expect(Object.keys(JSON.parse(index).paths)).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1']))
  expect((await t.call('GET', '/openapi/v3/api/v1')).body).toMatchObject({ openapi: '3.0.0' })
  expect((await t.call('GET', '/openapi/v3/apis/nope/v1')).status).toBe(404)
  expect((await t.call('GET', '/openapi/v2')).body).toMatchObject({ swagger: '2.0' })
  const old = { headers: { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' } }
  const binary = await t.call('GET', '/openapi/v2', undefined, old)
  expect(binary.headers.get('content-type')).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
})

test('[AP35] logs and exec ask the agent of the Pod’s node, and say so where it is away', async () => {
  await t.call('POST', `${NS}/pods`, { metadata: { name: 'p' }, spec: { containers: [container] } })
  expect((await t.call('GET', `${NS}/pods/p/log`)).status).toBe(204)
  const exec = await t.call('POST', `${NS}/pods/p/exec?command=ls`)
  expect([exec.status, exec.body['message']]).toEqual([400, 'pod p does not have a host assigned'])
})
