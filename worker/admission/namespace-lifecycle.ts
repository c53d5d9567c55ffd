import { forbiddenFor, notFound } from '../../api/meta/failures.ts'
import { isDeleting } from '../../api/meta/object.ts'
import { StatusError, groupResource } from '../../api/meta/status-error.ts'
import type { Plugin } from './plugin.ts'

/** plugin/pkg/admission/namespace/lifecycle: 404 without the namespace, 403 while it is being deleted. */
export const namespaceLifecycle: Plugin = {
  name: 'NamespaceLifecycle',
  admit(object, { operation, kind, namespace, name }, tx) {
    if (operation !== 'CREATE' || !kind.namespaced) return object
    const row = tx.get({ resource: 'namespaces', namespace: '', name: namespace })
    if (row === undefined) throw notFound('namespaces', namespace)
    if (!isDeleting(row.object)) return object
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`
    const refusal = forbiddenFor(groupResource(kind.group, kind.plural), name, why)
    const message = `namespace ${namespace} is being terminated`
    throw new StatusError('Forbidden', refusal.message, {
      ...refusal.details,
      causes: [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
    })
  },
}
