import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAgent } from '../../cli/agent-process.ts'
import { memoryOf, removeVolumes } from '../../agent/volumes/places.ts'
import { apiClient, type ApiClient } from '../../cli/api-client.ts'
import { startControlPlane, type ControlPlane } from '../../cli/control-plane.ts'
import { DIST, nodeBinary, serverNames, workerdBinary } from '../../cli/layout.ts'
import { openState, type State } from '../../cli/state.ts'
import { freePort } from './ports.ts'
import { kubectl, newest, type Kubectl, type Result, type RunOptions } from './kubectl.ts'
import { until } from './docker.ts'

export { DIST }

/** A control plane of a test's own: plain workerd with the production bundle, in a folder of the temporary one. */
export interface TestCluster {
  readonly state: State
  readonly port: number
  readonly api: ApiClient
  readonly server: string
  /** Runs kubectl as the admin: the newest of this machine unless told. */
  kubectl(args: readonly string[], options?: RunOptions & { binary?: Kubectl }): Promise<Result>
  /** The same, and the exit must be 0; answers what it printed. */
  ok(args: readonly string[], options?: RunOptions & { binary?: Kubectl }): Promise<string>
  /** Kills workerd as a power cut does. */
  crash(): Promise<void>
  /** Starts it again over the same store. */
  restart(): Promise<void>
  addAgent(options: { name: string; socket: string; netns?: string; args?: readonly string[] }): Promise<TestAgent>
  stop(): Promise<void>
}

export interface TestAgent {
  readonly name: string
  readonly stateDir: string
  pid: number
  /** SIGKILL. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  log(): Promise<string>
}

export async function startCluster(
  options: { listen?: string; vars?: Readonly<Record<string, string>> } = {},
): Promise<TestCluster> {
  if (!existsSync(join(DIST, 'worker/index.js'))) throw new Error('dist/ is missing: run `npm run build` first')
  const dir = await mkdtemp(join(tmpdir(), 'podo-cluster-'))
  const port = await freePort()
  const listen = options.listen ?? '127.0.0.1'
  const state = await openState(dir, serverNames(listen), port, Date.now())
  const start = (): Promise<ControlPlane> =>
    startControlPlane(state, {
      dist: DIST,
      port,
      listen: listen === '127.0.0.1' ? listen : '0.0.0.0',
      workerd: workerdBinary(),
      vars: { PODO_CLUSTER_CIDR: podRange(), ...options.vars },
    })
  let plane = await start()
  const agents: TestAgent[] = []
  const run: TestCluster['kubectl'] = (args, { binary, ...rest } = {}) =>
    kubectl(binary ?? newest(), state.kubeconfig, args, rest)
  const api = apiClient(state.kubeconfig)
  const server = `https://${listen}:${port}`
  return {
    state,
    port,
    api,
    server,
    kubectl: run,
    async ok(args, rest) {
      const result = await run(args, rest)
      if (result.code !== 0)
        throw new Error(`kubectl ${args.join(' ')} exited ${result.code}: ${result.err}${result.out}`)
      return result.out
    },
    crash: () => plane.stop(),
    async restart() {
      plane = await start()
    },
    async addAgent(of) {
      const agent = await makeAgent(state, api, server, of)
      agents.push(agent)
      return agent
    },
    async stop() {
      for (const agent of agents) await agent.stop()
      for (const { name, stateDir } of agents) await removeVolumes(undefined, memoryOf(name, stateDir))
      await plane.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A range of each test process's own, so that a podo that runs on this machine, or another test, keeps its Pods. */
const podRange = (): string => `10.${128 + (process.pid % 64)}.0.0/16`

async function makeAgent(
  state: State,
  api: ApiClient,
  server: string,
  of: { name: string; socket: string; netns?: string; args?: readonly string[] },
): Promise<TestAgent> {
  const stateDir = join(state.dir, `agent-${of.name}`)
  const { token } = await api.expect<{ token: string }>('POST', '/podo/join-tokens', { ttlSeconds: 3600 })
  let running: Awaited<ReturnType<typeof startAgent>> | undefined
  const agent: TestAgent = {
    name: of.name,
    stateDir,
    pid: 0,
    async start() {
      running = await startAgent({
        node: nodeBinary(),
        bundle: join(DIST, 'agent.cjs'),
        server,
        name: of.name,
        stateDir,
        docker: of.socket,
        ca: join(state.dir, 'ca.crt'),
        token,
        root: '',
        ...(of.netns === undefined ? {} : { netns: of.netns }),
        ...(of.args === undefined ? {} : { args: of.args }),
      })
      agent.pid = running.pid
    },
    async kill() {
      process.kill(agent.pid, 'SIGKILL')
      await running?.ended
    },
    async stop() {
      await running?.stop()
    },
    log: () => readFile(join(stateDir, 'agent.log'), 'utf8'),
  }
  await agent.start()
  return agent
}

/** Waits until the node is Ready (or is not, as asked). */
export async function nodeReady(cluster: TestCluster, name: string, status = 'True', within = 30_000): Promise<void> {
  await until(async () => (await readyStatus(cluster, name)) === status, within, `node ${name} has Ready=${status}`)
}

async function readyStatus(cluster: TestCluster, name: string): Promise<string | undefined> {
  const { code, body } = await cluster.api.call('GET', `/api/v1/nodes/${name}`)
  if (code !== 200) return undefined
  const node = body as { status?: { conditions?: { type: string; status: string }[] } } // a Node
  return node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status
}
