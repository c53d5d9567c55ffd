import { DurableObject } from 'cloudflare:workers'
import { randomBytes, randomInt } from 'node:crypto'
import { kindOfObject, kindOfResource, kinds } from '../api/kinds/index.ts'
import { JOIN_PATH, NODE_PATH } from '../api/wire.ts'
import { allControllers } from './control/index.ts'
import { Driver } from './control/driver.ts'
import { makeApp } from './http/app.ts'
import type { Api } from './http/api.ts'
import { whoIs } from './http/authentication.ts'
import { Hub } from './http/hub.ts'
import { joinRequest } from './http/join.ts'
import { NodeReads } from './http/node-reads.ts'
import { respondError } from './http/respond.ts'
import { durableSockets } from './http/sockets.ts'
import { WATCH_TAG } from './http/watch-state.ts'
import type { Env } from './index.ts'
import { acceptNode, answerHeartbeats } from './nodes/accept.ts'
import { Nodes } from './nodes/nodes.ts'
import { EventRecorder } from './registry/events.ts'
import { makeRegistry } from './registry/index.ts'
import { createSystemNamespaces } from './http/system-namespaces.ts'
import { durableSql } from './store/durable.ts'
import { sealer } from './store/seal.ts'
import { openStore } from './store/sqlite.ts'
import type { Change } from './store/store.ts'

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const dice = {
  uid: () => crypto.randomUUID(),
  suffix: (length: number) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  secret: () => randomBytes(32).toString('base64url'),
}

/**
 * The Durable Object of one cluster. It wires the store, the registry, the API, the controllers and the agents' sockets,
 * and owns the one clock: the alarm. Every event ends with a turn of the controllers before its answer leaves.
 */
export class Cluster extends DurableObject<Env> {
  readonly #hub: Hub
  readonly #nodes: Nodes<WebSocket>
  readonly #driver: Driver
  readonly #app: ReturnType<typeof makeApp>
  readonly #api: Api
  /** Changes that the nodes have not been told of. */
  #untold: Change[] = []
  /** When the alarm is set for; null where it is not. Setting it writes a row, so it is never set to what it is. */
  #alarm: number | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { PODO_ADMIN_TOKEN: adminToken = '', PODO_KEY: key = '', PODO_CA: ca = '', PODO_CLUSTER_CIDR: cidr } = env
    answerHeartbeats(ctx)
    const store = openStore(durableSql(ctx.storage), { sealer: sealer(key), now: Date.now })
    const registry = makeRegistry(kinds)
    const recorder = new EventRecorder(registry, kindNamed('events'))
    this.#nodes = new Nodes({
      host: ctx,
      store,
      registry,
      kinds: { nodes: kindNamed('nodes'), pods: kindNamed('pods') },
      events: recorder,
      dice,
      key,
      clusterCIDR: cidr ?? '10.244.0.0/14',
      complain: (sentence) => console.error(JSON.stringify({ level: 'error', message: sentence })),
    })
    const { liveness } = this.#nodes
    liveness.wake(Date.now())
    const reads = new NodeReads(store, (node) => liveness.lastHeard(node))
    this.#driver = new Driver({
      store,
      registry,
      kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
      controllers: allControllers({ kinds, ca, ...(cidr === undefined ? {} : { clusterCidr: cidr }) }),
      recorder,
      dice,
      liveness,
    })
    this.#hub = new Hub(durableSockets(ctx), { kinds, now: Date.now, reader: reads, shown: (row) => reads.shown(row) })
    store.subscribe((changes) => {
      this.#driver.changed(changes)
      this.#hub.changed(changes)
      this.#untold.push(...changes)
    })
    this.#api = {
      store,
      reader: reads,
      registry,
      kinds,
      secrets: { adminToken, key },
      dice,
      nodes: this.#nodes,
      now: Date.now,
      accept: (watch, first) => this.#hub.accept(watch, first),
    }
    this.#app = makeApp(this.#api)
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarm = await ctx.storage.getAlarm()
      createSystemNamespaces(store, registry, dice, Date.now())
      this.#settle()
    })
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#answer(request)
    } catch (error) {
      return respondError(error, request)
    } finally {
      this.#settle()
    }
  }

  async #answer(request: Request): Promise<Response> {
    const now = Date.now()
    switch (new URL(request.url).pathname) {
      case NODE_PATH:
        return acceptNode(this.#nodes, request, whoIs(this.#api, request.headers, now), now)
      case JOIN_PATH:
        return joinRequest(this.#api, this.#nodes, request, now)
      default:
        return this.#app.fetch(request)
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (!this.#isWatch(socket)) this.#nodes.message(socket, message, Date.now())
    else if (typeof message === 'string') this.#hub.message(socket, message)
    this.#settle()
  }

  override webSocketClose(socket: WebSocket): void {
    if (this.#isWatch(socket)) return
    this.#nodes.closed(socket, Date.now())
    this.#settle()
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket)
  }

  override alarm(): void {
    this.#alarm = null
    this.#settle()
  }

  #isWatch(socket: WebSocket): boolean {
    return this.ctx.getTags(socket).includes(WATCH_TAG)
  }

  /** Ends an event: the controllers' turn, what clients and agents are told of it, and the next alarm. Never throws. */
  #settle(): void {
    const next = this.#driver.turn(Date.now()) ?? null
    this.#hub.flush()
    const untold = this.#untold
    this.#untold = []
    if (untold.length > 0) this.#nodes.changed(untold)
    // An alarm is a row each time that it is set. One that comes too early costs a wake and finds the later time then.
    if (next === null || (this.#alarm !== null && this.#alarm <= next)) return
    this.#alarm = next
    void this.ctx.storage.setAlarm(next)
  }
}

function kindNamed(resource: string) {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`the kind of ${resource} is not declared`)
  return kind
}
