import { expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject, Resource } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import type { Service, ServiceCIDR, ServiceSpec } from '../schema/types.generated.ts'
import type { Pools } from './kind.ts'
import { addressObjects, clusterIPsFor } from './service-addresses.ts'
import { allocate } from './service-allocation.ts'
import { prepareUpdate } from './service-prepare.ts'
import { serviceUpdateErrors } from './service-validation.ts'

function service(spec: object, name = 's'): Service {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'n', uid: name, resourceVersion: '1', creationTimestamp: '2026-11-24T04:53:56Z' },
    spec: { ports: [{ port: 80 }], ...spec },
  }
  return withDefaults('io.k8s.api.core.v1.Service', object as JsonObject) as unknown as Service
}
/** A cluster with these Services, and these ranges of addresses. */
const poolsOf = (others: readonly Service[], cidrs: readonly ServiceCIDR[] = [], dryRun = false): Pools => ({
  dryRun,
  list(resource) {
    if (resource === 'services') return others
    if (resource === 'servicecidrs.networking.k8s.io') return cidrs
    return others.flatMap(addressObjects).map(({ object }) => object as Resource) // only names are read
  },
})
const made = (spec: object, others: readonly Service[] = [], name = 's'): Service =>
  allocate(service(spec, name), undefined, poolsOf(others))

test('[AP86] a Service gets the lowest free address above the static band', () => {
  expect(made({}).spec).toMatchObject({
    clusterIP: '10.96.1.1',
    clusterIPs: ['10.96.1.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  })
  expect(made({}, [made({})], 't').spec.clusterIP).toBe('10.96.1.2')
})

test('[AP86] an address that is asked for must be free and in the range', () => {
  const ranges = ['10.96.0.0/16']
  const taken = new Set(['10.96.0.10'])
  const ask = (ip: string, dryRun = false): string[] =>
    clusterIPsFor(service({ clusterIP: ip, clusterIPs: [ip] }), { ranges, taken: dryRun ? new Set() : taken, dryRun })
  expect(ask('10.96.0.11')).toEqual(['10.96.0.11'])
  expect(() => ask('10.96.0.10')).toThrow('failed to allocate IP 10.96.0.10: provided IP is already allocated')
  expect(() => ask('1.2.3.4')).toThrow('failed to allocate IP 1.2.3.4: the provided network does not match the current')
  const outside = 'the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/16'
  expect(() => ask('1.2.3.4', true)).toThrow(`failed to allocate IP 1.2.3.4: ${outside}`)
  expect(() => ask('10.96.255.255')).toThrow('the provided IP (10.96.255.255) is not in the valid range.')
  expect(ask('10.96.0.10', true)).toEqual(['10.96.0.10'])
})

test('a small range is given out to its last address', () => {
  const all = new Set<string>()
  const small = { ranges: ['10.0.0.0/29'], taken: all, dryRun: false }
  for (let i = 0; i < 6; i++) all.add(clusterIPsFor(service({}), small)[0]!)
  expect([...all].toSorted()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'])
  expect(() => clusterIPsFor(service({}), small)).toThrow('failed to allocate a serviceIP: range is full')
})

const cidr = (name: string, cidrs: string[], more: object = {}): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-11-24T04:53:56Z', ...more },
  spec: { cidrs },
  status: {},
})

test('[AP121] another ServiceCIDR adds its addresses; one that goes or is not ready gives none', () => {
  const next = (...cidrs: ServiceCIDR[]): string | undefined =>
    allocate(service({}), undefined, poolsOf(full, cidrs)).spec.clusterIP
  const small = cidr('kubernetes', ['10.0.0.0/30', 'fd00::/64'])
  const full = ['10.0.0.1', '10.0.0.2'].map((ip) => service({ clusterIP: ip, clusterIPs: [ip] }, ip))
  expect(() => next(small)).toThrow('range is full')
  expect(next(small, cidr('more', ['10.1.0.0/28']))).toBe('10.1.0.1')
  expect(() => next(small, cidr('more', ['10.1.0.0/28'], { deletionTimestamp: '2026-11-24T04:53:56Z' }))).toThrow(
    'full',
  )
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: '', reason: '', message: '' }]
  expect(() => next(small, { ...cidr('more', ['10.1.0.0/28']), status: { conditions } })).toThrow('full')
})

test('[AP120] a Service with a cluster address has an IPAddress that refers to it', () => {
  expect(addressObjects(made({})).map(({ object }) => object)).toEqual([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: {
        name: '10.96.1.1',
        labels: {
          'ipaddress.kubernetes.io/ip-family': 'IPv4',
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { group: '', resource: 'services', namespace: 'n', name: 's' } },
    },
  ])
  expect(addressObjects(made({ clusterIP: 'None', clusterIPs: ['None'] }))).toEqual([])
  expect(addressObjects(service({ type: 'ExternalName', externalName: 'a.b' }))).toEqual([])
})

test('[AP86] headless and ExternalName Services take nothing', () => {
  const headless = { clusterIP: 'None', clusterIPs: ['None'], selector: { a: 'b' } }
  expect(made(headless).spec).toMatchObject({ clusterIP: 'None', ipFamilies: ['IPv4'] })
  expect(made({ clusterIP: 'None', clusterIPs: ['None'] }).spec).toMatchObject({
    ipFamilyPolicy: 'RequireDualStack',
    ipFamilies: ['IPv4', 'IPv6'],
  })
  const external = service({ type: 'ExternalName', externalName: 'a.b' })
  expect(allocate(external, undefined, poolsOf([]))).toBe(external)
})

test('[AP87] node ports are unique in the cluster, TCP and UDP of a port share one', () => {
  const ports = [
    { name: 'a', port: 53, protocol: 'TCP' },
    { name: 'b', port: 53, protocol: 'UDP' },
    { name: 'c', port: 80 },
  ]
  const first = made({ type: 'NodePort', ports })
  expect(first.spec.ports?.map(({ nodePort }) => nodePort)).toEqual([30000, 30000, 30001])
  const second = { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] }
  expect(() => made(second, [first], 't')).toThrow(
    'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
  )
  expect(() => made({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })).toThrow(
    'provided port is not in the valid range. The range of valid ports is 30000-32767',
  )
})

const change = (old: Service, spec: Partial<ServiceSpec>): Service =>
  prepareUpdate({ ...old, spec: { ...old.spec, ...spec } }, old)

test('[AP88] a Service keeps what it was given and never asks again', () => {
  const old = made({ type: 'NodePort' })
  const bare = service({ type: 'NodePort' })
  const kept = prepareUpdate({ ...bare, metadata: old.metadata }, old)
  expect(kept.spec).toMatchObject({ clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ports: [{ nodePort: 30000 }] })
  expect(allocate(kept, old, poolsOf([old])).spec.ports).toEqual(old.spec.ports)
})

test('[AP88] a cluster address may not change once set', () => {
  const old = made({})
  const moved = change(old, { clusterIP: '10.96.77.77' })
  expect(moved.spec.clusterIPs).toEqual(['10.96.77.77'])
  expect(serviceUpdateErrors(moved, old).map(formatFieldError)).toEqual([
    'spec.clusterIPs[0]: Invalid value: ["10.96.77.77"]: may not change once set',
  ])
})

test('[AP88] a Service that becomes another type drops what only the old one had', () => {
  const old = made({ type: 'NodePort' })
  const plain = change(old, { type: 'ClusterIP' })
  expect(plain.spec.ports?.[0]).not.toHaveProperty('nodePort')
  expect(plain.spec).not.toHaveProperty('externalTrafficPolicy')
  const alias = change(old, { type: 'ExternalName', externalName: 'a.b' })
  expect(alias.spec).not.toHaveProperty('clusterIP')
  expect(serviceUpdateErrors(alias, old)).toEqual([])
})
