import { isDeleting } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Node, Pod, PodCondition, Taint } from '../../api/schema/types.generated.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { type Change, type Controller, type Happened, type View } from './controller.ts'
import { tolerates } from './tolerations.ts'

/** Pods evicted in one transaction; the rest follows in the next. */
const CHUNK = 50

/**
 * Deletes Pods that do not (or no longer) tolerate a NoExecute taint of their node: pkg/controller/tainteviction. The
 * time of a toleration counts from the taint's timeAdded, or from when the Pod came to the node if that is later.
 */
export const taintEviction: Controller<Node> = {
  name: 'taint-eviction-controller',
  resource: 'nodes',
  concerns: ({ type, before, after }) =>
    type !== 'DELETED' && (noExecute(after).length > 0 || (before !== undefined && noExecute(before).length > 0)),
  wakes: {
    pods: (change, view) => (arrived(change) ? ofTaintedNode(change.after as Pod, view) : []), // the resource is pods
  },
  reconcile(node, view) {
    const taints = noExecute(node)
    if (taints.length === 0) return []
    const stamped = stamp(node, view)
    const verdicts = view
      .onNode<Pod>(node.metadata.name)
      .filter((pod) => !isDeleting(pod))
      .map((pod) => ({ pod, at: evictedFrom(pod, taints, view.now) }))
    const due = verdicts.filter(({ at }) => at <= view.now)
    const later = verdicts.map(({ at }) => at).filter((at) => at > view.now)
    const next = due.length > CHUNK ? view.now : Math.min(...later)
    return [
      ...stamped,
      ...due.slice(0, CHUNK).flatMap(({ pod }) => evict(pod, view.now)),
      ...(Number.isFinite(next) ? [{ do: 'again', at: next } satisfies Change] : []),
    ]
  },
}

const noExecute = (node: Node): Taint[] => (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute')

/** A Pod came to a node, or what it tolerates changed. */
function arrived({ type, before, after }: Happened): boolean {
  if (type === 'DELETED') return false
  const [old, pod] = [before as Pod | undefined, after as Pod] // the resource is pods
  if (!pod.spec.nodeName) return false
  return old?.spec.nodeName !== pod.spec.nodeName || old.spec.tolerations?.length !== pod.spec.tolerations?.length
}

function ofTaintedNode(pod: Pod, view: View): { resource: string; namespace: string; name: string }[] {
  const name = pod.spec.nodeName ?? ''
  const node = view.get<Node>('nodes', '', name)
  return node !== undefined && noExecute(node).length > 0 ? [{ resource: 'nodes', namespace: '', name }] : []
}

/**
 * A taint put by hand says nothing of when. Kubernetes remembers in memory when it saw it first; here the time is
 * written, once, so that an eviction of the object does not start the clock anew.
 */
function stamp(node: Node, view: View): Change[] {
  const taints = node.spec?.taints ?? []
  if (!noExecute(node).some((taint) => taint.timeAdded === undefined)) return []
  const stamped = taints.map((taint) =>
    taint.effect === 'NoExecute' && taint.timeAdded === undefined ? { ...taint, timeAdded: rfc3339(view.now) } : taint,
  )
  return [{ do: 'update', object: { ...node, spec: { ...node.spec, taints: stamped } } as Node }] // a Node as it was
}

/** When the Pod has to go, in milliseconds; Infinity where it may stay. */
export function evictedFrom(pod: Pod, taints: readonly Taint[], now: number): number {
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled')?.lastTransitionTime
  const came = Date.parse(scheduled ?? pod.metadata.creationTimestamp)
  const ends = taints.map((taint) => {
    // The first that matches counts, however long another would wait: GetMatchingTolerations.
    const toleration = (pod.spec.tolerations ?? []).find((candidate) => tolerates(candidate, taint))
    if (toleration === undefined) return -Infinity
    if (toleration.tolerationSeconds === undefined) return Infinity
    const added = taint.timeAdded === undefined ? now : Date.parse(taint.timeAdded)
    return Math.max(added, came) + Math.max(0, toleration.tolerationSeconds) * 1000
  })
  return Math.min(...ends)
}

/** addConditionAndDeletePod. */
function evict(pod: Pod, now: number): Change[] {
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  }
  const message = `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`
  return [
    { do: 'event', about: pod, type: 'Normal', reason: 'TaintManagerEviction', message },
    {
      do: 'status',
      object: pod,
      status: { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) },
    },
    { do: 'delete', object: pod },
  ]
}
