import type { Kind } from '../../api/kinds/kind.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import {
  agree,
  readFromAgent,
  readVersions,
  versionRefusal,
  WireError,
  write,
  type FromAgent,
  type FromControlPlane,
  type Hello,
  type JoinAnswer,
  type Refusal,
  type StreamOpen,
} from '../../api/wire.ts'
import { nodeCredential } from '../guard/credentials.ts'
import type { Checked } from '../guard/token.ts'
import type { EventRecorder, Occurrence } from '../registry/events.ts'
import type { Caller, Dice, Registry } from '../registry/registry.ts'
import type { Change, Store, Tx } from '../store/store.ts'
import { deltasOf, Namers, snapshotOf } from './desired.ts'
import { join } from './join.ts'
import { NodeLiveness } from './liveness.ts'
import { CLOCK_SKEW, skewOf, skewSentence, withClock } from './node-clock.ts'
import { KUBELET, nodeKey, nodeUser, register } from './registration.ts'
import { applyReport } from './reports.ts'
import {
  attach,
  attachmentOf,
  NODE_TAG,
  OPEN,
  tagOf,
  type Attachment,
  type NodeSocket,
  type SocketHost,
} from './socket.ts'

export interface NodesOptions<S extends NodeSocket> {
  readonly host: SocketHost<S>
  readonly store: Store
  readonly registry: Registry
  /** The kinds of `nodes` and `pods`. */
  readonly kinds: { readonly nodes: Kind; readonly pods: Kind }
  readonly events: EventRecorder
  readonly dice: Dice
  /** PODO_KEY, which signs node credentials. */
  readonly key: string
  /** The range that all Pods' addresses are from. */
  readonly clusterCIDR: string
  readonly complain: (sentence: string) => void
}

/** Codes of our own closes, from the range that is left to applications. */
const CLOSE = { refused: 4000, replaced: 4001 } as const

/**
 * The agents' control sockets. Nothing lives here but what can be made again: a socket's state is its attachment, a
 * revision is the store's version, and the next snapshot or delta is read from the store.
 */
export class Nodes<S extends NodeSocket = NodeSocket> {
  readonly liveness: NodeLiveness
  readonly #options: NodesOptions<S>
  readonly #namers = new Namers()

  constructor(options: NodesOptions<S>) {
    this.#options = options
    this.liveness = new NodeLiveness(options.host, options.store)
  }

  /** `POST /podo/join`, inside a transaction of its own. Throws StatusErrors. */
  join(token: Checked, body: string, now: number): JoinAnswer {
    const { store, registry, kinds, dice, key } = this.#options
    return store.transaction((tx) => join(tx, token, body, now, { registry, nodes: kinds.nodes, dice, key }))
  }

  /** Takes the control socket of an authenticated agent; it is nobody's yet until its hello. */
  opened(socket: S, node: string, now: number): void {
    this.#options.host.acceptWebSocket(socket, [NODE_TAG, tagOf(node)])
    attach(socket, { state: 'new', node, since: now })
    this.liveness.opened(node, now)
  }

  /** A message that arrived. Whatever cannot be read ends the socket with one sentence. */
  message(socket: S, text: string | ArrayBuffer, now: number): void {
    const attachment = attachmentOf(socket)
    if (attachment.state === 'ended') return
    try {
      if (typeof text !== 'string') throw new WireError('not text')
      if (attachment.state === 'new') this.#hello(socket, attachment.node, text, now)
      else this.#linked(socket, attachment, readFromAgent(text), now)
    } catch (error) {
      // What a node may not say of itself (NodeRestriction) ends the line as what nobody can read.
      const isForbidden = error instanceof StatusError && error.reason === 'Forbidden'
      if (!(error instanceof WireError) && !isForbidden) throw error
      this.#refuse(socket, 'Malformed', error.message)
    }
  }

  /** A socket closed: the clock of silence goes on from here. */
  closed(socket: S, now: number): void {
    this.liveness.closed(attachmentOf(socket).node, now)
  }

  /** To be called with every commit's changes. Sends each linked node what concerns it. */
  changed(changes: readonly Change[]): void {
    const linked = this.#linkedSockets()
    for (const { key, type } of changes) {
      if (key.resource !== 'nodes' || type !== 'DELETED') continue
      const socket = linked.get(key.name)
      if (socket !== undefined) this.#refuse(socket, 'NodeGone', `node "${key.name}" was deleted`)
      linked.delete(key.name)
      this.liveness.forget(key.name)
    }
    const { store } = this.#options
    const deltas = deltasOf(changes, (node) => linked.has(node), store, this.#namers)
    for (const [node, body] of deltas) {
      const socket = linked.get(node)
      const attachment = socket === undefined ? undefined : attachmentOf(socket)
      if (socket === undefined || attachment?.state !== 'linked') continue
      const revision = Math.max(attachment.sent, changes.at(-1)?.version ?? 0)
      this.#send(socket, { type: 'delta', from: attachment.sent, revision, ...body })
      attach(socket, { ...attachment, sent: revision })
    }
  }

  /** Whether the agent can be told something at present. */
  isLinked(node: string): boolean {
    return this.#linkedSockets().has(node)
  }

  /** Asks the node's agent to dial a stream; false where it is not connected. */
  openStream(node: string, message: StreamOpen): boolean {
    const socket = this.#linkedSockets().get(node)
    if (socket === undefined) return false
    this.#send(socket, message)
    return true
  }

  #hello(socket: S, node: string, text: string, now: number): void {
    const versions = readVersions(text)
    const agreement = agree(versions)
    if ('refused' in agreement) {
      this.#refuse(socket, agreement.refused, versionRefusal(agreement.refused, versions))
      return
    }
    const hello = readFromAgent(text)
    if (hello.type !== 'hello') throw new WireError(`"${hello.type}" before hello`)
    const registered = this.#register(node, hello, now)
    if ('gone' in registered) {
      this.#refuse(socket, 'NodeGone', registered.gone)
      return
    }
    this.#replaceOthers(socket, node)
    const { uid } = registered
    const skew = skewOf(hello.now, now)
    this.#send(socket, { type: 'welcome', version: agreement.agreed, uid, now })
    this.#sendSnapshot(socket, {
      state: 'linked',
      node,
      since: attachmentOf(socket).since,
      uid,
      version: agreement.agreed,
      sent: 0,
      ...(skew === undefined ? {} : { skew }),
    })
  }

  /** Writes the Node as the agent states it, or says why the agent is no longer wanted. */
  #register(node: string, hello: Hello, now: number): { uid: string } | { gone: string } {
    const { store, registry, kinds, events } = this.#options
    return store.transaction((tx) => {
      const credential = nodeCredential(tx, node)
      const row = tx.get(nodeKey(node))
      if (credential === undefined || row === undefined || row.uid !== credential.uid) {
        return { gone: `node "${node}" was deleted: join again with a token` }
      }
      if (hello.name !== node || hello.machine !== credential.machine) {
        return {
          gone: `this credential is of node "${node}" on machine ${credential.machine}, not of "${hello.name}" on ${hello.machine}`,
        }
      }
      const caller = this.#caller(node, now)
      const skew = skewOf(hello.now, now)
      const stated = withClock(hello.node, row.object, node, skew)
      const { uid } = register(tx, caller, { registry, nodes: kinds.nodes }, node, stated)
      if (skew !== undefined) events.record(tx, caller, clockEvent(node, uid, skew))
      return { uid }
    })
  }

  #linked(socket: S, attachment: Attachment & { state: 'linked' }, message: FromAgent, now: number): void {
    const { store, registry, kinds, events, complain } = this.#options
    const { node } = attachment
    const write = (work: (tx: Tx) => void): void => store.transaction((tx) => work(tx))
    switch (message.type) {
      case 'hello':
        throw new WireError('a second hello')
      case 'node':
        write((tx) => void register(tx, this.#caller(node, now), { registry, nodes: kinds.nodes }, node, message.node))
        return
      case 'report':
        write((tx) =>
          applyReport(tx, this.#caller(node, now), node, message, {
            registry,
            pods: kinds.pods,
            events,
            complain,
            skew: attachment.skew,
          }),
        )
        this.#send(socket, { type: 'received', id: message.id })
        return
      case 'resync':
        this.#sendSnapshot(socket, attachment)
        return
      case 'ack':
        return
      default:
        message satisfies never
    }
  }

  #sendSnapshot(socket: S, attachment: Attachment & { state: 'linked' }): void {
    const { store, clusterCIDR } = this.#options
    const node = store.get(nodeKey(attachment.node))
    if (node === undefined) return
    const snapshot = snapshotOf(store, node.object, clusterCIDR)
    this.#send(socket, snapshot)
    attach(socket, { ...attachment, sent: snapshot.revision })
  }

  #caller(node: string, now: number): Caller {
    return { user: nodeUser(node), manager: KUBELET, now, warnings: [], dice: this.#options.dice }
  }

  /** The machine dialled again before its old connection was known to be dead. */
  #replaceOthers(socket: S, node: string): void {
    for (const other of this.#options.host.getWebSockets(tagOf(node))) {
      if (other === socket || other.readyState !== OPEN || attachmentOf(other).since > attachmentOf(socket).since)
        continue
      this.#end(other, CLOSE.replaced, {
        type: 'refused',
        reason: 'Replaced',
        message: `another connection of node "${node}" took the place of this one`,
      })
    }
  }

  #refuse(socket: S, reason: Refusal['reason'], message: string): void {
    this.#end(socket, CLOSE.refused, { type: 'refused', reason, message })
  }

  #end(socket: S, code: number, last: Refusal): void {
    const { node, since } = attachmentOf(socket)
    this.#send(socket, last)
    attach(socket, { state: 'ended', node, since })
    socket.close(code, last.reason)
  }

  #send(socket: S, message: FromControlPlane): void {
    // A socket that closes meanwhile takes nothing more; its agent gets a snapshot when it is back.
    if (socket.readyState === OPEN) socket.send(write(message))
  }

  #linkedSockets(): Map<string, S> {
    const linked = new Map<string, S>()
    for (const socket of this.#options.host.getWebSockets(NODE_TAG)) {
      if (socket.readyState !== OPEN) continue
      const attachment = attachmentOf(socket)
      if (attachment.state === 'linked') linked.set(attachment.node, socket)
    }
    return linked
  }
}

const clockEvent = (node: string, uid: string, skew: number): Occurrence => ({
  about: { apiVersion: 'v1', kind: 'Node', namespace: '', name: node, uid },
  type: 'Warning',
  reason: CLOCK_SKEW,
  message: skewSentence(node, skew),
  component: 'node-controller',
})
