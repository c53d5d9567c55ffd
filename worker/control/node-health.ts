import { rfc3339 } from '../../api/meta/time.ts'
import type { Node, NodeCondition } from '../../api/schema/types.generated.ts'
import { conditionOf } from './conditions.ts'
import type { Liveness } from './liveness.ts'

/**
 * A node that was not heard for this long is Unknown. The alarm comes up to two seconds late at worst, so that NotReady
 * shows within 30 s of silence (Kubernetes: 50 s, `--node-monitor-grace-period`).
 */
const SILENCE_MS = 28_000
/**
 * A node that was not heard at all, since it was made or since all sockets were lost at once (a restart, a deploy), gets
 * time to dial: an agent's pauses grow while nobody answers. Also `--node-startup-grace-period`.
 */
const DIAL_MS = 60_000

/** The conditions that a kubelet posts; without it nobody knows them: tryUpdateNodeHealth. */
const POSTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** From when on its silence makes the node Unknown, in milliseconds; undefined where it is Unknown already. */
export function silentFrom(node: Node, liveness: Liveness): number | undefined {
  const ready = conditionOf(node.status?.conditions, 'Ready')
  if (ready?.status === 'Unknown') return undefined
  const heard = liveness.lastHeard(node.metadata.name)
  const created = Date.parse(node.metadata.creationTimestamp)
  return heard === undefined ? Math.max(liveness.startedAt, created) + DIAL_MS : Math.max(heard, created) + SILENCE_MS
}

/** The conditions of a node that nobody hears: Unknown, each with the reason whether it was ever posted. */
export function unknownConditions(node: Node, now: number): NodeCondition[] {
  const conditions = node.status?.conditions ?? []
  const changed = conditions.map((condition) =>
    POSTED.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: rfc3339(now),
        }
      : condition,
  )
  const missing = POSTED.filter((type) => conditionOf(conditions, type) === undefined).map((type) => ({
    type,
    status: 'Unknown',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime: rfc3339(now),
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  }))
  return [...changed, ...missing]
}
