import {
  Path,
  type FieldError,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { isIp, ipErrors } from '../meta/ip.ts'
import { dnsLabelErrors, dnsSubdomainErrors, portErrors, qualifiedNameErrors } from '../meta/names.ts'
import { labelErrors } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { Service, ServicePort, ServiceSpec } from '../schema/types.generated.ts'
import { portOrNameErrors } from './numbers.ts'
import { clusterIpChanges, clusterIpErrors, externalIpErrors, familyChanges, sourceRangeErrors } from './service-ips.ts'
import { isExternal, isHeadless, needsHealthCheck } from './service-type.ts'

/** `validateService` of pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const PORTS = SPEC.child('ports')
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const KUBELET_PORT = 10250
const ONLY_BALANCER = "may only be used when `type` is 'LoadBalancer'"

function portRules(port: ServicePort, i: number, ports: readonly ServicePort[]): FieldError[] {
  const at = PORTS.index(i)
  const { name = '', protocol = '', appProtocol, targetPort = 0 } = port
  const errors: FieldError[] = []
  if (name === '' && ports.length > 1) errors.push(required(at.child('name')))
  if (name !== '') {
    errors.push(...eachInvalid(at.child('name'), name, dnsLabelErrors(name)))
    if (ports.findIndex((other) => other.name === name) < i) errors.push(duplicate(at.child('name'), name))
  }
  errors.push(...eachInvalid(at.child('port'), port.port ?? 0, portErrors(port.port ?? 0)))
  if (protocol === '') errors.push(required(at.child('protocol')))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS))
  errors.push(...portOrNameErrors(targetPort, at.child('targetPort')))
  if (appProtocol !== undefined) {
    errors.push(...eachInvalid(at.child('appProtocol'), appProtocol, qualifiedNameErrors(appProtocol)))
  }
  return errors
}

/** The type and what it demands of the addresses. */
function typeRules(spec: ServiceSpec): FieldError[] {
  const { type, externalName = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy, ports = [] } = spec
  if (type === 'LoadBalancer' || type === 'NodePort') {
    const exposed = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`
    const why = `may not be set to 'None' for ${type} services`
    return [
      ...ports.flatMap(({ port }, i) =>
        type === 'LoadBalancer' && port === KUBELET_PORT ? [invalidValue(PORTS.index(i), port, exposed)] : [],
      ),
      ...(isHeadless(spec) ? [invalidValue(SPEC.child('clusterIPs').index(0), 'None', why)] : []),
    ]
  }
  if (type !== 'ExternalName') return []
  const never = (field: string): FieldError => forbidden(SPEC.child(field), 'may not be set for ExternalName services')
  const at = SPEC.child('externalName')
  const name = externalName.replace(/\.$/, '')
  return [
    ...(clusterIPs.length > 0 ? [never('clusterIPs')] : []),
    ...(ipFamilies.length > 0 ? [never('ipFamilies')] : []),
    ...(ipFamilyPolicy === undefined ? [] : [never('ipFamilyPolicy')]),
    ...(name === '' ? [required(at)] : eachInvalid(at, name, dnsSubdomainErrors(name))),
  ]
}

function affinityRules({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const at = SPEC.child('sessionAffinityConfig')
  if (!sessionAffinity) return [required(SPEC.child('sessionAffinity'))]
  if (sessionAffinity === 'None') {
    return sessionAffinityConfig === undefined ? [] : [forbidden(at, 'must not be set when session affinity is None')]
  }
  if (sessionAffinity !== 'ClientIP') {
    return [notSupported(SPEC.child('sessionAffinity'), sessionAffinity, ['ClientIP', 'None'])]
  }
  const why = 'when session affinity type is ClientIP'
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (sessionAffinityConfig === undefined) return [required(at, why)]
  if (sessionAffinityConfig.clientIP === undefined) return [required(at.child('clientIP'), why)]
  const timeout = at.child('clientIP').child('timeoutSeconds')
  if (seconds === undefined) return [required(timeout, why)]
  if (seconds > 0 && seconds <= 86400) return []
  return [invalidValue(timeout, seconds, 'must be greater than 0 and less than 86400')]
}

/** Pairs of protocol and port, and of protocol and nodePort, may be used once. */
function duplicatePorts({ ports = [], type }: ServiceSpec): FieldError[] {
  const forbiddenPorts =
    type === 'ClusterIP'
      ? ports.flatMap(({ nodePort }, i) =>
          nodePort ? [forbidden(PORTS.index(i).child('nodePort'), "may not be used when `type` is 'ClusterIP'")] : [],
        )
      : []
  const firstWith = (i: number, field: 'port' | 'nodePort'): boolean =>
    ports.findIndex(
      (other) => other[field] === ports[i]?.[field] && (other.protocol ?? '') === (ports[i]?.protocol ?? ''),
    ) === i
  const printed = ({ protocol = '', port }: ServicePort): object => ({
    Name: '',
    Protocol: protocol,
    AppProtocol: null,
    Port: port,
    TargetPort: 0,
    NodePort: 0,
  })
  return [
    ...forbiddenPorts,
    ...ports.flatMap(({ nodePort }, i) =>
      nodePort && !firstWith(i, 'nodePort') ? [duplicate(PORTS.index(i).child('nodePort'), nodePort)] : [],
    ),
    ...ports.flatMap((port, i) => (firstWith(i, 'port') ? [] : [duplicate(PORTS.index(i), printed(port))])),
  ]
}

function balancerRules(spec: ServiceSpec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts: allocate, loadBalancerClass: of } = spec
  const isBalancer = type === 'LoadBalancer'
  const errors: FieldError[] = []
  if (allocate !== undefined && !isBalancer) {
    errors.push(forbidden(SPEC.child('allocateLoadBalancerNodePorts'), ONLY_BALANCER))
  }
  if (allocate === undefined && isBalancer) errors.push(required('allocateLoadBalancerNodePorts'))
  if (of === undefined) return errors
  const at = SPEC.child('loadBalancerClass')
  if (!isBalancer) return [...errors, forbidden(at, ONLY_BALANCER)]
  return [...errors, ...eachInvalid(at, of, qualifiedNameErrors(of))]
}

function trafficRules(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: external = '', internalTrafficPolicy: internal, type, trafficDistribution } = spec
  const errors: FieldError[] = []
  const at = SPEC.child('externalTrafficPolicy')
  const policies = ['Cluster', 'Local']
  if (!isExternal(spec)) {
    if (external !== '') errors.push(invalidValue(at, external, 'may only be set for externally-accessible services'))
  } else if (external === '') errors.push(required(at))
  else if (!policies.includes(external)) errors.push(notSupported(at, external, policies))
  errors.push(...healthCheckRules(spec))
  if (internal === undefined) {
    if (type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer') {
      errors.push(required(SPEC.child('internalTrafficPolicy')))
    }
  } else if (!policies.includes(internal)) {
    errors.push(notSupported(SPEC.child('internalTrafficPolicy'), internal, policies))
  }
  const ways = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  if (trafficDistribution !== undefined && !ways.includes(trafficDistribution)) {
    errors.push(notSupported(SPEC.child('trafficDistribution'), trafficDistribution, ways))
  }
  return errors
}

/** A port that is missing is allocated after validation, so only one that is there is judged. */
function healthCheckRules(spec: ServiceSpec): FieldError[] {
  const port = spec.healthCheckNodePort ?? 0
  const at = SPEC.child('healthCheckNodePort')
  if (port === 0) return []
  if (needsHealthCheck(spec)) return eachInvalid(at, port, portErrors(port))
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return [invalidValue(at, port, why)]
}

const HINTS = 'service.kubernetes.io/topology-aware-hints'
const MODE = 'service.kubernetes.io/topology-mode'

function topologyRules({ metadata: { annotations = {} } }: Service): FieldError[] {
  const [hints, mode] = [annotations[HINTS], annotations[MODE]]
  if (hints === undefined || mode === undefined || hints === mode) return []
  const at = Path.of('metadata').child('annotations').key(MODE)
  return [invalidValue(at, mode, `must match annotations[${HINTS}] when both are specified`)]
}

/** The whole object, on create and on update. */
export function serviceErrors(service: Service, old?: Service): FieldError[] {
  const { spec } = service
  const { ports = [], type } = spec
  const errors = topologyRules(service)
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required(PORTS))
  return [
    ...errors,
    ...typeRules(spec),
    ...ports.flatMap(portRules),
    ...labelErrors(spec.selector, SPEC.child('selector')),
    ...affinityRules(spec),
    ...clusterIpErrors(spec, old?.spec),
    ...externalIpErrors(spec, old?.spec),
    ...(type
      ? TYPES.includes(type)
        ? []
        : [notSupported(SPEC.child('type'), type, TYPES)]
      : [required(SPEC.child('type'))]),
    ...duplicatePorts(spec),
    ...sourceRangeErrors(service, old),
    ...balancerRules(spec),
    ...trafficRules(spec),
  ]
}

/** `ValidateServiceUpdate`: what may not change, then everything. */
export function serviceUpdateErrors(service: Service, old: Service): FieldError[] {
  const { spec } = service
  const errors = [...clusterIpChanges(spec, old.spec), ...familyChanges(spec, old.spec)]
  const both = (needs: (of: ServiceSpec) => boolean): boolean => needs(spec) && needs(old.spec)
  if (both(({ type }) => type === 'LoadBalancer') && spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.push(invalidValue(SPEC.child('loadBalancerClass'), spec.loadBalancerClass, 'may not change once set'))
  }
  if (both(needsHealthCheck) && spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbidden(SPEC.child('healthCheckNodePort'), IMMUTABLE))
  }
  return [...errors, ...serviceErrors(service, old)]
}

/** `ValidateLoadBalancerStatus`. */
export function serviceStatusErrors({ spec, status }: Service, old: Service): FieldError[] {
  const ingress = status?.loadBalancer?.ingress ?? []
  const at = Path.of('status').child('loadBalancer').child('ingress')
  if (spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  const before = new Set((old.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip))
  return ingress.flatMap(({ ip = '', ipMode, hostname = '' }, i) => {
    const here = at.index(i)
    const errors = ip === '' || before.has(ip) ? [] : ipErrors(here.child('ip'), ip)
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(here.child('ipMode'), 'must be specified when `ip` is set'))
    } else if (ip === '') {
      errors.push(forbidden(here.child('ipMode'), 'may not be specified when `ip` is not set'))
    } else if (ipMode !== 'VIP' && ipMode !== 'Proxy') {
      errors.push(notSupported(here.child('ipMode'), ipMode, ['Proxy', 'VIP']))
    }
    if (hostname === '') return errors
    errors.push(...eachInvalid(here.child('hostname'), hostname, dnsSubdomainErrors(hostname)))
    if (!isIp(hostname)) return errors
    return [...errors, invalidValue(here.child('hostname'), hostname, 'must be a DNS name, not an IP address')]
  })
}
