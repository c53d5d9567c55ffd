import { expect, test } from 'vitest'
import { kindOfResource } from '../../api/kinds/index.ts'
import { MASTER, NODE } from '../../api/kinds/testdata/certificates.ts'
import type { Resource } from '../../api/meta/object.ts'
import { creating, someone, standing, updating } from '../../test/support/admitted.ts'
import type { Attributes } from '../registry/attributes.ts'
import { nodeRestriction } from './node-restriction.ts'

const ME = someone('system:node:n1', 'system:nodes')
const STORED = {
  'nodes//n1': {},
  'pods/n/mine': { spec: { nodeName: 'n1' } },
  'pods/n/theirs': { spec: { nodeName: 'n2' } },
}
const objectOf = (name: string, namespace: string, rest: object): Resource => {
  const { metadata = {}, ...parts } = rest as { metadata?: object } // a test gives the parts that it is about
  const at = namespace === '' ? {} : { namespace }
  return { metadata: { name, ...at, ...metadata }, ...parts } as unknown as Resource // as much as the rule looks at
}
const kindOf = (resource: string) => kindOfResource(resource) ?? expect.unreachable(resource)

function told(attributes: Attributes, caller = ME): string {
  const plugin = nodeRestriction(() => false)
  const asked = { ...attributes, caller }
  try {
    if ('object' in asked) plugin.admit?.(asked.object, asked, standing(STORED))
    plugin.validate?.(asked, standing(STORED))
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^.* is forbidden: /, '')
  }
  return ''
}
type Path = readonly [resource: string, namespace: string, name: string, subresource?: string]
const made = ([resource, namespace, name, sub = '']: Path, rest: object): string =>
  told(creating(kindOf(resource), objectOf(name, namespace, rest), ME, sub))
const changed = ([resource, namespace, name, sub = '']: Path, rest: object, old: object): string =>
  told(updating(kindOf(resource), objectOf(name, namespace, rest), objectOf(name, namespace, old), ME, sub))
function deleted([resource, namespace, name]: Path, rest: object = {}): string {
  const { object: old, ...attributes } = creating(kindOf(resource), objectOf(name, namespace, rest), ME)
  return told({ ...attributes, operation: 'DELETE', old, options: {} })
}

const OWNER = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-n1', controller: true }
const mirror = (spec: object = {}, owners: object[] = [OWNER]) => ({
  metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: owners },
  spec: { nodeName: 'n1', containers: [], ...spec },
})
const claim = (rest: object) => mirror({ volumes: [{ name: 'v', ...rest }] })
const reaches = (what: string): string => `node "n1" can not create pods that reference ${what}`
const own = (what: string): string => `node "n1" can only create pods with ${what}`

test.each<[what: string, pod: object, why: string]>([
  ['mirror', mirror(), ''],
  [
    'Pod',
    { spec: { nodeName: 'n1' } },
    'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  ],
  ['mirror elsewhere', mirror({ nodeName: 'n2' }), own('spec.nodeName set to itself')],
  ['mirror of two', mirror({}, [OWNER, OWNER]), own('a single owner reference set to itself')],
  ['mirror of nobody', mirror({}, []), own('an owner reference set to itself')],
  ['mirror of another', mirror({}, [{ ...OWNER, name: 'n2' }]), own('an owner reference set to itself')],
  [
    'mirror not controlled',
    mirror({}, [{ ...OWNER, controller: false }]),
    own('a controller owner reference set to itself'),
  ],
  [
    'mirror that blocks',
    mirror({}, [{ ...OWNER, blockOwnerDeletion: true }]),
    'node "n1" must not set blockOwnerDeletion on an owner reference',
  ],
  ['mirror of an older node', mirror({}, [{ ...OWNER, uid: 'x' }]), 'node n1 UID mismatch: expected x got uid-n1'],
  ['mirror with an account', mirror({ serviceAccountName: 'a' }), reaches('serviceaccounts')],
  ['mirror with a pull secret', mirror({ imagePullSecrets: [{ name: 's' }] }), reaches('secrets')],
  [
    'mirror with env',
    mirror({ containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'm' } }] }] }),
    reaches('configmaps'),
  ],
  ['mirror with a device', mirror({ resourceClaims: [{ name: 'r' }] }), reaches('resourceclaims')],
  ['mirror with a claim', claim({ persistentVolumeClaim: { claimName: 'c' } }), reaches('persistentvolumeclaims')],
  ['mirror with a driver', claim({ csi: { driver: 'd' } }), reaches('csidrivers (via CSI volumes)')],
  [
    'mirror with a token',
    claim({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }),
    reaches('serviceaccounts (via projected volumes)'),
  ],
  ['mirror with a directory', claim({ hostPath: { path: '/' } }), ''],
])('[AP193] a node creates a %s: %#', (_, pod, why) => {
  expect(made(['pods', 'n', 'p'], pod)).toBe(why)
})

test('[AP193] a node deletes, evicts and reports on Pods that it runs only', () => {
  expect(deleted(['pods', 'n', 'mine'])).toBe('')
  expect(deleted(['pods', 'n', 'theirs'])).toBe('node "n1" can only delete pods with spec.nodeName set to itself')
  expect(deleted(['pods', 'n', 'gone'])).toBe('pods "gone" not found')
  expect(made(['pods', 'n', 'mine', 'eviction'], {})).toBe('')
  expect(made(['pods', 'n', 'theirs', 'eviction'], {})).toBe(
    'node n1 can only evict pods with spec.nodeName set to itself',
  )
  expect(made(['pods', 'n', 'mine', 'binding'], {})).toBe(
    `unexpected pod subresource "binding", only 'status' and 'eviction' are allowed`,
  )
  expect(changed(['pods', 'n', 'mine'], { spec: { nodeName: 'n1' } }, { spec: { nodeName: 'n1' } })).toBe(
    'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
  )
})

test.each<[what: string, after: object, node: string, why: string]>([
  ['its status', { status: { phase: 'Running' } }, 'n1', ''],
  ['that of another', {}, 'n2', 'node "n1" can only update pod status for pods with spec.nodeName set to itself'],
  ['labels', { metadata: { labels: { a: 'b' } } }, 'n1', 'node "n1" cannot update labels through pod status'],
  [
    'claims',
    { status: { resourceClaimStatuses: [{ name: 'r', resourceClaimName: 'x' }] } },
    'n1',
    'node "n1" cannot update resource claim statues',
  ],
])('[AP193] a node writes of a Pod %s', (_, after, nodeName, why) => {
  const spec = { nodeName }
  expect(changed(['pods', 'n', 'p', 'status'], { spec, ...after }, { spec })).toBe(why)
})

const labelled = (...keys: string[]) => ({
  metadata: { labels: Object.fromEntries(keys.map((key) => [key, 'v'])) },
})
const FINE = [
  'kubernetes.io/hostname',
  'beta.kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'node.kubernetes.io/x',
  'a.kubelet.kubernetes.io/x',
  'example.com/x',
  'x',
  'notkubernetes.io/x',
]
const FORBIDDEN = [
  'a.k8s.io/x',
  'a.node-restriction.kubernetes.io/x',
  'kubernetes.io/x',
  'node-restriction.kubernetes.io/x',
  'node-role.kubernetes.io/control-plane',
]

test('[AP193] a node makes its own Node, without labels that draw Pods', () => {
  expect(made(['nodes', '', 'n1'], labelled(...FINE))).toBe('')
  expect(made(['nodes', '', 'n1'], labelled(...FORBIDDEN, ...FINE))).toBe(
    `node "n1" is not allowed to set the following labels: ${FORBIDDEN.join(', ')}`,
  )
  expect(made(['nodes', '', 'n2'], {})).toBe('node "n1" is not allowed to modify node "n2"')
  expect(made(['nodes', '', 'n1'], { spec: { configSource: { configMap: {} } } })).toBe(
    'node "n1" is not allowed to create pods with a non-nil configSource',
  )
  expect(deleted(['nodes', '', 'n1'])).toBe('')
  expect(deleted(['nodes', '', 'n2'])).toBe('node "n1" is not allowed to modify node "n2"')
})

const TAINTED = { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }
test.each<[what: string, after: object, before: object, why: string]>([
  [
    'what was there',
    { ...TAINTED, ...labelled('kubernetes.io/x') },
    { ...TAINTED, ...labelled('kubernetes.io/x') },
    '',
  ],
  ['a label', labelled('example.com/x'), {}, ''],
  ['a label away', {}, labelled('kubernetes.io/x'), 'is not allowed to modify labels: kubernetes.io/x'],
  ['a taint', TAINTED, {}, 'node "n1" is not allowed to modify taints'],
  ['a taint away', { spec: { taints: null } }, TAINTED, 'node "n1" is not allowed to modify taints'],
  ['no taints', { spec: { taints: [] } }, {}, ''],
  ['an owner', { metadata: { ownerReferences: [OWNER] } }, {}, 'node "n1" is not allowed to modify ownerReferences'],
  [
    'a source',
    { spec: { configSource: { configMap: {} } } },
    {},
    'node "n1" is not allowed to update configSource to a new non-nil configSource',
  ],
  ['a source away', {}, { spec: { configSource: { configMap: {} } } }, ''],
])('[AP193] a node writes %s of its Node, in itself and in its status', (_, after, before, why) => {
  expect(changed(['nodes', '', 'n1'], after, before)).toBe(why)
  expect(changed(['nodes', '', 'n1', 'status'], after, before)).toBe(why)
})

const CLAIM = ['persistentvolumeclaims', 'n', 'c', 'status'] as const
test('[AP193] of claims a node writes what comes of a resize', () => {
  const resized = {
    capacity: { storage: '2Gi' },
    conditions: [{ type: 'Resizing', status: 'True' }],
    allocatedResources: { storage: '2Gi' },
    allocatedResourceStatuses: { storage: 'NodeResizeInProgress' },
  }
  const only = 'node "n1" is not allowed to update fields other than status.quantity and status.conditions'
  const before = { metadata: { resourceVersion: '1' }, spec: {}, status: { phase: 'Bound' } }
  expect(changed(CLAIM, { spec: {}, status: { phase: 'Bound', ...resized } }, before)).toBe('')
  expect(changed(CLAIM, { spec: {}, status: { phase: 'Lost' } }, before)).toBe(only)
  expect(changed(CLAIM, { ...before, metadata: { finalizers: ['a.b/c'] } }, before)).toBe(only)
  expect(changed(['persistentvolumeclaims', 'n', 'c'], before, before)).toBe('may only update PVC status')
  expect(deleted(['persistentvolumeclaims', 'n', 'c'])).toBe('may only update PVC status')
})

const LEASE = 'leases.coordination.k8s.io'
const SAME = 'with the same name as the requesting node'
const SLICE = 'resourceslices.resource.k8s.io'
test('[AP193] a node writes its own Lease, CSINode and slices', () => {
  expect(made([LEASE, 'kube-node-lease', 'n1'], {})).toBe('')
  expect(made([LEASE, 'kube-node-lease', 'n2'], {})).toBe(`can only access node lease ${SAME}`)
  expect(deleted([LEASE, 'kube-node-lease', 'n2'])).toBe(`can only access node lease ${SAME}`)
  expect(made([LEASE, 'n', 'n1'], {})).toBe('can only access leases in the "kube-node-lease" system namespace')
  expect(made(['csinodes.storage.k8s.io', '', 'n1'], {})).toBe('')
  expect(changed(['csinodes.storage.k8s.io', '', 'n2'], {}, {})).toBe(`can only access CSINode ${SAME}`)
  for (const [nodeName, why] of [
    ['n1', ''],
    ['n2', 'ResourceSlice with the same NodeName as the requesting node'],
  ] as const) {
    expect(made([SLICE, '', 's'], { spec: { nodeName } })).toBe(why && `can only create ${why}`)
    expect(deleted([SLICE, '', 's'], { spec: { nodeName } })).toBe(why && `can only delete ${why}`)
  }
})

test('[AP193] a node asks for a certificate of a node as itself', () => {
  const asked = (signer: string, request: string): string =>
    made(['certificatesigningrequests.certificates.k8s.io', '', 'r'], { spec: { signerName: signer, request } })
  for (const signer of ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']) {
    expect(asked(signer, NODE)).toBe('')
    expect(asked(signer, MASTER)).toBe('can only create a node CSR with CN=system:node:n1')
    expect(asked(signer, '')).toBe('unable to parse csr: PEM block type must be CERTIFICATE REQUEST')
  }
  expect(asked('example.com/s', MASTER)).toBe('')
})

test('[AP193] who is no node is not restricted, and a node without a name may nothing', () => {
  const lease = creating(kindOf(LEASE), objectOf('x', 'n', {}))
  expect(told(lease, someone('system:node:n1'))).toBe('')
  expect(told(lease, someone('jane', 'system:nodes'))).toBe('')
  expect(told(lease, someone('system:node:', 'system:nodes'))).toBe('could not determine node from user "system:node:"')
})
