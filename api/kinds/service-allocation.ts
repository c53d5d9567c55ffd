import { internal, invalid } from '../meta/failures.ts'
import { Path, type FieldError, invalidValue } from '../meta/field-error.ts'
import type { Service, ServicePort, ServiceSpec } from '../schema/types.generated.ts'
import type { Pools } from './kind.ts'
import { addressesOf, clusterIPsFor } from './service-addresses.ts'
import { isHeadless, needsHealthCheck, needsNodePorts } from './service-type.ts'

/** What a Service takes: pkg/registry/core/service/storage/alloc.go. Of the node ports the lowest free one is given. */

const PORTS = { least: 30000, most: 32767 }

const SPEC = Path.of('spec')
const refuse = (service: Service, error: FieldError): Error =>
  invalid({ group: '', kind: 'Service' }, service.metadata.name, [error])

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

/** A dry run asks no range. */
function pool(taken: Set<number>, dryRun: boolean): Pool {
  return {
    take(port) {
      if (!dryRun && (port < PORTS.least || port > PORTS.most)) {
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

/** The port at which a load balancer asks the node: the one asked for, or one that is free. */
function healthCheckPort(asked: number, own: ReadonlySet<number>, ports: Pool): number {
  if (asked === 0) return ports.next()
  const why = own.has(asked) ? undefined : ports.take(asked)
  if (why !== undefined) throw internal(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`)
  return asked
}

/** Everything that a Service takes out of the pools that all share. `old` keeps what it has. */
export function allocate(service: Service, old: Service | undefined, pools: Pools): Service {
  if (service.spec.type === 'ExternalName') return service
  const spec = withFamilies(service)
  const has = old?.spec.clusterIPs ?? []
  const keeps = has.length > 0 && has[0] !== 'None' && has[0] === spec.clusterIPs?.[0]
  if (!isHeadless(spec) && !keeps) {
    spec.clusterIPs = clusterIPsFor({ ...service, spec }, addressesOf(pools))
    spec.clusterIP = spec.clusterIPs[0] ?? ''
  }
  if (!needsNodePorts(spec)) return { ...service, spec }
  // The resource is of that kind.
  const all = pools.dryRun ? [] : (pools.list('services') as readonly Service[])
  const others = all.filter((other) => other.metadata.uid !== service.metadata.uid)
  const own = new Set(nodePortsOf(old?.spec ?? {}))
  const ports = pool(new Set([...own, ...others.flatMap((other) => nodePortsOf(other.spec))]), pools.dryRun)
  spec.ports = withNodePorts({ ...service, spec }, own, ports)
  if (needsHealthCheck(spec)) spec.healthCheckNodePort = healthCheckPort(spec.healthCheckNodePort ?? 0, own, ports)
  return { ...service, spec }
}
