import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, PodCondition } from '../../api/schema/types.generated.ts'
import { withCondition } from './conditions.ts'
import { type Change, type Controller, keyOf, type ObjectKey, type View } from './controller.ts'
import { isTerminal } from './pod-state.ts'

/**
 * A Pod may name a node that comes later (a backup put back, a static node name): it waits this long for it, from its
 * creation. Kubernetes' quarantine of 40 s counts from when an informer first missed the node; here the absence is read
 * in the transaction that acts on it, so the Pods of a node that was deleted need no second look.
 */
const QUARANTINE_MS = 40_000
/** Pods removed in one transaction; the rest follows in the next. */
const CHUNK = 50

/**
 * Removes Pods that no kubelet will ever finish: those of a node that does not exist, and those in deletion that never
 * got one. Model: pkg/controller/podgc.
 */
export const podGc: Controller = {
  name: 'pod-garbage-collector',
  resource: 'nodes',
  concerns: ({ type }) => type === 'DELETED',
  wakes: {
    pods: ({ type, before, after }, view) => {
      const [old, pod] = [before as Pod | undefined, after as Pod] // the resource is pods
      const node = pod.spec.nodeName
      if (type === 'DELETED' || !node || old?.spec.nodeName === node) return []
      return view.get('nodes', '', node) === undefined ? [{ resource: 'nodes', namespace: '', name: node }] : []
    },
  },
  reconcile: () => [],
  gone: (key, view) => collect(view.onNode<Pod>(key.name), view.now),
}

function collect(pods: readonly Pod[], now: number): Change[] {
  const from = (pod: Pod): number =>
    isDeleting(pod) ? now : Date.parse(pod.metadata.creationTimestamp) + QUARANTINE_MS
  const [due, later] = [pods.filter((pod) => from(pod) <= now), pods.map(from).filter((at) => at > now)]
  const next = due.length > CHUNK ? now : Math.min(...later)
  return [
    ...due.slice(0, CHUNK).flatMap((pod) => force(pod, now)),
    ...(Number.isFinite(next) ? [{ do: 'again', at: next } satisfies Change] : []),
  ]
}

/** markFailedAndDeletePodWithCondition: nobody is left to say how it ended. */
function force(pod: Pod, now: number): Change[] {
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  }
  const status = {
    ...pod.status,
    phase: 'Failed',
    conditions: withCondition(pod.status?.conditions, condition),
  }
  return [
    ...(isTerminal(pod) ? [] : [{ do: 'status', object: pod, status } satisfies Change]),
    { do: 'delete', object: pod, graceSeconds: 0 },
  ]
}

/** gcUnscheduledTerminating: a Pod in deletion without a node has nobody to wait for. */
export const unscheduledGc: Controller<Pod> = {
  name: 'pod-garbage-collector-unscheduled',
  resource: 'pods',
  concerns: ({ type, after }) => type !== 'DELETED' && isUnscheduledTerminating(after),
  reconcile: (pod) => (isUnscheduledTerminating(pod) ? [{ do: 'delete', object: pod, graceSeconds: 0 }] : []),
}

/** With finalizers on it the Pod stays all the same, and is marked once: its grace is zero then. */
const isUnscheduledTerminating = (pod: Pod): boolean =>
  isDeleting(pod) && !pod.spec.nodeName && (pod.metadata.deletionGracePeriodSeconds ?? 0) > 0

/** `--terminated-pod-gc-threshold`. */
const TERMINATED_LIMIT = 12_500
/** Counting reads every Pod, so it is done at most once in this time, and only while Pods end. */
const COUNT_MS = 3_600_000

/** gcTerminated: of the Pods that ended, the oldest beyond the limit go. */
export function terminatedGc(limit: number = TERMINATED_LIMIT): Controller {
  const all: ObjectKey = { resource: 'terminated', namespace: '', name: 'pods' }
  return {
    name: 'pod-garbage-collector-terminated',
    resource: 'terminated',
    wakes: {
      pods: ({ type, before, after }) => {
        const ended = type !== 'DELETED' && isTerminal(after as Pod) // the resource is pods
        return ended && (before === undefined || !isTerminal(before as Pod)) ? [all] : []
      },
    },
    reconcile: () => [],
    gone: (_, view) => {
      if (view.waiting === undefined) return [{ do: 'again', at: view.now + COUNT_MS }]
      return view.waiting > view.now ? [{ do: 'again', at: view.waiting }] : beyond(limit, view)
    },
  }
}

function beyond(limit: number, view: View): Change[] {
  const ended = view.list<Pod>('pods').filter((pod) => isTerminal(pod) && !isDeleting(pod))
  return ended
    .sort((a, b) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0))
    .slice(0, Math.max(0, ended.length - limit))
    .map((object): Change => ({ do: 'delete', object, graceSeconds: 0 }))
}

const age = (object: Resource): string => `${object.metadata.creationTimestamp}/${keyOf('pods', object).name}`
