import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { NodeReads } from './node-reads.ts'
import { createSystemObjects } from './system-objects.ts'

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices'
const NS = '/api/v1/namespaces/default'
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  const { store } = t.api
  Object.assign(t.api, { reader: new NodeReads(store, () => undefined) })
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const begin = (): void => {
  const { store, registry, dice } = t.api
  createSystemObjects(store, registry, kinds, dice, t.clock.now)
}
const names = async (path: string): Promise<string[]> =>
  ((await t.call('GET', path)).body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)

test('[AP148] a cluster begins with the classes, levels, schemas and APIServices of a kube-apiserver, once', async () => {
  begin()
  expect(await names('/apis/scheduling.k8s.io/v1/priorityclasses')).toEqual([
    'system-cluster-critical',
    'system-node-critical',
  ])
  expect(await names('/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations')).toEqual([
    'catch-all',
    'exempt',
    'global-default',
    'leader-election',
    'node-high',
    'system',
    'workload-high',
    'workload-low',
  ])
  expect(await names('/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas')).toEqual([
    'catch-all',
    'endpoint-controller',
    'exempt',
    'global-default',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-system-service-accounts',
    'probes',
    'service-accounts',
    'system-leader-election',
    'system-node-high',
    'system-nodes',
    'workload-leader-election',
  ])
  const services = await names(SERVICES)
  expect(services).toContain('v1.')
  expect(services).toContain('v1.apps')
  expect(services).not.toContain('v1.apiregistration.k8s.io')
  expect((await t.call('GET', `${SERVICES}/v1.apps`)).body).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 },
  })
  const { version } = t.api.store
  begin()
  expect(t.api.store.version).toBe(version)
})

test('[AP149] component statuses are made when they are read, and change nothing', async () => {
  const { version } = t.api.store
  const list = await t.call('GET', '/api/v1/componentstatuses')
  expect(list.headers.get('warning')).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"')
  expect(list.body).toMatchObject({
    kind: 'ComponentStatusList',
    items: [
      { metadata: { name: 'controller-manager' }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] },
      { metadata: { name: 'etcd-0' } },
      { metadata: { name: 'scheduler' } },
    ],
  })
  expect((await t.call('GET', '/api/v1/componentstatuses/scheduler')).body).toEqual({
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name: 'scheduler' },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  })
  const missing = await t.call('GET', '/api/v1/componentstatuses/x')
  expect([missing.status, missing.body['message']]).toEqual([404, 'componentstatuses "x" not found'])
  expect((await t.call('POST', '/api/v1/componentstatuses', { metadata: { name: 'x' } })).status).toBe(405)
  expect((await t.call('DELETE', '/api/v1/componentstatuses/scheduler')).status).toBe(405)
  expect(t.api.store.version).toBe(version)
})

test('[AP144] what another API server is to serve is 503, and nothing else changes', async () => {
  const spec = { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 }
  const service = { name: 'metrics-server', namespace: 'kube-system' }
  expect((await t.call('GET', '/apis/metrics.k8s.io/v1beta1/nodes')).status).toBe(404)
  await t.call('POST', SERVICES, { metadata: { name: 'v1beta1.metrics.k8s.io' }, spec: { ...spec, service } })
  for (const path of ['', '/', '/nodes', '/namespaces/default/pods/x']) {
    const answer = await t.call('GET', `/apis/metrics.k8s.io/v1beta1${path}`)
    expect([path, answer.status, answer.text]).toEqual([path, 503, 'service unavailable\n'])
  }
  expect((await t.call('GET', '/apis/metrics.k8s.io/v1/nodes')).status).toBe(404)
  expect((await t.call('GET', `${NS}/pods`)).status).toBe(200)
})

const pod = (status: object, nodeName?: string) => async (): Promise<void> => {
  const spec = { containers: [{ name: 'c', image: 'i' }], ...(nodeName === undefined ? {} : { nodeName }) }
  await t.call('POST', `${NS}/pods`, { metadata: { name: 'x' }, spec })
  await t.call(
    'PATCH',
    `${NS}/pods/x/status`,
    { status },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  )
}
const service = async (): Promise<void> => {
  await t.call('POST', `${NS}/services`, { metadata: { name: 'x' }, spec: { ports: [{ name: 'w', port: 80 }] } })
}
const endpoints = async (): Promise<void> => {
  await service()
  const labels = { 'kubernetes.io/service-name': 'x' }
  await t.call('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
    metadata: { name: 'x', labels },
    addressType: 'IPv4',
    ports: [{ name: 'w', port: 80 }],
    endpoints: [{ addresses: ['10.0.0.1'] }],
  })
}
const nothing = async (): Promise<void> => {}

test.each<[path: string, before: () => Promise<void>, status: number, message: string]>([
  ['/pods/x/proxy/', pod({}), 400, 'address not allowed'],
  ['/pods/http:x:80/proxy', pod({ podIP: '10.1.2.3' }), 501, 'podo does not carry pods/proxy yet'],
  ['/pods/x/proxy', nothing, 404, 'pods "x" not found'],
  ['/pods/ftp:x:80/proxy', nothing, 400, 'invalid pod request "ftp:x:80"'],
  ['/pods/x/attach', pod({}), 400, 'pod x does not have a host assigned'],
  ['/pods/x/attach?container=y', pod({}), 400, 'container y is not valid for pod x'],
  ['/pods/x/portforward', pod({}), 400, 'pod x does not have a host assigned'],
  ['/pods/x/portforward', pod({}, 'n'), 404, 'nodes "n" not found'],
  ['/services/x/proxy/a/b', nothing, 404, 'services "x" not found'],
  ['/services/x/proxy', service, 503, 'no endpoints available for service "x"'],
  ['/services/x:81/proxy', service, 503, 'no service port 81 found for service "x"'],
  ['/services/x:80/proxy/', endpoints, 501, 'podo does not carry services/proxy yet'],
  ['/services/https:x:w/proxy/', endpoints, 501, 'podo does not carry services/proxy yet'],
])('[AP150] GET %s is refused %#', async (path, before, status, message) => {
  await before()
  const answer = await t.call('GET', NS + path)
  expect([answer.status, answer.body['message']]).toEqual([status, message])
})

test('[AP150] a node is looked up before its proxy is refused, with any method', async () => {
  expect((await t.call('GET', '/api/v1/nodes/n/proxy/metrics')).body['message']).toBe('nodes "n" not found')
  await t.call('POST', '/api/v1/nodes', { metadata: { name: 'n' } })
  await t.call(
    'PATCH',
    '/api/v1/nodes/n/status',
    { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  )
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']) {
    const answer = await t.call(method, '/api/v1/nodes/n/proxy/metrics')
    expect([method, answer.status]).toEqual([method, 501])
  }
})
