import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { DeleteOptions } from './registry.ts'

/** metav1.FinalizerOrphanDependents and metav1.FinalizerDeleteDependents; the garbage collector removes them. */
export const ORPHAN = 'orphan'
export const FOREGROUND = 'foregroundDeletion'

/**
 * Whether nothing keeps an object that is being deleted: no finalizer, no grace, nothing of its kind's own
 * (a namespace's spec.finalizers). ShouldDeleteDuringUpdate of k8s.io/apiserver.
 */
export function mayGo(kind: Kind, object: Resource): boolean {
  const { finalizers, deletionGracePeriodSeconds } = object.metadata
  return (
    (finalizers ?? []).length === 0 && (deletionGracePeriodSeconds ?? 0) === 0 && kind.rules.held?.(object) !== true
  )
}

/** The finalizers after a DELETE with these options: deletionFinalizersForGarbageCollection of k8s.io/apiserver. */
export function finalizersFor(kind: Kind, object: Resource, options: DeleteOptions): string[] {
  const old = object.metadata.finalizers ?? []
  const kept = old.filter((name) => name !== ORPHAN && name !== FOREGROUND)
  if (kind.storage?.defaultPropagation === 'unsupported') return kept
  const policy = options.propagationPolicy
  const orphan =
    policy === undefined ? old.includes(ORPHAN) || kind.storage?.defaultPropagation === 'orphan' : policy === 'Orphan'
  const foreground = policy === undefined ? old.includes(FOREGROUND) : policy === 'Foreground'
  return [...kept, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])]
}
