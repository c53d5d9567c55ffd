import { expect, test } from 'vitest'
import type { Resource } from '../meta/object.ts'
import { listOf } from '../meta/resource-list.ts'
import type { ResourceQuota } from '../schema/types.generated.ts'
import { uncovered } from './limited.ts'
import { evaluatorOf, measured, settle } from './quota.ts'

const podOf = (spec: object = {}, status: object = {}): Resource =>
  ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }], ...spec }, status }) as unknown as Resource
const asking = (requests: object, limits: object = {}): object => ({
  containers: [{ name: 'c', resources: { requests, limits } }],
})
const quotaOf = (hard: Record<string, string>, used: Record<string, string> = {}, spec: object = {}): ResourceQuota => {
  const zeros = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  return {
    metadata: { name: 'q' },
    spec: { hard, ...spec },
    status: { hard, used: { ...zeros, ...used } },
  } as unknown as ResourceQuota
}
const usage = (resource: string, object: Resource) => listOf(evaluatorOf(resource)!.usage(object))
const settling = (quota: ResourceQuota, resource: string, after?: Resource, before?: Resource, refusable = true) => {
  const result = settle(quota, evaluatorOf(resource)!, { before, after, refusable })
  if ('refused' in result) return result.refused
  return result.used === undefined ? 'same' : listOf(result.used)
}

test.each<[string, string, Resource, Record<string, string>]>([
  ['a Pod that asks for nothing', 'pods', podOf(), { 'count/pods': '1', pods: '1' }],
  [
    'a Pod',
    'pods',
    podOf(asking({ cpu: '100m', memory: '1Gi', 'nvidia.com/gpu': '2', 'hugepages-2Mi': '4Mi' }, { cpu: '1' })),
    {
      'count/pods': '1',
      pods: '1',
      cpu: '100m',
      'requests.cpu': '100m',
      'limits.cpu': '1',
      memory: '1Gi',
      'requests.memory': '1Gi',
      'requests.nvidia.com/gpu': '2',
      'hugepages-2Mi': '4Mi',
      'requests.hugepages-2Mi': '4Mi',
    },
  ],
  ['a Pod that has ended', 'pods', podOf(asking({ cpu: '1' }), { phase: 'Succeeded' }), { 'count/pods': '1' }],
  [
    'a Pod with overhead, a sidecar and a start that takes more',
    'pods',
    podOf({
      ...asking({ cpu: '1' }),
      initContainers: [
        { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
        { name: 'i', resources: { requests: { cpu: '3' } } },
      ],
      overhead: { cpu: '250m' },
    }),
    { 'count/pods': '1', pods: '1', cpu: '4250m', 'requests.cpu': '4250m' },
  ],
  [
    'a Pod that is being resized down',
    'pods',
    podOf(asking({ cpu: '1' }), {
      containerStatuses: [{ name: 'c', resources: { requests: { cpu: '2' } }, allocatedResources: { cpu: '3' } }],
    }),
    { 'count/pods': '1', pods: '1', cpu: '3', 'requests.cpu': '3' },
  ],
  [
    'a Service with node ports',
    'services',
    { spec: { type: 'NodePort', ports: [{}, {}] } } as unknown as Resource,
    { 'count/services': '1', services: '1', 'services.nodeports': '2', 'services.loadbalancers': '0' },
  ],
  [
    'a balanced Service that wants only some',
    'services',
    {
      spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 1 }, {}] },
    } as unknown as Resource,
    { 'count/services': '1', services: '1', 'services.nodeports': '1', 'services.loadbalancers': '1' },
  ],
  [
    'a claim of a class, in whole bytes',
    'persistentvolumeclaims',
    {
      metadata: {},
      spec: { storageClassName: 'gold', resources: { requests: { storage: '1500m' } } },
    } as unknown as Resource,
    {
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '2',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '2',
    },
  ],
  [
    'a claim that has more than it asks for',
    'persistentvolumeclaims',
    {
      metadata: {},
      spec: { resources: { requests: { storage: '1Gi' } } },
      status: { allocatedResources: { storage: '2Gi' } },
    } as unknown as Resource,
    { 'count/persistentvolumeclaims': '1', persistentvolumeclaims: '1', 'requests.storage': '2Gi' },
  ],
  ['a Secret', 'secrets', {} as Resource, { 'count/secrets': '1', secrets: '1' }],
  ['a Deployment', 'deployments.apps', {} as Resource, { 'count/deployments.apps': '1' }],
  [
    'a claim of devices, the dearest way',
    'resourceclaims.resource.k8s.io',
    {
      spec: {
        devices: {
          requests: [
            { exactly: { deviceClassName: 'a', allocationMode: 'ExactCount', count: 2 } },
            {
              firstAvailable: [
                { deviceClassName: 'a', allocationMode: 'All' },
                { deviceClassName: 'b', count: 3 },
              ],
            },
          ],
        },
      },
    } as unknown as Resource,
    {
      'count/resourceclaims.resource.k8s.io': '1',
      'a.deviceclass.resource.k8s.io/devices': '34',
      'b.deviceclass.resource.k8s.io/devices': '3',
    },
  ],
])('[AP197] what an object is charged with: %s', (_what, resource, object, amounts) => {
  expect(usage(resource, object)).toEqual(amounts)
})

const affinity = (term: object) => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
})
const classes = (operator: string, ...values: string[]) => ({
  scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
})
test.each<[object, object, boolean]>([
  [{ scopes: ['Terminating'] }, { activeDeadlineSeconds: 5 }, true],
  [{ scopes: ['Terminating'] }, {}, false],
  [{ scopes: ['NotTerminating'] }, {}, true],
  [{ scopes: ['BestEffort'] }, {}, true],
  [{ scopes: ['BestEffort'] }, asking({ cpu: '1' }), false],
  [{ scopes: ['NotBestEffort', 'NotTerminating'] }, asking({ cpu: '1' }), true],
  [{ scopes: ['NotBestEffort', 'Terminating'] }, asking({ cpu: '1' }), false],
  [{ scopes: ['PriorityClass'] }, { priorityClassName: 'a' }, true],
  [{ scopes: ['PriorityClass'] }, {}, false],
  [classes('In', 'a', 'b'), { priorityClassName: 'b' }, true],
  [classes('In', 'a', 'b'), {}, false],
  [classes('NotIn', 'a'), {}, true],
  [classes('NotIn', 'a'), { priorityClassName: 'a' }, false],
  [classes('DoesNotExist'), {}, true],
  [classes('Exists'), { priorityClassName: 'a' }, true],
  [{ scopes: ['CrossNamespacePodAffinity'] }, affinity({ namespaces: ['x'] }), true],
  [{ scopes: ['CrossNamespacePodAffinity'] }, affinity({ namespaceSelector: {} }), true],
  [{ scopes: ['CrossNamespacePodAffinity'] }, affinity({ topologyKey: 'k' }), false],
  [{ scopes: ['VolumeAttributesClass'] }, {}, false],
])('[AP197] a quota is for what is in all of its scopes: %o %o %s', (scopes, spec, counted) => {
  const result = settling(quotaOf({ pods: '5' }, {}, scopes), 'pods', podOf(spec))
  expect(result).toEqual(counted ? { pods: '1' } : 'same')
})

test('[AP197] a claim is in the scope of each class of attributes that it has or is to have', () => {
  const quota = quotaOf(
    { persistentvolumeclaims: '5' },
    {},
    {
      scopeSelector: { matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator: 'In', values: ['a'] }] },
    },
  )
  const claim = (spec: object, status: object = {}) => ({ metadata: {}, spec, status }) as unknown as Resource
  const counted = (object: Resource) => settling(quota, 'persistentvolumeclaims', object) !== 'same'
  expect(counted(claim({ volumeAttributesClassName: 'a' }))).toBe(true)
  expect(counted(claim({ volumeAttributesClassName: 'b' }, { currentVolumeAttributesClassName: 'a' }))).toBe(true)
  expect(counted(claim({}))).toBe(false)
})

test.each<[string, ResourceQuota, string, Resource, string]>([
  [
    'a Pod too many',
    quotaOf({ pods: '1' }, { pods: '1' }),
    'pods',
    podOf(),
    'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  ],
  [
    'two amounts, by name, and none that fits',
    quotaOf({ 'requests.memory': '1Gi', 'requests.cpu': '1', pods: '5' }),
    'pods',
    podOf(asking({ cpu: '2', memory: '2Gi' })),
    'exceeded quota: q, requested: requests.cpu=2,requests.memory=2Gi, used: requests.cpu=0,requests.memory=0, limited: requests.cpu=1,requests.memory=1Gi',
  ],
  [
    'silence where something must be said',
    quotaOf({ 'requests.cpu': '1', 'limits.memory': '1Gi', 'ephemeral-storage': '1' }),
    'pods',
    podOf({
      containers: [{ name: 'b' }, { name: 'a' }],
      initContainers: [{ name: 'i', resources: { requests: { cpu: '1' } } }],
    }),
    'failed quota: q: must specify limits.memory for: a,b,i; requests.cpu for: a,b',
  ],
  [
    'a quota that nobody has counted',
    { ...quotaOf({ pods: '1' }), status: { hard: { pods: '1' } } } as ResourceQuota,
    'pods',
    podOf(),
    'status unknown for quota: q, resources: pods',
  ],
  [
    'an object of any kind',
    quotaOf({ 'count/deployments.apps': '0' }),
    'deployments.apps',
    {} as Resource,
    'exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  ],
])('[AP196] what does not fit is refused: %s', (_what, quota, resource, object, why) => {
  expect(settling(quota, resource, object)).toBe(why)
})

test('[AP196] what a write changes is counted, and only what it adds is refused', () => {
  const full = quotaOf({ 'services.nodeports': '2', services: '9' }, { 'services.nodeports': '2', services: '3' })
  const service = (ports: number) =>
    ({ spec: { type: 'NodePort', ports: Array.from({ length: ports }, () => ({})) } }) as unknown as Resource
  expect(settling(full, 'services', service(2), service(2))).toBe('same')
  expect(settling(full, 'services', service(1), service(2))).toEqual({ 'services.nodeports': '1', services: '3' })
  expect(settling(full, 'services', service(3), service(2))).toBe(
    'exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=2, limited: services.nodeports=2',
  )
  expect(settling(full, 'services', undefined, service(2))).toEqual({ 'services.nodeports': '0', services: '2' })
})

test('[AP196] a Pod that ends gives back what it took, though not its place among the objects', () => {
  const quota = quotaOf({ pods: '1', 'count/pods': '1', cpu: '1' }, { pods: '1', 'count/pods': '1', cpu: '500m' })
  const running = podOf(asking({ cpu: '500m' }), { phase: 'Running' })
  const ended = podOf(asking({ cpu: '500m' }), { phase: 'Failed' })
  expect(settling(quota, 'pods', ended, running, false)).toEqual({ pods: '0', 'count/pods': '1', cpu: '0' })
  expect(settling(quota, 'pods', undefined, ended, false)).toEqual({ pods: '1', 'count/pods': '0', cpu: '500m' })
})

test('[AP196] a Pod that moves into a scope by an update is counted there and refused nowhere', () => {
  const quota = quotaOf({ pods: '0' }, {}, { scopes: ['Terminating'] })
  expect(settling(quota, 'pods', podOf({ activeDeadlineSeconds: 1 }), podOf(), false)).toEqual({ pods: '1' })
})

test('[CT120] what is used is counted over all that a quota names, and what nothing counts is left out', () => {
  const objects: Record<string, Resource[]> = {
    pods: [podOf(asking({ cpu: '1' })), podOf(asking({ cpu: '250m' })), podOf({}, { phase: 'Failed' })],
    'deployments.apps': [{} as Resource],
  }
  const quota = quotaOf({ pods: '9', cpu: '9', 'count/deployments.apps': '9', secrets: '9', 'count/x.y': '9' })
  const used = measured(quota, ['pods', 'deployments.apps', 'secrets', 'events'], (of) => objects[of] ?? [])
  expect(listOf(used)).toEqual({ pods: '2', cpu: '1250m', 'count/deployments.apps': '1', secrets: '0' })
})

test('[AP196] what is limited by configuration needs a quota that covers it', () => {
  const scope = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] }
  const limited = [
    { resource: 'pods', matchContains: [], matchScopes: [scope] },
    { resource: 'persistentvolumeclaims', matchContains: ['requests.storage'], matchScopes: [] },
  ]
  const high = podOf({ priorityClassName: 'high' })
  const pods = evaluatorOf('pods')!
  expect(uncovered(limited, [], pods, high)).toEqual({
    untranslated: 'insufficient quota to match these scopes: [{PriorityClass In [high]}]',
  })
  expect(uncovered(limited, [], pods, podOf())).toBeUndefined()
  const covering = quotaOf({ pods: '1' }, {}, { scopeSelector: { matchExpressions: [scope] } })
  expect(uncovered(limited, [covering], pods, high)).toBeUndefined()
  const claim = { metadata: {}, spec: { resources: { requests: { storage: '1' } } } } as unknown as Resource
  const claims = evaluatorOf('persistentvolumeclaims')!
  expect(uncovered(limited, [], claims, claim)).toEqual({
    forbidden: 'insufficient quota to consume: requests.storage',
  })
  expect(uncovered(limited, [quotaOf({ 'requests.storage': '1Gi' })], claims, claim)).toBeUndefined()
})
