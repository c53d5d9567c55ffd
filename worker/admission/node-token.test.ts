import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const ROLES = '/apis/rbac.authorization.k8s.io/v1'
const CORE = '/api/v1/namespaces/default'
const AS_NODE = { headers: { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:nodes' } }
let t: TestApi

const make = async (path: string, body: object): Promise<string> => {
  const { status, body: answer, text } = await t.call('POST', path, body)
  expect(status, text).toBe(201)
  return (answer as { metadata: { uid: string } }).metadata.uid
}
const pod = (name: string, volumes: object[] = [], nodeName = 'n1', rest: object = {}): Promise<string> =>
  make(`${CORE}/pods`, {
    metadata: { name },
    spec: { nodeName, serviceAccountName: 'a', containers: [{ name: 'c', image: 'i' }], volumes, ...rest },
  })

beforeEach(async () => {
  t = testApi(kinds)
  t.defaultRoles()
  await make(`${CORE}/serviceaccounts`, { metadata: { name: 'a' } })
})
afterEach(() => t.close())

async function ask(audiences: string[], ref: object | null): Promise<string> {
  const spec = { audiences, ...(ref === null ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...ref } }) }
  const { status, body } = await t.call('POST', `${CORE}/serviceaccounts/a/token`, { spec }, AS_NODE)
  return status === 201 ? '' : String(body['message']).replace('serviceaccounts "a" is forbidden: ', '')
}
const unknown = (audience: string): string =>
  `audience "${audience}" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience`

test('[AP289] a node gets tokens bound to a Pod that it runs, by uid', async () => {
  const uid = await pod('p')
  await pod('q', [], 'n2')
  expect(await ask([], { name: 'p', uid })).toBe('')
  expect(await ask([], null)).toBe('node requested token not bound to a pod')
  expect(await ask([], { kind: 'Secret', name: 'p', uid })).toBe('node requested token not bound to a pod')
  expect(await ask([], { name: 'p' })).toBe('node requested token with a pod binding without a uid')
  expect(await ask([], { name: 'gone', uid })).toBe('pods "gone" not found')
  expect(await ask([], { name: 'p', uid: 'x' })).toContain('the UID in the bound object reference (x) does not match')
  const other = (await t.call('GET', `${CORE}/pods/q`)).body as { metadata: { uid: string } }
  expect(await ask([], { name: 'q', uid: other.metadata.uid })).toBe(
    'node requested token bound to a pod scheduled on a different node',
  )
})

const volume = (source: object): object => ({ name: 'v', ...source })
const projected = (audience: string): object =>
  volume({ projected: { sources: [{ serviceAccountToken: { path: 't', audience } }] } })

test('[AP289] the audience is one that a volume of the Pod names, or its driver', async () => {
  const uid = await pod('p', [projected('vault')])
  expect(await ask(['vault'], { name: 'p', uid })).toBe('')
  expect(await ask(['other'], { name: 'p', uid })).toBe(unknown('other'))
  expect(await ask(['vault', 'other'], { name: 'p', uid })).toBe('node may only request 0 or 1 audiences')
  await make('/apis/storage.k8s.io/v1/csidrivers', {
    metadata: { name: 'd.example.com' },
    spec: { tokenRequests: [{ audience: 'csi' }] },
  })
  const driven = await pod('d', [volume({ csi: { driver: 'd.example.com' } })])
  expect(await ask(['csi'], { name: 'd', uid: driven })).toBe('')
  expect(await ask(['vault'], { name: 'd', uid: driven })).toBe(unknown('vault'))
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await make(`${CORE}/persistentvolumeclaims`, { metadata: { name: 'c' }, spec: { ...spec, volumeName: 'pv' } })
  await make('/api/v1/persistentvolumes', {
    metadata: { name: 'pv' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      csi: { driver: 'd.example.com', volumeHandle: 'h' },
    },
  })
  const claiming = await pod('e', [volume({ persistentVolumeClaim: { claimName: 'c' } })])
  expect(await ask(['csi'], { name: 'e', uid: claiming })).toBe('')
})

test('[AP289] the API’s own audience needs a volume that names none', async () => {
  const bare = await pod('p', [], 'n1', { automountServiceAccountToken: false })
  expect(await ask([], { name: 'p', uid: bare })).toBe(unknown(''))
})

test('[AP289] a role lets a node ask for an audience that no Pod names', async () => {
  const uid = await pod('p')
  expect(await ask(['registry'], { name: 'p', uid })).toBe(unknown('registry'))
  const verbs = ['request-serviceaccounts-token-audience']
  await make(`${ROLES}/clusterroles`, {
    metadata: { name: 'r' },
    rules: [{ apiGroups: [''], resources: ['registry'], verbs, resourceNames: ['a'] }],
  })
  await make(`${ROLES}/clusterrolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
    subjects: [{ kind: 'Group', name: 'system:nodes' }],
  })
  expect(await ask(['registry'], { name: 'p', uid })).toBe('')
})

test('[AP288] the guard lets every node create a Lease, and only its own is made', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
  const answer = async (name: string) => (await t.call('POST', leases, { metadata: { name } }, AS_NODE)).status
  expect([await answer('n2'), await answer('n1')]).toEqual([403, 201])
})
