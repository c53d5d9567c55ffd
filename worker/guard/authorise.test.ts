import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import { openNodeStore } from '../store/node.ts'
import { authorise } from './authorise.ts'
import {
  ADMIN,
  ANONYMOUS,
  authenticate,
  bindNodeCredential,
  createJoinToken,
  createNodeToken,
  createUserToken,
  forgetExpired,
  joinCredential,
  revokeNode,
  useJoinToken,
  type User,
} from './credentials.ts'
import { requestInfo } from './request-info.ts'
import { defaultRoles } from './default-roles.ts'
import { RoleIndex } from './role-index.ts'
import { check } from './token.ts'

const KEY = 'a key of the tests, long enough to sign and seal'
const sealer = { seal: (text: string) => text, open: (text: string) => text }
let store: ReturnType<typeof openNodeStore>
let roles: RoleIndex

const meta = (name: string, namespace?: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '',
  creationTimestamp: '',
  ...(namespace === undefined ? {} : { namespace }),
})
const pod = (name: string, node: string, spec: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: meta(name, 'ns'), spec: { nodeName: node, ...spec } }) as Resource

beforeEach(() => {
  store = openNodeStore(':memory:', { sealer })
  roles = new RoleIndex(store)
  store.transaction((tx) => {
    tx.insert('nodes', { apiVersion: 'v1', kind: 'Node', metadata: meta('n1') })
    tx.insert(
      'pods',
      pod('mine', 'n1', {
        serviceAccountName: 'runs-as',
        imagePullSecrets: [{ name: 'pull' }],
        containers: [
          {
            env: [{ valueFrom: { secretKeyRef: { name: 'env-secret', key: 'k' } } }],
            envFrom: [{ configMapRef: { name: 'from-map' } }],
          },
        ],
        volumes: [
          { name: 'c', persistentVolumeClaim: { claimName: 'claim' } },
          { secret: { secretName: 'vol-secret' } },
          { projected: { sources: [{ configMap: { name: 'proj-map' } }, { secret: { name: 'proj-secret' } }] } },
        ],
      }),
    )
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: meta('claim', 'ns') }
    tx.insert('persistentvolumeclaims', { ...claim, spec: { volumeName: 'pv' } } as Resource)
    const csi = { nodePublishSecretRef: { name: 'of-pv' }, controllerPublishSecretRef: { name: 'of-controller' } }
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: meta('pv') }
    const claimRef = { namespace: 'ns', name: 'claim' }
    tx.insert('persistentvolumes', { ...volume, spec: { claimRef, csi } } as Resource)
    tx.insert('pods', pod('other', 'n2', { volumes: [{ secret: { secretName: 'theirs' } }] }))
  })
})
afterEach(() => store.close())

const node: User = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }
const plain: User = { name: 'jane', groups: ['devs', 'system:authenticated'] }
function may(user: User, method: string, url: string): boolean {
  const { pathname, searchParams } = new URL(url, 'http://x')
  return authorise({ reader: store, roles }, user, requestInfo(method, pathname, searchParams)).allowed
}

function addDefaultRoles(): void {
  store.transaction((tx) => {
    for (const { resource, draft } of defaultRoles()) {
      const { name = '', namespace, labels, annotations } = draft.metadata ?? {}
      tx.insert(resource, {
        ...draft,
        metadata: { ...meta(name, namespace), uid: `${resource} ${name}`, labels, annotations },
      } as Resource)
    }
  })
}

test('[GD4] masters may do anything, the anonymous nothing, a user only what everybody may', () => {
  addDefaultRoles()
  for (const path of ['/api/v1/secrets', '/podo/tokens', '/metrics']) {
    const each = [may(ADMIN, 'POST', path), may(ANONYMOUS, 'GET', path), may(plain, 'GET', path)]
    expect(each).toEqual([true, false, false])
  }
  for (const path of ['/api', '/apis/apps/v1', '/openapi/v3/api/v1']) {
    const each = [may(plain, 'GET', path), may(plain, 'POST', path), may(ANONYMOUS, 'GET', path)]
    expect(each).toEqual([true, false, false])
  }
  expect(may(plain, 'GET', '/apix')).toBe(false)
  expect(may(plain, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews')).toBe(true)
})

test.each([
  ['GET', '/api/v1/nodes/n1', true],
  ['GET', '/api/v1/nodes', false],
  ['GET', '/api/v1/nodes/n2', false],
  ['GET', '/api/v1/nodes?fieldSelector=metadata.name%3Dn1', true],
  ['PATCH', '/api/v1/nodes/n1/status', true],
  ['PATCH', '/api/v1/nodes/n2/status', false],
  ['PATCH', '/api/v1/nodes/n1', false],
  ['DELETE', '/api/v1/nodes/n1', false],
  ['POST', '/api/v1/nodes', false],
  ['GET', '/api/v1/namespaces/ns/pods/mine', true],
  ['GET', '/api/v1/namespaces/ns/pods/other', false],
  ['GET', '/api/v1/namespaces/ns/pods/none', false],
  ['GET', '/api/v1/pods', false],
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1', true],
  ['GET', '/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1,status.phase%21%3DFailed', true],
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn2', false],
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%21%3Dn1', false],
  ['PATCH', '/api/v1/namespaces/ns/pods/mine/status', true],
  ['PATCH', '/api/v1/namespaces/ns/pods/mine', false],
  ['DELETE', '/api/v1/namespaces/ns/pods/mine', true],
  ['DELETE', '/api/v1/namespaces/ns/pods/other', false],
  ['POST', '/api/v1/namespaces/ns/pods', false],
  ['POST', '/api/v1/namespaces/ns/pods/mine/exec', false],
  ['GET', '/api/v1/namespaces/ns/secrets/vol-secret', true],
  ['GET', '/api/v1/namespaces/ns/secrets/env-secret', true],
  ['GET', '/api/v1/namespaces/ns/secrets/proj-secret', true],
  ['GET', '/api/v1/namespaces/ns/secrets/pull', true],
  ['GET', '/api/v1/namespaces/ns/secrets/theirs', false],
  ['GET', '/api/v1/namespaces/other/secrets/vol-secret', false],
  ['GET', '/api/v1/namespaces/ns/secrets', false],
  ['GET', '/api/v1/namespaces/ns/secrets?watch=1&fieldSelector=metadata.name%3Dpull', true],
  ['PUT', '/api/v1/namespaces/ns/secrets/vol-secret', false],
  ['GET', '/api/v1/namespaces/ns/secrets/proj-map', false],
  ['GET', '/api/v1/namespaces/ns/configmaps/from-map', true],
  ['GET', '/api/v1/namespaces/ns/configmaps/proj-map', true],
  ['GET', '/api/v1/namespaces/ns/configmaps/pull', false],
  ['GET', '/api/v1/services', true],
  ['POST', '/api/v1/namespaces/ns/events', true],
  ['GET', '/api/v1/namespaces/ns/events', false],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1', true],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2', false],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/ns/leases/n1', false],
  ['POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', true],
  ['GET', '/api/v1/namespaces/ns/persistentvolumeclaims/claim', true],
  ['GET', '/api/v1/namespaces/ns/persistentvolumeclaims/other', false],
  ['PATCH', '/api/v1/namespaces/ns/persistentvolumeclaims/claim/status', true],
  ['GET', '/api/v1/namespaces/ns/persistentvolumeclaims', false],
  ['GET', '/api/v1/persistentvolumes/pv', true],
  ['GET', '/api/v1/persistentvolumes/other', false],
  ['GET', '/api/v1/namespaces/ns/secrets/of-pv', true],
  ['GET', '/api/v1/namespaces/ns/secrets/of-controller', false],
  ['POST', '/api/v1/namespaces/ns/serviceaccounts/runs-as/token', true],
  ['POST', '/api/v1/namespaces/ns/serviceaccounts/other/token', false],
  ['GET', '/api/v1/namespaces/ns/serviceaccounts/runs-as', true],
  ['DELETE', '/api/v1/namespaces/ns/serviceaccounts/runs-as', false],
  ['PUT', '/apis/storage.k8s.io/v1/csinodes/n1', true],
  ['PUT', '/apis/storage.k8s.io/v1/csinodes/n2', false],
  ['GET', '/apis/storage.k8s.io/v1/csidrivers', true],
  ['GET', '/apis/node.k8s.io/v1/runtimeclasses/x', true],
  ['GET', '/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dn1', true],
  ['GET', '/apis/resource.k8s.io/v1/resourceslices', false],
  ['POST', '/apis/authentication.k8s.io/v1/tokenreviews', true],
  ['POST', '/apis/events.k8s.io/v1/namespaces/ns/events', true],
  ['POST', '/api/v1/namespaces/ns/pods/mine/eviction', true],
  ['POST', '/api/v1/namespaces/ns/pods/other/eviction', false],
  ['GET', '/apis/apps/v1/deployments', false],
  ['POST', '/podo/join-tokens', false],
])('[GD5] a node: %s %s is %s', (method, url, allowed) => {
  expect(may(node, method, url)).toBe(allowed)
})

const checkedOf = (token: string, now = 0) => {
  const checked = check(KEY, token, now)
  if (checked === undefined) throw new Error('the token does not check')
  return checked
}

test('[GD6] what is stored of a token is a hash; the record gone, the token is worth nothing', () => {
  const token = store.transaction((tx) => createUserToken(tx, KEY, { user: 'jane', groups: ['devs'] }, 'id-1'))
  const checked = checkedOf(token)
  store.transaction((tx) => {
    const stored = tx.records.get('credentials/user', 'id-1') ?? ''
    expect(stored).not.toContain(checked.secret)
    expect(authenticate(tx, checked, 0)).toEqual({ name: 'jane', groups: ['devs', 'system:authenticated'] })
    expect(authenticate(tx, { ...checked, secret: 'other' }, 0)).toBeUndefined()
    tx.records.delete('credentials/user', 'id-1')
    expect(authenticate(tx, checked, 0)).toBeUndefined()
  })
})

test('[GD7] a node credential ends with its Node, with a newer one and when it is revoked', () => {
  store.transaction((tx) => {
    const bound = { node: 'n1', machine: 'm1' }
    const first = checkedOf(createNodeToken(tx, KEY, bound))
    expect(authenticate(tx, first, 0)?.name).toBe('system:node:n1')
    const second = checkedOf(createNodeToken(tx, KEY, bound))
    expect(authenticate(tx, first, 0)).toBeUndefined()
    bindNodeCredential(tx, 'n1', 'uid-n1')
    expect(authenticate(tx, second, 0)?.groups).toContain('system:nodes')
    tx.delete({ resource: 'nodes', namespace: '', name: 'n1' })
    expect(authenticate(tx, second, 0)).toBeUndefined()
    const third = checkedOf(createNodeToken(tx, KEY, bound))
    revokeNode(tx, 'n1')
    expect(authenticate(tx, third, 0)).toBeUndefined()
  })
})

test('[GD8] a join token authenticates nobody, remembers who used it first, and is forgotten after its time', () => {
  store.transaction((tx) => {
    const checked = checkedOf(createJoinToken(tx, KEY, 1_000, 'j'))
    expect(authenticate(tx, checked, 0)).toBeUndefined()
    useJoinToken(tx, checked, { machine: 'm1', node: 'n1' })
    useJoinToken(tx, checked, { machine: 'm2', node: 'n2' })
    expect(joinCredential(tx, checked)).toMatchObject({ machine: 'm1', node: 'n1' })
    forgetExpired(tx, 1_000)
    expect(joinCredential(tx, checked)).toBeUndefined()
  })
})
