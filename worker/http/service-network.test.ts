import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { createServiceNetwork } from './service-network.ts'

let t: TestApi
const begin = (): void => createServiceNetwork(t.api.store, t.api.registry, t.api.dice, t.clock.now)
beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const SERVICES = '/api/v1/namespaces/default/services'
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses'
const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }

const service = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})
const names = async (path: string): Promise<string[]> => {
  const { items } = (await t.call('GET', path)).body as { items?: { metadata: { name: string } }[] }
  return (items ?? []).map(({ metadata }) => metadata.name)
}

test('[AP122] the first start makes the range and the Service kubernetes, a later one nothing', async () => {
  begin()
  expect((await t.call('GET', `${CIDRS}/kubernetes`)).body).toMatchObject({ spec: { cidrs: ['10.96.0.0/16'] } })
  expect((await t.call('GET', `${SERVICES}/kubernetes`)).body).toMatchObject({
    metadata: { labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      internalTrafficPolicy: 'Cluster',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      type: 'ClusterIP',
    },
  })
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1'])
  const { version } = t.api.store
  begin()
  expect(t.api.store.version).toBe(version)
})

test('[AP122] Services from before get their IPAddress', async () => {
  await t.call('POST', SERVICES, service('old'))
  await t.call('DELETE', `${ADDRESSES}/10.96.1.1`)
  expect(await names(ADDRESSES)).toEqual([])
  begin()
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1', '10.96.1.1'])
})

test('[AP120] an IPAddress is made and deleted with its Service, and not by a dry run', async () => {
  begin()
  await t.call('POST', `${SERVICES}?dryRun=All`, service('dry'))
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1'])
  await t.call('POST', SERVICES, service('a'))
  expect((await t.call('GET', `${ADDRESSES}/10.96.1.1`)).body).toMatchObject({
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'a' } },
  })
  await t.call('PATCH', `${SERVICES}/a`, { spec: { type: 'ExternalName', externalName: 'a.example.com' } }, MERGE)
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1'])
  await t.call('PATCH', `${SERVICES}/a`, { spec: { type: 'ClusterIP', externalName: null } }, MERGE)
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1', '10.96.1.1'])
  await t.call('DELETE', `${SERVICES}/a`)
  expect(await names(ADDRESSES)).toEqual(['10.96.0.1'])
})

test('[AP120] an address whose IPAddress somebody else has made is taken', async () => {
  begin()
  await t.call('POST', ADDRESSES, {
    metadata: { name: '10.96.5.5' },
    spec: { parentRef: { group: 'example.com', resource: 'gates', name: 'g' } },
  })
  const { status, body } = await t.call('POST', SERVICES, service('a', { clusterIP: '10.96.5.5' }))
  expect(status).toBe(422)
  expect(body).toMatchObject({
    message: expect.stringContaining('failed to allocate IP 10.96.5.5: provided IP is already allocated'),
  })
})

test('[AP123] a dry run allocates nothing and asks nobody', async () => {
  begin()
  const taken = await t.call('POST', `${SERVICES}?dryRun=All`, service('s', { clusterIP: '10.96.0.1' }))
  expect(taken.status).toBe(201)
  const ports = [{ port: 80, nodePort: 80 }]
  expect((await t.call('POST', `${SERVICES}?dryRun=All`, service('s', { type: 'NodePort', ports }))).status).toBe(201)
})

test('[AP125] every answer of a deprecated API warns', async () => {
  const warning = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'
  const path = '/api/v1/namespaces/default/endpoints'
  const body = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } }
  for (const [method, at, sent] of [
    ['PUT', `${path}/e`, body],
    ['GET', `${path}/e`],
    ['GET', path],
    ['GET', `${path}/none`],
    ['DELETE', `${path}/e`],
  ] as const) {
    expect((await t.call(method, at, sent)).headers.get('warning')).toBe(warning)
  }
})

test('[AP126] Endpoints are stored with each set of addresses once', async () => {
  const path = '/api/v1/namespaces/default/endpoints'
  const subsets = [
    { addresses: [{ ip: '10.0.0.9' }, { ip: '10.0.0.10' }], ports: [{ name: 'a', port: 80 }] },
    { addresses: [{ ip: '10.0.0.9' }, { ip: '10.0.0.10' }], ports: [{ name: 'b', port: 81 }] },
    { addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
  ]
  const { body } = await t.call('POST', path, { metadata: { name: 'e' }, subsets })
  expect(body).toMatchObject({
    subsets: [
      {
        addresses: [{ ip: '10.0.0.9' }, { ip: '10.0.0.10' }],
        ports: [
          { name: 'a', port: 80, protocol: 'TCP' },
          { name: 'b', port: 81, protocol: 'TCP' },
        ],
      },
      { notReadyAddresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
    ],
  })
})

test('[AP127] the generation of an EndpointSlice counts changes of its labels', async () => {
  const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
  const slice = { metadata: { name: 's' }, addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [] }
  const generation = ({ body }: { body: Record<string, { generation?: number }> }): number | undefined =>
    body['metadata']?.generation
  expect(generation(await t.call('POST', path, slice))).toBe(1)
  const patch = async (body: object) => generation(await t.call('PATCH', `${path}/s`, body, MERGE))
  expect(await patch({ metadata: { annotations: { a: 'b' } } })).toBe(1)
  expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe(2)
  expect(await patch({ endpoints: [] })).toBe(3)
})

test('[AP128] a LimitRange without a name gets a UUID for one', async () => {
  const path = '/api/v1/namespaces/default/limitranges'
  const { status, body } = await t.call('POST', path, { metadata: {}, spec: { limits: [] } })
  expect(status).toBe(201)
  expect((body as { metadata: { name: string } }).metadata.name).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
})

test('[AP129] a PersistentVolume says when its phase changed', async () => {
  const path = '/api/v1/persistentvolumes'
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } }
  await t.call('POST', path, { metadata: { name: 'v' }, spec })
  t.clock.now += 60_000
  const { body } = await t.call('PATCH', `${path}/v/status`, { status: { phase: 'Available' } }, MERGE)
  expect(body).toMatchObject({ status: { phase: 'Available', lastPhaseTransitionTime: '2026-11-24T12:01:00Z' } })
})
