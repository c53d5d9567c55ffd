import { controllerOf, isDeleting } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { StatusError } from '../../api/meta/status-error.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/schema/types.generated.ts'
import { withCondition, withoutCondition } from './conditions.ts'
import type { Change, Controller, Fresh, View } from './controller.ts'
import { byDeletionRank } from './deletion-rank.ts'
import { controlled, controllerReference, release } from './ownership.ts'
import { availableFrom, isActive, isReady, isTerminating } from './pod-state.ts'

/**
 * Creates or deletes at most this many Pods in one transaction; the Pods' own changes wake the ReplicaSet for the rest.
 * kube-controller-manager's burst is 500, but there a sync does not hold up the API server.
 */
const BURST = 50

/** The longest base of a generated name: 63 characters less five. */
const LONGEST_BASE = 58

/**
 * Keeps `spec.replicas` Pods of the template: syncReplicaSet of pkg/controller/replicaset. Adoption of Pods without a
 * controller is adoption.ts; Pods whose labels no longer match are let go here.
 */
export const replicaset: Controller<ReplicaSet> = {
  name: 'replicaset-controller',
  resource: 'replicasets.apps',
  owns: ['pods'],
  reconcile(rs, view) {
    const selector = selectorOf(rs.spec.selector)
    const mine = controlled<Pod>(rs, 'pods', view)
    const kept = mine.filter((pod) => matches(selector, pod.metadata.labels))
    const active = kept.filter(isActive)
    const after: Change[] = availabilityClock(rs, active, view.now)
    if (isDeleting(rs)) return [status(rs, statusOf(rs, kept, view.now)), ...after]
    const changes = [...release(rs, mine, selector), ...scale(rs, active, view)]
    // Pods that come or go wake the ReplicaSet again in the same turn, so its status is written once, then.
    const settled = !changes.some((change) => change.do === 'create' || change.do === 'delete')
    return settled ? [...changes, status(rs, statusOf(rs, kept, view.now)), ...after] : [...changes, ...after]
  },
}

const status = (rs: ReplicaSet, status: ReplicaSetStatus): Change => ({ do: 'status', object: rs, status })

function scale(rs: ReplicaSet, active: readonly Pod[], view: View): Change[] {
  const missing = (rs.spec.replicas ?? 1) - active.length
  if (missing > 0) return createPods(rs, Math.min(missing, BURST), view)
  if (missing === 0) return []
  return chooseVictims(rs, active, -missing, view)
    .slice(0, BURST)
    .flatMap((pod) => [
      { do: 'delete', object: pod },
      normal(rs, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`),
    ])
}

const normal = (about: ReplicaSet, reason: string, message: string): Change => ({
  do: 'event',
  about,
  type: 'Normal',
  reason,
  message,
})

/**
 * slowStartBatch with certainty: creates are answered one by one, so the first refusal ends the batch and nothing is
 * asked of the API that would be refused as well.
 */
function createPods(rs: ReplicaSet, count: number, view: View): Change[] {
  return Array.from({ length: count }).flatMap(() => {
    const pod = podOf(rs, view)
    return [
      { do: 'create', object: pod, failed: (refusal) => refused(rs, refusal, view) } satisfies Change,
      normal(rs, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`),
    ]
  })
}

/** A namespace that is going away refuses for good, and its deletion takes the ReplicaSet along: no event, no retry. */
function refused(rs: ReplicaSet, refusal: StatusError, view: View): Change[] {
  const ending = refusal.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true
  if (ending) return []
  const failure: ReplicaSetCondition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: rfc3339(view.now),
    reason: 'FailedCreate',
    message: refusal.message,
  }
  const pods = controlled<Pod>(rs, 'pods', view)
  const now = statusOf(rs, pods, view.now)
  return [
    { do: 'event', about: rs, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${refusal.message}` },
    status(rs, { ...now, conditions: withCondition(rs.status?.conditions, failure) }),
    { do: 'retry' },
    ...availabilityClock(rs, pods.filter(isActive), view.now),
  ]
}

/** controller.GetPodFromTemplate. */
function podOf(rs: ReplicaSet, view: View): Fresh & { metadata: { name: string } } {
  const { template } = rs.spec
  const generateName = `${rs.metadata.name}-`
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: generateName.slice(0, LONGEST_BASE) + view.suffix(5),
      generateName,
      namespace: rs.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(rs)],
    },
    spec: template.spec,
  }
}

/** getPodsToDelete with getIndirectlyRelatedPods: siblings are the Pods of all ReplicaSets of the same Deployment. */
function chooseVictims(rs: ReplicaSet, active: readonly Pod[], count: number, view: View): Pod[] {
  if (count >= active.length) return [...active]
  const parent = controllerOf(rs)?.uid
  const family = parent === undefined ? [rs] : view.owned<ReplicaSet>(parent, 'replicasets.apps')
  const onNode = new Map<string, number>()
  for (const member of family) {
    for (const pod of view.owned<Pod>(member.metadata.uid, 'pods')) {
      const node = pod.spec.nodeName
      if (node && isActive(pod) && isReady(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1)
    }
  }
  const siblings = (pod: Pod): number => onNode.get(pod.spec.nodeName ?? '') ?? 0
  return [...active].sort(byDeletionRank(siblings, view.now)).slice(0, count)
}

/** calculateStatus of pkg/controller/replicaset/replica_set_utils.go. */
function statusOf(rs: ReplicaSet, pods: readonly Pod[], now: number): ReplicaSetStatus {
  const active = pods.filter(isActive)
  const template = Object.entries(rs.spec.template.metadata?.labels ?? {})
  const labelled = (pod: Pod): boolean => template.every(([key, value]) => pod.metadata.labels?.[key] === value)
  const conditions = withoutCondition(rs.status?.conditions, 'ReplicaFailure')
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(labelled).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(rs, pod, now)).length,
    terminatingReplicas: pods.filter(isTerminating).length,
    observedGeneration: rs.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

function isAvailable(rs: ReplicaSet, pod: Pod, now: number): boolean {
  const from = availableFrom(pod, rs.spec.minReadySeconds ?? 0)
  return from !== undefined && from <= now
}

/** When the next ready Pod becomes available: only time brings it. */
function availabilityClock(rs: ReplicaSet, active: readonly Pod[], now: number): Change[] {
  const times = active
    .map((pod) => availableFrom(pod, rs.spec.minReadySeconds ?? 0))
    .filter((from) => from !== undefined && from > now)
    .map((from) => from ?? now)
  return times.length === 0 ? [] : [{ do: 'again', at: Math.min(...times) }]
}
