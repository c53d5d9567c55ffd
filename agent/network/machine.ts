import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { runCommand, runOrThrow, type RunCommand } from './command.ts'
import type { Network, NetworkRanges } from './network.ts'
import { machineNetworks, overlapOf } from './overlap.ts'
import { gatewayOf } from './range.ts'
import { resolversOf } from './resolvers.ts'
import * as rules from './rules.ts'

const RESOLV_CONF = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']
const SYSCTL = '/proc/sys/net/ipv4'

export interface NetworkOptions {
  /** Port of an API that listens on this machine's loopback only: its Pods shall reach it. */
  readonly apiPort?: number | undefined
  readonly run?: RunCommand
}

/** The network of this machine's kernel, by iproute2, nftables and iptables. Needs root. */
export const makeNetwork = (options: NetworkOptions = {}): Network => new KernelNetwork(options)

class KernelNetwork implements Network {
  readonly #run: RunCommand
  readonly #apiPort: number | undefined
  #ranges: NetworkRanges | undefined
  #trouble: string | undefined = 'the node has no podCIDR yet'
  #mtu = rules.MTU

  constructor({ run = runCommand, apiPort }: NetworkOptions) {
    this.#run = run
    this.#apiPort = apiPort
  }

  ranges = (): NetworkRanges | undefined => this.#ranges
  trouble = (): string | undefined => this.#trouble

  async use(ranges: NetworkRanges | undefined): Promise<void> {
    if (ranges === undefined) return
    this.#ranges = ranges
    try {
      this.#trouble = await this.#bringUp(ranges)
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error)
    }
  }

  async attach({ id, pid, address }: { id: string; pid: number; address: string }): Promise<void> {
    const link = rules.linkName(id)
    const inside = ['-t', String(pid), '-n', 'ip', '-batch', '-']
    const isNew = !existsSync(`/sys/class/net/${link}`)
    const add = isNew ? rules.addLink(link, pid, this.#mtu) : ''
    await runOrThrow(this.#run, 'ip', ['-batch', '-'], add + rules.hostSide(link, address))
    // A Pod cannot send under another's address: without this its packets would reach other nodes.
    await writeFile(`${SYSCTL}/conf/${link}/rp_filter`, '1')
    if (this.#apiPort !== undefined) await writeFile(`${SYSCTL}/conf/${link}/route_localnet`, '1')
    await runOrThrow(this.#run, 'nsenter', inside, rules.podSide(address))
  }

  async dns(): ReturnType<Network['dns']> {
    const texts = await Promise.all(RESOLV_CONF.map((path) => readFile(path, 'utf8').catch(() => '')))
    return resolversOf(texts)
  }

  async remove(): Promise<void> {
    const ranges = this.#ranges
    if (ranges === undefined) return
    const { podCIDR, clusterCIDR } = ranges
    await this.#run('nft', ['delete', 'table', 'ip', rules.tableName(podCIDR)])
    await this.#run('ip', ['addr', 'del', `${gatewayOf(podCIDR)}/32`, 'dev', 'lo'])
    await this.#run('ip', ['route', 'del', 'unreachable', podCIDR, 'metric', '4000'])
    const { stdout } = await this.#run('nft', ['list', 'tables', 'ip'])
    // What all agents of the machine share goes with the last of them.
    if (stdout.includes('table ip podo_')) return
    await this.#run('ip', ['route', 'del', 'unreachable', clusterCIDR, 'metric', '4000'])
    for (const chain of ['DOCKER-USER', 'FORWARD'])
      for (const rule of rules.FORWARD_RULES) await this.#run('iptables', ['-D', chain, ...rule])
  }

  /** Undefined when all is well. */
  async #bringUp(ranges: NetworkRanges): Promise<string | undefined> {
    const addresses = await runOrThrow(this.#run, 'ip', ['-j', '-4', 'addr'])
    const routes = await runOrThrow(this.#run, 'ip', ['-j', '-4', 'route'])
    const overlap = overlapOf(ranges, machineNetworks(addresses, routes))
    if (overlap !== undefined) return overlap
    this.#mtu = Math.min(rules.MTU, await this.#outsideMtu())
    if ((await readFile(`${SYSCTL}/ip_forward`, 'utf8')).trim() !== '1') await writeFile(`${SYSCTL}/ip_forward`, '1')
    await runOrThrow(this.#run, 'ip', ['-batch', '-'], rules.machineSide(ranges))
    await runOrThrow(this.#run, 'nft', ['-f', '-'], rules.machineTable(ranges, this.#apiPort))
    await this.#letThrough()
    return undefined
  }

  /** Docker's own rules live in iptables, and only an accept there overrules its drop. */
  async #letThrough(): Promise<void> {
    const { code, stdout } = await this.#run('iptables', ['-S'])
    if (code !== 0) return
    if (this.#apiPort !== undefined && rules.dropsInput(stdout))
      for (const rule of rules.missingInput(stdout, this.#apiPort))
        await runOrThrow(this.#run, 'iptables', ['-I', 'INPUT', ...rule])
    const chain = rules.forwardChain(stdout)
    if (chain === undefined) return
    for (const rule of rules.missingRules(stdout, chain))
      await runOrThrow(this.#run, 'iptables', ['-I', chain, ...rule])
  }

  async #outsideMtu(): Promise<number> {
    const { stdout } = await this.#run('ip', ['-j', '-4', 'route', 'show', 'default'])
    // The JSON of iproute2; only the device is read.
    const [route] = JSON.parse(stdout || '[]') as { dev?: string }[]
    if (route?.dev === undefined) return rules.MTU
    return Number(await readFile(`/sys/class/net/${route.dev}/mtu`, 'utf8').catch(() => rules.MTU)) || rules.MTU
  }
}
