import { isDeleting } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Node, Pod } from '../../api/schema/types.generated.ts'
import { conditionOf } from './conditions.ts'
import { type Change, type Controller, type Happened, keyOf, type Standing, type View } from './controller.ts'
import { mayEvictFrom } from './disruption.ts'
import { silentFrom, unknownConditions } from './node-health.ts'
import { readinessTaint, wantedTaints } from './node-taints.ts'

/**
 * Says what is known of machines: Ready turns Unknown after silence, taints follow the conditions, and Pods of a node
 * that is not ready are not ready either. Emptying nodes is taint-eviction.ts. Model: pkg/controller/nodelifecycle.
 *
 * The clock for silence stands: it follows from the sockets' last pongs, so that an idle fleet writes no row for it.
 */
export const nodeLifecycle: Controller<Node> = {
  name: 'node-controller',
  resource: 'nodes',
  wakes: {
    // Whether a node may be emptied depends on how many others are lost.
    nodes: (change, view) =>
      readinessChanged(change) ? view.list<Node>('nodes').map((node) => keyOf('nodes', node)) : [],
  },
  standing: silenceClock,
  reconcile(node, view) {
    const silent = silentFrom(node, view.liveness)
    if (silent !== undefined && silent <= view.now) return lose(node, view)
    return [...unreadyPods(node, view), ...taint(node, view)]
  },
}

const readyStatus = (node: Node): string | undefined => conditionOf(node.status?.conditions, 'Ready')?.status

function readinessChanged({ type, before, after }: Happened): boolean {
  if (type === 'DELETED' || before === undefined) return true
  return readyStatus(before as Node) !== readyStatus(after as Node) // the resource is nodes
}

function silenceClock(view: View): Standing {
  const times = view.list<Node>('nodes').map((node) => ({ node, at: silentFrom(node, view.liveness) }))
  const late = times.filter(({ at }) => at !== undefined && at <= view.now)
  const ahead = times.flatMap(({ at }) => (at !== undefined && at > view.now ? [at] : []))
  return {
    keys: late.map(({ node }) => keyOf('nodes', node)),
    next: ahead.length === 0 ? undefined : Math.min(...ahead),
  }
}

/** The status change wakes the node again, which then is tainted and whose Pods are marked. */
function lose(node: Node, view: View): Change[] {
  const wasReady = readyStatus(node) === 'True'
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`
  return [
    { do: 'status', object: node, status: { ...node.status, conditions: unknownConditions(node, view.now) } },
    ...(wasReady
      ? [{ do: 'event', about: node, type: 'Normal', reason: 'NodeNotReady', message } satisfies Change]
      : []),
  ]
}

/** Adds and takes back taints, and comes again when the zone's pace lets this node be emptied. */
function taint(node: Node, view: View): Change[] {
  if (isDeleting(node)) return []
  const unready = conditionOf(node.status?.conditions, 'Ready') !== undefined && readinessTaint(node) !== undefined
  const from = unready ? mayEvictFrom(node, view.list<Node>('nodes'), view.now) : undefined
  const taints = wantedTaints(node, from !== undefined && from <= view.now, view.now)
  const update: Change[] = sameTaints(node, taints)
    ? []
    : [{ do: 'update', object: { ...node, spec: { ...node.spec, taints } } as Node }] // a Node as it was, but for taints
  return from !== undefined && from > view.now ? [...update, { do: 'again', at: from }] : update
}

function sameTaints(node: Node, taints: readonly { key: string; effect: string }[]): boolean {
  const before = node.spec?.taints ?? []
  return before.length === taints.length && before.every((taint, i) => taint === taints[i])
}

/**
 * MarkPodsNotReady, at the node's transition: Pods that were ready before the node ceased to be are no longer known to
 * be. One that its agent reports ready later is believed again.
 */
function unreadyPods(node: Node, view: View): Change[] {
  const ready = conditionOf(node.status?.conditions, 'Ready')
  if (ready === undefined || ready.status === 'True' || !ready.lastTransitionTime) return []
  const lost = ready.lastTransitionTime
  return view.onNode<Pod>(node.metadata.name).flatMap((pod) => markUnready(pod, lost, view.now))
}

function markUnready(pod: Pod, lost: string, now: number): Change[] {
  const ready = conditionOf(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True' || (ready.lastTransitionTime ?? '') > lost) return []
  const conditions = (pod.status.conditions ?? []).map((condition) =>
    condition === ready ? { ...condition, status: 'False', lastTransitionTime: rfc3339(now) } : condition,
  )
  return [
    { do: 'status', object: pod, status: { ...pod.status, conditions } },
    { do: 'event', about: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' },
  ]
}
