import { controllerOf, isDeleting } from '../../../api/meta/object.ts'
import { rfc3339 } from '../../../api/meta/time.ts'
import type { Node, Pod, PodCondition } from '../../../api/schema/types.generated.ts'
import { conditionOf, withUpdated } from '../conditions.ts'
import type { Change, Controller, Happened, View } from '../controller.ts'
import { isTerminal } from '../pod-state.ts'
import { Allocations } from './allocations.ts'
import { type Candidate, rejectionOf, unsupported } from './filters.ts'
import { missing } from './missing.ts'
import { fitError, NO_NODES, type Verdict } from './message.ts'
import { best } from './scores.ts'

const NAME = 'default-scheduler'
/** An unschedulable Pod is tried again after this long even if nothing changed: podMaxInUnschedulablePodsDuration. */
const RETRY_MS = 300_000
/** podInitialBackoffSeconds and podMaxBackoffSeconds. */
const BACKOFF_LEAST = 1_000
const BACKOFF_MOST = 10_000

const allocations = (): Allocations => new Allocations()

/** Places Pods on nodes: pkg/scheduler with the default profile, one Pod a transaction. Preemption is not there. */
export const scheduler: Controller<Pod> = {
  name: NAME,
  resource: 'pods',
  concerns: ({ type, after }) => type !== 'DELETED' && waitsForNode(after),
  wakes: {
    nodes: (change) => (nodeMayHelp(change) ? 'waiting' : []),
    pods: (change) => (freedSomething(change) ? 'waiting' : []),
  },
  order: (a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0) || (queuedBefore(a, b) ? -1 : 1),
  reconcile(pod, view) {
    if (!waitsForNode(pod)) return []
    const ready = readyFrom(pod, view)
    if (ready > view.now) return [{ do: 'again', at: ready }]
    const nodes = view.list<Node>('nodes')
    const verdict = place(pod, nodes, view)
    return 'node' in verdict ? bound(pod, verdict.node) : unschedulable(pod, verdict, view.now)
  },
}

/** Pods with scheduling gates stay out of the queue: the API server says so in their condition. */
const waitsForNode = (pod: Pod): boolean =>
  !pod.spec.nodeName &&
  !isDeleting(pod) &&
  !isTerminal(pod) &&
  (pod.spec.schedulerName ?? NAME) === NAME &&
  (pod.spec.schedulingGates ?? []).length === 0

const queuedBefore = (a: Pod, b: Pod): boolean =>
  `${a.metadata.creationTimestamp}/${a.metadata.name}` < `${b.metadata.creationTimestamp}/${b.metadata.name}`

/**
 * When the Pod may be tried, in milliseconds: an attempt that failed is followed by a pause as long as the Pod has been
 * failing, at least 1 s and at most 10 s, which doubles as kube-scheduler's back-off does. Both follow from what is stored
 * anyway: the condition says since when it fails, the time at which it waits says when it was tried last.
 */
function readyFrom(pod: Pod, view: View): number {
  const failed = conditionOf(pod.status?.conditions, 'PodScheduled')
  if (view.waiting === undefined || view.waiting <= view.now || failed?.status !== 'False') return view.now
  if (view.waiting - view.now <= BACKOFF_MOST) return view.waiting
  const tried = view.waiting - RETRY_MS
  const failing = tried - Date.parse(failed.lastTransitionTime ?? '')
  return tried + Math.min(BACKOFF_MOST, Math.max(BACKOFF_LEAST, failing || 0))
}

function place(pod: Pod, nodes: readonly Node[], view: View): { node: string } | Verdict {
  if (nodes.length === 0) return { message: NO_NODES }
  const refusal = missing(pod, view) ?? unsupported(pod)
  if (refusal !== undefined) return fitError(nodes.length, refusal, [])
  const used = view.index(allocations)
  const judged = nodes.map((node) => {
    const candidate: Candidate = { node, use: used.of(node.metadata.name) }
    const rejection = rejectionOf(pod, candidate)
    return { candidate, rejection: rejection && { ...rejection, victims: hasVictims(pod, node, view) } }
  })
  const candidates = judged.filter(({ rejection }) => rejection === undefined).map(({ candidate }) => candidate)
  const only = candidates.length === 1 ? candidates[0]?.node : undefined
  const node =
    only ?? (candidates.length === 0 ? undefined : best({ pod, candidates, nodes, siblings: siblings(pod, view) }))
  if (node !== undefined) return { node: node.metadata.name }
  const never = pod.spec.preemptionPolicy === 'Never'
  return fitError(
    nodes.length,
    undefined,
    judged.flatMap(({ rejection }) => rejection ?? []),
    never,
  )
}

function hasVictims(pod: Pod, node: Node, view: View): boolean {
  const priority = pod.spec.priority ?? 0
  if (priority <= 0) return false
  return view
    .onNode<Pod>(node.metadata.name)
    .some((other) => (other.spec.priority ?? 0) < priority && !isTerminal(other))
}

/** Pods of the same controller by node, terminating ones left out: countPodsMatchSelector. */
function siblings(pod: Pod, view: View): Map<string, number> {
  const owner = controllerOf(pod)
  const counts = new Map<string, number>()
  if (owner === undefined || pod.spec.topologySpreadConstraints !== undefined) return counts
  for (const other of view.owned<Pod>(owner.uid, 'pods')) {
    const node = other.spec.nodeName
    if (node && !isDeleting(other) && !isTerminal(other)) counts.set(node, (counts.get(node) ?? 0) + 1)
  }
  return counts
}

function bound(pod: Pod, node: string): Change[] {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  const message = `Successfully assigned ${name} to ${node}`
  return [
    { do: 'bind', pod, node },
    { do: 'event', about: pod, type: 'Normal', reason: 'Scheduled', message, action: 'Binding' },
  ]
}

/** handleSchedulingFailure. */
function unschedulable(pod: Pod, { message }: Verdict, now: number): Change[] {
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
    reason: 'Unschedulable',
    message,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  }
  const conditions = withUpdated(pod.status?.conditions, condition)
  return [
    { do: 'status', object: pod, status: { ...pod.status, conditions } },
    { do: 'event', about: pod, type: 'Warning', reason: 'FailedScheduling', message, action: 'Scheduling' },
    { do: 'again', at: now + RETRY_MS },
  ]
}

/** A node came, or changed in something that a filter looks at. */
function nodeMayHelp({ type, before, after }: Happened): boolean {
  if (type === 'DELETED') return false
  if (before === undefined) return true
  const looked = (node: Node): string =>
    JSON.stringify([node.metadata.labels, node.spec?.taints, node.spec?.unschedulable, node.status?.allocatable])
  return looked(before as Node) !== looked(after as Node) // the resource is nodes
}

/** A Pod that held something of a node is gone or has ended. */
function freedSomething({ type, before, after }: Happened): boolean {
  const [old, pod] = [before as Pod | undefined, after as Pod] // the resource is pods
  if (!pod.spec.nodeName) return false
  return type === 'DELETED' ? !isTerminal(old ?? pod) : isTerminal(pod) && old !== undefined && !isTerminal(old)
}
