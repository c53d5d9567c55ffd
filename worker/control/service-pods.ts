import { parseIp } from '../../api/meta/ip.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { parseTime, rfc3339 } from '../../api/meta/time.ts'
import type { Pod, Service, ServicePort } from '../../api/schema/types.generated.ts'
import { ByNamespace } from './by-namespace.ts'
import { conditionOf } from './conditions.ts'
import type { Happened, ObjectKey, View } from './controller.ts'
import { isReady, isTerminal } from './pod-state.ts'

/** Which Pods are behind a Service, and when that may have changed: k8s.io/endpointslice/util. */

const SERVICES = 'services'

/** Why its objects are written: read by those who measure how long it takes until an address is known everywhere. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'
/** v1.IsHeadlessService: on the objects of a Service without an address of its own. */
export const HEADLESS = 'service.kubernetes.io/headless'

/** Whether podo keeps the addresses of this Service; those of others are whoever made them's. */
export const isSelecting = ({ spec }: Service): boolean =>
  spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0

const selecting = (): ByNamespace<Service> =>
  new ByNamespace(SERVICES, isSelecting, (json) => !json.includes('"selector"'))

const selects = (service: Service, pod: Resource): boolean =>
  Object.entries(service.spec.selector ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value)

export const hasAddress = (service: Service): boolean => service.spec.clusterIP !== 'None' && !!service.spec.clusterIP

export const addressesOf = ({ status }: Pod): string[] => {
  const all = (status?.podIPs ?? []).map(({ ip }) => ip)
  return all.length > 0 ? all : status?.podIP ? [status.podIP] : []
}

/** The first address of a family (`IPv4`, `IPv6`). */
export const addressIn = (family: string, pod: Pod): string | undefined =>
  addressesOf(pod).find((ip) => `IPv${parseIp(ip)?.version}` === family)

/** ShouldPodBeInEndpoints. */
const counts = (pod: Pod): boolean => !isTerminal(pod) && addressesOf(pod).length > 0

/** The Pods behind a Service, those that are ending with them. */
export const podsOf = (service: Service, view: View): Pod[] =>
  view.list<Pod>('pods', service.metadata.namespace).filter((pod) => counts(pod) && selects(service, pod))

/** ShouldSetHostname: a Pod that names the Service as its subdomain is known by its own name, too. */
export const hostnameOf = (service: Service, { spec }: Pod): string | undefined =>
  spec.hostname && spec.subdomain === service.metadata.name ? spec.hostname : undefined

/** FindPort: the number of a port of the Service at this Pod; undefined where no container has the port of that name. */
export function portAt({ spec }: Pod, { targetPort, protocol }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...spec.containers, ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .find((port) => port.name === targetPort && (port.protocol ?? 'TCP') === (protocol ?? 'TCP'))?.containerPort
}

/** What of a Pod endpoints tell: podEndpointsChanged. Undefined where they tell nothing. */
function told(resource: Resource | undefined): string | undefined {
  const pod = resource as Pod | undefined // a change of a Pod
  if (pod === undefined || !counts(pod)) return undefined
  const { spec, metadata } = pod
  return JSON.stringify([
    addressesOf(pod),
    isReady(pod),
    isDeleting(pod),
    spec.nodeName,
    spec.hostname,
    spec.subdomain,
    metadata.labels,
  ])
}

/** The Services that a changed Pod is, or was, behind. */
export function wakeServices({ before, after, type, key }: Happened, view: View): ObjectKey[] {
  const last = type === 'DELETED' ? undefined : after
  if (told(before) === told(last)) return []
  return view
    .index(selecting)
    .of(key.namespace)
    .filter((service) => [before, last].some((pod) => pod !== undefined && selects(service, pod)))
    .map(({ metadata: { name } }) => ({ resource: SERVICES, namespace: key.namespace, name }))
}

/**
 * The latest of what these objects tell: a Pod became ready (or ceased to be), the Service was made. Kubernetes remembers
 * what it has seen and takes the earliest since then; nothing is remembered here.
 */
export function triggerTime(service: Service, pods: readonly Pod[]): string {
  const times = pods.map((pod) => conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime)
  const known = [service.metadata.creationTimestamp, ...times].filter((time) => typeof time === 'string')
  return rfc3339(Math.max(...known.map((time) => parseTime(time))))
}

/** Whether the Service's own namespace is ending: nothing is made there any more. */
export const isEnding = ({ metadata }: Service, view: View): boolean => {
  const namespace = view.get('namespaces', '', metadata.namespace ?? '')
  return namespace !== undefined && isDeleting(namespace)
}
