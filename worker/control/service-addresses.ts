import { ALLOCATOR, MANAGED_BY, addressObjects, serviceRanges } from '../../api/kinds/service-addresses.ts'
import { contains, parseCidr, parseIp } from '../../api/meta/ip.ts'
import { isDeleting } from '../../api/meta/object.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { IPAddress, Service, ServiceCIDR } from '../../api/schema/types.generated.ts'
import type { Change, Controller, ObjectKey, View } from './controller.ts'

/**
 * Every cluster address of a Service has its IPAddress, and every IPAddress of a Service its Service:
 * pkg/registry/core/service/ipallocator/controller. They come and go together; this mends what a person did to them.
 */

const ADDRESSES = 'ipaddresses.networking.k8s.io'
const CIDRS = 'servicecidrs.networking.k8s.io'
/** How long an address may be without its Service: the longest that a request takes in Kubernetes. */
const GRACE_MS = 60_000

const isOurs = ({ metadata }: IPAddress): boolean => metadata.labels?.[MANAGED_BY] === ALLOCATOR
const isOfService = ({ spec }: IPAddress): boolean =>
  !spec?.parentRef?.group && spec?.parentRef?.resource === 'services'

function parentOf({ spec }: IPAddress): ObjectKey {
  const { namespace = '', name = '' } = spec?.parentRef ?? {}
  return { resource: 'services', namespace, name }
}

function isInRange(text: string, view: View): boolean {
  const ip = parseIp(text)
  if (ip === undefined) return false
  const ranges = view.list<ServiceCIDR>(CIDRS).flatMap(({ spec }) => spec?.cidrs ?? [])
  return (ranges.length === 0 ? serviceRanges([]) : ranges).some((range) => {
    const cidr = parseCidr(range)
    return cidr !== undefined && contains(cidr, ip)
  })
}

/** Looks at a Service when one of its addresses was changed or deleted. */
export const serviceAddresses: Controller<Service> = {
  name: 'ipallocator-repair-controller',
  resource: 'services',
  concerns: () => false,
  wakes: {
    [ADDRESSES]: ({ type, before, after }) =>
      type === 'ADDED'
        ? []
        : [before, after].flatMap((address) => {
            const ip = address as IPAddress | undefined // a change of that resource
            return ip !== undefined && isOfService(ip) ? [parentOf(ip)] : []
          }),
  },
  reconcile(service, view): Change[] {
    if (isDeleting(service)) return []
    return addressObjects(service).flatMap(({ object }): Change[] => {
      const { name } = object.metadata
      const found = view.get<IPAddress>(ADDRESSES, '', name)
      const { namespace } = service.metadata
      const whose = `Cluster IP [${name.includes(':') ? 'IPv6' : 'IPv4'}]: ${name}`
      const say = (reason: string, message: string): Change => ({
        do: 'event',
        about: service,
        type: 'Warning',
        reason,
        message,
        action: 'ClusterIPAllocation',
      })
      if (!isInRange(name, view)) {
        const why = `${whose} is not within any configured Service CIDR; please recreate service`
        return [say('ClusterIPOutOfRange', why)]
      }
      const make: Change = { do: 'create', object }
      if (found === undefined) return [say('ClusterIPNotAllocated', `${whose} is not allocated; repairing`), make]
      const parent = parentOf(found)
      const isRight = isOfService(found) && parent.namespace === namespace && parent.name === service.metadata.name
      if (isRight && isOurs(found)) return []
      const why = `the ${whose.replace('Cluster IP', 'ClusterIP')} for Service ${namespace}/${service.metadata.name} has a wrong reference; repairing`
      return [...(isRight ? [] : [say('ClusterIPNotAllocated', why)]), { do: 'delete', object: found }, make]
    })
  },
}

/** Removes an address that says that it is a Service's, and is not. Those of others are left alone. */
export const strayAddresses: Controller<IPAddress> = {
  name: 'ipaddress-repair-controller',
  resource: ADDRESSES,
  concerns: ({ type, after }) => type !== 'DELETED' && isOurs(after),
  reconcile(address, view): Change[] {
    if (!isOurs(address) || isDeleting(address)) return []
    const { name } = address.metadata
    const cleaned = (reason: string, message: string): Change[] => [
      { do: 'event', about: address, type: 'Warning', reason, message, action: 'IPAddressAllocation' },
      { do: 'delete', object: address },
    ]
    const parent = parentOf(address)
    const whose = `IPAddress: ${name} for Service ${parent.namespace}/${parent.name}`
    if (!isOfService(address)) {
      return cleaned(
        'IPAddressNotAllocated',
        `IPAddress ${name} appears to have been modified, not referencing a Service: cleaning up`,
      )
    }
    const service = view.get<Service>('services', parent.namespace, parent.name)
    if (service === undefined) {
      const until = parseTime(address.metadata.creationTimestamp) + GRACE_MS
      if (view.now < until) return [{ do: 'again', at: until }]
      return cleaned('IPAddressNotAllocated', `${whose} appears to have leaked: cleaning up`)
    }
    if (service.spec.clusterIPs?.includes(name) === true) return []
    return cleaned('IPAddressWrongReference', `${whose} has a wrong reference; cleaning up`)
  },
}
