import type { NetworkRanges } from './network.ts'
import { overlaps, parseRange } from './range.ts'

/** A network that the machine is in or knows a way to. */
export interface MachineNetwork {
  readonly range: string
  /** Interface: `eth0`. */
  readonly dev: string
}

interface AddressRow {
  ifname: string
  addr_info?: { family?: string; local?: string; prefixlen?: number }[]
}
interface RouteRow {
  dst: string
  dev?: string
  type?: string
}

/** From `ip -j -4 addr` and `ip -j -4 route`; what an agent of podo itself made is left out. */
export function machineNetworks(addresses: string, routes: string): MachineNetwork[] {
  // The JSON of iproute2; only the declared fields are read.
  const addressRows = JSON.parse(addresses || '[]') as AddressRow[]
  const routeRows = JSON.parse(routes || '[]') as RouteRow[]
  const own = (dev: string): boolean => dev === 'lo' || dev.startsWith('pv')
  const fromAddresses = addressRows.flatMap(({ ifname, addr_info = [] }) =>
    addr_info.map(({ local = '', prefixlen = 32 }) => ({ range: `${local}/${prefixlen}`, dev: ifname })),
  )
  const fromRoutes = routeRows
    .filter(({ dst, type = 'unicast' }) => dst !== 'default' && type === 'unicast')
    .map(({ dst, dev = '' }) => ({ range: dst, dev }))
  return [...fromAddresses, ...fromRoutes].filter(({ dev }) => dev !== '' && !own(dev))
}

/** A sentence that names both, where the Pods' range overlaps a network of the machine. */
export function overlapOf(
  { clusterCIDR, podCIDR }: NetworkRanges,
  networks: readonly MachineNetwork[],
): string | undefined {
  const ranges = [podCIDR, clusterCIDR]
  for (const range of ranges) {
    const found = networks.find((network) => overlaps(parseRange(range), parseRange(network.range)))
    if (found !== undefined)
      return `the Pod network ${range} overlaps ${found.range} of ${found.dev} on this machine: give the cluster another range`
  }
  return undefined
}
