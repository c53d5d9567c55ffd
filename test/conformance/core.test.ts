import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { gone, mergePatch, type Anything } from './operations.ts'

/** Tests of Kubernetes' conformance suite about core objects, by their names. */
let cluster: TestCluster
const NS = 'core'
const base = `/api/v1/namespaces/${NS}`
beforeAll(async () => {
  cluster = await startCluster()
  await cluster.api.expect('POST', '/api/v1/namespaces', { metadata: { name: NS } })
  const account = async () => (await cluster.api.call('GET', `${base}/serviceaccounts/default`)).code === 200
  await until(account, 10_000, 'the default service account exists')
})
afterAll(() => cluster?.stop())

const messageOf = ({ body }: { body: unknown }): string => (body as { message: string }).message // a Status

test('[AP231] ConfigMap should fail to create ConfigMap with empty key', async () => {
  const answer = await cluster.api.call('POST', `${base}/configmaps`, { metadata: { name: 'e' }, data: { '': 'v' } })
  expect(answer.code).toBe(422)
  expect(messageOf(answer)).toMatch(/^ConfigMap "e" is invalid: \[?data\[\]: Invalid value: ""/)
})

test('[AP231] ConfigMap should update ConfigMap successfully', async () => {
  const made = await cluster.api.expect<Anything>('POST', `${base}/configmaps`, {
    metadata: { name: 'u' },
    data: { 'data-1': 'value-1' },
  })
  await cluster.api.expect('PUT', `${base}/configmaps/u`, { ...made, data: { 'data-1': 'value-2', 'data-3': 'v' } })
  expect(await cluster.api.expect('GET', `${base}/configmaps/u`)).toMatchObject({
    data: { 'data-1': 'value-2', 'data-3': 'v' },
  })
})

test('[AP231] Secrets should fail to create secret due to empty secret key', async () => {
  const answer = await cluster.api.call('POST', `${base}/secrets`, { metadata: { name: 'e' }, data: { '': 'dg==' } })
  expect(answer.code).toBe(422)
  expect(messageOf(answer)).toMatch(/^Secret "e" is invalid: \[?data\[\]: Invalid value: ""/)
})

test('[AP231] ServiceAccounts should update a ServiceAccount', async () => {
  await cluster.api.expect('POST', `${base}/serviceaccounts`, {
    metadata: { name: 'u' },
    automountServiceAccountToken: false,
  })
  const account = await cluster.api.expect<Anything>('GET', `${base}/serviceaccounts/u`)
  const put = await cluster.api.expect('PUT', `${base}/serviceaccounts/u`, {
    ...account,
    automountServiceAccountToken: true,
  })
  expect(put).toMatchObject({ automountServiceAccountToken: true })
})

const pod = (name: string, container: object = {}, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'registry.k8s.io/pause', ...container }], ...spec },
})

test('[AP231] Sysctls should reject invalid sysctls', async () => {
  const sysctls = ['foo-', 'kernel.shmmax', 'safe-and-unsafe.', 'bar..'].map((name) => ({ name, value: '1' }))
  const spec = { securityContext: { sysctls } }
  const answer = await cluster.api.call('POST', `${base}/pods`, pod('sysctl', {}, spec))
  expect(answer.code).toBe(422)
  for (const i of [0, 2, 3])
    expect(messageOf(answer)).toContain(`spec.securityContext.sysctls[${i}].name: Invalid value`)
  expect(messageOf(answer)).not.toContain('sysctls[1]')
})

test('[AP231] Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu', async () => {
  const amounts = { cpu: '100m', memory: '100Mi' }
  const made = await cluster.api.expect(
    'POST',
    `${base}/pods`,
    pod('qos', { resources: { limits: amounts, requests: amounts } }),
  )
  expect(made).toMatchObject({ status: { qosClass: 'Guaranteed' } })
})

test('[AP231] CSIInlineVolumes should support CSIVolumeSource in Pod API', async () => {
  const volumes = [{ name: 'v', csi: { driver: 'e2e.example.com', readOnly: true } }]
  const mounts = { volumeMounts: [{ name: 'v', mountPath: '/mnt' }] }
  await cluster.api.expect('POST', `${base}/pods`, pod('csi', mounts, { volumes }))
  const got = await cluster.api.expect('GET', `${base}/pods/csi`)
  expect(got).toMatchObject({
    spec: { volumes: expect.arrayContaining([expect.objectContaining({ csi: volumes[0]?.csi })]) },
  })
  await cluster.api.expect('DELETE', `${base}/pods/csi`)
  await gone(cluster, `${base}/pods/csi`)
})

test('[AP231] Services should find a service from listing all namespaces', async () => {
  const { items } = await cluster.api.expect<{ items: Anything[] }>('GET', '/api/v1/services')
  expect(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toContain('default/kubernetes')
})

test('[AP231] API Server should provide secure master service', async () => {
  const { spec } = await cluster.api.expect<Anything>('GET', '/api/v1/namespaces/default/services/kubernetes')
  expect(spec).toMatchObject({ ports: [{ name: 'https', port: 443, protocol: 'TCP' }] })
})

test('[AP231] Services should complete a service status lifecycle', async () => {
  const path = `${base}/services/lifecycle`
  const spec = { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 80 }] }
  await cluster.api.expect('POST', `${base}/services`, { metadata: { name: 'lifecycle', labels: { t: 'y' } }, spec })
  expect(await cluster.api.expect('GET', `${path}/status`)).toMatchObject({ status: { loadBalancer: {} } })
  const ingress = [{ ip: '203.0.113.1' }]
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer: { ingress } } }
  expect(await mergePatch(cluster.api, `${path}/status`, patch)).toMatchObject({
    status: { loadBalancer: { ingress } },
  })
  const latest = await cluster.api.expect<Anything>('GET', `${path}/status`)
  const conditions = [
    {
      type: 'StatusUpdate',
      status: 'True',
      reason: 'E2E',
      message: 'Set from e2e',
      lastTransitionTime: '2020-01-01T00:00:00Z',
    },
  ]
  const put = await cluster.api.expect<Anything>('PUT', `${path}/status`, {
    ...latest,
    status: { ...latest.status, conditions },
  })
  expect(put).toMatchObject({ status: { conditions: [{ type: 'StatusUpdate' }], loadBalancer: { ingress } } })
  await mergePatch(cluster.api, path, { metadata: { labels: { 'test-service': 'patched' } } })
  await cluster.api.expect('DELETE', path)
  await gone(cluster, path)
})

test('[AP231] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied', async () => {
  await cluster.api.expect('POST', '/api/v1/namespaces', { metadata: { name: 'limited' } })
  const at = '/api/v1/namespaces/limited'
  await until(
    async () => (await cluster.api.call('GET', `${at}/serviceaccounts/default`)).code === 200,
    10_000,
    'account',
  )
  const limits = [
    {
      type: 'Container',
      min: { cpu: '50m', memory: '100Mi', 'ephemeral-storage': '100Gi' },
      max: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
      default: { cpu: '500m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
      defaultRequest: { cpu: '100m', memory: '200Mi', 'ephemeral-storage': '200Gi' },
    },
  ]
  await cluster.api.expect('POST', `${at}/limitranges`, { metadata: { name: 'l' }, spec: { limits } })
  const resourcesOf = async (name: string, resources?: object): Promise<unknown> => {
    const body = pod(name, resources === undefined ? {} : { resources })
    const made = await cluster.api.expect<{ spec: { containers: { resources: unknown }[] } }>(
      'POST',
      `${at}/pods`,
      body,
    )
    return made.spec.containers[0]?.resources
  }
  const [limit] = limits
  expect(await resourcesOf('none')).toEqual({ limits: limit?.default, requests: limit?.defaultRequest })
  const partial = { requests: { cpu: '300m', memory: '150Mi' }, limits: { cpu: '300m' } }
  expect(await resourcesOf('partial', partial)).toEqual({
    requests: { cpu: '300m', memory: '150Mi', 'ephemeral-storage': '200Gi' },
    limits: { cpu: '300m', memory: '500Mi', 'ephemeral-storage': '500Gi' },
  })
  const small = pod('small', { resources: { requests: { cpu: '10m', memory: '50Mi' } } })
  expect(await cluster.api.call('POST', `${at}/pods`, small)).toMatchObject({ code: 403 })
  const large = pod('large', { resources: { requests: { cpu: '600m' }, limits: { cpu: '600m' } } })
  expect(await cluster.api.call('POST', `${at}/pods`, large)).toMatchObject({ code: 403 })
  await mergePatch(cluster.api, `${at}/limitranges/l`, {
    spec: { limits: [{ ...limit, min: { cpu: '9m', memory: '49Mi', 'ephemeral-storage': '49Gi' } }] },
  })
  expect(await cluster.api.call('POST', `${at}/pods`, small)).toMatchObject({ code: 201 })
})

test('[AP231] Node Lifecycle should run through the lifecycle of a node', async () => {
  const path = '/api/v1/nodes/e2e-fake-node'
  const labels = { e2e: 'fake' }
  await cluster.api.expect('POST', '/api/v1/nodes', { metadata: { name: 'e2e-fake-node', labels } })
  expect(await cluster.api.expect('GET', path)).toMatchObject({ metadata: { labels } })
  expect(await mergePatch(cluster.api, path, { metadata: { labels: { patched: 'yes' } } })).toMatchObject({
    metadata: { labels: { ...labels, patched: 'yes' } },
  })
  const latest = await cluster.api.expect<Anything>('GET', path)
  await cluster.api.expect('PUT', path, {
    ...latest,
    metadata: { ...latest.metadata, labels: { ...latest.metadata.labels, updated: 'yes' } },
  })
  const condition = { type: 'Reboot', status: 'True', reason: 'Patched', message: 'by the test' }
  const status = { conditions: [condition] }
  expect(await mergePatch(cluster.api, `${path}/status`, { status })).toMatchObject({
    status: { conditions: expect.arrayContaining([expect.objectContaining(condition)]) },
  })
  await cluster.api.expect('DELETE', '/api/v1/nodes?labelSelector=e2e%3Dfake,updated%3Dyes')
  await gone(cluster, path)
})

const about = { kind: 'Pod', namespace: NS, name: 'p' }
test.each<[string, string, object]>([
  ['PodTemplates should delete a collection of pod templates', `${base}/podtemplates`, { template: pod('t') }],
  [
    'Events should delete a collection of events',
    `${base}/events`,
    { involvedObject: about, reason: 'R', message: 'm', type: 'Normal' },
  ],
  [
    'Events API should delete a collection of events',
    `/apis/events.k8s.io/v1/namespaces/${NS}/events`,
    {
      regarding: about,
      reason: 'R',
      note: 'n',
      type: 'Normal',
      action: 'Do',
      reportingController: 'test',
      reportingInstance: 'test-1',
      eventTime: '2020-01-01T00:00:00.000000Z',
    },
  ],
  ['Services should delete a collection of services', `${base}/services`, { spec: { ports: [{ port: 80 }] } }],
  ['ConfigMaps in a collection are deleted by their labels', `${base}/configmaps`, {}],
])('[AP231] %s', async (title, path, body) => {
  const all = title.split(' ', 2).join('-')
  const prefix = all.toLowerCase()
  for (const name of ['one', 'two', 'three']) {
    const labels = { keep: String(name === 'three'), all }
    await cluster.api.expect('POST', path, { metadata: { name: `${prefix}-${name}`, labels }, ...body })
  }
  await cluster.api.expect('DELETE', `${path}?labelSelector=keep%3Dfalse,all%3D${all}`)
  const names = async () =>
    (await cluster.api.expect<{ items: Anything[] }>('GET', `${path}?labelSelector=all%3D${all}`)).items.map(
      ({ metadata }) => metadata.name,
    )
  await until(async () => (await names()).length === 1, 10_000, 'two are gone')
  expect(await names()).toEqual([`${prefix}-three`])
})

test('[AP231] PodTemplates should replace a pod template', async () => {
  const made = await cluster.api.expect<Anything>('POST', `${base}/podtemplates`, {
    metadata: { name: 'r' },
    template: pod('t'),
  })
  const metadata = { ...made.metadata, annotations: { updated: 'true' } }
  expect(await cluster.api.expect('PUT', `${base}/podtemplates/r`, { ...made, metadata })).toMatchObject({
    metadata: { annotations: { updated: 'true' } },
  })
})
