import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { startDocker, until, type TestDocker } from '../support/docker.ts'
import { loadNginx } from '../support/nginx.ts'
import { isReady, page, pods, watch, type Seen } from '../support/watch.ts'

/** The main job, whole: one YAML, three nginx Pods on real Docker, kept running, driven by real kubectl. */
const example = join(fileURLToPath(new URL('../..', import.meta.url)), 'examples/nginx.yaml')
let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent

beforeAll(async () => {
  docker = await startDocker()
  await loadNginx(docker.socket)
  cluster = await startCluster()
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})

const nginx = (): Promise<Seen[]> => pods(cluster, 'app=nginx')
const readyOnes = async (): Promise<Seen[]> => (await nginx()).filter(isReady)
const settled = (count: number, within = 60_000): Promise<void> =>
  until(
    async () => (await readyOnes()).length === count && (await nginx()).length === count,
    within,
    `${count} nginx Pods are Ready, no other is left`,
  )
const containerOf = (pod: Seen): string =>
  (pod.status?.containerStatuses?.[0]?.containerID ?? '').replace('docker://', '')

test('[CT91] apply brings three Pods up, each with an address that answers nginx', async () => {
  expect(await cluster.ok(['apply', '-f', example])).toBe('deployment.apps/nginx created\n')
  expect(await cluster.ok(['rollout', 'status', 'deployment/nginx', '--timeout=60s'])).toContain(
    'successfully rolled out',
  )
  await settled(3)
  const addresses = (await nginx()).map((pod) => pod.status?.podIP ?? '')
  expect(new Set(addresses).size).toBe(3)
  for (const ip of addresses) expect(await page(ip)).toContain('Welcome to nginx')
  expect(await cluster.ok(['get', 'deployment', 'nginx'])).toMatch(/nginx +3\/3 +3 +3 /)
})

test('[AP100] describe tells the whole story in kubelet’s words', async () => {
  const text = await cluster.ok(['describe', 'pods', '-l', 'app=nginx'])
  for (const word of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(text).toContain(word)
  expect(text).toContain('Container image "nginx:stable" already present on machine')
})

test('[CT91] scale to five and to one', async () => {
  await cluster.ok(['scale', 'deployment/nginx', '--replicas=5'])
  await settled(5)
  await cluster.ok(['scale', 'deployment/nginx', '--replicas=1'])
  await settled(1)
  await cluster.ok(['scale', 'deployment/nginx', '--replicas=3'])
  await settled(3)
})

test('[CT92] a rolling update never has fewer than the allowed number, by the watch and by asking each Pod', async () => {
  const seen = watch(cluster, '/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx')
  await until(() => seen.events.length >= 3, 10_000, 'the watch shows the three Pods')
  const samples: number[] = []
  let rolling = true
  const asking = (async () => {
    while (rolling) {
      const next = new Promise((done) => setTimeout(done, 50))
      const known = new Map(seen.events.map((event) => [event.object.metadata.uid, event.object.status?.podIP]))
      const answers = await Promise.all([...known.values()].filter((ip) => ip !== undefined).map((ip) => page(ip)))
      samples.push(answers.filter((answer) => answer !== undefined).length)
      await next
    }
  })()
  await cluster.ok(['set', 'image', 'deployment/nginx', 'nginx=nginx:mainline'])
  await cluster.ok(['rollout', 'status', 'deployment/nginx', '--timeout=90s'])
  await settled(3)
  rolling = false
  await asking
  seen.close()
  // maxUnavailable 25 % of three rounds down to none, maxSurge rounds up to one.
  const alive = new Map<string, Seen>()
  let most = 0
  for (const event of seen.events) {
    const { uid } = event.object.metadata
    if (event.type === 'DELETED') alive.delete(uid)
    else alive.set(uid, event.object)
    const counted = [...alive.values()].filter((pod) => pod.metadata.deletionTimestamp === undefined)
    most = Math.max(most, counted.length)
    if (alive.size >= 3) expect(counted.filter(isReady).length).toBeGreaterThanOrEqual(3)
  }
  expect(most).toBe(4)
  expect(samples.length).toBeGreaterThan(10)
  expect(Math.min(...samples)).toBeGreaterThanOrEqual(3)
  expect((await nginx()).every((pod) => pod.status?.containerStatuses?.[0]?.image?.includes('mainline'))).toBe(true)
})

test('[CT92] undo goes back', async () => {
  await cluster.ok(['rollout', 'undo', 'deployment/nginx'])
  await cluster.ok(['rollout', 'status', 'deployment/nginx', '--timeout=90s'])
  await settled(3)
  expect((await nginx()).every((pod) => pod.status?.containerStatuses?.[0]?.image?.includes('stable'))).toBe(true)
})

test('[AG81] a killed container is back with restartCount + 1', async () => {
  const [victim] = await readyOnes()
  if (victim === undefined) throw new Error('no Pod is Ready')
  await dockerHttp(docker.socket).call('POST', `/containers/${containerOf(victim)}/kill`)
  const status = async () =>
    (await nginx()).find((pod) => pod.metadata.uid === victim.metadata.uid)?.status?.containerStatuses?.[0]
  await until(
    async () => (await status())?.restartCount === 1 && (await status())?.ready === true,
    60_000,
    'the container runs again',
  )
  expect((await status())?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' })
  await settled(3)
})

test('[CT93] a deleted Pod is replaced', async () => {
  const [victim] = await readyOnes()
  await cluster.ok(['delete', 'pod', victim?.metadata.name ?? ''])
  await settled(3)
  expect((await nginx()).some((pod) => pod.metadata.uid === victim?.metadata.uid)).toBe(false)
})

test('[AG82] an agent that is killed and started again restarts no container', async () => {
  const before = (await nginx()).map(containerOf).sort()
  await agent.kill()
  await agent.start()
  await cluster.ok(['annotate', 'pods', '-l', 'app=nginx', `touched=${Date.now()}`, '--overwrite'])
  await nodeReady(cluster, 'one')
  const [victim] = await readyOnes()
  await cluster.ok(['delete', 'pod', victim?.metadata.name ?? ''])
  await settled(3)
  const kept = before.filter((id) => id !== containerOf(victim as Seen)) // settled(3) found Pods before
  expect((await nginx()).map(containerOf)).toEqual(expect.arrayContaining(kept))
  expect(
    (await nginx()).every(
      (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 0 || kept.includes(containerOf(pod)),
    ),
  ).toBe(true)
})

test('[AG83] a control plane that is gone stops nothing, and a Pod that dies meanwhile is restarted', async () => {
  const before = await nginx()
  await cluster.crash()
  const victim = before[0] as Seen // three Pods are there
  const http = dockerHttp(docker.socket)
  await http.call('POST', `/containers/${containerOf(victim)}/kill`)
  await until(
    async () => (await page(victim.status?.podIP ?? '')) !== undefined,
    60_000,
    'the killed container answers again',
  )
  for (const pod of before) expect(await page(pod.status?.podIP ?? '')).toContain('Welcome to nginx')
  await cluster.restart()
  await until(async () => (await readyOnes()).length === 3, 60_000, 'all three are Ready again')
  expect((await nginx()).map((pod) => pod.metadata.uid).sort()).toEqual(before.map((pod) => pod.metadata.uid).sort())
})

test('[CT94] delete takes everything away from the machine', async () => {
  await cluster.ok(['delete', '-f', example])
  await until(async () => (await nginx()).length === 0, 60_000, 'no Pod is left')
  const left = (await dockerHttp(docker.socket).call('GET', '/containers/json', { query: { all: 1 } })) as unknown[] // Docker's list
  expect(left).toEqual([])
  expect(await readFile(example, 'utf8')).toContain('replicas: 3')
})
