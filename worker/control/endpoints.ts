import { repacked } from '../../api/kinds/endpoint-subsets.ts'
import { same } from '../../api/kinds/same.ts'
import { isDeleting } from '../../api/meta/object.ts'
import type { EndpointAddress, Endpoints, EndpointSubset, Pod, Service } from '../../api/schema/types.generated.ts'
import type { Change, Controller, View } from './controller.ts'
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

/** Keeps the Endpoints of Services with a selector: syncService of pkg/controller/endpoint. */

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MOST_ADDRESSES = 1000

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const ip = addressIn(service.spec.ipFamilies?.[0] ?? 'IPv4', pod)
  if (ip === undefined) return undefined
  const { name, namespace = '', uid } = pod.metadata
  const hostname = hostnameOf(service, pod)
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

/** One subset of each Pod and port; `repacked` puts together what belongs together. */
function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const { ports = [], publishNotReadyAddresses: all = false } = service.spec
  const subsets = pods.flatMap((pod): EndpointSubset[] => {
    const address = addressOf(service, pod)
    if (address === undefined || (isDeleting(pod) && !all)) return []
    const where = all || isReady(pod) ? { addresses: [address] } : { notReadyAddresses: [address] }
    if (ports.length === 0) return hasAddress(service) ? [] : [where]
    return ports.flatMap((port) => {
      const number = portAt(pod, port)
      const { name, protocol = 'TCP', appProtocol } = port
      const rest = appProtocol === undefined ? {} : { appProtocol }
      return number === undefined
        ? []
        : [{ ...where, ports: [{ ...(name ? { name } : {}), port: number, protocol, ...rest }] }]
    })
  })
  return repacked(subsets)
}

/** truncateEndpoints: of more than a thousand the ready ones stay first. */
function truncated(subsets: readonly EndpointSubset[]): { subsets: EndpointSubset[]; isCut: boolean } {
  let left = MOST_ADDRESSES
  let isCut = false
  const taken = (list: readonly EndpointAddress[] = []): EndpointAddress[] => {
    const kept = list.slice(0, left)
    left -= kept.length
    isCut ||= kept.length < list.length
    return kept
  }
  const ready = subsets.map(({ addresses }) => taken(addresses))
  const cut = subsets.map(({ notReadyAddresses, ports }, i): EndpointSubset => {
    const [yes, no] = [ready[i] ?? [], taken(notReadyAddresses)]
    return {
      ...(yes.length === 0 ? {} : { addresses: yes }),
      ...(no.length === 0 ? {} : { notReadyAddresses: no }),
      ...(ports === undefined ? {} : { ports }),
    }
  })
  return { subsets: cut.filter((subset) => subset.addresses ?? subset.notReadyAddresses), isCut }
}

function labelsOf(service: Service): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {}
  return { ...labels, ...(hasAddress(service) ? {} : { [HEADLESS]: '' }), [MANAGED_BY]: 'endpoint-controller' }
}

function kept(service: Service, view: View): Change[] {
  const { name, namespace = '' } = service.metadata
  const pods = podsOf(service, view)
  const { subsets, isCut } = truncated(subsetsOf(service, pods))
  const labels = labelsOf(service)
  const found = view.get<Endpoints>('endpoints', namespace, name)
  const { [OVER_CAPACITY]: capacity, ...others } = found?.metadata.annotations ?? {}
  const wasCut = capacity !== undefined
  if (found !== undefined && same(found.subsets, subsets) && same(found.metadata.labels, labels) && wasCut === isCut) {
    return []
  }
  const annotations = {
    ...others,
    [TRIGGER_TIME]: triggerTime(service, pods),
    ...(isCut ? { [OVER_CAPACITY]: 'truncated' } : {}),
  }
  if (found !== undefined) {
    return [
      {
        do: 'update',
        object: { ...found, metadata: { ...found.metadata, labels, annotations }, subsets } as Endpoints,
      },
    ]
  }
  const metadata = { name, namespace, labels, annotations }
  const object = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets }
  return [
    {
      do: 'create',
      object,
      failed: ({ message }) => [
        {
          do: 'event',
          about: service,
          type: 'Warning',
          reason: 'FailedToCreateEndpoint',
          message: `Failed to create endpoint for service ${namespace}/${name}: ${message}`,
        },
        { do: 'retry' },
      ],
    },
  ]
}

export const endpoints: Controller<Service> = {
  name: 'endpoint-controller',
  resource: 'services',
  wakes: {
    pods: wakeServices,
    endpoints: ({ type, key }) => (type === 'DELETED' ? [{ ...key, resource: 'services' }] : []),
  },
  reconcile: (service, view) => (isSelecting(service) && !isEnding(service, view) ? kept(service, view) : []),
  // Whoever made them: they are of the Service.
  gone({ namespace, name }, view) {
    const found = view.get('endpoints', namespace, name)
    return found === undefined || isDeleting(found) ? [] : [{ do: 'delete', object: found }]
  },
}
