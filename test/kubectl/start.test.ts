import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { apiClient } from '../../cli/api-client.ts'
import { ROOT } from '../../cli/layout.ts'
import { startDocker, until, type TestDocker } from '../support/docker.ts'
import { freePort } from '../support/ports.ts'
import { page } from '../support/watch.ts'

/** The commands that people see first, from this checkout: `npm start`, `npm run dev`, `podo …`, `npm run clean`. */
let docker: TestDocker
let dir: string
let port: number
const children: ChildProcess[] = []

beforeAll(async () => {
  docker = await startDocker()
  dir = await mkdtemp(join(tmpdir(), 'podo-start-'))
  port = await freePort()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await docker?.stop()
  await rm(dir, { recursive: true, force: true })
})

interface Command {
  text(): string
  code: Promise<number>
  interrupt(): void
}

/** Runs the starter as npm does, with a state folder, a port and a Docker of this test's own. */
function podo(args: string[], env: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, [join(ROOT, 'cli/start.js'), ...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      PODO_STATE: join(dir, 'state'),
      PODO_PORT: String(port),
      PODO_CLUSTER_CIDR: `10.${64 + (process.pid % 64)}.0.0/16`,
      DOCKER_HOST: `unix://${docker.socket}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return {
    text: () => text,
    code: new Promise((done) => child.on('exit', (code) => done(code ?? 1))),
    interrupt: () => void child.kill('SIGTERM'),
  }
}

const shown = (command: Command, what: RegExp, within = 120_000): Promise<void> =>
  until(
    () => what.test(command.text()) || /^podo: /m.test(command.text()),
    within,
    `${what} in:\n${command.text()}`,
  ).then(() => expect(command.text()).toMatch(what))
const api = (sub = '') => apiClient(join(dir, 'state', sub, 'kubeconfig'))
async function running(): Promise<string[]> {
  const rows = (await dockerHttp(docker.socket).call('GET', '/containers/json')) as { Id: string }[] // Docker's list
  return rows.map((row) => row.Id).sort()
}

test('[CL10] npm start brings three nginx Pods up and says how to use them', async () => {
  const start = podo(['up'])
  await shown(start, /Ctrl-C stops podo/)
  expect(start.text()).toMatch(/export KUBECONFIG=/)
  expect(start.text().match(/nginx-\S+ +1\/1 +Running/g)).toHaveLength(3)
  const pods = await api().expect<{ items: { status: { podIP: string } }[] }>('GET', '/api/v1/namespaces/default/pods')
  for (const pod of pods.items) expect(await page(pod.status.podIP)).toContain('Welcome to nginx')

  const status = podo(['status'])
  expect(await status.code).toBe(0)
  expect(status.text()).toMatch(/nginx-\S+ +1\/1 +Running/)
  const second = podo(['up'])
  expect(await second.code).toBe(1)
  expect(second.text()).toMatch(/^podo: podo is running already in .*: stop it with Ctrl-C there/m)

  const before = await running()
  start.interrupt()
  expect(await start.code).toBe(0)
  expect(start.text()).toContain('The Pods go on running')
  expect(await running()).toEqual(before)
})

test('[CL11] a second npm start adopts what runs', async () => {
  const before = await running()
  const start = podo(['up'])
  await shown(start, /Ctrl-C stops podo/)
  expect(await running()).toEqual(before)
  const line = podo(['node', 'join-command', '--ttl', '10m', '--name', 'second'])
  expect(await line.code).toBe(0)
  expect(line.text()).toMatch(
    /^node .*dist\/agent\.cjs --server https:\S+ --ca-hash sha256:[0-9a-f]{64} --token \S+ --name second\n$/,
  )
  await joinBy(line.text())
  const token = podo(['token', 'create', 'ann', '--group', 'devs'])
  expect(await token.code).toBe(0)
  expect(token.text().trim().split('\n')).toHaveLength(1)
  start.interrupt()
  await start.code
})

/** Pastes the line on this machine, with Docker and a folder of the test's, and sees the node come. */
async function joinBy(line: string): Promise<void> {
  const state = join(dir, 'second')
  const child = spawn('sh', ['-c', `exec ${line.trim()} --docker ${docker.socket} --state ${state}`], {
    cwd: ROOT,
    stdio: 'ignore',
  })
  children.push(child)
  const ready = async (): Promise<boolean> => {
    const { code, body } = await api().call('GET', '/api/v1/nodes/second')
    const conditions = (body as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions // a Node
    return (
      code === 200 &&
      conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
    )
  }
  await until(ready, 30_000, 'the second node is Ready')
  child.kill('SIGTERM')
}

test('[CL12] a port that is taken is one sentence', async () => {
  const holder = createServer().listen(port, '127.0.0.1')
  await until(() => holder.listening, 5_000, 'the port is taken')
  const start = podo(['up'])
  expect(await start.code).toBe(1)
  expect(start.text()).toMatch(
    new RegExp(
      `^podo: Port ${port} on 127.0.0.1 is taken by another program: stop that program, or choose another port with PODO_PORT`,
      'm',
    ),
  )
  expect(start.text()).not.toContain('    at ')
  await new Promise((done) => holder.close(done))
})

test('[CL13] a folder of a newer podo is refused and not touched', async () => {
  const state = join(dir, 'newer')
  execFileSync('mkdir', ['-p', state])
  await writeFile(join(state, 'version'), '99\n')
  const start = podo(['up'], { PODO_STATE: state })
  expect(await start.code).toBe(1)
  expect(start.text()).toMatch(/was written by a newer podo/)
  expect(await readdir(state)).toEqual(['version'])
})

test('[CL14] every command has --help, and what is wrong ends with 1', async () => {
  for (const args of [[], ['up'], ['status'], ['clean'], ['node', 'join-command'], ['token', 'create']]) {
    const help = podo([...args, '--help'])
    expect(await help.code).toBe(0)
    expect(help.text()).toMatch(/^Usage: podo/m)
  }
  for (const args of [['nonsense'], ['token', 'create'], ['node', 'join-command', '--ttl', 'soon']])
    expect(await podo(args).code).toBe(1)
})

test('[CL15] clean removes the Pods, the network and the state', async () => {
  const clean = podo(['clean', '--yes'])
  expect(await clean.code).toBe(0)
  expect(clean.text()).toMatch(/This removes from .*:\n( {2}- .*\n)+Removed\./)
  expect(await running()).toEqual([])
  expect(await readdir(dir)).not.toContain('state')
})

test('[CL16] npm run dev reaches three Ready, also after a kill and after a save', { timeout: 240_000 }, async () => {
  const dev = podo(['up', '--dev'])
  await shown(dev, /Ctrl-C stops podo/)
  expect(dev.text().match(/nginx-\S+ +1\/1 +Running/g)?.length).toBeGreaterThanOrEqual(3)
  const started = async (): Promise<string> => await readFile(join(dir, 'state/dev/agent/agent.log'), 'utf8')
  const links = async (): Promise<number> => (await started()).split('linked to the control plane').length - 1

  let before = await links()
  const now = new Date()
  await utimes(join(ROOT, 'worker/index.ts'), now, now)
  await until(async () => (await links()) > before, 60_000, 'the agent links again after a save')
  await threeReady()

  before = await links()
  for (const pid of workerdsOf(join(dir, 'state'))) process.kill(pid, 'SIGKILL')
  await until(async () => (await links()) > before, 120_000, 'the agent links again after a kill')
  await threeReady()
  dev.interrupt()
  await dev.code
  expect(await podo(['clean', '--yes']).code).toBe(0)
})

async function threeReady(): Promise<void> {
  const path = '/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx'
  const ready = async (): Promise<boolean> => {
    const answer = await api('dev')
      .call('GET', path)
      .catch(() => undefined)
    const list = answer?.body as
      | { items?: { status?: { conditions?: { type: string; status: string }[] } }[] }
      | undefined // a PodList
    const good = list?.items?.filter((pod) =>
      pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    )
    return good?.length === 3
  }
  await until(ready, 60_000, 'three Pods are Ready')
}

/** The runtimes below wrangler that serve this folder, by their own arguments and their parents'. */
function workerdsOf(folder: string): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).trim().split('\n')
  const rows = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((row) => row !== null)
  const wranglers = new Set(rows.filter((row) => row[3]?.includes(folder) === true).map((row) => row[1]))
  const below = rows.filter(
    (row) => wranglers.has(row[2]) || rows.some((mid) => mid[1] === row[2] && wranglers.has(mid[2])),
  )
  return below.filter((row) => row[3]?.includes('workerd serve') === true).map((row) => Number(row[1]))
}
