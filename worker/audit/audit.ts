import { rfc3339Micro } from '../../api/meta/time.ts'

/**
 * What is written down of requests, one line of JSON each, in the shape of Kubernetes' own audit events
 * (audit.k8s.io/v1 Event at level Metadata): who, what, on which object, whether it was allowed, how it ended and how
 * long it took. Bodies, tokens, headers and queries never are in it: a query may hold the command of an exec.
 */
export type Level =
  /** Nothing. */
  | 'off'
  /** Requests that were refused with 401 or 403. */
  | 'denials'
  /** And every write, however it ended. */
  | 'writes'
  /** And every read. */
  | 'all'

const LEVELS: readonly Level[] = ['off', 'denials', 'writes', 'all']

/** The setting PODO_AUDIT; `writes` where it is absent. Throws an Error that names what is possible. */
export function levelOf(setting: string | undefined): Level {
  const text = (setting ?? '').trim()
  if (text === '') return 'writes'
  const level = LEVELS.find((known) => known === text)
  if (level === undefined)
    throw new Error(`PODO_AUDIT must be one of ${LEVELS.join(', ')}, not ${JSON.stringify(text)}`)
  return level
}

/** A request that was answered. */
export interface Answered {
  readonly id: string
  readonly verb: string
  readonly path: string
  /** Absent where nobody was recognised. */
  readonly user?: { readonly name: string; readonly uid?: string; readonly groups: readonly string[] }
  /** Whom the user acted as, where it was another. */
  readonly actedAs?: { readonly name: string; readonly groups: readonly string[] }
  readonly object?: {
    readonly resource: string
    readonly subresource: string
    readonly group: string
    readonly version: string
    readonly namespace: string
    readonly name: string
  }
  readonly code: number
  /** `Forbidden`, of a Status. */
  readonly reason?: string
  /** What admission noted. */
  readonly notes?: Readonly<Record<string, string>>
  readonly userAgent: string | null
  readonly address: string | null
  /** Milliseconds since the epoch. */
  readonly received: number
  readonly ended: number
}

const READS: readonly string[] = ['get', 'list', 'watch', 'head', 'options', '']

export function isAudited(level: Level, { verb, code }: Pick<Answered, 'verb' | 'code'>): boolean {
  const isDenied = code === 401 || code === 403
  switch (level) {
    case 'off':
      return false
    case 'denials':
      return isDenied
    case 'writes':
      return isDenied || !READS.includes(verb)
    case 'all':
      return true
  }
}

const LONGEST_PATH = 500
const LONGEST_AGENT = 200

/** The line, as text. */
export function lineOf(request: Answered): string {
  const { object, user, actedAs, reason } = request
  const isDenied = request.code === 401 || request.code === 403
  const ref = object && {
    resource: object.resource,
    ...(object.namespace === '' ? {} : { namespace: object.namespace }),
    ...(object.name === '' ? {} : { name: object.name }),
    ...(object.group === '' ? {} : { apiGroup: object.group }),
    apiVersion: object.version,
    ...(object.subresource === '' ? {} : { subresource: object.subresource }),
  }
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: request.id,
    stage: 'ResponseComplete',
    requestURI: request.path.slice(0, LONGEST_PATH),
    verb: request.verb,
    ...(user === undefined ? {} : { user: { username: user.name, uid: user.uid, groups: user.groups } }),
    ...(actedAs === undefined ? {} : { impersonatedUser: { username: actedAs.name, groups: actedAs.groups } }),
    ...(request.address === null ? {} : { sourceIPs: [request.address] }),
    ...(request.userAgent === null ? {} : { userAgent: request.userAgent.slice(0, LONGEST_AGENT) }),
    ...(ref === undefined ? {} : { objectRef: ref }),
    responseStatus: { metadata: {}, code: request.code, ...(reason === undefined ? {} : { reason }) },
    requestReceivedTimestamp: rfc3339Micro(request.received),
    stageTimestamp: rfc3339Micro(request.ended),
    annotations: {
      'authorization.k8s.io/decision': isDenied ? 'forbid' : 'allow',
      'podo.dev/latency': `${request.ended - request.received}ms`,
      ...request.notes,
    },
  })
}
