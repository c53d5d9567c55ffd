import { DEFAULT_CIDR, DEFAULT_SERVICE } from '../../api/kinds/service-network.ts'
import type { ServiceCIDR } from '../../api/schema/types.generated.ts'
import type { Change, Controller, ObjectKey } from './controller.ts'

const CIDRS = 'servicecidrs.networking.k8s.io'
const SERVICE: ObjectKey = { resource: 'services', namespace: 'default', name: 'kubernetes' }

/** Puts back what every cluster has where it was deleted; changes of it are left alone, as in Kubernetes. */
export const serviceNetwork: Controller = {
  name: 'kubernetes-service',
  resource: SERVICE.resource,
  concerns: ({ type, key }) => type === 'DELETED' && key.namespace === SERVICE.namespace && key.name === SERVICE.name,
  wakes: {
    [CIDRS]: ({ type, key }) => (type === 'DELETED' && key.name === DEFAULT_CIDR.metadata.name ? [SERVICE] : []),
  },
  reconcile: (_, view) => restored(view.get<ServiceCIDR>(CIDRS, '', 'kubernetes') !== undefined, true),
  gone: (key, view) =>
    key.name === SERVICE.name && key.namespace === SERVICE.namespace
      ? restored(view.get<ServiceCIDR>(CIDRS, '', 'kubernetes') !== undefined, false)
      : [],
}

const restored = (hasCidr: boolean, hasService: boolean): Change[] => [
  ...(hasCidr ? [] : [{ do: 'create', object: DEFAULT_CIDR } satisfies Change]),
  ...(hasService ? [] : [{ do: 'create', object: DEFAULT_SERVICE } satisfies Change]),
]
