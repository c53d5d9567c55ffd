import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { ran } from '../../cli/processes.ts'
import { startDocker, type TestDocker } from './docker.ts'

/** Where the control plane of a bed is reached from its hosts. */
export const UPLINK = '10.77.0.1'

/** A machine of a test's own: a network namespace with a Docker daemon in it, on a switch with the others. */
export interface Host {
  readonly netns: string
  readonly address: string
  readonly docker: TestDocker
  /** Pulls its cable: nothing goes in or out, nothing is told. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** What a reboot leaves: no process, no container running, no interface but its cable; the disk stays. */
  reboot(): Promise<void>
}

export interface Bed {
  host(): Promise<Host>
  /** Runs a command inside a host's network. */
  inside(host: Host, command: readonly string[]): Promise<string>
  down(): Promise<void>
}

/**
 * A switch and, on demand, hosts on it, all in network namespaces named after this process. Needs root and iproute2.
 * The switch has a namespace of its own, so that no daemon's FORWARD policy eats its frames.
 */
export async function makeBed(): Promise<Bed> {
  const id = process.pid % 10_000
  const bridge = `podo-sw${id}`
  const uplink = `podoup${id}`
  await must('ip', ['netns', 'add', bridge])
  await must('ip', ['-n', bridge, 'link', 'add', 'br0', 'type', 'bridge'])
  for (const link of ['br0', 'lo']) await must('ip', ['-n', bridge, 'link', 'set', link, 'up'])
  await must('ip', ['link', 'add', uplink, 'type', 'veth', 'peer', 'name', 'up0', 'netns', bridge])
  await must('ip', ['-n', bridge, 'link', 'set', 'up0', 'master', 'br0', 'up'])
  await must('ip', ['addr', 'add', `${UPLINK}/24`, 'dev', uplink])
  await must('ip', ['link', 'set', uplink, 'up'])
  const hosts: Host[] = []
  return {
    async host() {
      const host = await makeHost(id, hosts.length + 1, bridge)
      hosts.push(host)
      return host
    },
    inside: (host, command) => must('nsenter', [`--net=/run/netns/${host.netns}`, ...command]),
    async down() {
      for (const host of hosts) {
        await host.docker.stop()
        await ran('ip', ['netns', 'del', host.netns])
      }
      await ran('ip', ['netns', 'del', bridge])
      await ran('ip', ['link', 'del', uplink])
    },
  }
}

async function makeHost(id: number, index: number, bridge: string): Promise<Host> {
  const netns = `podo-${id}-${index}`
  const cable = `pv${id}-${index}`
  const address = `10.77.0.${10 + index}`
  await must('ip', ['netns', 'add', netns])
  await must('ip', ['link', 'add', cable, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns])
  await must('ip', ['-n', bridge, 'link', 'set', cable, 'master', 'br0', 'up'])
  await must('ip', ['-n', netns, 'link', 'set', 'lo', 'up'])
  await must('ip', ['-n', netns, 'addr', 'add', `${address}/24`, 'dev', 'eth0'])
  await must('ip', ['-n', netns, 'link', 'set', 'eth0', 'up'])
  await must('ip', ['-n', netns, 'route', 'add', 'default', 'via', UPLINK])
  const root = await mkdtemp(join(tmpdir(), `podo-host-${index}-`))
  const cgroup = `/podo-host-${id}-${index}`
  const docker = await startDocker({ root, netns, args: [`--cgroup-parent=${cgroup}`] })
  const cable_ = (state: 'up' | 'down'): Promise<unknown> => must('ip', ['-n', bridge, 'link', 'set', cable, state])
  return {
    netns,
    address,
    docker,
    cut: async () => void (await cable_('down')),
    mend: async () => void (await cable_('up')),
    async reboot() {
      await docker.crash()
      await killShims(join(root, 'exec'))
      await clearMounts(root)
      await clearLinks(netns)
      await rm(join(root, 'exec'), { recursive: true, force: true })
      await docker.start()
    },
  }
}

/** Ends the containers of a crashed daemon: those whose shim belongs to its folder, and their processes. */
async function killShims(exec: string): Promise<void> {
  const ours: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (line.includes('containerd-shim') && line.includes(exec)) ours.push(Number(name))
  }
  const children = await Promise.all(
    ours.map((pid) => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')),
  )
  for (const pid of [...ours, ...children.flatMap((text) => text.trim().split(/\s+/).filter(Boolean).map(Number))]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in between.
    }
  }
}

async function clearMounts(root: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${root}/`))
  for (const path of mounts.toSorted().toReversed()) await ran('umount', ['-l', path])
}

/** A reboot forgets every interface that was made, the firewall and the routes; the cable is there again. */
async function clearLinks(netns: string): Promise<void> {
  const links = await must('ip', ['-n', netns, '-o', 'link'])
  for (const match of links.matchAll(/^\d+: ([^@:]+)/gm)) {
    const name = match[1] ?? ''
    if (name !== 'lo' && name !== 'eth0') await ran('ip', ['-n', netns, 'link', 'del', name])
  }
  await ran('nsenter', [`--net=/run/netns/${netns}`, 'nft', 'flush', 'ruleset'])
  await ran('ip', ['-n', netns, 'route', 'flush', 'type', 'unreachable'])
  await ran('ip', ['-n', netns, 'addr', 'flush', 'dev', 'lo', 'scope', 'global'])
}

async function must(command: string, args: readonly string[]): Promise<string> {
  const done = await ran(command, args, 60_000)
  if (done.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.err}`)
  return done.out
}
