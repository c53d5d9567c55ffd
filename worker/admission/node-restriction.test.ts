import { expect, test } from 'vitest'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Attributes } from '../registry/attributes.ts'
import { creating, someone, standing, updating } from '../../test/support/admitted.ts'
import { forbiddenLabels } from './node-labels.ts'
import { nodeRestriction } from './node-restriction.ts'

const NODE = someone('system:node:a', 'system:nodes')
const plugin = nodeRestriction(() => false)
const kind = (resource: string) => kindOfResource(resource)!
const thing = (metadata: object, rest: object = {}): Resource =>
  ({ apiVersion: 'v1', kind: '', metadata: { name: 'x', namespace: 'n', ...metadata }, ...rest }) as unknown as Resource
const onNode = (node: string, more: object = {}) => thing({}, { spec: { nodeName: node, ...more } })

const tx = standing({
  'nodes//a': { metadata: { uid: 'uid-a' } },
  'pods/n/x': { metadata: { uid: 'uid-x' }, spec: { nodeName: 'a', volumes: tokens('', 'vault') } },
  'pods/n/other': { spec: { nodeName: 'b' } },
})
function tokens(...audiences: string[]): object[] {
  const sources = audiences.map((audience) => ({
    serviceAccountToken: { path: 't', ...(audience === '' ? {} : { audience }) },
  }))
  return [{ name: 'v', projected: { sources } }]
}

/** What it says, of either half; '' where it lets pass. */
function said(attributes: Attributes): string {
  try {
    if (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') {
      plugin.admit?.(attributes.object, attributes, tx)
    }
    plugin.validate?.(attributes, tx)
    return ''
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^.* is forbidden: /, '')
  }
}
const create = (resource: string, object: Resource, subresource = '') =>
  said(creating(kind(resource), object, NODE, subresource))
const update = (resource: string, object: Resource, old: Resource, subresource = '') =>
  said(updating(kind(resource), object, old, NODE, subresource))
const remove = (resource: string, old: Resource) =>
  said({ ...creating(kind(resource), old, NODE), operation: 'DELETE', old, options: {} })

const mirror = (owner: object = {}, spec: object = {}): Resource =>
  thing(
    {
      annotations: { 'kubernetes.io/config.mirror': 'h' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'uid-a', controller: true, ...owner }],
    },
    { spec: { nodeName: 'a', containers: [], ...spec } },
  )
const CAN = 'node "a" can only create pods with'
const CANNOT = 'node "a" can not create pods that reference'

test.each<[string, Resource, string]>([
  ['a mirror', mirror(), ''],
  [
    'a Pod',
    onNode('a'),
    'pod does not have "kubernetes.io/config.mirror" annotation, node "a" can only create mirror pods',
  ],
  ['for another node', mirror({}, { nodeName: 'b' }), `${CAN} spec.nodeName set to itself`],
  ['of another owner', mirror({ kind: 'Pod' }), `${CAN} an owner reference set to itself`],
  ['controlled by nobody', mirror({ controller: false }), `${CAN} a controller owner reference set to itself`],
  [
    'that blocks its owner',
    mirror({ blockOwnerDeletion: true }),
    'node "a" must not set blockOwnerDeletion on an owner reference',
  ],
  ['of a Node that was', mirror({ uid: 'old' }), 'node a UID mismatch: expected old got uid-a'],
  ['with an account', mirror({}, { serviceAccountName: 's' }), `${CANNOT} a service account`],
  ['with a Secret', mirror({}, { volumes: [{ name: 'v', secret: { secretName: 's' } }] }), `${CANNOT} secrets`],
  [
    'with a ConfigMap',
    mirror({}, { containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'c' } }] }] }),
    `${CANNOT} configmaps`,
  ],
  [
    'with a claim',
    mirror({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }),
    `${CANNOT} persistentvolumeclaims`,
  ],
  ['with devices', mirror({}, { resourceClaims: [{ name: 'r' }] }), `${CANNOT} resourceclaims`],
])('[AP193] a node makes only mirrors of its own Pods: %s', (_what, pod, why) => {
  expect(create('pods', pod)).toBe(why)
})

test('[AP193] a node writes the status of its own Pods and lets them go, no more', () => {
  const mine = onNode('a')
  expect(update('pods', mine, mine, 'status')).toBe('')
  expect(update('pods', mine, onNode('b'), 'status')).toBe(
    'node "a" can only update pod status for pods with spec.nodeName set to itself',
  )
  const labelled = { ...mine, metadata: { ...mine.metadata, labels: { a: 'b' } } }
  expect(update('pods', labelled, mine, 'status')).toBe('node "a" cannot update labels through pod status')
  expect(update('pods', mine, mine)).toBe(
    'unexpected operation "UPDATE", node "a" can only create and delete mirror pods',
  )
  expect(update('pods', mine, mine, 'resize')).toBe(
    `unexpected pod subresource "resize", only 'status' and 'eviction' are allowed`,
  )
  expect(remove('pods', mine)).toBe('')
  expect(remove('pods', thing({ name: 'other' }))).toBe(
    'node "a" can only delete pods with spec.nodeName set to itself',
  )
  expect(create('pods', thing({}), 'eviction')).toBe('')
  expect(create('pods', thing({ name: 'other' }), 'eviction')).toBe(
    'node a can only evict pods with spec.nodeName set to itself',
  )
  expect(create('pods', thing({ name: 'gone' }), 'eviction')).toBe('pods "gone" not found')
})

test('[AP193] a node states itself, and nothing that would draw Pods to it', () => {
  const node = (metadata: object = {}, spec: object = {}) =>
    thing({ name: 'a', namespace: undefined, ...metadata }, { spec })
  expect(create('nodes', node({ labels: { 'kubernetes.io/arch': 'arm64', own: 'x' } }))).toBe('')
  expect(create('nodes', node({ name: 'b' }))).toBe('node "a" is not allowed to modify node "b"')
  expect(
    create('nodes', node({ labels: { 'node-role.kubernetes.io/x': '', 'a.node-restriction.kubernetes.io/y': '' } })),
  ).toBe(
    'node "a" is not allowed to set the following labels: a.node-restriction.kubernetes.io/y, node-role.kubernetes.io/x',
  )
  const role = node({ labels: { 'node-role.kubernetes.io/x': '' } })
  expect(update('nodes', role, role)).toBe('')
  expect(update('nodes', node(), role)).toBe('is not allowed to modify labels: node-role.kubernetes.io/x')
  const tainted = node({}, { taints: [{ key: 'k', effect: 'NoSchedule' }] })
  expect(update('nodes', node(), tainted)).toBe('node "a" is not allowed to modify taints')
  const owned = node({ ownerReferences: [{ name: 'o' }] })
  expect(update('nodes', owned, node())).toBe('node "a" is not allowed to modify ownerReferences')
})

test.each<[string, object, string]>([
  ['bound to its Pod', {}, ''],
  ['for an audience that the Pod names', { audiences: ['vault'] }, ''],
  ['bound to nothing', { boundObjectRef: undefined }, 'node requested token not bound to a pod'],
  ['without a uid', { uid: undefined }, 'node requested token with a pod binding without a uid'],
  [
    'of a Pod that was',
    { uid: 'old' },
    'the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    'of another node',
    { name: 'other', uid: 'uid-other' },
    'node requested token bound to a pod scheduled on a different node',
  ],
  ['for two audiences', { audiences: ['a', 'b'] }, 'node may only request 0 or 1 audiences'],
  ['for another audience', { audiences: ['bank'] }, 'audience "bank" not found in pod spec volume'],
])(
  '[AP193] a node asks for tokens of its Pods alone: %s',
  (_what, { audiences, ...ref }: Record<string, unknown>, why) => {
    const bound =
      'boundObjectRef' in ref
        ? {}
        : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'uid-x', ...ref } }
    const request = thing({ name: 'default' }, { spec: { audiences: audiences ?? [], ...bound } })
    expect(create('serviceaccounts', request, 'token')).toBe(why)
  },
)

test('[AP193] leases, CSINodes and ResourceSlices are its own, of claims only what it did', () => {
  const lease = (name: string, namespace: string) => thing({ name, namespace })
  const leases = 'leases.coordination.k8s.io'
  expect(create(leases, lease('a', 'kube-node-lease'))).toBe('')
  expect(create(leases, lease('a', 'default'))).toBe('can only access leases in the "kube-node-lease" system namespace')
  expect(remove(leases, lease('b', 'kube-node-lease'))).toBe(
    'can only access node lease with the same name as the requesting node',
  )
  expect(create('csinodes.storage.k8s.io', thing({ name: 'b' }))).toBe(
    'can only access CSINode with the same name as the requesting node',
  )
  expect(create('resourceslices.resource.k8s.io', thing({}, { spec: { nodeName: 'b' } }))).toBe(
    'can only create ResourceSlice with the same NodeName as the requesting node',
  )
  const claim = (status: object, spec: object = {}) => thing({}, { spec, status })
  const claims = 'persistentvolumeclaims'
  expect(update(claims, claim({ capacity: { storage: '2Gi' } }), claim({}), 'status')).toBe('')
  expect(update(claims, claim({ phase: 'Bound' }), claim({}), 'status')).toMatch(/^node "a" is not allowed to update/)
  expect(update(claims, claim({}), claim({}))).toBe('may only update PVC status')
})

test('[AP193] who is no node is not asked', () => {
  const asked = creating(kind('pods'), onNode('b'), someone('me'))
  expect(() => plugin.admit?.(asked.object, asked, tx)).not.toThrow()
  expect(
    forbiddenLabels({ 'kubelet.kubernetes.io/x': '1', 'x.k8s.io/y': '1', 'topology.kubernetes.io/zone': 'z' }),
  ).toEqual(['x.k8s.io/y'])
})
