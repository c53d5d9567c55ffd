import { spawn } from 'node:child_process'
import { dockerHttp } from '../agent/runtime/docker-http.ts'
import { dockerRuntime } from '../agent/runtime/docker.ts'
import type { Runtime } from '../agent/runtime/runtime.ts'
import { nodeReady } from '../test/support/cluster.ts'
import { until } from '../test/support/docker.ts'
import { serverOf, type Bed } from './bed.ts'
import { makeClient, timed, type Client } from './client.ts'
import { pairsOf, rounds } from './pairs.ts'
import type { Part } from './part.ts'
import { shown } from './shown.ts'
import { compared, told } from './table.ts'

const IMAGE = 'podo/busybox:1'
const COMMAND = ['/bin/sleep', '100000']
const PATH = '/api/v1/namespaces/default/pods'
const PAIRS = 10
const AT_ONCE = 10
/** Few, for they take long: told, not judged. */
const ROUNDS_AT_ONCE = 3
const GOAL = { atMost: 1.25 }

/** From the moment in which the API is asked until it shows the Pod Running. Images are there. */
export const pods: Part = {
  name: 'pods',
  about: 'Pod start, seen by the API as Running, beside the same raw Docker calls and beside docker run; ten at once',
  async run(bed) {
    const { socket } = await bed.docker()
    const start = await starter(bed, socket)
    const raw = rawCalls(socket)
    const one = {
      ours: () => start(1),
      raw: () => raw(1),
      run: () => dockerRun(socket),
    }
    await rounds(1, one)
    const ones = await rounds(2 * PAIRS, one)
    const many = await rounds(ROUNDS_AT_ONCE, { ours: () => start(AT_ONCE), raw: () => raw(AT_ONCE) })
    return [
      compared(
        'Pod start until the API shows Running, beside the same Docker calls',
        pairsOf(ones, 'ours', 'raw'),
        'ms',
        GOAL,
      ),
      compared('the same, beside docker run -d --network none', pairsOf(ones, 'ours', 'run'), 'ms'),
      told(
        `${AT_ONCE} Pods at once until all are Running`,
        many.map(({ ours }) => ours),
        'ms',
      ),
      told(
        `the same Docker calls, ${AT_ONCE} at once`,
        many.map(({ raw }) => raw),
        'ms',
      ),
    ]
  },
}

let last = 0
const fresh = (): string => `bench-${++last}`

/** A machine that runs Pods. Answers what starts so many and tells the milliseconds; they are gone again afterwards. */
async function starter(bed: Bed, socket: string): Promise<(count: number) => Promise<number>> {
  const cluster = await bed.cluster()
  await cluster.addAgent({ name: 'bench', socket })
  await nodeReady(cluster, 'bench')
  const client = makeClient(serverOf(cluster), AT_ONCE)
  return async (count) => {
    const names = Array.from({ length: count }, fresh)
    const running = shown(cluster, PATH, ({ status }) => status?.phase === 'Running')
    const start = Date.now()
    const asked = Promise.all(names.map((name) => client.send('POST', PATH, podOf(name))))
    const end = await running.last(names, 60_000)
    await asked
    running.close()
    await removeAll(client, names, socket)
    return end - start
  }
}

const podOf = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      // The command ignores SIGTERM, and waiting for its grace measures nothing.
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'IfNotPresent', command: COMMAND }],
    },
  })

async function removeAll(client: Client, names: readonly string[], socket: string): Promise<void> {
  for (const name of names) await client.send('DELETE', `${PATH}/${name}`)
  await until(async () => (await containers(socket)) === 0, 60_000, 'the Pods are gone from Docker')
}

async function containers(socket: string): Promise<number> {
  const rows = (await dockerHttp(socket).call('GET', '/containers/json', { query: { all: 1 } })) as unknown[] // a list
  return rows.length
}

/** What the agent asks Docker for one Pod, with the same bodies, by the same client and without anything between. */
function rawCalls(socket: string): (count: number) => Promise<number> {
  const runtime = dockerRuntime({ socket, node: 'raw' })
  return async (count) => {
    const ids: string[] = []
    const ms = await timed(() => Promise.all(Array.from({ length: count }, () => rawPod(runtime, fresh(), ids))))
    await Promise.all(ids.map((id) => runtime.remove(id)))
    return ms
  }
}

async function rawPod(runtime: Runtime, name: string, ids: string[]): Promise<void> {
  const sandboxId = await runtime.createSandbox({
    name: `${name}-sandbox`,
    labels: {},
    hostname: name,
    hostNetwork: false,
    hostIPC: false,
    dns: { nameservers: ['192.0.2.53'], searches: [], options: [] },
    extraHosts: [],
  })
  await runtime.start(sandboxId)
  await runtime.inspect(sandboxId)
  await runtime.image(IMAGE)
  const id = await runtime.create({ name, image: IMAGE, labels: {}, sandboxId, pid: 'own', entrypoint: COMMAND })
  await runtime.start(id)
  await runtime.inspect(id)
  ids.push(id, sandboxId)
}

async function dockerRun(socket: string): Promise<number> {
  const name = fresh()
  const args = ['-H', `unix://${socket}`, 'run', '-d', '--network', 'none', '--name', name, IMAGE, ...COMMAND]
  const ms = await timed(() => command('docker', args))
  await dockerHttp(socket).call('DELETE', `/containers/${name}`, { query: { force: 1, v: 1 } })
  return ms
}

const command = (program: string, args: readonly string[]): Promise<void> =>
  new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'ignore' })
    child.on('error', fail)
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${program} ${args[2]} exited ${code}`))))
  })
