import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../api/meta/object.ts'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { Helm, releaseBody } from './helm.ts'
import { chart, hook, type Rendered } from './helm-chart.ts'

/** helm's life of a release, as the traffic that it sends: no helm is needed, and none of its answers is guessed. */
let cluster: TestCluster
let helm: Helm
const NS = 'release'
const OLD = chart({ image: 'nginx:1.25', color: 'blue', withCron: true })
const NEW = chart({ image: 'nginx:1.26', color: 'green', withCron: false })
const named = (kind: string, of = OLD): Rendered => of.find((one) => one.kind === kind) ?? expect.unreachable(kind)
beforeAll(async () => {
  cluster = await startCluster()
  helm = new Helm(cluster, NS)
  await helm.ok('POST', '/api/v1/namespaces?fieldManager=helm', { metadata: { name: NS, labels: { name: NS } } })
  const account = async () => (await helm.send('GET', '/api/v1/namespaces/$NS/serviceaccounts/default')).code === 200
  await until(account, 10_000, 'the default service account exists')
})
afterAll(() => cluster?.stop())

/** Every object of the chart is found in discovery with the verbs that helm needs. */
function covers(groups: JsonObject, prefix: string): void {
  const { items } = groups as unknown as {
    items: {
      metadata: { name?: string }
      versions: { version: string; resources: { responseKind: { kind: string }; verbs: string[] }[] }[]
    }[]
  } // an APIGroupDiscoveryList
  for (const { apiVersion, kind } of OLD.filter(({ path }) => path.startsWith(prefix))) {
    const [version, group = ''] = apiVersion.split('/').toReversed()
    const found = items
      .find(({ metadata }) => (metadata.name ?? '') === group)
      ?.versions.find((one) => one.version === version)
      ?.resources.find(({ responseKind }) => responseKind.kind === kind)
    expect(found?.verbs, kind).toEqual(expect.arrayContaining(['create', 'delete', 'get', 'patch', 'watch']))
  }
}

test('[AP246] helm finds version, discovery and schemas, and what it has in its cache is not sent again', async () => {
  const info = await helm.ok('GET', '/version?timeout=32s')
  expect(info).toMatchObject({ major: '1' })
  const accept = [
    'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    'g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  ]
    .map((form) => `application/json;${form}`)
    .concat('application/json')
    .join(',')
  for (const path of ['/api', '/apis']) {
    const answer = await helm.send('GET', `${path}?timeout=32s`, undefined, { accept })
    expect(answer.headers['content-type']).toContain('as=APIGroupDiscoveryList')
    covers(answer.body, path === '/api' ? '/api/' : '/apis/')
    const etag = String(answer.headers['etag'])
    expect((await helm.send('GET', path, undefined, { accept, 'if-none-match': etag })).code).toBe(304)
    // Clients from before 1.27 ask for each group and version.
    const legacy = await helm.ok('GET', path)
    expect(['APIVersions', 'APIGroupList']).toContain(legacy['kind'])
  }
  for (const path of new Set(OLD.map(({ path: of }) => of.split('/namespaces')[0] ?? ''))) {
    const list = await helm.ok('GET', path.startsWith('/apis/rbac') ? '/apis/rbac.authorization.k8s.io/v1' : path)
    expect(list['kind']).toBe('APIResourceList')
  }
  // The index is told as text, as Kubernetes does.
  const index: unknown = JSON.parse((await helm.send('GET', '/openapi/v3?timeout=32s')).bytes.toString())
  const { paths } = index as { paths: Record<string, { serverRelativeURL: string }> }
  for (const group of ['api/v1', 'apis/apps/v1', 'apis/networking.k8s.io/v1']) {
    const schema = await helm.send('GET', paths[group]?.serverRelativeURL ?? '')
    expect(schema.body).toHaveProperty('components.schemas')
    expect(String(schema.headers['cache-control'])).toContain('immutable')
  }
  const proto = { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' }
  const binary = await helm.send('GET', '/openapi/v2?timeout=32s', undefined, proto)
  expect([binary.code, binary.bytes.length > 100_000]).toEqual([200, true])
})

test('[AP246] a dry run of an install answers with every object and leaves none', async () => {
  for (const of of OLD) {
    expect((await helm.get(of)).code, of.kind).toBe(404)
    expect(await helm.create(of, true), of.kind).toMatchObject({ kind: of.kind, metadata: { name: of.metadata.name } })
    expect((await helm.get(of)).code, of.kind).toBe(404)
  }
})

/** What a node would report: there is none, so the test says that the release's Pods are ready. */
async function ready(): Promise<void> {
  const { items } = (await helm.ok('GET', '/api/v1/namespaces/$NS/pods')) as {
    items?: { metadata: { name: string } }[]
  } // a list
  const status = {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  }
  for (const { metadata } of items ?? []) {
    const merge = { 'content-type': 'application/merge-patch+json' }
    await helm.send('PATCH', `/api/v1/namespaces/$NS/pods/${metadata.name}/status`, JSON.stringify({ status }), merge)
  }
}
interface Rolled {
  metadata: { generation: number }
  spec: { replicas: number; template: { spec: { containers: { image: string; env: object[] }[] } } }
  status: { observedGeneration?: number; updatedReplicas?: number; availableReplicas?: number; replicas?: number }
}
/** deploymentReady of pkg/kube/ready.go. */
async function waits(): Promise<Rolled> {
  let seen: Rolled | undefined
  await until(
    async () => {
      await ready()
      seen = (await helm.get(named('Deployment'))).body as unknown as Rolled // a Deployment
      const { metadata, spec, status } = seen
      const counts = [status.updatedReplicas, status.availableReplicas, status.replicas]
      return status.observedGeneration === metadata.generation && counts.every((count) => count === spec.replicas)
    },
    30_000,
    'the Deployment is rolled out',
  )
  return seen ?? expect.unreachable('waited for')
}

test('[AP247] an install makes every object in helm’s order, its hook runs, and its record holds 900 kB', async () => {
  const release = releaseBody()
  expect(await helm.records('name=demo,owner=helm')).toEqual([])
  await helm.record(1, 'pending-install', 'POST', release)
  for (const of of OLD) expect((await helm.get(of)).code, of.kind).toBe(404)
  for (const of of OLD) await helm.create(of)
  const taken = await helm.send('POST', named('ConfigMap').path, helm.at(JSON.stringify(named('ConfigMap'))))
  expect([taken.code, taken.body['message']]).toEqual([409, 'configmaps "demo" already exists'])
  expect((await waits()).spec.template.spec.containers[0]?.image).toBe('nginx:1.25')
  const job = hook('nginx:1.25')
  await helm.create(job)
  const done = { type: 'Complete', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-01T00:00:01Z' }
  const times = { startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:00:01Z' }
  const finished = { ...times, succeeded: 1, conditions: [{ ...done, type: 'SuccessCriteriaMet' }, done] }
  await helm.ok(
    'PATCH',
    `${job.path}/${job.metadata.name}/status`,
    { status: finished },
    { 'content-type': 'application/merge-patch+json' },
  )
  const version = ((await helm.get(job)).body['metadata'] as { resourceVersion: string }).resourceVersion
  const watched = `${job.path}?watch=true&fieldSelector=metadata.name%3D${job.metadata.name}&resourceVersion=0&timeoutSeconds=1`
  const lines = (await helm.send('GET', watched)).bytes.toString()
  expect(lines).toContain(`"resourceVersion":"${version}"`)
  await helm.delete(job)
  expect(await helm.record(1, 'deployed', 'PUT', release)).toMatchObject({
    type: 'helm.sh/release.v1',
    metadata: { labels: { status: 'deployed' } },
  })
  expect(await helm.records('name=demo,owner=helm,status=deployed')).toEqual(['sh.helm.release.v1.demo.v1'])
})

/** CreateThreeWayMergePatch of the two renderings, for what differs between them. */
const env = (color: string, image: string) => ({
  spec: {
    template: {
      spec: {
        '$setElementOrder/containers': [{ name: 'main' }],
        containers: [
          { name: 'main', image, '$setElementOrder/env': [{ name: 'COLOR' }], env: [{ name: 'COLOR', value: color }] },
        ],
      },
    },
  },
})

test('[AP248] an upgrade patches what differs three ways, keeps what others wrote, and deletes what the chart lost', async () => {
  const release = releaseBody()
  // Somebody else's work, which neither rendering knows.
  await helm.patch(named('Deployment'), { spec: { replicas: 3 } })
  await helm.patch(named('ConfigMap'), { data: { theirs: 'stays' } })
  expect(await helm.records('name=demo,owner=helm,status=deployed')).toEqual(['sh.helm.release.v1.demo.v1'])
  await helm.record(2, 'pending-upgrade', 'POST', release)
  const dry = await helm.patch(named('Deployment'), env('green', 'nginx:1.26'), true)
  expect(JSON.stringify(dry)).toContain('nginx:1.26')
  expect(JSON.stringify((await helm.get(named('Deployment'))).body)).not.toContain('nginx:1.26')
  for (const of of NEW) {
    expect((await helm.get(of)).code, of.kind).toBe(200)
    if (of.kind === 'Deployment' || of.kind === 'StatefulSet' || of.kind === 'DaemonSet')
      await helm.patch(of, env('green', 'nginx:1.26'))
    else if (of.kind === 'ConfigMap') await helm.patch(of, { data: { color: 'green' } })
  }
  await helm.delete(named('CronJob'))
  expect((await helm.get(named('CronJob'))).code).toBe(404)
  const { spec } = await waits()
  expect([spec.replicas, spec.template.spec.containers]).toMatchObject([
    3,
    [{ image: 'nginx:1.26', env: [{ name: 'COLOR', value: 'green' }] }],
  ])
  expect((await helm.get(named('ConfigMap'))).body['data']).toEqual({
    color: 'green',
    keep: 'as it is',
    theirs: 'stays',
  })
  await helm.record(1, 'superseded', 'PUT', release)
  await helm.record(2, 'deployed', 'PUT', release)
  expect(await helm.records('owner=helm,status=deployed')).toEqual(['sh.helm.release.v1.demo.v2'])
})

test('[AP248] a rollback goes back to the first rendering, and an uninstall leaves nothing of it', async () => {
  const release = releaseBody()
  await helm.record(3, 'pending-rollback', 'POST', release)
  await helm.patch(named('Deployment'), env('blue', 'nginx:1.25'))
  await helm.patch(named('ConfigMap'), { data: { color: 'blue' } })
  await helm.create(named('CronJob'))
  expect((await waits()).spec.template.spec.containers[0]?.image).toBe('nginx:1.25')
  await helm.record(2, 'superseded', 'PUT', release)
  await helm.record(3, 'deployed', 'PUT', release)
  expect(await helm.records('name=demo,owner=helm')).toHaveLength(3)
  for (const of of OLD.toReversed()) await helm.delete(of)
  for (const of of OLD) {
    const isGone = async () => (await helm.get(of)).code === 404
    await until(isGone, 30_000, `${of.kind} is gone`)
  }
  const pods = async () =>
    ((await helm.ok('GET', '/api/v1/namespaces/$NS/pods')) as { items: object[] }).items.length === 0
  await until(pods, 30_000, 'the Pods are gone')
  for (const name of await helm.records('name=demo,owner=helm')) {
    await helm.ok('DELETE', `/api/v1/namespaces/$NS/secrets/${name}`)
  }
  expect(await helm.records('owner=helm')).toEqual([])
})
