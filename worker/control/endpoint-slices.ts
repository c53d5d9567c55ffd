import { same } from '../../api/kinds/same.ts'
import { isDeleting } from '../../api/meta/object.ts'
import type {
  DiscoveryEndpointPort,
  Endpoint,
  EndpointSlice,
  Node,
  Pod,
  Service,
} from '../../api/schema/types.generated.ts'
import type { Change, Controller, View } from './controller.ts'
import { controllerReference } from './ownership.ts'
import { isReady } from './pod-state.ts'
import {
  addressIn,
  hasAddress,
  HEADLESS,
  hostnameOf,
  isEnding,
  isSelecting,
  podsOf,
  portAt,
  TRIGGER_TIME,
  triggerTime,
  wakeServices,
} from './service-pods.ts'

/**
 * Keeps the EndpointSlices of Services with a selector: the reconciler of k8s.io/endpointslice. They go with their
 * Service, which owns them.
 */

const SLICES = 'endpointslices.discovery.k8s.io'
const SERVICE_NAME = 'kubernetes.io/service-name'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const OURS = 'endpointslice-controller.k8s.io'
const ZONE = 'topology.kubernetes.io/zone'
/** The controller's --max-endpoints-per-slice. */
const MOST_ENDPOINTS = 100

/** getEndpointPorts. */
const portsAt = (service: Service, pod: Pod): DiscoveryEndpointPort[] =>
  (service.spec.ports ?? []).flatMap((of) => {
    const port = portAt(pod, of)
    const { name = '', protocol = 'TCP', appProtocol } = of
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })

/** podToEndpoint. */
function endpointOf(service: Service, pod: Pod, address: string, node: Node | undefined): Endpoint {
  const { name, namespace = '', uid } = pod.metadata
  const [serving, terminating] = [isReady(pod), isDeleting(pod)]
  // Never ready while it is ending, unless all are published.
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  const hostname = hostnameOf(service, pod)
  const zone = node?.metadata.labels?.[ZONE]
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  }
}

/** Endpoints that have the same ports; those of another set stand in other slices. */
interface Group {
  readonly ports: DiscoveryEndpointPort[]
  readonly endpoints: Endpoint[]
}

/** What there is to tell of one address family, and whether a Pod was left out whose Node is not known (yet). */
function groupsOf(service: Service, pods: readonly Pod[], family: string, view: View) {
  const groups = new Map<string, Group>()
  let isPartial = false
  for (const pod of pods) {
    const address = addressIn(family, pod)
    if (address === undefined) continue
    const node = view.get<Node>('nodes', '', pod.spec.nodeName ?? '')
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      isPartial = true
      continue
    }
    const ports = portsAt(service, pod)
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, endpoints: [] }
    group.endpoints.push(endpointOf(service, pod, address, node))
    groups.set(key, group)
  }
  return { groups: [...groups.values()], isPartial }
}

/** One slice as it should be; `found` is the one that it is now. */
interface Slice {
  readonly found: EndpointSlice | undefined
  readonly family: string
  readonly ports: DiscoveryEndpointPort[]
  endpoints: Endpoint[]
}

/** reconcileByPortMapping: an endpoint stays in its slice; others fill what changes anyway, then what has room. */
function slicesOf({ ports, endpoints }: Group, family: string, existing: readonly EndpointSlice[]): Slice[] {
  const wanted = new Map(endpoints.map((endpoint) => [endpoint.targetRef?.uid ?? '', endpoint]))
  const slices = existing.map((found): Slice => {
    const stays = (found.endpoints ?? []).flatMap(({ targetRef }) => {
      const endpoint = wanted.get(targetRef?.uid ?? '')
      wanted.delete(targetRef?.uid ?? '')
      return endpoint === undefined ? [] : [endpoint]
    })
    return { found, family, ports, endpoints: stays }
  })
  const rest = [...wanted.values()]
  const changes = (slice: Slice): boolean => !same(slice.endpoints, slice.found?.endpoints)
  const order = [...slices.filter(changes), ...slices.filter((slice) => !changes(slice))]
  for (const slice of order) {
    slice.endpoints = [...slice.endpoints, ...rest.splice(0, MOST_ENDPOINTS - slice.endpoints.length)]
  }
  while (rest.length > 0) {
    slices.push({ found: undefined, family, ports, endpoints: rest.splice(0, MOST_ENDPOINTS) })
  }
  return slices
}

/** recycleSlices: one that would go is turned into one that would be made. */
function recycled(slices: readonly Slice[]): Slice[] {
  const idle = slices.filter(({ endpoints, found }) => endpoints.length === 0 && found !== undefined)
  const used = new Set<Slice>()
  const turned = slices.map((slice) => {
    const one = slice.found === undefined ? idle.shift() : undefined
    if (one === undefined) return slice
    used.add(one)
    return { ...slice, found: one.found }
  })
  return turned.filter((slice) => !used.has(slice))
}

/** The slices of one family; one without endpoints where there are none, so that a Service always has one. */
function planned(groups: readonly Group[], family: string, existing: readonly EndpointSlice[]): Slice[] {
  const left = new Set(existing)
  const slices = groups.flatMap((group) => {
    const mine = existing.filter(({ ports }) => same(ports, group.ports))
    for (const slice of mine) left.delete(slice)
    return slicesOf(group, family, mine)
  })
  const empty = [...left].map((found): Slice => ({ found, family, ports: [], endpoints: [] }))
  const all = recycled([...slices, ...empty])
  if (all.some(({ endpoints }) => endpoints.length > 0)) return all
  return [{ found: existing[0], family, ports: [], endpoints: [] }, ...all.filter(({ found }) => found !== existing[0])]
}

function labelsOf(service: Service): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {}
  return {
    ...labels,
    ...(hasAddress(service) ? {} : { [HEADLESS]: '' }),
    [SERVICE_NAME]: service.metadata.name,
    [MANAGED_BY]: OURS,
  }
}

/** getEndpointSlicePrefix: with the dash where the name leaves room for it. */
function nameFor(service: Service, view: View): { name: string; generateName: string } {
  const { name } = service.metadata
  const generateName = name.length < 253 ? `${name}-` : name
  return { name: generateName.slice(0, 248) + view.suffix(5), generateName }
}

function changeOf(slice: Slice, keep: boolean, service: Service, pods: readonly Pod[], view: View): Change[] {
  const { found, family, ports, endpoints } = slice
  if (endpoints.length === 0 && !keep) return found === undefined ? [] : [{ do: 'delete', object: found }]
  const labels = labelsOf(service)
  const ownerReferences = [controllerReference(service)]
  const isSame =
    same(found?.endpoints, endpoints) &&
    same(found?.ports, ports) &&
    same(found?.metadata.labels, labels) &&
    same(found?.metadata.ownerReferences, ownerReferences)
  if (found !== undefined && isSame) return []
  const annotations = { ...found?.metadata.annotations, [TRIGGER_TIME]: triggerTime(service, pods) }
  const fields = { addressType: family, endpoints, ports }
  if (found !== undefined) {
    const object: EndpointSlice = {
      ...found,
      ...fields,
      metadata: { ...found.metadata, labels, ownerReferences, annotations },
    }
    return [{ do: 'update', object }]
  }
  const { namespace = '' } = service.metadata
  const metadata = { ...nameFor(service, view), namespace, labels, ownerReferences, annotations }
  return [{ do: 'create', object: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...fields } }]
}

export const endpointSlices: Controller<Service> = {
  name: 'endpointslice-controller',
  resource: 'services',
  owns: [SLICES],
  wakes: { pods: wakeServices },
  reconcile(service, view): Change[] {
    if (!isSelecting(service) || isDeleting(service) || isEnding(service, view)) return []
    const families = service.spec.ipFamilies ?? ['IPv4']
    const existing = view
      .owned<EndpointSlice>(service.metadata.uid, SLICES)
      .filter(({ metadata }) => metadata.labels?.[MANAGED_BY] === OURS && metadata.deletionTimestamp === undefined)
    const pods = podsOf(service, view)
    const strange = existing.filter(({ addressType }) => !families.includes(addressType))
    const changes = strange.map((object): Change => ({ do: 'delete', object }))
    for (const family of families) {
      const { groups, isPartial } = groupsOf(service, pods, family, view)
      const slices = planned(
        groups,
        family,
        existing.filter(({ addressType }) => addressType === family),
      )
      const none = slices.every(({ endpoints }) => endpoints.length === 0)
      changes.push(...slices.flatMap((slice, i) => changeOf(slice, none && i === 0, service, pods, view)))
      if (isPartial) changes.push({ do: 'retry' })
    }
    return changes
  },
}
