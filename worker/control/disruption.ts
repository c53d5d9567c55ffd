import type { Node } from '../../api/schema/types.generated.ts'
import { conditionOf } from './conditions.ts'
import { evictionTaint, readinessTaint } from './node-taints.ts'

/**
 * How freely nodes of a zone may be emptied when they are not ready. Models: ComputeZoneState and handleDisruption of
 * pkg/controller/nodelifecycle.
 *
 *   normal   one node in 10 s
 *   partial  at least three nodes and at least 55 % of the zone not ready, a common cause: none in a cluster of up to
 *            50 nodes, one in 100 s in a larger one
 *   halted   no node of any zone is ready: our own link is suspect. Nothing is evicted and taints are taken back.
 *
 * Two lost of three are `normal` (only two are lost), so their Pods fail over. A zone that is wholly lost while others
 * live is emptied at the normal pace.
 */
export type Pace = { state: 'normal' | 'partial'; every: number | undefined } | { state: 'halted' }

const NORMAL_MS = 10_000
const SLOW_MS = 100_000
/** largeClusterSizeThreshold. */
const LARGE = 50
/** unhealthyZoneThreshold. */
const UNHEALTHY = 0.55
const LEAST = 3

/** Region and zone together, as utilnode.GetZoneKey; nodes without labels form a zone of their own. */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`
}

const ready = (node: Node): string | undefined => conditionOf(node.status?.conditions, 'Ready')?.status
const isReady = (node: Node): boolean => ready(node) === 'True'

export function paceOf(zone: string, nodes: readonly Node[]): Pace {
  const posted = nodes.filter((node) => ready(node) !== undefined)
  if (!posted.some(isReady)) return { state: 'halted' }
  const members = posted.filter((node) => zoneOf(node) === zone)
  const lost = members.filter((node) => !isReady(node)).length
  const partial = lost >= LEAST && lost < members.length && lost / members.length >= UNHEALTHY
  if (!partial) return { state: 'normal', every: NORMAL_MS }
  return { state: 'partial', every: members.length > LARGE ? SLOW_MS : undefined }
}

/**
 * From when on this unready node may be emptied, in milliseconds; undefined where it may not at all. The times at which
 * other nodes of its zone were tainted are the rate limiter's memory.
 */
export function mayEvictFrom(node: Node, nodes: readonly Node[], now: number): number | undefined {
  const pace = paceOf(zoneOf(node), nodes)
  if (pace.state === 'halted') return undefined
  if (evictionTaint(node) !== undefined) return now
  if (pace.every === undefined) return undefined
  const others = nodes.filter((other) => other.metadata.name !== node.metadata.name && zoneOf(other) === zoneOf(node))
  const last = Math.max(...others.map((other) => addedAt(other)))
  return Number.isFinite(last) ? Math.max(now, last + pace.every) : now
}

function addedAt(node: Node): number {
  const added = readinessTaint(node) === undefined ? undefined : evictionTaint(node)?.timeAdded
  return added === undefined ? -Infinity : Date.parse(added)
}
