import type { Service, ServicePort, ServiceSpec } from '../schema/types.generated.ts'
import { same } from './same.ts'
import { isExternal, needsHealthCheck, needsNodePorts } from './service-type.ts'

/** What happens to a Service before it is validated: strategy.go and storage.go of pkg/registry/core/service. */

/** The spec without the fields named, and with those given. */
function changed(
  spec: ServiceSpec,
  without: readonly (keyof ServiceSpec)[],
  added: Partial<ServiceSpec> = {},
): ServiceSpec {
  const result: ServiceSpec = { ...spec, ...added }
  for (const field of without) delete result[field]
  return result
}

/** Old clients know only the singular field (`normalizeClusterIPs`). */
export function prepareCreate(service: Service): Service {
  const { spec } = service
  if (!spec.clusterIP || (spec.clusterIPs ?? []).length > 0) return service
  return { ...service, spec: { ...spec, clusterIPs: [spec.clusterIP] } }
}

/** A port that was given its nodePort keeps it when the client does not say one (`patchAllocatedValues`). */
function keptPorts(ports: readonly ServicePort[], old: readonly ServicePort[]): ServicePort[] {
  const before = new Set(old.map(({ nodePort }) => nodePort))
  const used = new Set(ports.map(({ nodePort }) => nodePort).filter((port) => port && before.has(port)))
  const byName = new Map(old.map(({ name = '', nodePort }) => [name, nodePort]))
  return ports.map((port) => {
    const nodePort = byName.get(port.name ?? '')
    return port.nodePort || !nodePort || used.has(nodePort) ? port : { ...port, nodePort }
  })
}

function withAllocated(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const kept = { ...spec }
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!kept.clusterIP && old.clusterIP) kept.clusterIP = old.clusterIP
    if ((kept.clusterIPs ?? []).length === 0 && old.clusterIPs !== undefined) kept.clusterIPs = old.clusterIPs
  }
  if (needsNodePorts(spec) && needsNodePorts(old) && spec.ports !== undefined) {
    kept.ports = keptPorts(spec.ports, old.ports ?? [])
  }
  if (needsHealthCheck(spec) && needsHealthCheck(old) && !kept.healthCheckNodePort && old.healthCheckNodePort) {
    kept.healthCheckNodePort = old.healthCheckNodePort
  }
  return kept
}

/** Who changes one of clusterIP and clusterIPs means both (`normalizeClusterIPs`). */
function withClusterIPs(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const [ip, before] = [spec.clusterIP ?? '', old.clusterIP ?? '']
  if (ip === before || !same(spec.clusterIPs, old.clusterIPs)) return spec
  return ip === '' ? changed(spec, ['clusterIPs']) : { ...spec, clusterIPs: [ip] }
}

/** What the old type needed and the new one may not have goes, where the client left it as it was. */
function withoutOldType(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const gone: (keyof ServiceSpec)[] = []
  const drop = (when: boolean, ...fields: (keyof ServiceSpec)[]): void => {
    if (when && fields.every((field) => same(spec[field], old[field]))) gone.push(...fields)
  }
  const lost = (needs: (of: ServiceSpec) => boolean): boolean => needs(old) && !needs(spec)
  drop(
    lost(({ type }) => type !== 'ExternalName'),
    'clusterIP',
    'clusterIPs',
  )
  drop(
    lost(({ type }) => type !== 'ExternalName'),
    'ipFamilies',
  )
  drop(
    lost(({ type }) => type !== 'ExternalName'),
    'ipFamilyPolicy',
  )
  drop(lost(needsHealthCheck), 'healthCheckNodePort')
  drop(
    lost(({ type }) => type === 'LoadBalancer'),
    'allocateLoadBalancerNodePorts',
  )
  drop(
    lost(({ type }) => type === 'LoadBalancer'),
    'loadBalancerClass',
  )
  drop(lost(isExternal), 'externalTrafficPolicy')
  const kept = changed(spec, gone)
  if (!lost(needsNodePorts) || spec.ports === undefined) return kept
  const before = new Set((old.ports ?? []).map(({ nodePort }) => nodePort))
  if (spec.ports.some(({ nodePort }) => nodePort && !before.has(nodePort))) return kept
  const ports = spec.ports.map((port) => {
    const { nodePort: _, ...rest } = port
    return rest
  })
  return { ...kept, ports }
}

export function prepareUpdate(service: Service, old: Service): Service {
  const spec = withoutOldType(withClusterIPs(withAllocated(service.spec, old.spec), old.spec), old.spec)
  const status = spec.type === 'LoadBalancer' ? service.status : { ...service.status, loadBalancer: {} }
  return { ...service, spec, status }
}
