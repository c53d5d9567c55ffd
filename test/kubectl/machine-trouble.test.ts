import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAgent } from '../../cli/agent-process.ts'
import { nodeBinary } from '../../cli/layout.ts'
import { makeBed, UPLINK, type Bed } from '../support/bed.ts'
import { DIST, nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'
import { newest } from '../support/kubectl.ts'
import { isReady, type Seen } from '../support/watch.ts'

/** What goes wrong with a machine or its agent: each ends in one clear sentence where a person looks, and passes. */
const DISK_MB = 96

let bed: Bed
let disk: string
let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent
beforeAll(async () => {
  bed = await makeBed()
  disk = await mkdtemp(join(tmpdir(), 'podo-disk-'))
  mkdirSync(join(disk, 'data'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', join(disk, 'data')])
  docker = await startDocker({ root: disk })
  await loadBusybox(docker.socket)
  cluster = await startCluster({ listen: UPLINK })
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
})
afterAll(async () => {
  await rm(filler(), { force: true })
  await cluster?.stop()
  await docker?.stop()
  await bed?.down()
})
const filler = (): string => join(disk, 'data/filler')

const create = (name: string, spec: object = {}, script = 'exec sleep 100000'): Promise<unknown> =>
  cluster.api.expect('POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [{ name: 'c', image: 'podo/busybox:1', command: ['sh', '-c', script] }],
      terminationGracePeriodSeconds: 1,
      ...spec,
    },
  })
const seen = (name: string): Promise<Seen> => cluster.api.expect<Seen>('GET', `/api/v1/namespaces/default/pods/${name}`)
const ready = (name: string, within = 60_000): Promise<void> =>
  until(async () => isReady(await seen(name)), within, `pod ${name} is Ready`)
const events = (about: string): Promise<string> => cluster.ok(['events', '--for', about])

/** An agent of the test's own: how it ends, and what it says on its way. */
async function runAgent(stateDir: string, name: string): Promise<{ code: number | string; log: string }> {
  const { token } = await cluster.api.expect<{ token: string }>('POST', '/podo/join-tokens', { ttlSeconds: 600 })
  const ca = join(cluster.state.dir, 'ca.crt')
  const options = { node: nodeBinary(), bundle: join(DIST, 'agent.cjs'), server: cluster.server, name, ca, token }
  const running = await startAgent({ ...options, stateDir, docker: docker.socket, root: '' })
  const late = setTimeout(() => void running.stop(), 30_000)
  const code = await running.ended
  clearTimeout(late)
  return { code, log: await readFile(join(stateDir, 'agent.log'), 'utf8') }
}

test('[ND21] a second machine of one name is refused in one sentence that names both, and ends', async () => {
  const other = await mkdtemp(join(tmpdir(), 'podo-other-'))
  const { code, log } = await runAgent(other, 'one')
  await rm(other, { recursive: true, force: true })
  expect(code).toBe(1)
  const said = log.split('\n').filter((line) => line.startsWith('podo agent: '))
  expect(said).toEqual([
    expect.stringMatching(
      /^podo agent: node "one" is machine [0-9a-f]{16}; this is machine [0-9a-f]{16}: join under another name \(--name\), or delete that node first \(kubectl delete node one\)$/,
    ),
  ])
  expect(log).not.toMatch(/^\s+at /m)
  await nodeReady(cluster, 'one')
})

test('[AG88] an agent whose state folder was lost joins again with its token, as the same node, and adopts what runs', async () => {
  await create('stays')
  await ready('stays')
  const before = await seen('stays')
  const uid = (await cluster.api.expect<Seen>('GET', '/api/v1/nodes/one')).metadata.uid
  await agent.kill()
  await rm(agent.stateDir, { recursive: true, force: true })
  await agent.start()
  await until(async () => (await agent.log()).includes('linked to the control plane'), 30_000, 'it is linked again')
  await nodeReady(cluster, 'one')
  expect((await cluster.api.expect<Seen>('GET', '/api/v1/nodes/one')).metadata.uid).toBe(uid)
  await ready('stays')
  const after = (await seen('stays')).status?.containerStatuses?.[0]
  expect(after?.containerID).toBe(before.status?.containerStatuses?.[0]?.containerID)
  expect(after?.restartCount).toBe(0)
})

test('[SM11] a client that dies while the log that it follows is silent is noticed', { timeout: 90_000 }, async () => {
  await create('quiet', {}, 'echo hello; exec sleep 100000')
  await ready('quiet')
  const before = sockets(agent.pid)
  const child = spawn(newest().path, ['logs', '-f', 'quiet'], {
    env: { ...process.env, KUBECONFIG: cluster.state.kubeconfig },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await until(() => text === 'hello\n', 20_000, 'the line arrives although nothing follows it')
  expect(sockets(agent.pid)).toBeGreaterThan(before)
  child.kill('SIGKILL')
  const since = Date.now()
  await until(() => sockets(agent.pid) <= before, 40_000, 'the agent has let go of the session')
  expect(Date.now() - since).toBeLessThan(30_000)
})

/** Sockets that a process holds open. */
function sockets(pid: number): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(join(folder, fd)).startsWith('socket:')
    } catch {
      return false // It was closed in between.
    }
  }).length
}

test(
  '[AG89] Docker’s disk is full: Pods wait and say why, and run once there is room',
  { timeout: 180_000 },
  async () => {
    await writeFile(filler(), Buffer.alloc(DISK_MB << 20)).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    })
    // One is sent there although the disk is full, the other waits for it.
    await create('insists', { tolerations: [{ operator: 'Exists' }] })
    const failed = async (): Promise<boolean> => (await events('pod/insists')).includes('no space left on device')
    await until(failed, 60_000, 'an event says that there is no space')
    expect((await seen('insists')).status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating')
    const node = async (): Promise<string> => cluster.ok(['describe', 'node', 'one'])
    const told = async (): Promise<boolean> => /disk-pressure[^]*kubelet has disk pressure: 0% of/.test(await node())
    await until(told, 30_000, 'the node says so, and is tainted')
    await create('careful')
    const why = '1 node(s) had untolerated taint(s)'
    await until(async () => (await events('pod/careful')).includes(why), 30_000, 'the scheduler says why')
    expect(isReady(await seen('stays'))).toBe(true)

    await rm(filler())
    await ready('insists', 90_000)
    await ready('careful', 60_000)
    expect((await seen('stays')).status?.containerStatuses?.[0]?.restartCount).toBe(0)
  },
)

test('[AG53] the Pod network overlaps the house’s: the node is not ready, and names both', async () => {
  const host = await bed.host()
  const { spec } = await cluster.api.expect<{ spec: { podCIDR: string } }>('GET', '/api/v1/nodes/one')
  const range = `${spec.podCIDR.split('.').slice(0, 2).join('.')}.0.0/16`
  const house = range.replace('.0.0/16', '.240.0/20')
  await bed.inside(host, ['ip', 'route', 'add', house, 'via', UPLINK])
  await cluster.addAgent({ name: 'house', socket: host.docker.socket, netns: host.netns })
  const sentence = `network is not ready: the Pod network ${range} overlaps ${house} of eth0 on this machine`
  const told = async (): Promise<boolean> => (await cluster.ok(['describe', 'node', 'house'])).includes(sentence)
  await until(async () => (await cluster.kubectl(['get', 'node', 'house'])).code === 0, 30_000, 'the node is there')
  await until(told, 30_000, 'the node names both networks')
  await nodeReady(cluster, 'house', 'False')
  await bed.inside(host, ['ip', 'route', 'del', house])
  await nodeReady(cluster, 'house', 'True', 30_000)
})
