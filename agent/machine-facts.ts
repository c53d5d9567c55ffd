import { randomUUID } from 'node:crypto'
import { readFile, statfs } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import type { NodeFacts, NodeTroubles } from './node.ts'
import type { RuntimeInfo } from './runtime/runtime.ts'

export interface FactsOptions {
  readonly name: string
  /** Of podo: `0.1.0`. */
  readonly agentVersion: string
  /** InternalIP; otherwise the address of the interface that leads to the Internet. */
  readonly address?: string
}

/** What this machine is, for its Node. `info` is undefined while the runtime has not been reached yet. */
export async function readNodeFacts(options: FactsOptions, info: RuntimeInfo | undefined): Promise<NodeFacts> {
  const machineID = (await text('/etc/machine-id')) || (await text('/var/lib/dbus/machine-id'))
  const memory = /^MemTotal:\s+(\d+) kB/m.exec(await text('/proc/meminfo'))?.[1]
  const cpus = (await text('/proc/cpuinfo')).match(/^processor\s*:/gm)?.length ?? 1
  return {
    name: options.name,
    address: options.address ?? (await addressOfMachine()),
    cpus: info?.cpus ?? cpus,
    memoryBytes: memory === undefined ? (info?.memoryBytes ?? 0) : Number(memory) * 1024,
    diskBytes: await diskSize(info?.rootFolder ?? '/'),
    machineID,
    systemUUID: (await text('/sys/class/dmi/id/product_uuid')) || machineID,
    bootID: (await text('/proc/sys/kernel/random/boot_id')) || randomUUID(),
    kernelVersion: info?.kernelVersion ?? (await text('/proc/sys/kernel/osrelease')),
    osImage: await osName(info),
    architecture: info?.architecture ?? (process.arch === 'x64' ? 'amd64' : process.arch),
    containerRuntimeVersion: `docker://${info === undefined ? 'unknown' : plainVersion(info.version)}`,
    agentVersion: options.agentVersion,
  }
}

/** `20.10.24+dfsg1` of a distribution → `20.10.24`. */
const plainVersion = (version: string): string => version.split('+')[0] ?? version

export const defaultNodeName = (): string =>
  hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')

async function text(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return ''
  }
}

async function osName(info: RuntimeInfo | undefined): Promise<string> {
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(await text('/etc/os-release'))?.[1]
  return name ?? info?.osImage ?? 'Linux'
}

async function diskSize(folder: string): Promise<number> {
  try {
    const { blocks, bsize } = await statfs(folder)
    return blocks * bsize
  } catch {
    return 0
  }
}

/** The address that packets to the Internet leave with; else the first of the machine's. */
async function addressOfMachine(): Promise<string> {
  const device = defaultDevice(await text('/proc/net/route'))
  const interfaces = networkInterfaces()
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ name, address })),
  )
  return (all.find(({ name }) => name === device) ?? all[0])?.address ?? '127.0.0.1'
}

/** Interface of the default route with the lowest metric, from /proc/net/route. */
export function defaultDevice(table: string): string | undefined {
  const rows = table.split('\n').map((line) => line.split('\t'))
  const defaults = rows.filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
  return defaults.sort((a, b) => Number(a[6]) - Number(b[6]))[0]?.[0]
}

/** Kubelet's hard eviction thresholds. */
const LEAST_MEMORY = 100 * 2 ** 20
const LEAST_DISK = 0.1
const LEAST_INODES = 0.05

/** What the machine runs short of. Looked at now and then: memory, the disk of images and containers, process ids. */
export async function readPressure(rootFolder: string): Promise<Pick<NodeTroubles, 'memory' | 'disk' | 'pids'>> {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(await text('/proc/meminfo'))?.[1] ?? Infinity) * 1024
  const memory = available < LEAST_MEMORY ? `kubelet has insufficient memory available` : undefined
  return { memory, disk: await diskTrouble(rootFolder), pids: await pidTrouble() }
}

async function diskTrouble(folder: string): Promise<string | undefined> {
  try {
    const { blocks, bavail, files, ffree } = await statfs(folder)
    const full = bavail < blocks * LEAST_DISK || (files > 0 && ffree < files * LEAST_INODES)
    return full ? `kubelet has disk pressure: ${Math.round((bavail / blocks) * 100)}% of ${folder} is free` : undefined
  } catch {
    return undefined
  }
}

async function pidTrouble(): Promise<string | undefined> {
  const most = Number((await text('/proc/sys/kernel/pid_max')) || Infinity)
  const running = Number(/\/(\d+)/.exec(await text('/proc/loadavg'))?.[1] ?? 0)
  return running > most * 0.9 ? 'kubelet has insufficient PID available' : undefined
}
