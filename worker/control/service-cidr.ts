import { ALLOCATOR, MANAGED_BY } from '../../api/kinds/service-addresses.ts'
import { type Cidr, contains, parseCidr, parseIp } from '../../api/meta/ip.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Condition, ServiceCIDR } from '../../api/schema/types.generated.ts'
import { type Change, type Controller, keyOf, type View } from './controller.ts'

const CIDRS = 'servicecidrs.networking.k8s.io'
const ADDRESSES = 'ipaddresses.networking.k8s.io'
export const PROTECTION = 'networking.k8s.io/service-cidr-finalizer'
const IN_USE = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'

const prefixes = ({ spec }: ServiceCIDR): Cidr[] =>
  (spec?.cidrs ?? []).flatMap((text) => {
    const cidr = parseCidr(text)
    return cidr === undefined ? [] : [cidr]
  })

const holds = (outer: Cidr, inner: Cidr): boolean => outer.prefix <= inner.prefix && contains(outer, inner.ip)
const leaving = (view: View): readonly ServiceCIDR[] => view.list<ServiceCIDR>(CIDRS).filter(isDeleting)

/**
 * Guards the ranges of addresses: one that is being deleted waits until no address of a Service lies in it alone
 * (pkg/controller/servicecidrs). An allocation sees the deletion in its own transaction, so there is no grace to wait out.
 */
export const serviceCidr: Controller<ServiceCIDR> = {
  name: 'service-cidr-controller',
  resource: CIDRS,
  wakes: {
    // A range that came or went, and an address that was given back, may free one that waits.
    [CIDRS]: (_, view) => leaving(view).map((cidr) => keyOf(CIDRS, cidr)),
    [ADDRESSES]: ({ type }, view) => (type === 'DELETED' ? leaving(view).map((cidr) => keyOf(CIDRS, cidr)) : []),
  },
  reconcile(cidr, view): Change[] {
    const finalizers = cidr.metadata.finalizers ?? []
    const isGuarded = finalizers.includes(PROTECTION)
    if (!isDeleting(cidr)) {
      const guard: Change[] = isGuarded
        ? []
        : [{ do: 'update', object: withFinalizers(cidr, [...finalizers, PROTECTION]) }]
      return [
        ...guard,
        ...ready(cidr, view.now, { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }),
      ]
    }
    if (!isGuarded) return []
    if (isInUse(cidr, view)) return ready(cidr, view.now, { status: 'False', reason: 'Terminating', message: IN_USE })
    return [
      {
        do: 'update',
        object: withFinalizers(
          cidr,
          finalizers.filter((name) => name !== PROTECTION),
        ),
      },
    ]
  },
}

const withFinalizers = (cidr: ServiceCIDR, finalizers: string[]): Resource => ({
  ...cidr,
  metadata: { ...cidr.metadata, finalizers },
})

/** Whether an address would be in no range without this one (`canDeleteCIDR`). */
function isInUse(cidr: ServiceCIDR, view: View): boolean {
  const others = view
    .list<ServiceCIDR>(CIDRS)
    .filter(({ metadata }) => metadata.uid !== cidr.metadata.uid)
    .flatMap(prefixes)
  const own = prefixes(cidr)
  if (own.every((prefix) => others.some((other) => holds(other, prefix)))) return false
  return view.list(ADDRESSES).some(({ metadata: { name, labels } }) => {
    const ip = labels?.[MANAGED_BY] === ALLOCATOR ? parseIp(name) : undefined
    if (ip === undefined) return false
    return own.some((prefix) => contains(prefix, ip)) && !others.some((prefix) => contains(prefix, ip))
  })
}

/** The condition Ready; one that says the same stays as it is. */
function ready(cidr: ServiceCIDR, now: number, said: Pick<Condition, 'status' | 'reason' | 'message'>): Change[] {
  const conditions = cidr.status?.conditions ?? []
  const old = conditions.find(({ type }) => type === 'Ready')
  if (old !== undefined && old.status === said.status) return []
  const condition = { type: 'Ready', lastTransitionTime: rfc3339(now), ...said }
  const others = conditions.filter(({ type }) => type !== 'Ready')
  return [{ do: 'status', object: cidr, status: { ...cidr.status, conditions: [...others, condition] } }]
}
