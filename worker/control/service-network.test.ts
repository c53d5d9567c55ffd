import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import type { IPAddress, Service, ServiceCIDR } from '../../api/schema/types.generated.ts'
import { ago, eventTexts, only, StillView } from '../../test/simulation/still-view.ts'
import type { Happened } from './controller.ts'
import { serviceAddresses, strayAddresses } from './service-addresses.ts'
import { PROTECTION, serviceCidr } from './service-cidr.ts'
import { serviceNetwork } from './service-network.ts'

const meta = (name: string, more: object = {}) => ({
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: ago(900),
  ...more,
})
const cidr = (name: string, cidrs: string[], more: object = {}): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: meta(name, more),
  spec: { cidrs },
  status: {},
})
const going = (name: string, ...cidrs: string[]): ServiceCIDR =>
  cidr(name, cidrs, { deletionTimestamp: ago(1), finalizers: [PROTECTION] })
const address = (name: string, more: object = {}, parent: object = {}): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: meta(name, {
    labels: {
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    },
    ...more,
  }),
  spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'web', ...parent } },
})
const service = (name: string, ...clusterIPs: string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name, { namespace: 'default' }),
  spec: { type: 'ClusterIP', clusterIP: clusterIPs[0] ?? '', clusterIPs },
  status: { loadBalancer: {} },
})

test('[AP124] a ServiceCIDR is guarded by a finalizer and says that it is ready', () => {
  const fresh = cidr('a', ['10.0.0.0/24'])
  const changes = serviceCidr.reconcile(fresh, new StillView([fresh]))
  expect(only(changes, 'update')).toMatchObject([{ object: { metadata: { finalizers: [PROTECTION] } } }])
  const [status] = only(changes, 'status')
  expect(status?.status).toMatchObject({
    conditions: [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }],
  })
  const ready = { ...fresh, metadata: { ...fresh.metadata, finalizers: [PROTECTION] }, status: { ...status?.status } }
  expect(serviceCidr.reconcile(ready, new StillView([ready]))).toEqual([])
})

test.for([
  ['an address in it alone', [address('10.0.0.5')], false],
  ['an address of another range', [address('10.1.0.5')], true],
  ['an address that is not of the allocator', [address('10.0.0.5', { labels: {} })], true],
  ['a range around it', [address('10.0.0.5'), cidr('b', ['10.0.0.0/16'])], true],
  ['the same range again', [address('10.0.0.5'), cidr('b', ['10.0.0.0/24'])], true],
  ['a part of it that has the address', [address('10.0.0.5'), cidr('b', ['10.0.0.0/28'])], true],
  ['a part of it that has it not', [address('10.0.0.50'), cidr('b', ['10.0.0.0/28'])], false],
] as const)('[AP124] a ServiceCIDR that is deleted waits for its addresses: %s', ([, others, goes]) => {
  const old = going('a', '10.0.0.0/24')
  const changes = serviceCidr.reconcile(old, new StillView([old, ...others]))
  const freed = only(changes, 'update').map(({ object }) => object.metadata.finalizers)
  expect(freed).toEqual(goes ? [[]] : [])
  expect(only(changes, 'status').length).toBe(goes ? 0 : 1)
  if (!goes) {
    expect(only(changes, 'status')[0]?.status).toMatchObject({
      conditions: [
        { type: 'Ready', status: 'False', reason: 'Terminating', message: expect.stringMatching(/^There are/) },
      ],
    })
  }
})

const happened = (type: Happened['type'], resource: string, after: ServiceCIDR | IPAddress): Happened => ({
  type,
  key: { resource, namespace: '', name: after.metadata.name },
  before: after,
  after,
})

test('[AP124] an address that is given back wakes the ranges that wait', () => {
  const old = going('a', '10.0.0.0/24')
  const wakes = serviceCidr.wakes?.['ipaddresses.networking.k8s.io']
  const view = new StillView([old, cidr('b', ['10.1.0.0/24'])])
  expect(wakes?.(happened('DELETED', 'ipaddresses.networking.k8s.io', address('10.0.0.5')), view)).toEqual([
    { resource: 'servicecidrs.networking.k8s.io', namespace: '', name: 'a' },
  ])
})

test('[AP122] the Service kubernetes and its range are put back', () => {
  const key = { resource: 'services', namespace: 'default', name: 'kubernetes' }
  const created = (view: StillView) =>
    only(serviceNetwork().gone?.(key, view) ?? [], 'create').map(({ object }) => object.kind)
  expect(created(new StillView([]))).toEqual(['ServiceCIDR', 'Service'])
  expect(created(new StillView([cidr('kubernetes', ['10.96.0.0/16'])]))).toEqual(['Service'])
  const wakes = serviceNetwork().wakes?.['servicecidrs.networking.k8s.io']
  const gone = happened('DELETED', 'servicecidrs.networking.k8s.io', cidr('kubernetes', ['10.96.0.0/16']))
  expect(wakes?.(gone, new StillView([]))).toEqual([key])
})

test.each([
  ['https://192.0.2.7:8443', ['Endpoints', 'EndpointSlice'], 'IPv4', '192.0.2.7', 8443],
  ['https://[2001:db8::1]:8443', ['Endpoints', 'EndpointSlice'], 'IPv6', '2001:db8::1', 8443],
  ['https://podo.example.workers.dev', ['EndpointSlice'], 'FQDN', 'podo.example.workers.dev', 443],
])('[CT135] an API at %s is told by %j', (url, told, addressType, address, port) => {
  const key = { resource: 'services', namespace: 'default', name: 'kubernetes' }
  const network = serviceNetwork(url)
  const known = [cidr('kubernetes', ['10.96.0.0/16'])]
  const made = only(network.reconcile(service('kubernetes', '10.96.0.1'), new StillView(known)), 'create')
  expect(made.map(({ object }) => object.kind)).toEqual(told)
  const objects = made.map(({ object }) => object) as unknown as Resource[] // as much of them as is looked at
  expect(objects.at(-1)).toMatchObject({ addressType, endpoints: [{ addresses: [address] }], ports: [{ port }] })
  expect(network.gone?.(key, new StillView([...known, ...objects]))).toMatchObject([{ object: { kind: 'Service' } }])
  const spoilt = { ...objects.at(-1), ports: [] } as unknown as Resource // the same
  const mended = network.reconcile(
    service('kubernetes', '10.96.0.1'),
    new StillView([...known, ...objects.slice(0, -1), spoilt]),
  )
  expect(mended).toMatchObject([{ do: 'update', object: { ports: [{ port }] } }])
})

test('[CT135] an API whose address is not known is not told', () => {
  const view = new StillView([cidr('kubernetes', ['10.96.0.0/16'])])
  expect(serviceNetwork().reconcile(service('kubernetes', '10.96.0.1'), view)).toEqual([])
})

test('[AP130] an IPAddress that was deleted or turned away from its Service is made again', () => {
  const web = service('web', '10.96.1.1')
  const lost = serviceAddresses.reconcile(web, new StillView([web]))
  expect(only(lost, 'create')).toMatchObject([{ object: { kind: 'IPAddress', metadata: { name: '10.96.1.1' } } }])
  expect(eventTexts(lost)).toEqual(['ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.1.1 is not allocated; repairing'])
  const turned = address('10.96.1.1', {}, { resource: 'gates' })
  const mended = serviceAddresses.reconcile(web, new StillView([web, turned]))
  expect(only(mended, 'delete').length + only(mended, 'create').length).toBe(2)
  expect(serviceAddresses.reconcile(web, new StillView([web, address('10.96.1.1')]))).toEqual([])
})

test('[AP130] an IPAddress that no Service has goes after a minute, one of others stays', () => {
  const fresh = address('10.96.1.1', { creationTimestamp: ago(10) })
  expect(only(strayAddresses.reconcile(fresh, new StillView([fresh])), 'again').length).toBe(1)
  const old = address('10.96.1.1')
  expect(only(strayAddresses.reconcile(old, new StillView([old])), 'delete').length).toBe(1)
  const other = service('web', '10.96.1.2')
  expect(only(strayAddresses.reconcile(old, new StillView([old, other])), 'delete').length).toBe(1)
  expect(strayAddresses.reconcile(old, new StillView([old, service('web', '10.96.1.1')]))).toEqual([])
  expect(strayAddresses.reconcile(address('10.9.9.9', { labels: {} }), new StillView([]))).toEqual([])
})
