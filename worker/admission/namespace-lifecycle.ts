import { notFound } from '../../api/meta/failures.ts'
import type { Namespace } from '../../api/schema/types.generated.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Nothing is made in a namespace that is not there (404) or is going (403), and three namespaces stay for ever.
 * plugin/pkg/admission/namespace/lifecycle of k8s.io/apiserver.
 */
export const namespaceLifecycle: Plugin = {
  name: 'NamespaceLifecycle',
  admit(object, attributes, tx) {
    if (attributes.operation === 'CREATE' && attributes.kind.namespaced) mustTakeMore(attributes, tx)
    return object
  },
  validate(attributes) {
    const { operation, kind, name } = attributes
    if (operation === 'DELETE' && kind.resource === 'namespaces' && IMMORTAL.has(name)) {
      throw forbid(attributes, 'this namespace may not be deleted')
    }
  },
}

function mustTakeMore(attributes: Attributes, tx: Tx): void {
  const { namespace } = attributes
  const found = tx.get({ resource: 'namespaces', namespace: '', name: namespace })?.object as Namespace | undefined // by the key
  if (found === undefined) throw notFound('namespaces', namespace)
  if (found.status?.phase !== 'Terminating') return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const refusal = forbid(attributes, why)
  const message = `namespace ${namespace} is being terminated`
  throw new StatusError('Forbidden', refusal.message, {
    ...refusal.details,
    causes: [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  })
}
