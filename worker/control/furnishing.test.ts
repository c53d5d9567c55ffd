import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ConfigMap, Namespace, Node, ServiceAccount } from '../../api/schema/types.generated.ts'
import { ago, eventTexts, nodeNamed, only, StillView } from '../../test/simulation/still-view.ts'
import type { Happened } from './controller.ts'
import { nodeIpam } from './node-ipam.ts'
import { rootCa } from './root-ca.ts'
import { serviceAccount } from './service-account.ts'

const meta = { uid: 'u', resourceVersion: '1', creationTimestamp: ago(9) }
const namespace = (more: Partial<Namespace['metadata']> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', ...meta, ...more },
  spec: {},
  status: {},
})
const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'shop', ...meta },
}
const configMap = (ca: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-root-ca.crt', namespace: 'shop', ...meta },
  data: { 'ca.crt': ca },
})
const happened = (type: Happened['type'], resource: string, after: ServiceAccount | ConfigMap): Happened => ({
  type,
  key: { resource, namespace: 'shop', name: after.metadata.name },
  before: after,
  after,
})
const SHOP = [{ resource: 'namespaces', namespace: '', name: 'shop' }]

test('[CT83] every namespace has a ServiceAccount `default`, also after it was deleted', () => {
  expect(only(serviceAccount.reconcile(namespace(), new StillView([])), 'create')).toMatchObject([
    { object: { kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'shop' } } },
  ])
  expect(serviceAccount.reconcile(namespace(), new StillView([account]))).toEqual([])
  expect(serviceAccount.reconcile(namespace({ deletionTimestamp: ago(1) }), new StillView([]))).toEqual([])
  const wakes = serviceAccount.wakes?.['serviceaccounts']
  expect(wakes?.(happened('DELETED', 'serviceaccounts', account), new StillView([]))).toEqual(SHOP)
})

test('[ND44] where public authorities vouch for the API, the roots that Cloudflare’s edge may come from are there', () => {
  const [create] = only(rootCa('').reconcile(namespace(), new StillView([])), 'create')
  const made = create?.object as ConfigMap | undefined // the controller makes ConfigMaps
  const roots = (made?.data?.['ca.crt'] ?? '').match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? []
  const certificates = roots.map((pem) => new X509Certificate(pem))
  const owners = ['Internet Security Research Group', 'Google Trust Services', 'SSL Corporation', 'USERTRUST']
  for (const owner of owners) expect(certificates.some(({ subject }) => subject.includes(owner))).toBe(true)
  for (const certificate of certificates) {
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThan(2034)
  }
})

test('[CT84] every namespace has the root CA, put back when it is changed', () => {
  const publisher = rootCa('PEM')
  const [create] = only(publisher.reconcile(namespace(), new StillView([])), 'create')
  expect(create?.object).toMatchObject({ metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': 'PEM' } })
  expect(publisher.reconcile(namespace(), new StillView([configMap('PEM')]))).toEqual([])
  const [update] = only(publisher.reconcile(namespace(), new StillView([configMap('forged')])), 'update')
  expect(update?.object).toMatchObject({ data: { 'ca.crt': 'PEM' } })
  const wakes = publisher.wakes?.['configmaps']
  expect(wakes?.(happened('MODIFIED', 'configmaps', configMap('forged')), new StillView([]))).toEqual(SHOP)
})

const cidrs = (names: Record<string, string>): Node[] =>
  Object.entries(names).map(([name, podCIDR]) => nodeNamed(name, { spec: { podCIDR, podCIDRs: [podCIDR] } }))
const given = (clusterCidr: string | undefined, taken: Record<string, string>): string | undefined => {
  const node = nodeNamed('new')
  const changes = nodeIpam(clusterCidr).reconcile(node, new StillView([node, ...cidrs(taken)]))
  return only(changes, 'update').map(({ object }) => (object as Node).spec.podCIDR)[0] // only the Node is updated
}

test.for([
  ['the first', undefined, {}, '10.244.0.0/24'],
  ['the lowest that is free', undefined, { a: '10.244.0.0/24', c: '10.244.2.0/24' }, '10.244.1.0/24'],
  ['beside a larger one given by hand', undefined, { a: '10.244.0.0/22' }, '10.244.4.0/24'],
  ['beside a smaller one', undefined, { a: '10.244.0.128/25' }, '10.244.1.0/24'],
  ['foreign ones do not count', undefined, { a: '192.168.0.0/16' }, '10.244.0.0/24'],
  ['nor ones of IPv6', undefined, { a: 'fd00::/64' }, '10.244.0.0/24'],
  ['none is left', '10.0.0.0/23', { a: '10.0.0.0/24', b: '10.0.1.0/24' }, undefined],
] as const)('[CT85] a Node gets a /24 of its own: %s', ([, cluster, taken, expected]) => {
  expect(given(cluster, taken)).toBe(expected)
})

test('a Node without a range says so, and one that has one keeps it', () => {
  const [node] = cidrs({ a: '10.0.0.0/24' })
  const fresh = nodeNamed('b')
  const ipam = nodeIpam('10.0.0.0/24')
  const changes = ipam.reconcile(fresh, new StillView([fresh, ...(node === undefined ? [] : [node])]))
  expect(eventTexts(changes)).toEqual(['CIDRNotAvailable: Node b status is now: CIDRNotAvailable'])
  expect(node && ipam.reconcile(node, new StillView([node]))).toEqual([])
  const key = { resource: 'nodes', namespace: '', name: 'a' }
  const freed =
    node && ipam.wakes?.['nodes']?.({ type: 'DELETED', key, before: node, after: node }, new StillView([fresh]))
  expect(freed).toEqual([{ resource: 'nodes', namespace: '', name: 'b' }])
})

test('a range that is none is refused', () => {
  expect(() => nodeIpam('10.244.0.0')).toThrow('not an IPv4 CIDR: 10.244.0.0')
})
