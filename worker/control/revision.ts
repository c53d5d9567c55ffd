import type { Deployment, ReplicaSet } from '../../api/schema/types.generated.ts'

/** deployment_util.go of pkg/controller/deployment/util names these annotations. */
export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

/** What a ReplicaSet does not take over from its Deployment. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
])

/** Longest revision history, in characters: maxRevHistoryLengthInChars. */
const LONGEST_HISTORY = 2000

/** The revision that an object carries; 0 without one, or with one that is no number. */
export function revisionOf(object: ReplicaSet | Deployment): number {
  const text = object.metadata.annotations?.[REVISION] ?? ''
  return /^\d+$/.test(text) ? Number(text) : 0
}

export const newestRevision = (sets: readonly ReplicaSet[]): number => Math.max(0, ...sets.map(revisionOf))

/**
 * The annotations of the ReplicaSet that is to be the newest: the Deployment's own, and the revision, with the earlier
 * one noted in the history when a ReplicaSet is returned to (undo). SetNewReplicaSetAnnotations.
 */
export function newAnnotations(d: Deployment, rs: ReplicaSet | undefined, revision: number): Record<string, string> {
  const annotations = { ...rs?.metadata.annotations }
  for (const [key, value] of Object.entries(d.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(key)) annotations[key] = value
  }
  const old = annotations[REVISION]
  if (old !== undefined && Number(old) >= revision) return annotations
  annotations[REVISION] = String(revision)
  if (old !== undefined) annotations[REVISION_HISTORY] = longer(annotations[REVISION_HISTORY], old)
  return annotations
}

/** The history with one more revision; the oldest fall off beyond the limit. */
function longer(history: string | undefined, revision: string): string {
  const revisions = history === undefined || history === '' ? [] : history.split(',')
  revisions.push(revision)
  while (revisions.length > 1 && revisions.join(',').length > LONGEST_HISTORY) revisions.shift()
  return revisions.join(',')
}
