import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import type { Endpoints, EndpointSlice, Pod, Service } from '../../api/schema/types.generated.ts'
import { ago, nodeNamed, podNamed, StillView } from '../../test/simulation/still-view.ts'
import type { Change, Controller, Happened } from './controller.ts'
import { endpoints } from './endpoints.ts'
import { endpointSlices } from './endpoint-slices.ts'

const labels = { app: 'web' }
const serviceOf = (spec: object = {}, metadata: object = {}): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 's',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: ago(60),
      ...metadata,
    },
    spec: {
      selector: labels,
      clusterIP: '10.96.0.9',
      ipFamilies: ['IPv4'],
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  }) as unknown as Service // as much of it as is looked at
interface Of {
  ip?: string
  ready?: boolean
  more?: object
  spec?: object
  metadata?: object
}
function podOf(name: string, { ip = '10.244.0.1', ready = true, more = {}, spec = {}, metadata = {} }: Of = {}): Pod {
  const pod = podNamed(name, { node: 'n', ready })
  return {
    ...pod,
    metadata: { ...pod.metadata, labels, ...metadata },
    spec: { ...pod.spec, ...spec },
    status: { ...pod.status, podIP: ip, podIPs: ip === '' ? [] : [{ ip }], ...more },
  }
}
const node = {
  ...nodeNamed('n'),
  metadata: { ...nodeNamed('n').metadata, labels: { 'topology.kubernetes.io/zone': 'z' } },
}
const run = (controller: Controller<Service>, service: Service, others: Resource[]): Change[] =>
  controller.reconcile(service, new StillView([node, service, ...others]))
const objectsIn = <T>(changes: Change[]): T[] =>
  changes.flatMap((change) => ('object' in change ? [change.object as T] : [])) // the test knows the kind
const objectIn = <T>(changes: Change[]): T => {
  expect(changes).toHaveLength(1)
  return objectsIn<T>(changes)[0]!
}
const subsetsFor = (service: Service, pods: Pod[]) => objectIn<Endpoints>(run(endpoints, service, pods)).subsets
const sliceFor = (service: Service, pods: Pod[]) => objectIn<EndpointSlice>(run(endpointSlices, service, pods))

test('[CT130] a Service with a selector that matches no Pods has empty Endpoints and one slice without endpoints', () => {
  const service = serviceOf({}, { labels: { team: 'a' } })
  const made = objectIn<Endpoints>(run(endpoints, service, [podOf('other', { metadata: { labels: {} } })]))
  expect(made).toMatchObject({
    metadata: { name: 's', labels: { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } },
    subsets: [],
  })
  expect(sliceFor(service, [])).toMatchObject({
    metadata: {
      generateName: 's-',
      labels: {
        team: 'a',
        'kubernetes.io/service-name': 's',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': ago(60) },
      ownerReferences: [{ kind: 'Service', name: 's', uid: 'u', controller: true, blockOwnerDeletion: true }],
    },
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  })
})

const target = (pod: Pod) => ({ kind: 'Pod', namespace: 'default', name: pod.metadata.name, uid: pod.metadata.uid })

test('[CT130] Pods that are ready stand apart from those that are not; the ended and those without an address are left out', () => {
  const [a, b] = [podOf('a'), podOf('b', { ip: '10.244.0.2', ready: false })]
  const others = [podOf('c', { ip: '' }), podOf('d', { ip: '10.244.0.4', more: { phase: 'Succeeded' } })]
  const ports = [{ port: 8080, protocol: 'TCP' }]
  expect(subsetsFor(serviceOf(), [a, b, ...others])).toEqual([
    {
      addresses: [{ ip: '10.244.0.1', nodeName: 'n', targetRef: target(a) }],
      notReadyAddresses: [{ ip: '10.244.0.2', nodeName: 'n', targetRef: target(b) }],
      ports,
    },
  ])
  const conditions = { ready: true, serving: true, terminating: false }
  expect(sliceFor(serviceOf(), [a, b, ...others])).toMatchObject({
    endpoints: [
      { addresses: ['10.244.0.1'], conditions, nodeName: 'n', zone: 'z', targetRef: target(a) },
      { addresses: ['10.244.0.2'], conditions: { ready: false, serving: false, terminating: false } },
    ],
    ports: [{ name: '', ...ports[0] }],
  })
})

test('[CT130] a Pod that is ending still serves, but is ready for nobody unless all are published', () => {
  const ending = podOf('a', { metadata: { deletionTimestamp: ago(1) } })
  expect(subsetsFor(serviceOf(), [ending])).toEqual([])
  const of = (publishNotReadyAddresses: boolean) =>
    sliceFor(serviceOf({ publishNotReadyAddresses }), [ending]).endpoints?.[0]?.conditions
  expect(of(false)).toEqual({ ready: false, serving: true, terminating: true })
  expect(of(true)).toEqual({ ready: true, serving: true, terminating: true })
  expect(subsetsFor(serviceOf({ publishNotReadyAddresses: true }), [ending])).toMatchObject([{ addresses: [{}] }])
})

test('[CT131] a port by its name is each Pod’s own, so those that differ stand in slices of their own', () => {
  const named = (containerPort: number) => ({
    containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort, protocol: 'TCP' }] }],
  })
  const service = serviceOf({ ports: [{ name: 'web', port: 80, protocol: 'TCP', targetPort: 'http' }] })
  const pods = [
    podOf('a', { spec: named(81) }),
    podOf('b', { ip: '10.244.0.2', spec: named(82) }),
    podOf('c', { ip: '10.244.0.3' }),
  ]
  expect(subsetsFor(service, pods)).toMatchObject([
    { addresses: [{ ip: '10.244.0.1' }], ports: [{ name: 'web', port: 81 }] },
    { addresses: [{ ip: '10.244.0.2' }], ports: [{ name: 'web', port: 82 }] },
  ])
  const slices = objectsIn<EndpointSlice>(run(endpointSlices, service, pods))
  expect(slices.map(({ ports, endpoints: all }) => [ports?.map(({ port }) => port), all?.length])).toEqual([
    [[81], 1],
    [[82], 1],
    [[], 1],
  ])
})

test('[CT131] a headless Service says so, needs no port, and knows the names of its Pods', () => {
  const service = serviceOf({ clusterIP: 'None', ports: undefined })
  const pod = podOf('a', { spec: { hostname: 'a', subdomain: 's' } })
  const made = objectIn<Endpoints>(run(endpoints, service, [pod]))
  expect(made.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '')
  expect(made.subsets).toMatchObject([{ addresses: [{ ip: '10.244.0.1', hostname: 'a' }] }])
  expect(made.subsets?.[0]).not.toHaveProperty('ports')
  expect(sliceFor(service, [pod])).toMatchObject({ ports: [], endpoints: [{ hostname: 'a' }] })
})

const stored = (slice: EndpointSlice, name: string): EndpointSlice => ({
  ...slice,
  metadata: { ...slice.metadata, name, uid: name, namespace: 'default', resourceVersion: '1' },
})

test('[CT132] a slice holds at most 100 endpoints, each stays where it is, and what nothing changed in is not written', () => {
  const service = serviceOf()
  const pods = Array.from({ length: 150 }, (_, i) => podOf(`p${i}`, { ip: `10.244.${i >> 6}.${i % 64}` }))
  const made = objectsIn<EndpointSlice>(run(endpointSlices, service, pods))
  expect(made.map(({ endpoints: all }) => all?.length)).toEqual([100, 50])
  const slices = made.map((slice, i) => stored(slice, `s-${i}`))
  expect(run(endpointSlices, service, [...pods, ...slices])).toEqual([])
  const less = run(endpointSlices, service, [...pods.slice(1), ...slices])
  expect(less).toMatchObject([{ do: 'update', object: { metadata: { name: 's-0' } } }])
  expect(objectIn<EndpointSlice>(less).endpoints).toHaveLength(99)
  const rest = run(endpointSlices, service, [...pods.slice(0, 100), ...slices])
  expect(rest).toMatchObject([{ do: 'delete', object: { metadata: { name: 's-1' } } }])
  const placeholder = stored(sliceFor(service, []), 's-0')
  const first = run(endpointSlices, service, [podOf('a'), placeholder])
  expect(first).toMatchObject([{ do: 'update', object: { metadata: { name: 's-0' }, ports: [{ port: 8080 }] } }])
  const none = run(endpointSlices, service, slices)
  expect(none).toMatchObject([{ do: 'update', object: { metadata: { name: 's-0' }, endpoints: [] } }, { do: 'delete' }])
})

test('[CT132] Endpoints are not written where nothing changed, and go with their Service', () => {
  const service = serviceOf()
  const pod = podOf('a')
  const made = { ...objectIn<Endpoints>(run(endpoints, service, [pod])) }
  const kept = { ...made, metadata: { ...made.metadata, uid: 'e', resourceVersion: '1' } }
  expect(run(endpoints, service, [pod, kept])).toEqual([])
  expect(run(endpoints, service, [kept])).toMatchObject([{ do: 'update', object: { subsets: [] } }])
  const key = { resource: 'services', namespace: 'default', name: 's' }
  expect(endpoints.gone?.(key, new StillView([kept]))).toMatchObject([{ do: 'delete', object: { kind: 'Endpoints' } }])
})

test('[CT132] of more than a thousand addresses the first are kept, and it is said', () => {
  const pods = Array.from({ length: 1001 }, (_, i) => podOf(`p${i}`, { ip: `10.244.${i >> 7}.${i % 128}` }))
  const made = objectIn<Endpoints>(run(endpoints, serviceOf(), pods))
  expect(made.subsets?.[0]?.addresses).toHaveLength(1000)
  expect(made.metadata.annotations).toMatchObject({ 'endpoints.kubernetes.io/over-capacity': 'truncated' })
})

test('[CT133] a Service without a selector, or with a name elsewhere, is left alone, and so is a namespace that ends', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', deletionTimestamp: ago(1) } }
  const ending = namespace as unknown as Resource // as much of it as is looked at
  for (const controller of [endpoints, endpointSlices]) {
    expect(run(controller, serviceOf({ selector: undefined }), [podOf('a')])).toEqual([])
    expect(run(controller, serviceOf({ type: 'ExternalName' }), [podOf('a')])).toEqual([])
    expect(run(controller, serviceOf(), [ending])).toEqual([])
  }
})

test('[CT134] only a change that endpoints tell, of a Pod that a Service selects, wakes it', () => {
  const view = new StillView([
    serviceOf(),
    { ...serviceOf({ selector: { app: 'db' } }), metadata: { ...serviceOf().metadata, name: 'db' } },
  ])
  const woken = (before: Pod | undefined, after: Pod): string[] => {
    const key = { resource: 'pods', namespace: 'default', name: 'a' }
    const change: Happened = { type: before === undefined ? 'ADDED' : 'MODIFIED', key, before, after }
    const keys = endpoints.wakes?.['pods']?.(change, view)
    return Array.isArray(keys) ? keys.map(({ name }) => name) : []
  }
  const pod = podOf('a')
  expect(woken(undefined, podOf('a', { ip: '' }))).toEqual([])
  expect(woken(podOf('a', { ip: '' }), pod)).toEqual(['s'])
  expect(woken(pod, { ...pod, metadata: { ...pod.metadata, annotations: { a: 'b' } } })).toEqual([])
  expect(woken(pod, { ...pod, metadata: { ...pod.metadata, labels: { app: 'db' } } })).toEqual(['s', 'db'])
  expect(woken(pod, podOf('a', { metadata: { labels: { app: 'none' }, uid: pod.metadata.uid } }))).toEqual(['s'])
})
