import { isDeleting } from '../../api/meta/object.ts'
import type { Namespace } from '../../api/schema/types.generated.ts'
import type { Change, Controller } from './controller.ts'
import { PUBLIC_ROOTS } from './public-roots.ts'

const ROOT_CA = 'kube-root-ca.crt'

/**
 * A ConfigMap `kube-root-ca.crt` with the API's certificate authority in every namespace, put back when it is changed:
 * pkg/controller/certificates/rootcacertpublisher. `ca` is PEM; empty where public authorities vouch for the API:
 * then it holds those that may, for what a client is given here is all that it trusts.
 */
export function rootCa(ca: string): Controller<Namespace> {
  const roots = ca === '' ? PUBLIC_ROOTS : ca
  return {
    name: 'root-ca-cert-publisher',
    resource: 'namespaces',
    concerns: ({ type }) => type === 'ADDED',
    wakes: {
      configmaps: ({ type, key }) =>
        key.name === ROOT_CA && type !== 'ADDED'
          ? [{ resource: 'namespaces', namespace: '', name: key.namespace }]
          : [],
    },
    reconcile(namespace, view): Change[] {
      const { name } = namespace.metadata
      if (isDeleting(namespace)) return []
      const annotations = {
        'kubernetes.io/description':
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as ' +
          'the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of ' +
          'Kubernetes clusters.',
      }
      const fields = { data: { 'ca.crt': roots } }
      const found = view.get('configmaps', name, ROOT_CA)
      if (found === undefined) {
        const metadata = { name: ROOT_CA, namespace: name, annotations }
        return [{ do: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...fields } }]
      }
      const data = (found as typeof found & { data?: Record<string, string> }).data ?? {} // the key names a ConfigMap
      if (isDeleting(found) || (data['ca.crt'] === roots && Object.keys(data).length === 1)) return []
      const metadata = { ...found.metadata, annotations: { ...found.metadata.annotations, ...annotations } }
      return [{ do: 'update', object: { ...found, metadata, ...fields } }]
    },
  }
}
