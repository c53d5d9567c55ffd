import { expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import type { Service, ServiceSpec } from '../schema/types.generated.ts'
import { clusterIPsFor, allocate } from './service-allocation.ts'
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
const none = (): readonly Service[] => []
const made = (spec: object, others: readonly Service[] = [], name = 's'): Service =>
  allocate(service(spec, name), undefined, () => others)

test('[AP86] a Service gets the lowest free address above the static band', () => {
  expect(made({}).spec).toMatchObject({
    clusterIP: '10.96.1.0',
    clusterIPs: ['10.96.1.0'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  })
  expect(made({}, [made({})], 't').spec.clusterIP).toBe('10.96.1.1')
})

test('[AP86] an address that is asked for must be free and in the range', () => {
  const taken = new Set(['10.96.0.10'])
  const ask = (ip: string): string[] => clusterIPsFor(service({ clusterIP: ip, clusterIPs: [ip] }), taken)
  expect(ask('10.96.0.11')).toEqual(['10.96.0.11'])
  expect(() => ask('10.96.0.10')).toThrow('failed to allocate IP 10.96.0.10: provided IP is already allocated')
  expect(() => ask('1.2.3.4')).toThrow(
    'failed to allocate IP 1.2.3.4: the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
  )
})

test('a small range is given out to its last address', () => {
  const all = new Set<string>()
  for (let i = 0; i < 6; i++) all.add(clusterIPsFor(service({}), all, '10.0.0.0/29')[0]!)
  expect([...all].toSorted()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'])
  expect(() => clusterIPsFor(service({}), all, '10.0.0.0/29')).toThrow('range is full')
})

test('[AP86] headless and ExternalName Services take nothing', () => {
  const headless = { clusterIP: 'None', clusterIPs: ['None'], selector: { a: 'b' } }
  expect(made(headless).spec).toMatchObject({ clusterIP: 'None', ipFamilies: ['IPv4'] })
  expect(made({ clusterIP: 'None', clusterIPs: ['None'] }).spec).toMatchObject({
    ipFamilyPolicy: 'RequireDualStack',
    ipFamilies: ['IPv4', 'IPv6'],
  })
  const external = service({ type: 'ExternalName', externalName: 'a.b' })
  expect(allocate(external, undefined, none)).toBe(external)
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
  expect(kept.spec).toMatchObject({ clusterIP: '10.96.1.0', clusterIPs: ['10.96.1.0'], ports: [{ nodePort: 30000 }] })
  const reads = (): readonly Service[] => [old]
  expect(allocate(kept, old, reads).spec.ports).toEqual(old.spec.ports)
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
