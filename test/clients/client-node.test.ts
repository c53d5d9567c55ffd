import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type V1ConfigMap,
  type V1Lease,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'

/** The official client for JavaScript, as its users use it. */
let cluster: TestCluster
let config: KubeConfig
const NS = 'client-node'
beforeAll(async () => {
  cluster = await startCluster()
  config = new KubeConfig()
  config.loadFromFile(cluster.state.kubeconfig)
  await core().createNamespace({ body: { metadata: { name: NS } } })
  const account = async () => (await core().listNamespacedServiceAccount({ namespace: NS })).items.length === 1
  await until(account, 10_000, 'the default service account exists')
})
afterAll(() => cluster?.stop())

const core = (): CoreV1Api => config.makeApiClient(CoreV1Api)
const named = (name: string, data: Record<string, string>): V1ConfigMap => ({ metadata: { name }, data })

/** The code and the message of the Status that a call ends with. */
async function refusal(call: Promise<unknown>): Promise<[number, string]> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiException)) throw new Error(`not refused: ${String(error)}`)
  const body: unknown = typeof error.body === 'string' ? JSON.parse(error.body) : error.body
  return [error.code, (body as { message: string }).message] // a Status
}

test('[AP243] an informer lists, follows what comes, changes and goes, and outlives a crash of the control plane', async () => {
  const api = core()
  await api.createNamespacedConfigMap({ namespace: NS, body: named('before', { i: '0' }) })
  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${NS}/configmaps`, () =>
    api.listNamespacedConfigMap({ namespace: NS }),
  )
  const seen: string[] = []
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata, data }) => seen.push(`${verb} ${metadata?.name} ${data?.['i'] ?? ''}`.trim()))
  }
  let isStopped = false
  // As its documentation says: after an error it is started again.
  informer.on('error', () => {
    if (!isStopped) setTimeout(() => void informer.start().catch(() => undefined), 200)
  })
  const sees = (text: string) => until(async () => seen.includes(text), 30_000, `the informer says "${text}"`)
  try {
    await informer.start()
    expect(informer.get('before', NS)?.data).toEqual({ i: '0' })
    await api.createNamespacedConfigMap({ namespace: NS, body: named('one', { i: '1' }) })
    await sees('add one 1')
    await api.replaceNamespacedConfigMap({ namespace: NS, name: 'one', body: named('one', { i: '2' }) })
    await sees('update one 2')
    await cluster.crash()
    await cluster.restart()
    await api.createNamespacedConfigMap({ namespace: NS, body: named('two', { i: '1' }) })
    await sees('add two 1')
    await api.deleteNamespacedConfigMap({ namespace: NS, name: 'one' })
    await sees('delete one 2')
    expect(
      informer
        .list(NS)
        .map(({ metadata }) => metadata?.name)
        .toSorted(),
    ).toEqual(['before', 'kube-root-ca.crt', 'two'])
    expect(seen.filter((text) => text === 'add one 1')).toHaveLength(1)
  } finally {
    isStopped = true
    await informer.stop()
  }
})

const LEASE_MS = 2_000

/** One candidate: tryAcquireOrRenew of client-go's tools/leaderelection, which this client leaves to its users. */
class Candidate {
  isLeader = false
  transitions = 0
  conflicts = 0
  readonly #name: string
  readonly #api = config.makeApiClient(CoordinationV1Api)
  /** What was last seen of the lease, and when: the clock of others is not trusted. */
  #seen = { version: '', at: 0 }

  constructor(name: string) {
    this.#name = name
  }

  async step(): Promise<void> {
    try {
      this.isLeader = await this.#acquire()
    } catch (error) {
      if (!(error instanceof ApiException) || ![404, 409].includes(error.code)) throw error
      if (error.code === 409) this.conflicts++
      this.isLeader = false
    }
  }

  async #acquire(): Promise<boolean> {
    const lease = await this.#read()
    const now = new V1MicroTime()
    const spec = { holderIdentity: this.#name, leaseDurationSeconds: LEASE_MS / 1000, acquireTime: now, renewTime: now }
    if (lease === undefined) {
      const body = { metadata: { name: 'leader' }, spec: { ...spec, leaseTransitions: 0 } }
      await this.#api.createNamespacedLease({ namespace: NS, body })
      return true
    }
    const version = lease.metadata?.resourceVersion ?? ''
    if (version !== this.#seen.version) this.#seen = { version, at: Date.now() }
    const isOurs = lease.spec?.holderIdentity === this.#name
    if (!isOurs && this.#seen.at + LEASE_MS > Date.now()) return false
    const before = lease.spec?.leaseTransitions ?? 0
    const kept = isOurs
      ? { acquireTime: lease.spec?.acquireTime ?? now, leaseTransitions: before }
      : { leaseTransitions: before + 1 }
    const body: V1Lease = { ...lease, spec: { ...spec, ...kept } }
    const renewed = await this.#api.replaceNamespacedLease({ namespace: NS, name: 'leader', body })
    this.transitions = renewed.spec?.leaseTransitions ?? 0
    return true
  }

  async #read(): Promise<V1Lease | undefined> {
    try {
      return await this.#api.readNamespacedLease({ namespace: NS, name: 'leader' })
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined
      throw error
    }
  }
}

test('[AP244] of two candidates for a Lease one leads, and the other takes over when it stops renewing', async () => {
  const [a, b] = [new Candidate('a'), new Candidate('b')]
  const both = async () => {
    await Promise.all([a.step(), b.step()])
    expect(a.isLeader && b.isLeader).toBe(false)
  }
  await both()
  const [leader, other] = a.isLeader ? [a, b] : [b, a]
  expect(leader.isLeader).toBe(true)
  const renewed = Date.now() + 2 * LEASE_MS
  const stays = async () => {
    await both()
    return Date.now() > renewed
  }
  await until(stays, 30_000, 'the leader has renewed for longer than a lease')
  expect([leader.isLeader, other.isLeader]).toEqual([true, false])
  const takesOver = async () => {
    await other.step()
    return other.isLeader
  }
  await until(takesOver, 30_000, 'the other takes over')
  await leader.step()
  expect([leader.isLeader, other.transitions]).toEqual([false, 1])
})

test('[AP244] of two writes from the same version one is a conflict', async () => {
  const api = config.makeApiClient(CoordinationV1Api)
  const lease = await api.createNamespacedLease({ namespace: NS, body: { metadata: { name: 'race' }, spec: {} } })
  const write = (holderIdentity: string) =>
    api.replaceNamespacedLease({ namespace: NS, name: 'race', body: { ...lease, spec: { holderIdentity } } })
  const ended = await Promise.allSettled([write('a'), write('b')])
  expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect((await refusal(write('c')))[0]).toBe(409)
})

test('[AP245] server-side apply makes, conflicts in words, and takes over by force', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config)
  const apply = (fieldManager: string, data: Record<string, string>, force?: boolean) =>
    objects.patch<V1ConfigMap>(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace: NS }, data },
      undefined,
      undefined,
      fieldManager,
      force,
      PatchStrategy.ServerSideApply,
    )
  const made = await apply('one', { a: '1' })
  expect(made.metadata?.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([
    ['one', 'Apply'],
  ])
  expect(await refusal(apply('two', { a: '2' }))).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "one": .data.a',
  ])
  expect((await apply('two', { a: '2' }, true)).data).toEqual({ a: '2' })
  await apply('one', {})
  expect((await core().readNamespacedConfigMap({ namespace: NS, name: 'applied' })).data).toEqual({ a: '2' })
})

test('[AP245] the patches of the client change what they name, and a deletion is seen', async () => {
  const api = core()
  await api.createNamespacedConfigMap({ namespace: NS, body: named('patched', { a: '1', b: '1' }) })
  const patch = async (body: object, strategy: string) =>
    (
      await api.patchNamespacedConfigMap(
        { namespace: NS, name: 'patched', body },
        setHeaderOptions('Content-Type', strategy),
      )
    ).data
  expect(await patch([{ op: 'replace', path: '/data/a', value: '2' }], PatchStrategy.JsonPatch)).toEqual({
    a: '2',
    b: '1',
  })
  expect(await patch({ data: { b: null } }, PatchStrategy.MergePatch)).toEqual({ a: '2' })
  expect(await patch({ data: { c: '3' } }, PatchStrategy.StrategicMergePatch)).toEqual({ a: '2', c: '3' })
  const { status, details } = await api.deleteNamespacedConfigMap({ namespace: NS, name: 'patched' })
  expect([status, (details as { name?: string } | undefined)?.name]).toEqual(['Success', 'patched'])
  expect(await refusal(api.readNamespacedConfigMap({ namespace: NS, name: 'patched' }))).toEqual([
    404,
    'configmaps "patched" not found',
  ])
})

test('[AP245] logs of a Pod without a node, and a wrong token, are refused', async () => {
  const spec = { containers: [{ name: 'c', image: 'nginx' }], nodeSelector: { no: 'node' } }
  await core().createNamespacedPod({ namespace: NS, body: { metadata: { name: 'p' }, spec } })
  // Kubernetes has nothing to say of such a Pod, and the client takes an answer without a body for a failure.
  expect(await cluster.api.call('GET', `/api/v1/namespaces/${NS}/pods/p/log`)).toMatchObject({ code: 204 })
  await expect(core().readNamespacedPodLog({ namespace: NS, name: 'p' })).rejects.toThrow('No Content-Type defined')
  await expect(core().readNamespacedPodLog({ namespace: NS, name: 'nobody' })).rejects.toMatchObject({ code: 404 })
  const stranger = new KubeConfig()
  stranger.loadFromOptions({
    clusters: config.clusters,
    users: [{ name: 'stranger', token: 'nobody-gave-this' }],
    contexts: [{ name: 'c', cluster: config.clusters[0]?.name ?? '', user: 'stranger' }],
    currentContext: 'c',
  })
  await expect(stranger.makeApiClient(CoreV1Api).listNamespace()).rejects.toMatchObject({ code: 401 })
})
