import type { Kind } from '../../api/kinds/kind.ts'
import { unknownResource } from '../../api/meta/failures.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import type { Level } from '../audit/audit.ts'
import type { Governor } from '../governor/governor.ts'
import type { Secrets } from '../guard/admit.ts'
import type { User } from '../guard/credentials.ts'
import type { RoleSource } from '../guard/rbac.ts'
import type { Caller, Dice, Registry } from '../registry/registry.ts'
import type { Key, Reader, Store } from '../store/store.ts'
import type { OpensWith } from '../streams/open.ts'
import { formatOf, type Accepts } from './negotiate.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import { packageOf } from './body-kind.ts'
import { otherThanAsked } from './refusals.ts'
import type { Log } from './respond.ts'
import { includeOf, type Showing } from './view.ts'
import type { Gate } from './gate.ts'
import type { Measured } from './measure.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Frame, Watch } from './watch-state.ts'

/** What the API is built on. The object makes one of these; tests make one over a store in memory. */
export interface Api {
  readonly store: Store
  readonly registry: Registry
  readonly kinds: readonly Kind[]
  readonly secrets: Secrets
  readonly dice: Dice & {
    /** 256 random bits as text that fits a URL. */
    secret(): string
  }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log?: Log
  /** Takes a line of the audit; `level` says which are wanted. */
  readonly audit: { readonly level: Level; readonly write: (line: string) => void }
  /** Accepts a watch: sends `first` and from then on every event. Answers 101 with the socket. */
  readonly accept: (watch: Watch, first: readonly Frame[]) => Response
  /** The agents that are connected. */
  readonly nodes: OpensWith['nodes']
  /** The store as clients see it: with what is made on read and never stored (heartbeats, leases of nodes). */
  readonly reader: Reader
  readonly gate: Gate
  readonly metrics: Metrics
  readonly measured: Measured
  /** Says what may still be written today. */
  readonly governor: Governor
  /** Who may do what, kept up with the store. */
  readonly roles: RoleSource
}

/** One request on a resource, after authentication and authorisation. */
export interface Call {
  readonly api: Api
  readonly request: Request
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly kind: Kind
  readonly caller: Caller
  /** Lower-case text of Content-Type, or null. */
  readonly contentType: string | null
}

/** Answers one verb on one resource. */
export type Verb = (call: Call) => Response | Promise<Response>

export const callerOf = (api: Api, user: User, now: number, manager: string): Caller => ({
  user,
  manager,
  now,
  warnings: [],
  notes: {},
  dice: api.dice,
})

/** The kind that a request names, in its own version and scope; throws 404 as a server without it would. */
export function kindOf(api: Api, info: RequestInfo): Kind {
  const kind = api.kinds.find(
    ({ group, version, plural }) => plural === info.resource && group === info.group && version === info.version,
  )
  if (kind === undefined) throw unknownResource()
  if (!kind.namespaced && info.namespace !== '' && info.resource !== 'namespaces') throw unknownResource()
  if (kind.namespaced && info.namespace === '' && info.name !== '' && info.parts.length > 1) throw unknownResource()
  return kind
}

/** The key of the object that a request names. */
export const keyOf = ({ kind, info }: Pick<Call, 'kind' | 'info'>): Key => ({
  resource: kind.resource,
  namespace: kind.namespaced ? info.namespace : '',
  name: info.name,
})

export const resourceOf = (kind: Kind): string => groupResource(kind.group, kind.plural)

/** How this request's answer is shown, and in which form it is written. Throws 406. */
export function showingOf(
  call: Call,
  accepts: Accepts = {},
): { showing: Showing; format: ReturnType<typeof formatOf> } {
  const format = formatOf(call.request, accepts)
  const list = call.info.verb === 'list' || call.info.verb === 'deletecollection'
  if (format.view.as === 'partial' && format.view.list !== list && call.info.verb !== 'watch') {
    throw otherThanAsked(list, `${packageOf(call.kind.group)}.${call.kind.kind}${list ? 'List' : ''}`)
  }
  const include = format.view.as === 'table' ? includeOf(call.query) : 'Metadata'
  return { showing: { kind: call.kind, view: format.view, include, now: call.caller.now }, format }
}
