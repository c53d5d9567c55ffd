import { apiEndpoints, telling, tells } from '../../api/kinds/api-endpoints.ts'
import { DEFAULT_CIDR, DEFAULT_SERVICE } from '../../api/kinds/service-network.ts'
import type { ServiceCIDR } from '../../api/schema/types.generated.ts'
import type { Change, Controller, Happened, ObjectKey, View } from './controller.ts'

const CIDRS = 'servicecidrs.networking.k8s.io'
const SERVICE: ObjectKey = { resource: 'services', namespace: 'default', name: 'kubernetes' }

/**
 * Puts back what every cluster has where it was deleted; changes of it are left alone, as in Kubernetes, but of where the
 * API is: `api` is its URL, where it is known.
 */
export function serviceNetwork(api?: string): Controller {
  const wanted = apiEndpoints(api)
  const isIts = ({ namespace, name }: ObjectKey): boolean => namespace === SERVICE.namespace && name === SERVICE.name
  const put = (hasService: boolean, view: View): Change[] => [
    ...restored(view.get<ServiceCIDR>(CIDRS, '', 'kubernetes') !== undefined, hasService),
    ...wanted.flatMap((one): Change[] => {
      const found = view.get(one.resource, SERVICE.namespace, SERVICE.name)
      if (found === undefined) return [{ do: 'create', object: one.object }]
      return tells(found, one) ? [] : [{ do: 'update', object: telling(found, one) }]
    }),
  ]
  return {
    name: 'kubernetes-service',
    resource: SERVICE.resource,
    concerns: ({ type, key }) => type !== 'MODIFIED' && isIts(key),
    wakes: {
      [CIDRS]: ({ type, key }) => (type === 'DELETED' && key.name === DEFAULT_CIDR.metadata.name ? [SERVICE] : []),
      ...Object.fromEntries(
        wanted.map((one) => [
          one.resource,
          ({ type, key }: Happened) => (type !== 'ADDED' && isIts(key) ? [SERVICE] : []),
        ]),
      ),
    },
    reconcile: (_, view) => put(true, view),
    gone: (key, view) => (isIts(key) ? put(false, view) : []),
  }
}

const restored = (hasCidr: boolean, hasService: boolean): Change[] => [
  ...(hasCidr ? [] : [{ do: 'create', object: DEFAULT_CIDR } satisfies Change]),
  ...(hasService ? [] : [{ do: 'create', object: DEFAULT_SERVICE } satisfies Change]),
]
