import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadImage } from '../../agent/runtime/docker-image.ts'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { pauseArchive } from '../../agent/runtime/pause.ts'
import { tar } from '../../agent/runtime/tar.ts'

export interface TestDocker {
  socket: string
  pid: number
  /** Stops the daemon and everything that it runs, and removes its folder. */
  stop(): Promise<void>
  /** Ends the daemon as SIGKILL does; its containers live on. `start` brings it back. */
  crash(): Promise<void>
  /** What a reboot of the machine does: daemon and containers die at once, and what lay in memory is gone. Then `start`. */
  reboot(): Promise<void>
  /** Starts it again over the same folder. */
  start(): Promise<void>
}

/**
 * A Docker daemon of one's own, without bridge or iptables, in a folder below the temporary one (or `root`).
 * `netns` is the name of a network namespace to run it in. Needs root and the package docker.io.
 */
export async function startDocker(
  options: { root?: string; netns?: string; args?: readonly string[] } = {},
): Promise<TestDocker> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'podo-docker-')))
  mkdirSync(root, { recursive: true })
  const docker: TestDocker = {
    socket: join(root, 'docker.sock'),
    pid: 0,
    async start() {
      docker.pid = await launch(root, options.netns, options.args ?? [])
    },
    async crash() {
      process.kill(docker.pid, 'SIGKILL')
      await until(() => isGone(docker.pid), 10_000, 'dockerd is killed')
      // A pid file of a zombie makes the next start wait for a containerd that is not there.
      rmSync(join(root, 'exec/containerd/containerd.pid'), { force: true })
      rmSync(join(root, 'docker.pid'), { force: true })
    },
    async reboot() {
      const pids = [docker.pid, ...processesOf(root), ...(await containerPids(docker.socket))]
      for (const pid of pids) killNow(pid)
      await until(() => pids.every(isGone), 10_000, 'daemon and containers are dead')
      unmountBelow(root)
      rmSync(join(root, 'exec'), { recursive: true, force: true })
      rmSync(join(root, 'docker.pid'), { force: true })
    },
    async stop() {
      await removeAll(docker.socket)
      process.kill(docker.pid, 'SIGTERM')
      await until(() => isGone(docker.pid), 60_000, 'dockerd has stopped')
      unmountBelow(root)
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
  await docker.start()
  return docker
}

async function launch(root: string, netns: string | undefined, extra: readonly string[]): Promise<number> {
  const socket = join(root, 'docker.sock')
  const daemon = [
    'dockerd',
    `--data-root=${root}/data`,
    `--exec-root=${root}/exec`,
    `--pidfile=${root}/docker.pid`,
    `--host=unix://${socket}`,
    '--bridge=none',
    '--iptables=false',
    ...(existsSync('/sys/fs/cgroup/cgroup.controllers') ? [] : ['--exec-opt', 'native.cgroupdriver=cgroupfs']),
    ...extra,
  ]
  // `ip netns exec` would remount /sys and hide the cgroups.
  const [command = '', ...args] = netns === undefined ? daemon : ['nsenter', `--net=/run/netns/${netns}`, ...daemon]
  const log = openSync(join(root, 'log'), 'a')
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
  child.unref()
  await until(() => answers(socket), 60_000, `dockerd answers (its log is ${root}/log)`)
  return Number(readFileSync(join(root, 'docker.pid'), 'utf8'))
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', timeout: 1000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

/** Gone, or a zombie that nobody has waited for yet. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** containerd and its shims: their command lines name the folder. */
function processesOf(root: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(`${root}/exec`))
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

async function containerPids(socket: string): Promise<number[]> {
  const docker = dockerHttp(socket)
  // Rows and details of Docker's API; ids and pids are all that is read.
  const rows = (await docker.call('GET', '/containers/json')) as { Id: string }[]
  const details = await Promise.all(rows.map(({ Id }) => docker.call('GET', `/containers/${Id}/json`)))
  return (details as { State: { Pid: number } }[]).map(({ State }) => State.Pid).filter((pid) => pid > 0)
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** A daemon that was killed leaves its mounts behind. */
function unmountBelow(root: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const below = mounts.map((line) => line.split(' ')[4] ?? '').filter((path) => path.startsWith(`${root}/`))
  for (const path of below.sort().toReversed()) execFileSync('umount', ['-l', path])
}

async function removeAll(socket: string): Promise<void> {
  const docker = dockerHttp(socket)
  // Rows of Docker's API; the id is all that is read.
  const rows = (await docker.call('GET', '/containers/json', { query: { all: 1 } })) as { Id: string }[]
  await Promise.all(rows.map(({ Id }) => docker.call('DELETE', `/containers/${Id}`, { query: { force: 1, v: 1 } })))
}

/** Waits for a condition, with a deadline in milliseconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadline: number,
  what: string,
): Promise<void> {
  const end = Date.now() + deadline
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what}`)
    await wait(20)
  }
}

/** The image `podo/busybox:1`: a static busybox with its usual names. Needs the package busybox-static. */
export async function loadBusybox(socket: string, tag = '1'): Promise<string> {
  const name = `podo/busybox:${tag}`
  const busybox = await readFile('/bin/busybox')
  const links = [
    'sh',
    'cat',
    'echo',
    'sleep',
    'httpd',
    'nc',
    'wget',
    'ip',
    'kill',
    'id',
    'ls',
    'env',
    'hostname',
    'true',
  ]
  const applets = [
    ...links,
    'false',
    'mkdir',
    'ps',
    'head',
    'seq',
    'yes',
    'stat',
    'dd',
    'ping',
    'nslookup',
    'date',
    'tar',
  ]
  const scripts = applets.map((applet) => ({
    name: `bin/${applet}`,
    data: Buffer.from(`#!/bin/busybox sh\nexec /bin/busybox ${applet} "$@"\n`),
    mode: 0o755,
  }))
  const root = tar([
    { name: 'bin/busybox', data: busybox, mode: 0o755 },
    {
      name: 'etc/passwd',
      data: Buffer.from('root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000:web:/:/bin/sh\n'),
      mode: 0o644,
    },
    { name: 'www/index.html', data: Buffer.from('podo says hello\n'), mode: 0o644 },
    { name: 'tmp/.keep', data: Buffer.alloc(0), mode: 0o644 },
    ...scripts.filter(({ name }) => name !== 'bin/sh'),
    { name: 'bin/sh', data: busybox, mode: 0o755 },
  ])
  const docker = dockerHttp(socket)
  const response = await docker.stream('POST', '/images/create', {
    query: { fromSrc: '-', repo: 'podo/busybox', tag, changes: 'CMD ["/bin/sleep","100000"]' },
    body: root,
  })
  for await (const _ of response) void _
  return name
}

export async function loadPause(socket: string): Promise<void> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  await loadImage(dockerHttp(socket), pauseArchive(architecture))
}
