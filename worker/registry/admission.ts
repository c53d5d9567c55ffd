import type { Kind } from '../../api/kinds/kind.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { forbiddenFor, notFound } from '../../api/meta/failures.ts'
import { StatusError, groupResource } from '../../api/meta/status-error.ts'
import type { Tx } from '../store/store.ts'

/** Namespaces that exist before anything else and may not go: NamespaceLifecycle. */
export const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const

/**
 * Admission of a new object, in the order of Kubernetes' default plugins: NamespaceLifecycle, then what the kind's own
 * plugins add (`admit`: tolerations, priority and service account of a Pod; the not-ready taint of a Node).
 */
export function admitCreate(tx: Tx, kind: Kind, object: Resource): Resource {
  if (kind.namespaced) checkNamespace(tx, kind, object)
  return kind.rules.admit?.(object) ?? object
}

/** Updates pass the plugins that also look at updates. None of the default ones changes the kinds served so far. */
export function admitUpdate(_tx: Tx, _kind: Kind, object: Resource, _old: Resource): Resource {
  return object
}

/** plugin/pkg/admission/namespace/lifecycle: 404 without the namespace, 403 while it is being deleted. */
function checkNamespace(tx: Tx, kind: Kind, object: Resource): void {
  const namespace = object.metadata.namespace ?? ''
  const row = tx.get({ resource: 'namespaces', namespace: '', name: namespace })
  if (row === undefined) throw notFound('namespaces', namespace)
  if (!isDeleting(row.object)) return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const refusal = forbiddenFor(groupResource(kind.group, kind.plural), object.metadata.name, why)
  const message = `namespace ${namespace} is being terminated`
  throw new StatusError('Forbidden', refusal.message, {
    ...refusal.details,
    causes: [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  })
}
