import * as z from 'zod/mini'
import type { Resource } from './meta/object.ts'

/**
 * The agent protocol: two unions of messages and a version. Written for people in docs/wire.md.
 * An agent dials `wss://<control plane>/podo/node` with its credential; both ends accept the version before theirs.
 */
export const WIRE_VERSION = 1
/** The oldest version that this end still speaks: the one before, from the second version on. */
export const OLDEST_WIRE_VERSION = Math.max(1, WIRE_VERSION - 1)

/** The heartbeat. The runtime answers it by itself, so the texts are exact and no JSON. */
export const PING = 'ping'
export const PONG = 'pong'
/** Milliseconds between two pings of an agent. */
export const PING_EVERY_MS = 10_000

/** Characters of the longest message that either end reads. Cloudflare takes 32 MiB into an object. */
export const LONGEST_MESSAGE = 16 * 1024 * 1024

/** Where an agent goes. */
export const NODE_PATH = '/podo/node'
/** Wakes the object so that it takes a turn. */
export const WAKE_PATH = '/podo/wake'
export const JOIN_PATH = '/podo/join'
export const STREAMS_PATH = '/podo/streams/'

/** An object as the API serves it. Only what names it is checked: both ends come from the same table of types. */
const resource = z.custom<Resource>((value) => {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') return false
  const meta = value['metadata']
  return isRecord(meta) && typeof meta['name'] === 'string' && typeof meta['uid'] === 'string'
}, 'not an object of the API')

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wholeNumber = z.number().check(z.int(), z.nonnegative())
const podRef = z.object({ namespace: z.string(), name: z.string(), uid: z.string() })
const objectRef = z.object({ namespace: z.string(), name: z.string() })
/** An object without a known shape: a status. */
const object = z.record(z.string(), z.unknown())

/** What an agent says about its Node. The control plane makes the object and keeps its times. */
const nodeFacts = z.object({
  labels: z.record(z.string(), z.string()),
  /** NodeStatus: capacity, allocatable, addresses, nodeInfo, conditions (type, status, reason, message). */
  status: object,
})

// ── agent → control plane ────────────────────────────────────────────────────────────────────────────────────────────

/** The first message of an agent. `version` and `oldest` stay in every version of the protocol. */
const hello = z.object({
  type: z.literal('hello'),
  version: wholeNumber,
  oldest: wholeNumber,
  /** Version of the agent, for people: `0.1.0`. */
  agent: z.string(),
  name: z.string(),
  machine: z.string(),
  /** Of the desired state that the agent holds; 0 where it holds none. */
  revision: wholeNumber,
  /** The machine's clock, in milliseconds since the epoch: one that is off is told to people. */
  now: z.optional(z.number()),
  node: nodeFacts,
})
/** The Node's facts changed: a condition, a capacity, an address. */
const node = z.object({ type: z.literal('node'), node: nodeFacts })
/** The agent works towards the desired state of this revision. */
const ack = z.object({ type: z.literal('ack'), revision: wholeNumber })
/** A delta did not follow what the agent holds: it wants a snapshot. */
const resync = z.object({ type: z.literal('resync') })

const podStatus = z.object({ pod: podRef, status: object })
const eventReport = z.object({
  /** A Pod of this node, or the Node itself (namespace ''). */
  about: z.object({ kind: z.enum(['Pod', 'Node']), namespace: z.string(), name: z.string(), uid: z.string() }),
  kind: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  message: z.string(),
  /** `spec.containers{web}` */
  fieldPath: z.optional(z.string()),
})
/** What happened since the last report, coalesced. Kept and sent again until `received` names its id. */
const report = z.object({
  type: z.literal('report'),
  id: wholeNumber,
  /** The last status of each Pod that changed. */
  statuses: z.array(podStatus),
  /** Pods in deletion whose containers have ended: their objects may go. Applied after `statuses`. */
  gone: z.array(podStatus),
  events: z.array(eventReport),
})

const fromAgent = z.discriminatedUnion('type', [hello, node, ack, resync, report])
export type FromAgent = z.infer<typeof fromAgent>
export type Hello = z.infer<typeof hello>
export type Report = z.infer<typeof report>
export type PodRef = z.infer<typeof podRef>
export type PodStatusReport = z.infer<typeof podStatus>
export type EventReport = z.infer<typeof eventReport>
export type NodeStatement = z.infer<typeof nodeFacts>

// ── control plane → agent ────────────────────────────────────────────────────────────────────────────────────────────

const welcome = z.object({
  type: z.literal('welcome'),
  /** The version that both speak from here on. */
  version: wholeNumber,
  uid: z.string(),
  /** The control plane's clock, in milliseconds since the epoch. */
  now: z.number(),
})
/** Why the control plane closes this socket. The agent says so to people and tries again slowly. */
const refused = z.object({
  type: z.literal('refused'),
  reason: z.enum(['AgentTooOld', 'AgentTooNew', 'NodeGone', 'Replaced', 'Malformed']),
  message: z.string(),
})
/** All that this node should run. Replaces whatever the agent held. */
const snapshot = z.object({
  type: z.literal('snapshot'),
  /** A resourceVersion: it never goes backwards, and never starts again. */
  revision: wholeNumber,
  node: resource,
  /** The range of all Pods of the cluster. The node's own is its spec.podCIDR. */
  clusterCIDR: z.string(),
  pods: z.array(resource),
  configMaps: z.array(resource),
  secrets: z.array(resource),
})
/** What changed from revision `from` to `revision`. Objects that no Pod names any more are the agent's to forget. */
const delta = z.object({
  type: z.literal('delta'),
  from: wholeNumber,
  revision: wholeNumber,
  node: z.optional(resource),
  pods: z.array(resource),
  configMaps: z.array(resource),
  secrets: z.array(resource),
  removed: z.object({ pods: z.array(podRef), configMaps: z.array(objectRef), secrets: z.array(objectRef) }),
})
/** The report with this id is stored. */
const received = z.object({ type: z.literal('received'), id: wholeNumber })

const logOptions = z.object({
  follow: z.boolean(),
  previous: z.boolean(),
  timestamps: z.boolean(),
  /** Milliseconds since the epoch. */
  since: z.optional(z.number()),
  /** By the machine's own clock, which wrote the times in the log. */
  sinceSeconds: z.optional(wholeNumber),
  tailLines: z.optional(wholeNumber),
  limitBytes: z.optional(wholeNumber),
})
const execOptions = z.object({
  command: z.array(z.string()),
  stdin: z.boolean(),
  stdout: z.boolean(),
  stderr: z.boolean(),
  tty: z.boolean(),
})
const opening = { type: z.literal('stream.open'), ticket: z.string(), pod: podRef, container: z.string() }
/** Asks the agent to dial `/podo/streams/<ticket>` and to join what it names to that socket (`api/stream.ts`). */
const streamOpen = z.discriminatedUnion('kind', [
  z.object({ ...opening, kind: z.literal('logs'), logs: logOptions }),
  z.object({ ...opening, kind: z.literal('exec'), exec: execOptions }),
])

const fromControlPlane = z.discriminatedUnion('type', [welcome, refused, snapshot, delta, received, streamOpen])
export type FromControlPlane = z.infer<typeof fromControlPlane>
export type Snapshot = z.infer<typeof snapshot>
export type Delta = z.infer<typeof delta>
export type Refusal = z.infer<typeof refused>
export type StreamOpen = z.infer<typeof streamOpen>
export type LogsWanted = z.infer<typeof logOptions>
export type ExecWanted = z.infer<typeof execOptions>

// ── joining, by HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────

const joinRequest = z.object({
  version: wholeNumber,
  oldest: wholeNumber,
  agent: z.string(),
  name: z.string(),
  machine: z.string(),
  node: nodeFacts,
})
const joinAnswer = z.object({ credential: z.string(), name: z.string(), uid: z.string() })
export type JoinRequest = z.infer<typeof joinRequest>
export type JoinAnswer = z.infer<typeof joinAnswer>

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The one failure of reading a message: it is too long, no JSON, or no member of the union. */
export class WireError extends Error {
  constructor(detail: string) {
    super(`malformed message: ${detail}`)
  }
}

function read<T extends z.ZodMiniType>(schema: T, text: string): z.infer<T> {
  if (text.length > LONGEST_MESSAGE) throw new WireError(`longer than ${LONGEST_MESSAGE} characters`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new WireError('not JSON')
  }
  const result = z.safeParse(schema, value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new WireError(`${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'invalid'}`)
}

export const readFromAgent = (text: string): FromAgent => read(fromAgent, text)
export const readFromControlPlane = (text: string): FromControlPlane => read(fromControlPlane, text)
export const readJoinRequest = (text: string): JoinRequest => read(joinRequest, text)
export const readJoinAnswer = (text: string): JoinAnswer => read(joinAnswer, text)

/** Writes a message of either union. */
export const write = (message: FromAgent | FromControlPlane): string => JSON.stringify(message)

/** What a hello says in every version, past and future, so that an agent that cannot be served is told by name. */
const versions = z.object({ version: wholeNumber, oldest: wholeNumber, agent: z.string(), name: z.string() })
export const readVersions = (text: string): z.infer<typeof versions> => read(versions, text)

export type Agreement = { agreed: number } | { refused: 'AgentTooOld' | 'AgentTooNew' }

/** The newest version that both ends speak, or which side is behind. */
export function agree(
  agent: { version: number; oldest: number },
  ours = { version: WIRE_VERSION, oldest: OLDEST_WIRE_VERSION },
): Agreement {
  const agreed = Math.min(agent.version, ours.version)
  if (agreed >= agent.oldest && agreed >= ours.oldest) return { agreed }
  return { refused: agent.version < ours.oldest ? 'AgentTooOld' : 'AgentTooNew' }
}

/** The sentence for an agent that cannot be served. */
export function versionRefusal(
  why: 'AgentTooOld' | 'AgentTooNew',
  agent: { name: string; agent: string; version: number; oldest: number },
): string {
  const speaks = (oldest: number, newest: number) => (oldest === newest ? `${newest}` : `${oldest} to ${newest}`)
  const theirs = `agent ${agent.agent} of node "${agent.name}" speaks wire version ${speaks(agent.oldest, agent.version)}`
  const ours = `this control plane speaks ${speaks(OLDEST_WIRE_VERSION, WIRE_VERSION)}`
  return `${theirs}, ${ours}: update the ${why === 'AgentTooOld' ? 'agent' : 'control plane'}`
}
