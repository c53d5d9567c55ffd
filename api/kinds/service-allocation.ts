import { invalid, internal } from '../meta/failures.ts'
import { Path, type FieldError, invalidValue } from '../meta/field-error.ts'
import { type Cidr, contains, ipText, parseCidr, parseIp } from '../meta/ip.ts'
import type { Service, ServicePort, ServiceSpec } from '../schema/types.generated.ts'
import { isHeadless, needsHealthCheck, needsNodePorts } from './service-type.ts'

/**
 * Cluster addresses and node ports: pkg/registry/core/service/storage/alloc.go for a cluster with IPv4 alone. Kubernetes
 * draws at random; here the lowest free one is taken, so that the same state gives the same answer.
 */

const RANGE = '10.96.0.0/16'
/** The first addresses are kept for those who ask for one (KEP-3070), `kubernetes` among them. */
const STATIC = 256n
const PORTS = { least: 30000, most: 32767 }

const SPEC = Path.of('spec')
const refuse = (service: Service, error: FieldError): Error =>
  invalid({ group: '', kind: 'Service' }, service.metadata.name, [error])

function network(range: string): Cidr {
  const cidr = parseCidr(range)
  if (cidr === undefined) throw new Error(`no address range: ${range}`)
  return cidr
}

/** The lowest free address, from above the static band first. The network and the broadcast address are never given. */
function freeIp(taken: ReadonlySet<string>, { ip, prefix }: Cidr): string | undefined {
  const size = 1n << BigInt(32 - prefix)
  const band = size > STATIC * 2n ? STATIC : 1n
  const at = (offset: bigint): string => ipText({ version: 4, bits: ip.bits + offset })
  for (let offset = band; offset < size - 1n; offset++) if (!taken.has(at(offset))) return at(offset)
  for (let offset = 1n; offset < band; offset++) if (!taken.has(at(offset))) return at(offset)
  return undefined
}

/**
 * The cluster addresses that the Service is to have, given those that are taken. Throws 422 for one that is taken or lies
 * outside, 500 when none is left.
 */
export function clusterIPsFor(service: Service, taken: ReadonlySet<string>, range: string = RANGE): string[] {
  const { clusterIPs = [] } = service.spec
  const [asked] = clusterIPs
  const cidr = network(range)
  if (asked === undefined || asked === '') {
    const free = freeIp(taken, cidr)
    if (free === undefined) {
      throw internal(`failed to allocate a serviceIP for Service "${service.metadata.name}": range is full`)
    }
    return [free]
  }
  const ip = parseIp(asked)
  const fail = (why: string): Error =>
    refuse(service, invalidValue(SPEC.child('clusterIPs'), clusterIPs, `failed to allocate IP ${asked}: ${why}`))
  if (ip === undefined || !contains(cidr, ip)) {
    throw fail(`the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range}`)
  }
  if (taken.has(ipText(ip))) throw fail('provided IP is already allocated')
  return [asked]
}

function withFamilies(service: Service): ServiceSpec {
  const { spec } = service
  const loose = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  const ipFamilyPolicy = spec.ipFamilyPolicy ?? (loose ? 'RequireDualStack' : 'SingleStack')
  const ipFamilies = spec.ipFamilies ?? ['IPv4']
  const single = ipFamilyPolicy === 'SingleStack'
  const policy = SPEC.child('ipFamilyPolicy')
  if (single && ((spec.clusterIPs ?? []).length === 2 || ipFamilies.length === 2)) {
    const what = (spec.clusterIPs ?? []).length === 2 ? 'cluster IPs' : 'IP families'
    const why = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
    throw refuse(service, invalidValue(policy, ipFamilyPolicy, why))
  }
  // Headless and without a selector: whoever writes the endpoints decides, so both families are named.
  if (loose) {
    const other = ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4'
    return {
      ...spec,
      ipFamilyPolicy,
      ipFamilies: single || ipFamilies.length > 1 ? ipFamilies : [...ipFamilies, other],
    }
  }
  if (ipFamilyPolicy === 'RequireDualStack') {
    throw refuse(
      service,
      invalidValue(policy, ipFamilyPolicy, 'this cluster is not configured for dual-stack services'),
    )
  }
  const strange = ipFamilies.findIndex((family) => family !== 'IPv4')
  if (strange >= 0) {
    const at = SPEC.child('ipFamilies').index(strange)
    throw refuse(service, invalidValue(at, ipFamilies[strange], 'not configured on this cluster'))
  }
  return { ...spec, ipFamilyPolicy, ipFamilies }
}

interface Pool {
  take(port: number): string | undefined
  next(): number
}

function pool(taken: Set<number>): Pool {
  return {
    take(port) {
      if (port < PORTS.least || port > PORTS.most) {
        const range = `${PORTS.least}-${PORTS.most}`
        return `provided port is not in the valid range. The range of valid ports is ${range}`
      }
      if (taken.has(port)) return 'provided port is already allocated'
      taken.add(port)
      return undefined
    },
    next() {
      for (let port = PORTS.least; port <= PORTS.most; port++) {
        if (taken.has(port)) continue
        taken.add(port)
        return port
      }
      throw internal('failed to allocate a nodePort: range is full')
    },
  }
}

const nodePortsOf = ({ ports = [], healthCheckNodePort = 0 }: ServiceSpec): number[] =>
  [...ports.map(({ nodePort = 0 }) => nodePort), healthCheckNodePort].filter((port) => port !== 0)

/** One node port serves the same port of both TCP and UDP. */
function withNodePorts(service: Service, own: ReadonlySet<number>, ports: Pool): ServicePort[] {
  const { spec } = service
  const automatic = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false
  const given = new Map<number, number>()
  return (spec.ports ?? []).map((port, i) => {
    const asked =
      port.nodePort || (spec.ports ?? []).find((other) => other.port === port.port && other.nodePort)?.nodePort
    if (!asked && !automatic) return port
    const nodePort = asked || given.get(port.port) || ports.next()
    const why = asked && !own.has(asked) && given.get(port.port) !== asked ? ports.take(asked) : undefined
    if (why !== undefined) {
      throw refuse(service, invalidValue(SPEC.child('ports').index(i).child('nodePort'), asked, why))
    }
    given.set(port.port, nodePort)
    return { ...port, nodePort }
  })
}

/** Everything that a Service takes out of the pools that all share. `old` keeps what it has. */
export function allocate(service: Service, old: Service | undefined, others: () => readonly Service[]): Service {
  if (service.spec.type === 'ExternalName') return service
  const spec = withFamilies(service)
  const { uid } = service.metadata
  let rest: readonly Service[] | undefined
  const all = (): readonly Service[] => (rest ??= others().filter((other) => other.metadata.uid !== uid))
  const has = old?.spec.clusterIPs ?? []
  const keeps = has.length > 0 && has[0] !== 'None' && has[0] === spec.clusterIPs?.[0]
  if (!isHeadless(spec) && !keeps) {
    const taken = new Set(all().flatMap((other) => other.spec.clusterIPs ?? []))
    spec.clusterIPs = clusterIPsFor({ ...service, spec }, taken)
    spec.clusterIP = spec.clusterIPs[0] ?? ''
  }
  if (!needsNodePorts(spec)) return { ...service, spec }
  const own = new Set(nodePortsOf(old?.spec ?? {}))
  const ports = pool(new Set([...own, ...all().flatMap((other) => nodePortsOf(other.spec))]))
  spec.ports = withNodePorts({ ...service, spec }, own, ports)
  if (needsHealthCheck(spec) && !spec.healthCheckNodePort) spec.healthCheckNodePort = ports.next()
  return { ...service, spec }
}
