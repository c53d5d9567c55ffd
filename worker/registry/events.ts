import { createHash } from 'node:crypto'
import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import { rfc3339, rfc3339Micro } from '../../api/meta/time.ts'
import type { Tx } from '../store/store.ts'
import type { Caller, Draft, Registry } from './registry.ts'

/** An event that something wants to be known. */
export interface Occurrence {
  readonly about: {
    apiVersion: string
    kind: string
    namespace: string
    name: string
    uid: string
    resourceVersion?: string
  }
  /** `spec.containers{web}` */
  readonly fieldPath?: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `kubelet`, `replicaset-controller`. */
  readonly component: string
  /** The node, for events of an agent. */
  readonly host?: string
  /** Only for callers that write events.k8s.io events (the scheduler): `Scheduling`, `Binding`. */
  readonly action?: string
}

/** client-go tools/record: 25 events at once about one object from one source, then one in five minutes. */
const BURST = 25
const REFILL_MS = 300_000
/** Ten events that differ only in their message within ten minutes become one. */
const SIMILAR = 10
const SIMILAR_MS = 600_000
/** A repeat is counted at once and written at most this often: rows are what a free plan counts. */
const REPEAT_MS = 600_000
/** Sources and events remembered; beyond it the oldest are forgotten, as after an eviction. */
const REMEMBERED = 2_000

interface Bucket {
  tokens: number
  at: number
}
interface Similar {
  messages: Set<string>
  since: number
}

/**
 * Writes events by client-go's rules (k8s.io/client-go/tools/record/events_cache.go). What it remembers is only counts:
 * after an eviction it starts anew, as a restarted kubelet does.
 */
export class EventRecorder {
  readonly #registry: Registry
  readonly #events: Kind
  readonly #mayRecord: (now: number) => boolean
  readonly #buckets = new Map<string, Bucket>()
  readonly #similar = new Map<string, Similar>()
  /** Repeats counted since the event was last written. */
  readonly #repeats = new Map<string, number>()

  /** `mayRecord`: whether events may cost anything at present; those that come while they may not are dropped. */
  constructor(registry: Registry, events: Kind, mayRecord: (now: number) => boolean = () => true) {
    this.#registry = registry
    this.#events = events
    this.#mayRecord = mayRecord
  }

  /** Records it inside the transaction, unless the spam rules drop it. Events in a missing or ending namespace are dropped. */
  record(tx: Tx, caller: Caller, occurrence: Occurrence): void {
    if (this.#mayRecord(caller.now)) this.recordAnyway(tx, caller, occurrence)
  }

  /** For the event that says why the others are dropped. */
  recordAnyway(tx: Tx, caller: Caller, occurrence: Occurrence): void {
    const { now } = caller
    const source = `${occurrence.component}/${occurrence.host ?? ''}/${occurrence.about.uid || occurrence.about.name}`
    const message = this.#aggregated(`${source}/${occurrence.type}/${occurrence.reason}`, occurrence.message, now)
    if (!this.#allowed(source, now)) return
    const namespace = occurrence.about.namespace || 'default'
    if (!acceptsEvents(tx, namespace)) return
    const name = eventName(occurrence, message.startsWith(COMBINED) ? COMBINED : message)
    const key = { resource: 'events', namespace, name }
    const before = tx.get(key)?.object
    if (before === undefined) {
      this.#registry.create(tx, caller, this.#events, namespace, draftOf(occurrence, name, namespace, message, now))
      return
    }
    const repeats = (this.#repeats.get(name) ?? 0) + 1
    keep(this.#repeats, name, repeats)
    const event = before as Resource & { count?: number; lastTimestamp?: string } // the key names an Event
    if (now - Date.parse(event.lastTimestamp ?? '') < REPEAT_MS) return
    this.#repeats.delete(name)
    this.#registry.update(tx, caller, this.#events, key, '', () => ({
      ...event,
      message,
      count: (event.count ?? 1) + repeats,
      lastTimestamp: rfc3339(now),
    }))
  }

  /** A token bucket for each source and object. */
  #allowed(source: string, now: number): boolean {
    const bucket = this.#buckets.get(source) ?? { tokens: BURST, at: now }
    const refilled = Math.floor((now - bucket.at) / REFILL_MS)
    const tokens = Math.min(BURST, bucket.tokens + refilled)
    keep(this.#buckets, source, { tokens: Math.max(0, tokens - 1), at: refilled > 0 ? now : bucket.at })
    return tokens > 0
  }

  #aggregated(group: string, message: string, now: number): string {
    const known = this.#similar.get(group)
    const similar =
      known === undefined || now - known.since > SIMILAR_MS ? { messages: new Set<string>(), since: now } : known
    similar.messages.add(message)
    keep(this.#similar, group, similar)
    return similar.messages.size > SIMILAR ? `${COMBINED}${message}` : message
  }
}

const COMBINED = '(combined from similar events): '

/** Sets a key and forgets the oldest beyond the bound. */
function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= REMEMBERED) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}

function acceptsEvents(tx: Tx, namespace: string): boolean {
  const row = tx.get({ resource: 'namespaces', namespace: '', name: namespace })
  return row !== undefined && row.object.metadata.deletionTimestamp === undefined
}

/** The same occurrence has the same name, so that a repeat finds its row without a search. */
function eventName(of: Occurrence, message: string): string {
  const text = JSON.stringify([of.about, of.fieldPath, of.type, of.reason, message, of.component, of.host].map(stable))
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${of.about.name.slice(0, 236)}.${hash}`
}

const stable = (part: unknown): unknown =>
  typeof part === 'object' && part !== null ? { ...part, resourceVersion: undefined } : part

function draftOf(of: Occurrence, name: string, namespace: string, message: string, now: number): Draft {
  const { resourceVersion, namespace: _, ...about } = of.about
  const fields = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      ...about,
      ...(of.about.namespace === '' ? {} : { namespace: of.about.namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(of.fieldPath === undefined ? {} : { fieldPath: of.fieldPath }),
    },
    reason: of.reason,
    message,
    type: of.type,
  }
  if (of.action !== undefined) {
    const instance = `${of.component}-${of.host ?? 'podo'}`
    const series = { eventTime: rfc3339Micro(now), reportingComponent: of.component, reportingInstance: instance }
    return { ...fields, action: of.action, ...series, firstTimestamp: null, lastTimestamp: null, source: {} } as Draft // Event's own fields
  }
  return {
    ...fields,
    source: { component: of.component, ...(of.host === undefined ? {} : { host: of.host }) },
    reportingComponent: of.component,
    reportingInstance: of.host ?? '',
    firstTimestamp: rfc3339(now),
    lastTimestamp: rfc3339(now),
    count: 1,
    eventTime: null,
  } as Draft // Event's own fields
}
