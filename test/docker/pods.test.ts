import { spawnSync } from 'node:child_process'
import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePods, type Pods } from '../../agent/pods.ts'
import { systemClock } from '../../agent/clock.ts'
import { makeNetwork } from '../../agent/network/machine.ts'
import type { Network } from '../../agent/network/network.ts'
import { dockerRuntime } from '../../agent/runtime/docker.ts'
import type { Runtime } from '../../agent/runtime/runtime.ts'
import type { Volumes } from '../../agent/volumes/volumes.ts'
import type { Container, Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'

/** A range of its own: other agents may live on the machine that runs the tests. */
const RANGES = { podCIDR: '10.247.251.0/24', clusterCIDR: '10.244.0.0/14' }

let docker: TestDocker
let runtime: Runtime
let network: Network
let pods: Pods
let image: string
let revision = 0
let desired: Pod[] = []
const statuses = new Map<string, PodStatus>()
const gone = new Set<string>()
const events: string[] = []

beforeAll(async () => {
  docker = await startDocker()
  image = await loadBusybox(docker.socket)
  runtime = dockerRuntime({ socket: docker.socket, node: 'n1' })
  network = makeNetwork()
  await network.use(RANGES)
  expect(network.trouble()).toBeUndefined()
  pods = open()
})
afterAll(async () => {
  apply()
  await until(async () => (await runtime.list()).length === 0, 60_000, 'all containers are gone')
  await pods.stop()
  await network.remove()
  await docker.stop()
  expect(told('ip', '-4', 'addr', 'show', 'lo')).not.toContain('10.247.251.1')
  expect(told('nft', 'list', 'tables')).not.toContain('podo_10_247_251_0_24')
})
const told = (command: string, ...args: string[]): string => spawnSync(command, args).stdout.toString()

/** These Pods have no volumes. */
const nowhere: Volumes = {
  make: async () => ({ ready: true, renewAt: Infinity, failures: [] }),
  source: async () => '',
  remove: async () => undefined,
  uids: async () => [],
}

function open(name = 'n1', on = runtime, within = network): Pods {
  return makePods({
    node: { name, address: '192.0.2.10', cpus: 2, memoryBytes: 2 ** 31, diskBytes: 2 ** 40 },
    volumes: nowhere,
    api: { host: '192.0.2.1', onMachine: '192.0.2.1', port: 443 },
    runtime: on,
    network: within,
    clock: systemClock,
    unsupported: () => [],
    reports: {
      // The worker reports what the table of types calls PodStatus.
      status: ({ name }, status) => void statuses.set(name, status as PodStatus),
      gone: ({ name }) => void gone.add(name),
      event: ({ name }, type, reason, message) => void events.push(`${name} ${type} ${reason} ${message}`),
    },
  })
}
function apply(...list: Pod[]): void {
  desired = list
  revision += 1
  const seen = list.map((each) => ({ ...each, status: statuses.get(each.metadata.name) ?? each.status }))
  pods.apply({ revision, pods: seen, configMaps: [], secrets: [] })
}
const web = (more: Partial<Container> = {}): Container => ({
  name: 'web',
  image,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'hostname > /www/index.html; exec httpd -f -p 80 -h /www'],
  ports: [{ name: 'http', containerPort: 80 }],
  readinessProbe: {
    httpGet: { path: '/', port: 'http' },
    periodSeconds: 1,
    timeoutSeconds: 1,
    failureThreshold: 3,
    successThreshold: 1,
  },
  resources: {},
  ...more,
})
function pod(name: string, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { containers: [web()], restartPolicy: 'Always', terminationGracePeriodSeconds: 1, ...spec },
    status: {},
  }
}
const isReady = (name: string): boolean =>
  statuses.get(name)?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
const ready = (...names: string[]): Promise<void> =>
  until(() => names.every(isReady), 60_000, `${names.join()} ready\n${events.join('\n')}`)
const addressOf = (name: string): string => statuses.get(name)?.podIP ?? ''
const statusOf = (name: string, container = 'web') =>
  statuses.get(name)?.containerStatuses?.find((each) => each.name === container)
const idOf = (name: string): string => statusOf(name)?.containerID?.replace('docker://', '') ?? ''

function get(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: address, port: 80, agent: false, timeout: 5000 }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += String(chunk)))
      response.on('end', () => resolve(body.trim()))
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', reject)
  })
}
/** All Pods are ready and answer with their names. */
const answering = (): Promise<void> =>
  until(
    async () => {
      const names = desired.map(({ metadata }) => metadata.name)
      const pages = await Promise.all(names.map((name) => get(addressOf(name)).catch(() => '')))
      return names.every((name, i) => isReady(name) && pages[i] === name)
    },
    90_000,
    'all Pods answer again',
  )

const exec = (name: string, ...command: string[]): Promise<string> => run(idOf(name), ...command)
async function run(id: string, ...command: string[]): Promise<string> {
  const session = await runtime.exec(id, { command, stdin: false, tty: false })
  let output = ''
  session.stdout.on('data', (chunk) => (output += String(chunk)))
  session.stderr.resume()
  await session.exit
  return output.trim()
}

test('[AG10] three Pods come up, each with an address that the machine and the others reach', async () => {
  apply(pod('web-1'), pod('web-2'), pod('web-3'))
  await ready('web-1', 'web-2', 'web-3')
  expect(new Set(['web-1', 'web-2', 'web-3'].map(addressOf)).size).toBe(3)
  for (const name of ['web-1', 'web-2', 'web-3']) expect(await get(addressOf(name))).toBe(name)
  const page = await exec('web-1', 'sh', '-c', `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc ${addressOf('web-2')} 80`)
  expect(page.split('\n').at(-1)).toBe('web-2')
  expect(await exec('web-1', 'cat', '/etc/hosts')).toContain(`${addressOf('web-1')}\tweb-1`)
})

test('a container killed from outside is back with one restart more', async () => {
  const before = idOf('web-2')
  const { pid = 0 } = (await runtime.inspect(before)) ?? {}
  process.kill(pid, 'SIGKILL')
  await until(() => statusOf('web-2')?.restartCount === 1 && isReady('web-2'), 30_000, 'web-2 is back')
  expect(statusOf('web-2')).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 137, reason: 'Error' } },
  })
  expect(await get(addressOf('web-2'))).toBe('web-2')
})

test('[AG13] the agent’s restart touches no container', async () => {
  const before = (await runtime.list()).map(({ id, state }) => `${id} ${state}`).sort()
  await pods.stop()
  const shown = JSON.stringify([...statuses])
  pods = open()
  apply(...desired)
  await until(
    () => pods.addressOf({ namespace: 'default', name: 'web-3' }) !== undefined,
    10_000,
    'the agent sees its Pods',
  )
  await ready('web-1', 'web-2', 'web-3')
  expect((await runtime.list()).map(({ id, state }) => `${id} ${state}`).sort()).toEqual(before)
  expect(JSON.stringify([...statuses])).toBe(shown)
})

test('[AG16] a sandbox killed from outside: the whole Pod is made again', async () => {
  const rows = await runtime.list()
  const sandbox = rows.find(({ labels }) => labels['podo.uid'] === 'uid-web-3' && labels['podo.kind'] === 'sandbox')
  const before = idOf('web-3')
  await runtime.stop(sandbox?.id ?? '', 0)
  await until(() => idOf('web-3') !== before && isReady('web-3'), 30_000, 'web-3 is back')
  expect(await get(addressOf('web-3'))).toBe('web-3')
})

test('[AG14] a deleted Pod ends within its grace and leaves nothing', async () => {
  const address = addressOf('web-1')
  const [first, ...others] = desired
  if (first === undefined) throw new Error('no Pod')
  const metadata = { ...first.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 1 }
  apply({ ...first, metadata }, ...others)
  await until(() => gone.has('web-1'), 30_000, 'web-1 is gone')
  expect((await runtime.list()).some(({ labels }) => labels['podo.uid'] === 'uid-web-1')).toBe(false)
  expect(spawnSync('ip', ['route', 'get', address]).stderr.toString()).toMatch(/unreachable|No route|Network is/i)
  apply(...others)
})

test('a liveness probe by exec kills, and the container’s last words are kept', async () => {
  const livenessProbe = {
    exec: { command: ['sh', '-c', 'test -e /tmp/alive'] },
    periodSeconds: 1,
    failureThreshold: 1,
    timeoutSeconds: 1,
  }
  const command = [
    'sh',
    '-c',
    'trap "echo good bye > /dev/termination-log; exit 7" TERM; while true; do sleep 0.1; done',
  ]
  apply(...desired, pod('live', { containers: [web({ command, livenessProbe, readinessProbe: {} })] }))
  await until(() => (statusOf('live')?.restartCount ?? 0) >= 1, 30_000, `live is restarted\n${events.join('\n')}`)
  await until(() => statusOf('live')?.lastState.terminated !== undefined, 10_000, 'its last state is known')
  expect(statusOf('live')?.lastState.terminated).toMatchObject({ exitCode: 7, reason: 'Error', message: 'good bye\n' })
  expect(events).toContain('live Normal Killing Container web failed liveness probe, will be restarted')
  expect(events.some((event) => event.startsWith('live Warning Unhealthy Liveness probe failed:'))).toBe(true)
  apply(...desired.filter(({ metadata }) => metadata.name !== 'live'))
})

test('an image of which no registry knows, and a command that does not exist, say so', async () => {
  apply(
    ...desired,
    pod('no-image', { containers: [web({ image: '127.0.0.1:1/nothing:1' })] }),
    pod('no-command', { containers: [web({ command: ['/no/such'] })] }),
  )
  await until(() => statusOf('no-image')?.state.waiting?.reason === 'ImagePullBackOff', 30_000, 'ImagePullBackOff')
  await until(() => statusOf('no-command')?.state.waiting?.reason === 'CrashLoopBackOff', 30_000, 'CrashLoopBackOff')
  expect(statusOf('no-image')?.state.waiting?.message).toContain('connection refused')
  expect(statusOf('no-command')?.lastState.terminated).toMatchObject({ exitCode: 127, reason: 'ContainerCannotRun' })
  expect(statusOf('no-command')?.lastState.terminated?.message).toContain('/no/such')
  apply(...desired.filter(({ metadata }) => !metadata.name.startsWith('no-')))
})

test('a Pod of several containers: init first, one network and host name, environment, limits', async () => {
  const init = web({ name: 'prepare', command: ['true'], readinessProbe: {}, ports: [] })
  const side = web({
    name: 'side',
    command: ['sh', '-c', 'exec sleep $(SECONDS)'],
    env: [
      { name: 'SECONDS', value: '100000' },
      { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    ports: [],
  })
  delete init.readinessProbe
  delete side.readinessProbe
  const resources = { limits: { cpu: '100m', memory: '32Mi' }, requests: { cpu: '100m', memory: '32Mi' } }
  const all = [init, web(), side].map((each) => ({ ...each, resources }))
  apply(...desired, pod('many', { initContainers: all.slice(0, 1), containers: all.slice(1) }))
  await ready('many')
  expect(statuses.get('many')).toMatchObject({ qosClass: 'Guaranteed', initContainerStatuses: [{ ready: true }] })
  const id = statusOf('many', 'side')?.containerID?.replace('docker://', '') ?? ''
  const text = await run(id, 'sh', '-c', `env; hostname; printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 80`)
  expect(text.split('\n')).toEqual(expect.arrayContaining(['WHO=many', `WHERE=${addressOf('many')}`, 'many']))
  expect(text.endsWith('many')).toBe(true)
  apply(...desired.filter(({ metadata }) => metadata.name !== 'many'))
})

test('[AG34] two agents on one machine: each sees its own, their Pods reach each other', async () => {
  const otherNetwork = makeNetwork()
  await otherNetwork.use({ ...RANGES, podCIDR: '10.247.250.0/24' })
  expect(otherNetwork.trouble()).toBeUndefined()
  const otherRuntime = dockerRuntime({ socket: docker.socket, node: 'n2' })
  const other = open('n2', otherRuntime, otherNetwork)
  other.apply({ revision: 1, pods: [pod('far')], configMaps: [], secrets: [] })
  await ready('far')
  expect(addressOf('far')).toMatch(/^10\.247\.250\./)
  expect(await get(addressOf('far'))).toBe('far')
  const page = await exec('web-2', 'sh', '-c', `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc ${addressOf('far')} 80`)
  expect(page.split('\n').at(-1)).toBe('far')
  expect((await runtime.list()).some(({ labels }) => labels['podo.uid'] === 'uid-far')).toBe(false)
  other.apply({ revision: 2, pods: [], configMaps: [], secrets: [] })
  await until(async () => (await otherRuntime.list()).length === 0, 30_000, 'the other agent has cleaned up')
  await other.stop()
  await otherNetwork.remove()
  expect(await get(addressOf('web-2'))).toBe('web-2')
})

test('[AG17] a reboot: the agent brings its Pods back from what it holds, at once', async () => {
  const before = new Map(desired.map(({ metadata: { name } }) => [name, statusOf(name)?.restartCount ?? 0]))
  await pods.stop()
  await docker.reboot()
  await docker.start()
  const rows = await runtime.list()
  const codes = await Promise.all(rows.map(async ({ id }) => (await runtime.inspect(id))?.exitCode))
  expect(codes).toContain(255)
  pods = open()
  apply(...desired)
  await answering()
  for (const [name, restarts] of before) expect(statusOf(name)?.restartCount).toBe(restarts + 1)
})

test('[AG21] Docker’s crash and return: the Pods are ready again', async () => {
  await docker.crash()
  await docker.start()
  await answering()
})
