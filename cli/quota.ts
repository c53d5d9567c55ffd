import type { ApiClient } from './api-client.ts'
import { columns } from './screen.ts'

/** What `GET /podo/quota` answers. */
export interface Quota {
  readonly day: string
  readonly pressure: string
  readonly shares: readonly { what: string; used: number; limit: number }[]
}

const NAMES: Readonly<Record<string, string>> = {
  rowsWritten: 'rows written',
  rowsRead: 'rows read',
  requests: 'requests',
  activeSeconds: 'active seconds (estimate)',
}

/** What today has cost of what it may cost, for people; nothing where there is no limit. */
export function quotaTable({ day, pressure, shares }: Quota): string[] {
  if (shares.length === 0) return []
  const rows = shares.map(({ what, used, limit }) => [
    NAMES[what] ?? what,
    Math.round(used).toLocaleString('en-US'),
    limit.toLocaleString('en-US'),
    `${Math.floor((used / limit) * 100)} %`,
  ])
  return ['', ...columns([[`QUOTA OF ${day}`, 'SPENT', 'OF', pressure.toUpperCase()], ...rows])]
}

/** The lines of `podo status` about the quota; none from a control plane that does not know of one. */
export async function quotaLines(api: ApiClient): Promise<string[]> {
  const { code, body } = await api.call('GET', '/podo/quota')
  return code === 200 ? quotaTable(body as Quota) : [] // the shape of this path
}
