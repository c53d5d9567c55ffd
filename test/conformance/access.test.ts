import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { machineAddresses } from '../../cli/layout.ts'
import { gone, type Anything } from './operations.ts'

/** Tests of Kubernetes' conformance suite about who may what, and about where Services lead, by their names. */
let cluster: TestCluster
const NS = 'access'
const base = `/api/v1/namespaces/${NS}`
beforeAll(async () => {
  cluster = await startCluster()
  await cluster.api.expect('POST', '/api/v1/namespaces', { metadata: { name: NS } })
})
afterAll(() => cluster?.stop())

interface Reviewed {
  status: { allowed: boolean; authenticated?: boolean; user?: { username: string; groups: string[] } }
}

test('[AP240] SubjectReview should support SubjectReview API operations', async () => {
  const AUTHORIZATION = '/apis/authorization.k8s.io/v1'
  const user = `system:serviceaccount:${NS}:e2e`
  await cluster.api.expect('POST', `${base}/serviceaccounts`, { metadata: { name: 'e2e' } })
  const resourceAttributes = { verb: 'list', resource: 'configmaps', version: 'v1', namespace: NS }
  const asked = async (): Promise<boolean[]> => {
    const spec = { resourceAttributes, user }
    const everywhere = { metadata: {}, spec }
    const here = { metadata: { namespace: NS }, spec }
    const answers = [
      await cluster.api.expect<Reviewed>('POST', `${AUTHORIZATION}/subjectaccessreviews`, everywhere),
      await cluster.api.expect<Reviewed>('POST', `${AUTHORIZATION}/namespaces/${NS}/localsubjectaccessreviews`, here),
    ]
    return answers.map(({ status }) => status.allowed)
  }
  expect(await asked()).toEqual([false, false])
  await cluster.api.expect('POST', `/apis/rbac.authorization.k8s.io/v1/namespaces/${NS}/rolebindings`, {
    metadata: { name: 'e2e' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'e2e', namespace: NS }],
  })
  expect(await asked()).toEqual([true, true])
})

test('[AP240] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview', async () => {
  const AUTHENTICATION = '/apis/authentication.k8s.io/v1'
  const account = await cluster.api.expect<Anything>('POST', `${base}/serviceaccounts`, { metadata: { name: 't' } })
  const { status } = await cluster.api.expect<{ status: { token: string; expirationTimestamp: string } }>(
    'POST',
    `${base}/serviceaccounts/t/token`,
    { spec: { expirationSeconds: 3600 } },
  )
  expect(Date.parse(status.expirationTimestamp) - Date.now()).toBeGreaterThan(3_500_000)
  const review = async (token: string) =>
    (await cluster.api.expect<Reviewed>('POST', `${AUTHENTICATION}/tokenreviews`, { spec: { token } })).status
  expect(await review(status.token)).toMatchObject({
    authenticated: true,
    user: {
      username: `system:serviceaccount:${NS}:t`,
      uid: account.metadata.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${NS}`, 'system:authenticated'],
    },
  })
  await cluster.api.expect('DELETE', `${base}/serviceaccounts/t`)
  expect(await review(status.token)).not.toHaveProperty('authenticated', true)
})

const slicesOf = async (namespace: string, name: string): Promise<Anything[]> => {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
  const query = `labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${name}`)}`
  return (await cluster.api.expect<{ items: Anything[] }>('GET', `${path}?${query}`)).items
}

test('[AP241] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods', async () => {
  const spec = { selector: { does: 'not-match' }, ports: [{ name: 'example', port: 80, protocol: 'TCP' }] }
  await cluster.api.expect('POST', `${base}/services`, { metadata: { name: 'example-empty-selector' }, spec })
  const endpoints = `${base}/endpoints/example-empty-selector`
  const known = async () => (await cluster.api.call('GET', endpoints)).code === 200
  await until(known, 10_000, 'the Endpoints exist')
  expect(await cluster.api.expect<Anything>('GET', endpoints)).not.toHaveProperty('subsets.0')
  const [slice, ...more] = await slicesOf(NS, 'example-empty-selector')
  expect(more).toEqual([])
  expect(slice).toMatchObject({ addressType: 'IPv4', endpoints: null, metadata: { generation: 1 } })
  await cluster.api.expect('DELETE', `${base}/services/example-empty-selector`)
  await gone(cluster, endpoints)
  const none = async () => (await slicesOf(NS, 'example-empty-selector')).length === 0
  await until(none, 30_000, 'the slices are gone')
})

test('[AP241] API Server should have Endpoints and EndpointSlices pointing to API Server', async () => {
  const [address] = machineAddresses()
  const expected = { ip: address ?? expect.unreachable('this machine has no address'), port: cluster.port }
  const endpoints = await cluster.api.expect<Anything>('GET', '/api/v1/namespaces/default/endpoints/kubernetes')
  expect(endpoints).toMatchObject({
    subsets: [{ addresses: [{ ip: expected.ip }], ports: [{ name: 'https', port: expected.port, protocol: 'TCP' }] }],
  })
  expect(await slicesOf('default', 'kubernetes')).toMatchObject([
    {
      addressType: 'IPv4',
      endpoints: [{ addresses: [expected.ip], conditions: { ready: true } }],
      ports: [{ name: 'https', port: expected.port, protocol: 'TCP' }],
    },
  ])
  await cluster.api.expect('DELETE', '/api/v1/namespaces/default/endpoints/kubernetes')
  const back = async () =>
    (await cluster.api.call('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).code === 200
  await until(back, 10_000, 'the Endpoints are put back')
})
