import type { Asker } from '../governor/governor.ts'
import { MASTERS, NODES, type User } from '../guard/credentials.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import type { Occurrence } from '../registry/events.ts'
import type { Api } from './api.ts'

/** Verbs that cost no row written. A dry run costs none either, but whoever pretends to write is told the same. */
const READS: readonly string[] = ['get', 'head', 'list', 'watch', 'options']

/** Throws 429 where the rest of the day's quota is not for this write. */
export function ration(api: Api, user: User, info: RequestInfo, now: number): void {
  if (READS.includes(info.verb) || !info.isResourceRequest) return
  api.governor.admit(askerOf(user), info.resource === 'events', now)
}

/** Which share of what is scarce a user has. */
export function askerOf({ groups }: User): Asker {
  if (groups.includes(MASTERS)) return 'admin'
  return groups.includes(NODES) ? 'node' : 'other'
}

/** `GET /podo/quota`: what today has cost, for `podo status`. Limits that there are not are left out. */
export function quotaRequest(api: Api): Response {
  const now = api.now()
  const { governor } = api
  const body = { day: governor.usage(now).day, pressure: governor.pressure(now), shares: governor.shares(now) }
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}

/** The event that tells of a day that nears its end, once for each step. */
export const quotaEvent = (message: string): Occurrence => ({
  about: { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: 'kube-system', uid: '' },
  type: 'Warning',
  reason: 'QuotaNearlySpent',
  message,
  component: 'podo-governor',
})
