import { makeAdmission } from '../worker/admission/index.ts'
import { randomInt, randomUUID } from 'node:crypto'
import { kindOfObject, kindOfResource, kinds } from '../api/kinds/index.ts'
import type { Kind } from '../api/kinds/kind.ts'
import type { Resource } from '../api/meta/object.ts'
import { WIRE_VERSION, write, type FromAgent } from '../api/wire.ts'
import { Driver } from '../worker/control/driver.ts'
import { allControllers } from '../worker/control/index.ts'
import { createJoinToken } from '../worker/guard/credentials.ts'
import { check } from '../worker/guard/token.ts'
import { furnish } from '../worker/http/furnish.ts'
import { Nodes } from '../worker/nodes/nodes.ts'
import { OPEN, type NodeSocket, type SocketHost } from '../worker/nodes/socket.ts'
import { EventRecorder } from '../worker/registry/events.ts'
import { makeRegistry } from '../worker/registry/index.ts'
import type { Caller, Draft } from '../worker/registry/registry.ts'
import { nodeSql, type NodeSql } from '../worker/store/node.ts'
import { openStore, type SqliteStore } from '../worker/store/sqlite.ts'
import type { Change } from '../worker/store/store.ts'

const KEY = 'a key of the bench, long enough to sign credentials'
const PING_EVERY = 10_000
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** A machine's control socket: the runtime answers its pings every ten seconds, each machine at a moment of its own. */
class Socket implements NodeSocket {
  readonly readyState = OPEN
  readonly tags: string[] = []
  readonly #phase: number
  #attachment = 'null'

  constructor(phase: number) {
    this.#phase = phase
  }
  send(): void {}
  close(): void {}
  serializeAttachment(attachment: unknown): void {
    this.#attachment = JSON.stringify(attachment)
  }
  deserializeAttachment(): unknown {
    return JSON.parse(this.#attachment)
  }
  heardAt(now: number): Date {
    return new Date(now - ((((now - this.#phase) % PING_EVERY) + PING_EVERY) % PING_EVERY))
  }
}

/** What outlives an eviction of the object: database, sockets, alarm. And the clock, which the bench moves. */
export interface World {
  readonly sql: NodeSql
  readonly sockets: Socket[]
  now: number
  /** When the object wants to be woken, in milliseconds; undefined for never. */
  alarm: number | undefined
  /** Calls of setAlarm and deleteAlarm: a row written each. */
  alarmRows: number
}

export const makeWorld = (now: number): World => ({
  sql: nodeSql(':memory:'),
  sockets: [],
  now,
  alarm: undefined,
  alarmRows: 0,
})

const dice = {
  uid: () => randomUUID(),
  suffix: (length: number) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
}

/** The Cluster object without HTTP: store, registry, nodes and controllers, wired as `worker/cluster.ts` wires them. */
export class Plane {
  readonly store: SqliteStore
  readonly registry = makeRegistry(kinds, makeAdmission())
  readonly nodes: Nodes<Socket>
  readonly driver: Driver
  readonly #world: World
  #untold: Change[] = []

  /** A wake: everything is made anew over what the world kept. */
  constructor(world: World) {
    this.#world = world
    const store = openStore(world.sql, { now: () => world.now })
    const events = new EventRecorder(this.registry, kindNamed('events'))
    const host: SocketHost<Socket> = {
      acceptWebSocket(socket, tags) {
        socket.tags.push(...tags)
        world.sockets.push(socket)
      },
      getWebSockets: (tag) => world.sockets.filter(({ tags }) => tag === undefined || tags.includes(tag)),
      getWebSocketAutoResponseTimestamp: (socket) => socket.heardAt(world.now),
    }
    this.store = store
    this.nodes = new Nodes({
      host,
      store,
      registry: this.registry,
      kinds: { nodes: kindNamed('nodes'), pods: kindNamed('pods') },
      events,
      dice,
      key: KEY,
      clusterCIDR: '10.244.0.0/14',
      complain: (sentence) => {
        throw new Error(sentence)
      },
    })
    const { liveness } = this.nodes
    liveness.wake(world.now)
    this.driver = new Driver({
      store,
      registry: this.registry,
      kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
      controllers: allControllers({ kinds, ca: '' }),
      recorder: events,
      dice,
      liveness,
    })
    store.subscribe((changes) => {
      this.driver.changed(changes)
      this.#untold.push(...changes)
    })
    furnish(store, this.registry, dice, world.now)
    this.settle()
  }

  /** The end of an event: the controllers' turn, what the agents are told, and the next alarm. */
  settle(): void {
    const next = this.driver.turn(this.#world.now)
    const untold = this.#untold
    this.#untold = []
    if (untold.length > 0) this.nodes.changed(untold)
    if (next === this.#world.alarm) return
    this.#world.alarm = next
    this.#world.alarmRows++
  }

  /** Settles until nothing is left for this very moment. */
  finish(): void {
    do this.settle()
    while ((this.#world.alarm ?? Infinity) <= this.#world.now)
  }

  create(resource: string, object: Draft & { spec?: object }): void {
    const namespace = kindNamed(resource).namespaced ? 'default' : ''
    this.store.transaction((tx) => {
      this.registry.create(tx, this.#caller(), kindNamed(resource), namespace, object)
    })
  }

  /** A machine joins and connects; its pings come `phase` milliseconds after each tenth second. */
  join(name: string, phase: number): void {
    const now = this.#world.now
    const token = this.store.transaction((tx) => createJoinToken(tx, KEY, now + 3_600_000, randomUUID()))
    const checked = check(KEY, token, now)
    if (checked === undefined) throw new Error('the token that was made just now is refused')
    const hello = helloOf(name)
    this.nodes.join(checked, JSON.stringify(hello), now)
    const socket = new Socket(phase)
    this.nodes.opened(socket, name, now)
    this.nodes.message(socket, write(hello), now)
    this.settle()
  }

  /** What an agent says once its Pods run. */
  reportAll(name: string): void {
    const statuses = this.store.onNode(name).map(({ namespace, name, uid, object }) => ({
      pod: { namespace, name, uid },
      status: statusOf(object, true, this.#world.now),
    }))
    if (statuses.length > 0) this.report(name, statuses)
  }

  report(name: string, statuses: (FromAgent & { type: 'report' })['statuses']): void {
    const socket = this.#world.sockets.find(({ tags }) => tags.includes(`node:${name}`))
    if (socket === undefined) throw new Error(`node ${name} has not joined`)
    const message = write({ type: 'report', id: 1, statuses, gone: [], events: [] })
    this.nodes.message(socket, message, this.#world.now)
    this.settle()
  }

  #caller(): Caller {
    return { user: { name: 'admin', groups: ['system:masters'] }, now: this.#world.now, warnings: [], dice }
  }
}

function kindNamed(resource: string): Kind {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`the kind of ${resource} is not declared`)
  return kind
}

const helloOf = (name: string): FromAgent & { type: 'hello' } => ({
  type: 'hello',
  version: WIRE_VERSION,
  oldest: WIRE_VERSION,
  agent: '0.1.0',
  name,
  machine: `machine-of-${name}`,
  revision: 0,
  node: {
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    status: {
      capacity: { cpu: '64', memory: '256Gi', pods: '500' },
      allocatable: { cpu: '64', memory: '256Gi', pods: '500' },
      addresses: [{ type: 'Hostname', address: name }],
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'podo agent is posting ready status' },
      ],
    },
  },
})

/** The status of a Pod with one container, as an agent posts it. */
export function statusOf(pod: Resource, ready: boolean, now: number): Record<string, unknown> {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = (type: string, status: boolean): object => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: time,
    ...(status ? {} : { reason: 'ContainersNotReady', message: 'containers with unready status: [web]' }),
  })
  return {
    phase: 'Running',
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', true),
    ],
    hostIP: '192.0.2.1',
    podIP: '10.244.0.2',
    podIPs: [{ ip: '10.244.0.2' }],
    startTime: pod.metadata.creationTimestamp,
    containerStatuses: [
      {
        name: 'web',
        image: 'nginx:stable',
        imageID: 'sha256:0',
        containerID: `docker://${pod.metadata.uid}`,
        ready,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: pod.metadata.creationTimestamp } },
        lastState: {},
      },
    ],
  }
}

/** A Deployment of Pods with one container. */
export const deploymentOf = (name: string, replicas: number): Draft & { spec: object } => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'web', image: 'nginx:stable', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
      },
    },
  },
})
