import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { allOperations, type Operations } from './operations.ts'

/** Tests of Kubernetes' conformance suite that try every operation on a resource, by their names. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
const job = { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } }
const time = '2020-01-01T00:00:00Z'
/** openssl req -newkey rsa -subj /CN=jane/O=devs */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ1l6Q0NBVXNDQVFBd0hqRU5NQXNHQTFVRUF3d0VhbUZ1WlRFTk1Bc0dBMVVFQ2d3RVpHVjJjekNDQVNJdwpEUVlKS29aSWh2Y05BUUVCQlFBRGdnRVBBRENDQVFvQ2dnRUJBTEhqdjRLcnB3QWF5aUFwcWUyL3lTSWRPdUxICllHSjg5MkZGWllCaVNTMkN2QUxjb1RrN0tGckh6eFIxK2dEUEN3UGRCVFlURWZ6NkxUc3hFU1EzTTlyZFFUeFIKNG5HZnAvM2FSVmhvVEsxNTVUSlZKa3VnK1JWSUQ4RlBycTJrbWpnME5DNVhPTXZXa3BxKzBlMWxCdmc2TlBISQpXSStvSjRQcDFmNDA4cVhha2Q0WkJXSU5WbzFVT0tCa2JLd2lVTktVT1FTb29ILytXdWlhaVhJQlZFVnA2K2FSCmNVamZYbm1veC9BbkNaSHd3NTY4QzVvbVV6ZHJ1NFRHSE1Yb0RLeEN5alo5Sk1nSENSbTV3Nk9zM25wNGVMUHMKN2VHOUEwSFlmTWRyTWN4UzVkcFh0YWoycEMybFJXblE4QUQ1RGlrd1lJSnUxZzc4QjFEdktjWlRqcjhDQXdFQQpBYUFBTUEwR0NTcUdTSWIzRFFFQkN3VUFBNElCQVFCcllBbFNQMndLQ3dHVXdNdTNaUURWSWRpYmNXMVkrM3VXCnZrNG9qUjZqcnlhbHArYVpZQVU1RFE3UHo4Y1RLbjAzVGY5a2xxZlRoKzNqcXEwV3o0MklORzcvVkp6RHVGQmQKN2toMFY3OW1jN3ZpK3VHeStOcmdpOUlVVkpPV0pnMzJ3TlJVbURBRlZwWkp1S21JZTg2cmlRT21ZU3lIVFBxagpYelRGZVU0QTlWaXlJOFJZa0xNWnZFWjVqRjcwMUoyRFJtVVN1OXk2aW9BL1FiYkkrazFtMFVxV0pHdzZLNFpCCnVTUG0xYWh6cUpoUTdCTlBjWndjYnZNdldDRWM2Z0tGdDU4WlIyVE5kbmxVU2FhZDVYc1RhN0Y0MXlleFdNY1AKSUtQN3JFVCtuZ2I0UHk3U1JXcm56SWcwcTVheFNPTkxvWXpZSi9vRU5uUTRmVVkwdnBzMAotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K'
const condition = (type: string) => ({
  type,
  status: 'True',
  reason: 'Because',
  message: 'of this',
  lastTransitionTime: time,
})
const slicePool = (i: number) => ({ name: `pool-${i}`, generation: 1, resourceSliceCount: 1 })
const claim = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } }

const MATCHED = {
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
}

const TABLE: Readonly<Record<string, Operations>> = {
  'CronJob should support CronJob API operations': {
    resource: 'cronjobs.batch',
    object: () => ({ spec: { schedule: '* */1 * * ?', suspend: true, jobTemplate: { spec: { template: job } } } }),
    status: { lastScheduleTime: time },
  },
  'Certificates API [Privileged:ClusterAdmin] should support CSR API operations': {
    resource: 'certificatesigningrequests.certificates.k8s.io',
    object: () => ({ spec: { signerName: 'example.com/e2e', request: REQUEST, usages: ['client auth'] } }),
    status: { conditions: [{ ...condition('StatusPatched'), lastUpdateTime: time }] },
  },
  'API priority and fairness should support FlowSchema API operations': {
    resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
    object: () => ({ spec: { matchingPrecedence: 10000, priorityLevelConfiguration: { name: 'global-default' } } }),
    status: { conditions: [condition('MyType')] },
  },
  'API priority and fairness should support PriorityLevelConfiguration API operations': {
    resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    object: () => ({
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
    }),
    status: { conditions: [condition('MyType')] },
  },
  'ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations': {
    resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
    object: () => ({ spec: { matchConstraints: MATCHED, validations: [{ expression: 'object.spec.replicas > 1' }] } }),
    status: { conditions: [condition('StatusPatched')] },
  },
  'ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations':
    {
      resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
      object: () => ({ spec: { policyName: 'p.example.com', validationActions: ['Deny'] } }),
    },
  'MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations': {
    resource: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
    object: () => ({
      spec: {
        matchConstraints: MATCHED,
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{spec: Object.spec{replicas: 2}}' },
          },
        ],
      },
    }),
  },
  'MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations': {
    resource: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
    object: () => ({ spec: { policyName: 'p.example.com' } }),
  },
  'Lease lease API should be available': {
    resource: 'leases.coordination.k8s.io',
    object: () => ({ spec: { holderIdentity: 'holder', leaseDurationSeconds: 30, leaseTransitions: 0 } }),
  },
  'PodTemplates should run the lifecycle of PodTemplates': { resource: 'podtemplates', object: () => ({ template }) },
  'RuntimeClass should support RuntimeClasses API operations': {
    resource: 'runtimeclasses.node.k8s.io',
    object: () => ({ handler: 'runc' }),
  },
  '[DRA] CRUD Tests resource.k8s.io/v1 DeviceClass': {
    resource: 'deviceclasses.resource.k8s.io',
    object: () => ({ spec: {} }),
  },
  '[DRA] CRUD Tests resource.k8s.io/v1 ResourceClaim': {
    resource: 'resourceclaims.resource.k8s.io',
    object: () => ({ spec: claim }),
    status: {
      allocation: { devices: { results: [{ request: 'gpu', driver: 'd.example.com', pool: 'p', device: 'x' }] } },
    },
  },
  '[DRA] CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate': {
    resource: 'resourceclaimtemplates.resource.k8s.io',
    object: () => ({ spec: { spec: claim } }),
  },
  '[DRA] CRUD Tests resource.k8s.io/v1 ResourceSlice': {
    resource: 'resourceslices.resource.k8s.io',
    object: (i) => ({ spec: { driver: 'd.example.com', pool: slicePool(i), nodeName: 'n', devices: [{ name: 'x' }] } }),
  },
  'Endpoints should test the lifecycle of an Endpoint': {
    resource: 'endpoints',
    object: () => ({ subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80 }] }] }),
  },
  'EndpointSlice should support creating EndpointSlice API operations': {
    resource: 'endpointslices.discovery.k8s.io',
    object: () => ({ addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }], ports: [] }),
  },
  'Ingress API should support creating Ingress API operations': {
    resource: 'ingresses.networking.k8s.io',
    object: () => ({ spec: { defaultBackend: { service: { name: 'default-backend', port: { number: 80 } } } } }),
    status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
  },
  'IngressClass API should support creating IngressClass API operations': {
    resource: 'ingressclasses.networking.k8s.io',
    object: () => ({ spec: { controller: 'example.com/controller' } }),
  },
  'ServiceCIDR and IPAddress API should support IPAddress API operations': {
    resource: 'ipaddresses.networking.k8s.io',
    name: (i) => `192.168.1.${i + 1}`,
    object: () => ({ spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'foo' } } }),
  },
  'ServiceCIDR and IPAddress API should support ServiceCIDR API operations': {
    resource: 'servicecidrs.networking.k8s.io',
    object: (i) => ({ spec: { cidrs: [`10.25${i}.0.0/24`] } }),
    status: { conditions: [condition('StatusPatched')] },
  },
  'CSIInlineVolumes should run through the lifecycle of a CSIDriver': {
    resource: 'csidrivers.storage.k8s.io',
    object: () => ({ spec: { volumeLifecycleModes: ['Persistent', 'Ephemeral'] } }),
  },
  'CSINodes CSI Conformance should run through the lifecycle of a csinode': {
    resource: 'csinodes.storage.k8s.io',
    object: () => ({ spec: { drivers: [{ name: 'e2e-driver', nodeID: 'n', topologyKeys: null }] } }),
  },
  'CSIStorageCapacity should support CSIStorageCapacities API operations': {
    resource: 'csistoragecapacities.storage.k8s.io',
    object: () => ({ storageClassName: 'e2e', nodeTopology: {}, capacity: '1Gi' }),
  },
  'StorageClasses CSI Conformance should run through the lifecycle of a StorageClass': {
    resource: 'storageclasses.storage.k8s.io',
    object: () => ({ provisioner: 'e2e-fake-provisioner', parameters: { type: 'fake' } }),
  },
  'VolumeAttachment Conformance should apply changes to a volumeattachment status': {
    resource: 'volumeattachments.storage.k8s.io',
    object: () => ({ spec: { attacher: 'e2e', nodeName: 'n', source: { persistentVolumeName: 'pv' } } }),
    status: { attached: true },
  },
  'VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment': {
    resource: 'volumeattachments.storage.k8s.io',
    object: () => ({ spec: { attacher: 'e2e', nodeName: 'n', source: { persistentVolumeName: 'pv' } } }),
  },
  'VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass':
    {
      resource: 'volumeattributesclasses.storage.k8s.io',
      object: () => ({ driverName: 'e2e-driver', parameters: { iops: '1' } }),
    },
  'LimitRange should list, patch and delete a LimitRange by collection': {
    resource: 'limitranges',
    object: () => ({ spec: { limits: [{ type: 'Pod', max: { cpu: '2' } }] } }),
  },
  'PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods': {
    resource: 'priorityclasses.scheduling.k8s.io',
    object: (i) => ({ value: 1000 + i }),
  },
  'ConfigMap should run through a ConfigMap lifecycle': {
    resource: 'configmaps',
    object: () => ({ data: { a: 'b' } }),
  },
  'Secrets should patch a secret': {
    resource: 'secrets',
    object: () => ({ data: { key: 'dmFsdWU=' }, type: 'Opaque' }),
  },
  'ServiceAccounts should run through the lifecycle of a ServiceAccount': {
    resource: 'serviceaccounts',
    object: () => ({ automountServiceAccountToken: false }),
  },
  'Services should delete a collection of services': {
    resource: 'services',
    object: () => ({ spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'a' } } }),
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } },
  },
  'Events should manage the lifecycle of an event': {
    resource: 'events',
    object: (i, namespace) => ({
      involvedObject: { kind: 'Pod', namespace, name: `p${i}` },
      reason: 'Test',
      message: 'This is a test event',
      type: 'Normal',
      source: { component: 'test' },
      count: 1,
    }),
  },
  'Events API should ensure that an event can be fetched, patched, deleted, and listed': {
    resource: 'events.events.k8s.io',
    object: (i, namespace) => ({
      regarding: { kind: 'Pod', namespace, name: `p${i}` },
      reason: 'Test',
      note: 'This is a test event',
      type: 'Normal',
      action: 'Do',
      reportingController: 'test-controller',
      reportingInstance: 'test-node',
      eventTime: '2020-01-01T00:00:00.000000Z',
    }),
  },
}

test.each(Object.entries(TABLE))('[AP230] %s', async (title, of) => {
  const namespace = `c-${Object.keys(TABLE).indexOf(title)}-${of.resource.split('.')[0]}`
  await cluster.api.expect('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  await allOperations(cluster, namespace, of)
  expect(await cluster.api.call('DELETE', `/api/v1/namespaces/${namespace}`)).toMatchObject({ code: 200 })
})
