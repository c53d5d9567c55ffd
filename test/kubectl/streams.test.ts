import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'
import { kubectls, minor, newest, type Kubectl } from '../support/kubectl.ts'

/** logs and exec, with every kubectl, from the client through the Stream object to the container and back. */
let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent

const SCRIPT = 'echo first; echo second >&2; for i in $(seq 1 20); do echo line $i; done; exec sleep 100000'
const pod = (name: string, command: string[], extra: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'podo/busybox:1', command }], ...extra },
})

beforeAll(async () => {
  docker = await startDocker()
  await loadBusybox(docker.socket)
  cluster = await startCluster()
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
  await create(pod('talk', ['sh', '-c', SCRIPT]))
  await create(pod('crash', ['sh', '-c', 'echo about to fail; exit 3']))
  await create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pair' },
    spec: {
      containers: ['a', 'b'].map((name) => ({
        name,
        image: 'podo/busybox:1',
        command: ['sh', '-c', `echo ${name}; exec sleep 100000`],
      })),
    },
  })
  await cluster.ok(['wait', '--for=condition=Ready', 'pod/talk', 'pod/pair', '--timeout=60s'])
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})
const create = (object: object): Promise<unknown> =>
  cluster.api.expect('POST', '/api/v1/namespaces/default/pods', object)

describe.each(kubectls())('kubectl $version', (binary) => {
  const speaksWebSocket = minor(binary.version) >= 30
  const run = (args: string[], stdin?: string) =>
    cluster.kubectl(args, {
      binary,
      ...(speaksWebSocket ? { env: WEBSOCKETS } : {}),
      ...(stdin === undefined ? {} : { stdin }),
    })

  test('[SM20] logs, --tail, --since, --timestamps, both outputs in order', async () => {
    const all = (await run(['logs', 'talk'])).out.trim().split('\n')
    expect(all).toHaveLength(22)
    expect(new Set(all)).toContain('second')
    expect((await run(['logs', 'talk', '--tail=2'])).out).toBe('line 19\nline 20\n')
    expect((await run(['logs', 'talk', '--since=1h', '--tail=1'])).out).toBe('line 20\n')
    expect((await run(['logs', 'talk', '--timestamps', '--tail=1'])).out).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z line 20\n$/,
    )
    expect((await run(['logs', 'talk', '--limit-bytes=6'])).out).toHaveLength(6)
  })

  test('[SM21] logs of one of several containers, and the refusal that names them', async () => {
    expect((await run(['logs', 'pair', '-c', 'b'])).out).toBe('b\n')
    expect((await run(['logs', 'pair', '-c', 'nope'])).err).toContain('container nope is not valid for pod pair')
    expect((await run(['logs', 'nopod'])).err).toContain('pods "nopod" not found')
  })

  test('[SM22] logs -f shows what comes, --previous what was', async () => {
    const following = await follow(binary, ['logs', '-f', 'talk', '--tail=1'])
    await until(() => following.text().includes('line 20'), 20_000, 'the last line arrives')
    following.end()
    const failed = async () => (await run(['logs', 'crash', '--previous'])).out.includes('about to fail')
    await until(failed, 60_000, 'the previous container’s log is there')
  })

  if (speaksWebSocket) {
    test('[SM23] exec: output, exit code, stdin, errors', async () => {
      expect((await run(['exec', 'talk', '--', 'echo', 'hello'])).out).toBe('hello\n')
      const failed = await run(['exec', 'talk', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'])
      expect(failed).toMatchObject({ code: 7, out: 'out\n' })
      expect(failed.err).toContain('err\n')
      const big = 'x'.repeat(200_000)
      expect((await run(['exec', '-i', 'talk', '--', 'cat'], big)).out).toBe(big)
      const missing = await run(['exec', 'talk', '--', 'no-such-program'])
      expect(missing.code).not.toBe(0)
      expect(missing.err).toMatch(/no-such-program.*(not found|no such file)/s)
    })

    test('[SM24] exec with a terminal', async () => {
      const command = `${binary.path} exec -it talk -- sh -c 'test -t 0 && stty size 2>/dev/null; echo tty-$((40+2))'`
      const result = await script(command)
      expect(result).toContain('tty-42')
    })
  } else {
    test('[SM25] an older kubectl is told why exec does not work', async () => {
      const result = await run(['exec', 'talk', '--', 'true'])
      expect(result.code).not.toBe(0)
      expect(result.err).toMatch(/1\.30/)
    })
  }
})

/** kubectl 1.30 speaks WebSocket only when told. */
const WEBSOCKETS = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true' }

test('[SM26] nothing is left behind when the client vanishes', async () => {
  const following = await follow(newest(), ['exec', 'talk', '--', 'sleep', '4242'])
  const alive = async (): Promise<boolean> => (await processes()).includes('sleep 4242')
  await until(alive, 20_000, 'the command runs')
  following.end()
  await until(async () => !(await alive()), 40_000, 'the command is killed')
})

test('[SM27] a reader that stops reading a 200 MB log keeps every memory flat', { timeout: 240_000 }, async () => {
  await create(pod('loud', ['sh', '-c', `yes ${'y'.repeat(1000)} | head -c 200000000; exec sleep 100000`]))
  await cluster.ok(['wait', '--for=condition=Ready', 'pod/loud', '--timeout=60s'])
  const written = async (): Promise<boolean> => (await cluster.ok(['logs', 'loud', '--tail=1'])).length > 0
  await until(written, 60_000, 'the log is there')
  const workerd = await pidOf('workerd')
  const before = { workerd: await rss(workerd), agent: await rss(agent.pid) }
  const stuck = await follow(newest(), ['logs', '-f', 'loud'], true)
  await until(() => stuck.bytes() > 0, 30_000, 'the log flows')
  stuck.pause()
  let peak = { workerd: 0, agent: 0 }
  const since = Date.now()
  await until(
    async () => {
      peak = { workerd: Math.max(peak.workerd, await rss(workerd)), agent: Math.max(peak.agent, await rss(agent.pid)) }
      return Date.now() - since > 10_000
    },
    20_000,
    'ten seconds of not reading',
  )
  stuck.end()
  expect(peak.workerd - before.workerd).toBeLessThan(48 << 20)
  expect(peak.agent - before.agent).toBeLessThan(32 << 20)
})

/** A kubectl that goes on, its output read as it comes, or not at all once paused. */
async function follow(binary: Kubectl, args: string[], count = false) {
  const child = spawn(binary.path, args, {
    env: { ...process.env, ...WEBSOCKETS, KUBECONFIG: cluster.state.kubeconfig },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (!count) text += chunk.toString()
  })
  return {
    text: () => text,
    bytes: () => bytes,
    pause: () => void child.stdout.pause(),
    end: () => void child.kill('SIGKILL'),
  }
}

/** Runs a command on a pseudo terminal (util-linux’s script). */
function script(command: string): Promise<string> {
  return new Promise((done) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, ...WEBSOCKETS, KUBECONFIG: cluster.state.kubeconfig, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    child.on('close', () => {
      clearTimeout(timer)
      done(text)
    })
  })
}

async function processes(): Promise<string> {
  const rows = (await dockerHttp(docker.socket).call('GET', '/containers/json')) as { Id: string }[] // Docker's list
  const tops = await Promise.all(
    rows.map((row) =>
      dockerHttp(docker.socket)
        .call('GET', `/containers/${row.Id}/top`)
        .catch(() => ({ Processes: [] })),
    ),
  )
  return tops.flatMap((top) => (top as { Processes: string[][] }).Processes.map((columns) => columns.at(-1))).join('\n') // Docker's ps
}

/** The workerd of this test's cluster, by the port in its configuration's folder. */
async function pidOf(name: string): Promise<number> {
  const { ran } = await import('../../cli/processes.ts')
  const found = await ran('pgrep', ['-f', `${name}.*${cluster.state.dir}`])
  return Number(found.out.trim().split('\n')[0])
}

async function rss(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}
