import type { Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { NodeStatement } from '../../api/wire.ts'

interface Condition {
  type: string
  status: string
  lastTransitionTime?: string | null
  reason?: string
  message?: string
}
export interface NodeLike extends Resource {
  status?: { conditions?: Condition[] }
}

/** The Node's labels with those that its agent keeps (kubelet's updateDefaultLabels): others stay as they are. */
export function labelsOf(old: Resource, stated: NodeStatement): Record<string, string> {
  return { ...old.metadata.labels, ...stated.labels }
}

/**
 * The status that an agent states, over what others keep there. Times are ours, so a machine's clock does not matter:
 * a transition is when its condition's status changed; heartbeats are not stored (`synthesise.ts`).
 */
export function statusOf(old: NodeLike, stated: NodeStatement, now: number): NonNullable<NodeLike['status']> {
  const before = old.status?.conditions ?? []
  const wanted = conditionsIn(stated.status)
  const conditions = wanted.map(({ type, status, reason, message }) => {
    const same = before.find((condition) => condition.type === type && condition.status === status)
    return {
      type,
      status,
      lastTransitionTime: same?.lastTransitionTime ?? rfc3339(now),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    }
  })
  const others = before.filter((condition) => !wanted.some(({ type }) => type === condition.type))
  return { ...old.status, ...stated.status, conditions: [...others, ...conditions] }
}

/** The conditions that an agent states; whatever else is in the list is passed over. */
export function conditionsIn(status: Readonly<Record<string, unknown>>): Condition[] {
  const list = status['conditions']
  if (!Array.isArray(list)) return []
  return list.filter((item): item is Condition => typeof item?.type === 'string' && typeof item.status === 'string')
}
