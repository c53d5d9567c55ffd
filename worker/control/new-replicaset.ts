import { controllerOf } from '../../api/meta/object.ts'
import type { StatusError } from '../../api/meta/status-error.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/schema/types.generated.ts'
import { conditionOf, withCondition } from './conditions.ts'
import type { Change, Fresh, View } from './controller.ts'
import { condition, countedStatus } from './deployment-status.ts'
import { type Fleet, scaledEvent, sizeAnnotations } from './fleet.ts'
import { controllerReference } from './ownership.ts'
import { newAnnotations, newestRevision, REVISION } from './revision.ts'
import { hasDeadline, isRolling, mostReplicas, replicasOf } from './strategy.ts'
import { HASH_LABEL, sameTemplate, templateHash } from './template-hash.ts'

/**
 * Brings the existing newest ReplicaSet up to its revision and the Deployment's annotations; answers the Deployment with
 * the revision, and the condition of having found it, that its status is then written from. getNewReplicaSet of
 * pkg/controller/deployment/sync.go, first half.
 */
export function syncNewest(fleet: Fleet, d: Deployment, newest: ReplicaSet, now: number): Deployment {
  const annotations = newAnnotations(d, newest, newestRevision(fleet.old) + 1)
  const minReadySeconds = d.spec.minReadySeconds ?? 0
  if (changed(annotations, newest) || (newest.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    fleet.edit({ ...newest, metadata: { ...newest.metadata, annotations }, spec: { ...newest.spec, minReadySeconds } })
  }
  const revised = withRevision(d, annotations[REVISION] ?? '')
  if (!hasDeadline(d) || conditionOf(d.status?.conditions, 'Progressing') !== undefined) return revised
  const message = `Found new replica set "${newest.metadata.name}"`
  return withProgress(revised, condition(now, 'Progressing', 'True', 'FoundNewReplicaSet', message))
}

const changed = (annotations: Record<string, string>, rs: ReplicaSet): boolean => {
  const before = rs.metadata.annotations ?? {}
  return Object.entries(annotations).some(([key, value]) => before[key] !== value)
}

const withRevision = (d: Deployment, revision: string): Deployment =>
  d.metadata.annotations?.[REVISION] === revision
    ? d
    : { ...d, metadata: { ...d.metadata, annotations: { ...d.metadata.annotations, [REVISION]: revision } } }

const withProgress = (d: Deployment, progress: DeploymentCondition): Deployment => ({
  ...d,
  status: { ...d.status, conditions: withCondition(d.status?.conditions, progress) },
})

/** Creates the ReplicaSet of a template that has none yet: the other half of getNewReplicaSet. */
export function createNewest(fleet: Fleet, d: Deployment, view: View): Change[] {
  const revision = newestRevision(fleet.old) + 1
  const hash = templateHash(d.spec.template, d.status?.collisionCount)
  const name = `${d.metadata.name}-${hash}`
  const replicas = newReplicas(d, fleet.all, 0)
  const created = condition(
    view.now,
    'Progressing',
    'True',
    'NewReplicaSetCreated',
    `Created new replica set "${name}"`,
  )
  const before = withRevision(d, String(revision))
  const after = hasDeadline(d) ? withProgress(before, created) : before
  return [
    {
      do: 'create',
      object: replicasetOf(d, name, hash, replicas, revision),
      failed: (refusal) => refused(fleet, d, name, refusal, view),
    },
    ...(replicas > 0 ? [scaledEvent(d, name, 0, replicas)] : []),
    statusChange(after, { ...countedStatus(fleet, view.now), conditions: after.status?.conditions ?? [] }),
  ]
}

/** The status of the Deployment, its revision with it: /status lets annotations through. */
export function statusChange(d: Deployment, status: DeploymentStatus): Change {
  const annotations = d.metadata.annotations
  return { do: 'status', object: d, status, ...(annotations === undefined ? {} : { annotations }) }
}

function replicasetOf(d: Deployment, name: string, hash: string, replicas: number, revision: number): Fresh {
  const labels = { ...d.spec.template.metadata?.labels, [HASH_LABEL]: hash }
  const selector = { ...d.spec.selector, matchLabels: { ...d.spec.selector?.matchLabels, [HASH_LABEL]: hash } }
  const spec = {
    replicas,
    ...(d.spec.minReadySeconds === undefined ? {} : { minReadySeconds: d.spec.minReadySeconds }),
    selector,
    template: { ...d.spec.template, metadata: { ...d.spec.template.metadata, labels } },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: d.metadata.namespace ?? '',
      labels,
      annotations: { ...newAnnotations(d, undefined, revision), ...sizeAnnotations(d) },
      ownerReferences: [controllerReference(d)],
    },
    spec,
  }
}

function refused(fleet: Fleet, d: Deployment, name: string, refusal: StatusError, view: View): Change[] {
  if (refusal.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true) return []
  if (refusal.reason === 'AlreadyExists') return collided(d, name, view)
  const message = `Failed to create new replica set "${name}": ${refusal.message}`
  const failure = condition(view.now, 'Progressing', 'False', 'ReplicaSetCreateError', message)
  const counted = countedStatus(fleet, view.now)
  return [
    { do: 'event', about: d, type: 'Warning', reason: 'ReplicaSetCreateError', message },
    statusChange(d, { ...counted, conditions: withCondition(counted.conditions, failure) }),
    { do: 'retry' },
  ]
}

/** The hash's name is taken by another template, or by a ReplicaSet of somebody else: count it, and the hash differs. */
function collided(d: Deployment, name: string, view: View): Change[] {
  const other = view.get<ReplicaSet>('replicasets.apps', d.metadata.namespace ?? '', name)
  const mine =
    other !== undefined &&
    controllerOf(other)?.uid === d.metadata.uid &&
    sameTemplate(other.spec.template, d.spec.template)
  if (mine) return []
  const collisionCount = (d.status?.collisionCount ?? 0) + 1
  return [statusChange(d, { ...d.status, collisionCount })]
}

/**
 * How large the newest ReplicaSet may be now: as much as surge allows beside the others, never beyond the replicas.
 * NewRSNewReplicas of deployment_util.go.
 */
export function newReplicas(d: Deployment, all: readonly ReplicaSet[], current: number): number {
  if (!isRolling(d)) return replicasOf(d)
  const total = all.reduce((sum, rs) => sum + replicasOf(rs), 0)
  const room = mostReplicas(d) - total
  if (room <= 0) return current
  return current + Math.min(room, replicasOf(d) - current)
}
