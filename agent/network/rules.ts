import type { NetworkRanges } from './network.ts'
import { gatewayOf } from './range.ts'

/** What the kernel is told, as text for `ip -batch` and `nft -f`. Pure. */

/** Every Pod's next hop: an address that exists nowhere, answered by a fixed neighbour entry. */
const NEXT_HOP = '169.254.1.1'
const MAC = 'ee:ee:ee:ee:ee:ee'
/** WireGuard's, so that a Pod's packets fit between nodes too. */
export const MTU = 1420

/** Name of the host's end of a Pod's veth, at most 15 characters. */
export const linkName = (sandboxId: string): string => `pv${sandboxId.slice(0, 12)}`

/** The host's side of a new veth; the other end is eth0 in the namespace of `pid`. */
export const addLink = (link: string, pid: number, mtu: number): string =>
  `link add ${link} address ${MAC} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${pid}\n`

export const hostSide = (link: string, address: string): string =>
  [`link set ${link} up`, `route replace ${address}/32 dev ${link}`, ''].join('\n')

export const podSide = (address: string): string =>
  [
    'link set lo up',
    `addr replace ${address}/32 dev eth0`,
    'link set eth0 up',
    `neigh replace ${NEXT_HOP} lladdr ${MAC} dev eth0 nud permanent`,
    `route replace ${NEXT_HOP} dev eth0 scope link src ${address}`,
    `route replace default via ${NEXT_HOP} src ${address}`,
    '',
  ].join('\n')

/** The machine's side, once: its own address in the range, and nothing of the range may leak to the LAN. */
export const machineSide = ({ podCIDR, clusterCIDR }: NetworkRanges): string =>
  [
    `addr replace ${gatewayOf(podCIDR)}/32 dev lo`,
    `route replace unreachable ${clusterCIDR} metric 4000`,
    `route replace unreachable ${podCIDR} metric 4000`,
    '',
  ].join('\n')

/** Each agent has a table of its own, so that several live on one machine. */
export const tableName = (podCIDR: string): string => `podo_${podCIDR.replace(/\D/g, '_')}`

/** The podCIDR that a table's name stands for. */
export function podCIDROf(table: string): string | undefined {
  const [a, b, c, d, bits] = /^podo_(\d+)_(\d+)_(\d+)_(\d+)_(\d+)$/.exec(table)?.slice(1) ?? []
  return bits === undefined ? undefined : `${a}.${b}.${c}.${d}/${bits}`
}

/**
 * Where Pods reach an API that listens on the loopback of their machine: the address of their next hop, which nobody
 * else on the LAN can reach a service by. The API's certificate names it.
 */
export const API_IN_PODS = NEXT_HOP

/**
 * Pods reach the Internet as the machine; among themselves they keep their addresses. Replaces the table as a whole.
 * `apiPort` is that of an API on the machine's loopback: Pods reach it and nothing else there.
 */
export function machineTable({ podCIDR, clusterCIDR }: NetworkRanges, apiPort?: number): string {
  const table = `table ip ${tableName(podCIDR)}`
  return [
    table,
    `delete ${table}`,
    `${table} {`,
    '  chain outside {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr ${podCIDR} ip daddr != ${clusterCIDR} masquerade`,
    '  }',
    ...(apiPort === undefined ? [] : apiChains(podCIDR, apiPort)),
    '}',
    '',
  ].join('\n')
}

/**
 * Packets to the API's address go on to the loopback, which route_localnet of the Pods' interfaces lets them; what a Pod
 * sends to a loopback address by itself is dropped before that, as kube-proxy does (CVE-2020-8558).
 */
const apiChains = (podCIDR: string, port: number): string[] => [
  '  chain loopback {',
  '    type filter hook prerouting priority raw; policy accept;',
  '    iifname "pv*" ip daddr 127.0.0.0/8 drop',
  '  }',
  '  chain api {',
  '    type nat hook prerouting priority dstnat; policy accept;',
  `    iifname "pv*" ip saddr ${podCIDR} ip daddr ${API_IN_PODS} tcp dport ${port} dnat to 127.0.0.1:${port}`,
  '  }',
  // Nothing else is there, and nobody outside is to be asked for it.
  '  chain nowhere {',
  '    type filter hook forward priority filter; policy accept;',
  `    ip daddr ${API_IN_PODS} meta l4proto tcp reject with tcp reset`,
  `    ip daddr ${API_IN_PODS} reject`,
  '  }',
]

/** Of a Docker that turned forwarding on by itself: it drops what is not its own. */
export const FORWARD_RULES: readonly (readonly string[])[] = [
  ['-i', 'pv+', '-j', 'ACCEPT'],
  ['-o', 'pv+', '-j', 'ACCEPT'],
]

/** Chain that the rules belong into; undefined where nothing drops forwarded packets. Reads `iptables -S`. */
export function forwardChain(listing: string): string | undefined {
  if (/^-N DOCKER-USER$/m.test(listing)) return 'DOCKER-USER'
  return /^-P FORWARD DROP$/m.test(listing) ? 'FORWARD' : undefined
}

/** The rules that are not there yet. */
export const missingRules = (listing: string, chain: string): (readonly string[])[] =>
  FORWARD_RULES.filter((rule) => !listing.split('\n').includes(`-A ${chain} ${rule.join(' ')}`))

/** Whether a firewall of the machine (ufw and its like) drops what it does not know. Reads `iptables -S`. */
export const dropsInput = (listing: string): boolean => /^-P INPUT DROP$/m.test(listing)

/** What lets Pods through to an API on the loopback, unless it is there. */
export const missingInput = (listing: string, port: number): (readonly string[])[] =>
  [['-d', '127.0.0.1/32', '-i', 'pv+', '-p', 'tcp', '-m', 'tcp', '--dport', String(port), '-j', 'ACCEPT']].filter(
    (rule) => !listing.split('\n').includes(`-A INPUT ${rule.join(' ')}`),
  )
