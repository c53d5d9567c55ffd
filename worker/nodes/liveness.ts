import type { Store, Tx } from '../store/store.ts'
import { nodeKey } from './registration.ts'
import { attachmentOf, OPEN, tagOf, type NodeSocket, type SocketHost } from './socket.ts'

/**
 * A silence that was judged by nobody for so long, in milliseconds, says that this object was not running: it is judged
 * after 28 s (worker/control/node-health.ts), give or take an alarm that comes late.
 */
const UNJUDGED_MS = 45_000

const COLLECTION = 'nodes/heard'
const STARTED = ' started' // no node's name

/**
 * A wake reads what is kept of all nodes, and a connect writes what is kept of those beside it: so many rows share them.
 */
const SHARDS = 16

/** What is kept of a node beside its socket: one row for a connect and one for a close, none for a heartbeat. */
interface Kept {
  state: 'connected' | 'closed'
  at: number
}

/**
 * When each node was last heard: of an open socket the last automatic pong (or its opening), else when it closed.
 * Satisfies `Liveness` of worker/control.
 */
export class NodeLiveness {
  readonly #host: SocketHost
  readonly #store: Store
  readonly #kept = new Map<string, Kept>()
  #startedAt = 0

  constructor(host: SocketHost, store: Store) {
    this.#host = host
    this.#store = store
  }

  /** See `wake`. */
  get startedAt(): number {
    return this.#startedAt
  }

  /**
   * To be called whenever the object is constructed, before anything else. An eviction keeps the sockets; where one that
   * was open is missing, or a silence went unjudged, the object itself was away: that is a start, and nobody is judged
   * for a silence that began before it.
   */
  wake(now: number): void {
    this.#store.transaction((tx) => {
      let started: number | undefined
      for (const { id, json } of tx.records.all(COLLECTION)) {
        if (id === STARTED) started = Number(json)
        else for (const [node, kept] of Object.entries(JSON.parse(json) as Shard)) this.#kept.set(node, kept) // by #write
      }
      this.#startedAt = started ?? now
      if (started !== undefined && !this.#wasAway(tx, now)) return
      this.#startedAt = now
      tx.records.put(COLLECTION, STARTED, String(now))
    })
  }

  opened(node: string, now: number): void {
    const kept = this.#kept.get(node)
    if (kept?.state === 'connected' && kept.at >= this.#startedAt) return
    this.#store.transaction((tx) => this.#keep(tx, node, { state: 'connected', at: now }))
  }

  closed(node: string, now: number): void {
    if (this.#open(node).length > 0 || this.#kept.get(node)?.state === 'closed') return
    this.#store.transaction((tx) => this.#keep(tx, node, { state: 'closed', at: now }))
  }

  /** Forgets a node that was deleted. */
  forget(node: string): void {
    if (this.#kept.delete(node)) this.#store.transaction((tx) => this.#write(tx, shardOf(node)))
  }

  /** Milliseconds since the epoch; undefined for a node that was not heard since the start. */
  lastHeard(node: string): number | undefined {
    const heard = this.#open(node).map((socket) => this.#heard(socket))
    if (heard.length > 0) return Math.max(...heard)
    const kept = this.#kept.get(node)
    return kept?.state === 'closed' && kept.at >= this.#startedAt ? kept.at : undefined
  }

  #heard(socket: NodeSocket): number {
    const pong = this.#host.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0
    return Math.max(pong, attachmentOf(socket).since)
  }

  #open(node: string): NodeSocket[] {
    return this.#host.getWebSockets(tagOf(node)).filter(isOpen)
  }

  #wasAway(tx: Tx, now: number): boolean {
    return [...this.#kept].some(([node, kept]) => {
      if (kept.at < this.#startedAt) return false
      // A socket is gone although nobody closed it.
      if (kept.state === 'connected') return this.#open(node).length === 0
      return kept.at + UNJUDGED_MS < now && isReady(tx, node)
    })
  }

  #keep(tx: Tx, node: string, kept: Kept): void {
    this.#kept.set(node, kept)
    this.#write(tx, shardOf(node))
  }

  #write(tx: Tx, shard: string): void {
    const kept = [...this.#kept].filter(([node]) => shardOf(node) === shard)
    if (kept.length === 0) tx.records.delete(COLLECTION, shard)
    else tx.records.put(COLLECTION, shard, JSON.stringify(Object.fromEntries(kept)))
  }
}

type Shard = Record<string, Kept>

/** Any spread will do, as long as it stays: FNV-1a over the name. */
function shardOf(node: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < node.length; i++) hash = Math.imul(hash ^ node.charCodeAt(i), 0x01000193) >>> 0
  return `shard ${hash % SHARDS}`
}

const isOpen = (socket: NodeSocket): boolean => socket.readyState === OPEN

interface NodeLike {
  status?: { conditions?: { type: string; status: string }[] }
}

function isReady(tx: Tx, node: string): boolean {
  const found = tx.get(nodeKey(node))?.object as NodeLike | undefined // the key names a Node
  return (
    found?.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
  )
}
