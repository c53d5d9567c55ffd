import { isDeleting } from '../../api/meta/object.ts'
import type { Namespace } from '../../api/schema/types.generated.ts'
import type { Controller, Fresh } from './controller.ts'

/** A ServiceAccount `default` in every namespace: pkg/controller/serviceaccount. */
export const serviceAccount: Controller<Namespace> = {
  name: 'service-account-controller',
  resource: 'namespaces',
  concerns: ({ type }) => type === 'ADDED',
  wakes: {
    serviceaccounts: ({ type, key }) =>
      type === 'DELETED' && key.name === 'default'
        ? [{ resource: 'namespaces', namespace: '', name: key.namespace }]
        : [],
  },
  reconcile(namespace, view) {
    const { name } = namespace.metadata
    if (isDeleting(namespace) || view.get('serviceaccounts', name, 'default') !== undefined) return []
    const object: Fresh = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }
    return [{ do: 'create', object }]
  },
}
