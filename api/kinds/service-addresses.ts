import { internal, invalid } from '../meta/failures.ts'
import { Path, invalidValue } from '../meta/field-error.ts'
import { type Cidr, contains, ipText, parseCidr, parseIp } from '../meta/ip.ts'
import { isDeleting } from '../meta/object.ts'
import type { Service, ServiceCIDR } from '../schema/types.generated.ts'
import { ipaddresses } from './ipaddress.ts'
import type { Companion, Pools } from './kind.ts'
import { isHeadless } from './service-type.ts'
import { servicecidrs } from './servicecidr.ts'

/**
 * Cluster addresses: pkg/registry/core/service/ipallocator for a cluster with IPv4 alone. ServiceCIDRs say which there are,
 * IPAddresses which are taken. Kubernetes draws at random; here the lowest free one is taken, so that the same state gives
 * the same answer.
 */

/** `--service-cluster-ip-range`: what the ServiceCIDR `kubernetes` holds, and what counts until it exists. */
export const SERVICE_RANGE = '10.96.0.0/16'
/** Labels of IPAddresses: the family, and who looks after it. */
export const FAMILY = 'ipaddress.kubernetes.io/ip-family'
export const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by'
export const ALLOCATOR = 'ipallocator.k8s.io'
/** The first addresses are kept for those who ask for one (KEP-3070), `kubernetes` among them: 1/16 of the range. */
const STATIC = { least: 16n, most: 256n }

const IPS = Path.of('spec').child('clusterIPs')

interface Range {
  readonly text: string
  readonly cidr: Cidr
  /** Offsets of the addresses that may be given: not those of the network and of the broadcast. */
  readonly first: bigint
  readonly last: bigint
}

function rangeOf(text: string): Range[] {
  const cidr = parseCidr(text)
  if (cidr === undefined || cidr.ip.version !== 4) return []
  return [{ text, cidr, first: 1n, last: (1n << BigInt(32 - cidr.prefix)) - 2n }]
}

const isReady = ({ status }: ServiceCIDR): boolean =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'False'

/** The ranges of IPv4 that addresses are given out of, those of the ServiceCIDR `kubernetes` first. */
export function serviceRanges(cidrs: readonly ServiceCIDR[]): string[] {
  if (cidrs.length === 0) return [SERVICE_RANGE]
  const rank = ({ metadata }: ServiceCIDR): string => `${metadata.name === 'kubernetes' ? 0 : 1}${metadata.name}`
  return cidrs
    .filter((cidr) => isReady(cidr) && !isDeleting(cidr))
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .flatMap(({ spec }) => spec?.cidrs ?? [])
    .filter((text) => parseCidr(text)?.ip.version === 4)
}

/** The size of the band for those who ask: `calculateRangeOffset`. */
function bandOf({ last }: Range): bigint {
  const share = (last + 2n) / 16n
  if (share < STATIC.least) return 0n
  return share > STATIC.most ? STATIC.most : share
}

/** The lowest free address, from above the static band first. */
function freeIp(taken: ReadonlySet<string>, range: Range): string | undefined {
  const band = range.first + bandOf(range)
  const at = (offset: bigint): string => ipText({ version: 4, bits: range.cidr.ip.bits + offset })
  for (let offset = band; offset <= range.last; offset++) if (!taken.has(at(offset))) return at(offset)
  for (let offset = range.first; offset < band; offset++) if (!taken.has(at(offset))) return at(offset)
  return undefined
}

/** What is known of the addresses of a cluster. */
export interface Addresses {
  readonly ranges: readonly string[]
  readonly taken: ReadonlySet<string>
  readonly dryRun: boolean
}

export function addressesOf({ list, dryRun }: Pools): Addresses {
  // The resource is of that kind.
  const cidrs = list(servicecidrs.resource) as readonly ServiceCIDR[]
  const taken = dryRun ? [] : list(ipaddresses.resource).map(({ metadata }) => metadata.name)
  return { ranges: serviceRanges(cidrs), taken: new Set(taken), dryRun }
}

/** Why the address may not be had; the words of the allocator that answers a dry run are its own. */
function whyNot(asked: string, { ranges, taken, dryRun }: Addresses): string | undefined {
  const ip = parseIp(asked)
  const all = ranges.flatMap(rangeOf)
  const range = ip === undefined ? undefined : all.find(({ cidr }) => contains(cidr, ip))
  const outside = (text: string): string =>
    `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${text}`
  if (ip === undefined || range === undefined) {
    return dryRun && all[0] !== undefined
      ? outside(all[0].text)
      : 'the provided network does not match the current range'
  }
  const offset = ip.bits - range.cidr.ip.bits
  if (offset < range.first || offset > range.last) return outside(range.text)
  return taken.has(ipText(ip)) ? 'provided IP is already allocated' : undefined
}

/** The cluster addresses that the Service is to have. Throws 422 for one that may not be had, 500 when none is left. */
export function clusterIPsFor(service: Service, addresses: Addresses): string[] {
  const { clusterIPs = [] } = service.spec
  const [asked] = clusterIPs
  if (asked !== undefined && asked !== '') {
    const why = whyNot(asked, addresses)
    if (why === undefined) return [asked]
    const error = invalidValue(IPS, clusterIPs, `failed to allocate IP ${asked}: ${why}`)
    throw invalid({ group: '', kind: 'Service' }, service.metadata.name, [error])
  }
  for (const range of addresses.ranges.flatMap(rangeOf)) {
    // A dry run looks for no free address and answers that of the network.
    const free = addresses.dryRun ? ipText(range.cidr.ip) : freeIp(addresses.taken, range)
    if (free !== undefined) return [free]
  }
  throw internal('failed to allocate a serviceIP: range is full')
}

/** The IPAddress objects of a Service (`newIPAddress`). */
export function addressObjects({ metadata, spec }: Service): Companion[] {
  if (spec.type === 'ExternalName' || isHeadless(spec)) return []
  return (spec.clusterIPs ?? []).flatMap((text) => {
    const ip = parseIp(text)
    if (ip === undefined) return []
    const labels = { [FAMILY]: `IPv${ip.version}`, [MANAGED_BY]: ALLOCATOR }
    const parentRef = { group: '', resource: 'services', namespace: metadata.namespace ?? '', name: metadata.name }
    const object = {
      apiVersion: ipaddresses.apiVersion,
      kind: ipaddresses.kind,
      metadata: { name: ipText(ip), labels },
      spec: { parentRef },
    }
    return [{ kind: ipaddresses, object }]
  })
}
