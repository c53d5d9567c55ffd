import { makeAdmission } from '../../worker/admission/index.ts'
import { kindOfObject, kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Node, Pod, PodStatus } from '../../api/schema/types.generated.ts'
import type { Controller } from '../../worker/control/controller.ts'
import { Driver, type DriverOptions } from '../../worker/control/driver.ts'
import { allControllers } from '../../worker/control/index.ts'
import { EventRecorder } from '../../worker/registry/events.ts'
import {
  makeRegistry,
  type Caller,
  type DeleteOptions,
  type Draft,
  type Registry,
} from '../../worker/registry/index.ts'
import { nodeSql } from '../../worker/store/node.ts'
import { openStore } from '../../worker/store/sqlite.ts'
import type { Change, Key, Store, Tx } from '../../worker/store/store.ts'
import { Agent, type Life } from './agent.ts'
import { Chance } from './chance.ts'

/** What a planted bug may change: each wraps what production code makes. */
export interface Mutation {
  readonly registry?: (registry: Registry) => Registry
  readonly controllers?: (controllers: Controller[]) => Controller[]
  readonly store?: (store: Store) => Store
  readonly driver?: (turn: (now: number) => number | undefined) => (now: number) => number | undefined
}

export const kindOf = (resource: string): Kind => {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`no kind of ${resource}`)
  return kind
}
const EVENTS = kindOf('events')
const START = Date.parse('2026-01-01T00:00:00Z')
const PING_MS = 10_000

/** Told of every commit, with who made it. */
export type Witness = (changes: readonly Change[], actor: string) => void

/**
 * A cluster in one process: the real store, registry, kinds, controllers and driver; a clock that jumps; fake agents.
 * Whatever writes is followed by a turn, as worker/cluster.ts does it.
 */
export class World {
  readonly chance: Chance
  readonly agents = new Map<string, Agent>()
  now = START
  /** The Durable Object's one alarm, which outlives an eviction. */
  alarm: number | undefined
  store: Store
  /** The API refuses new Pods, as a quota would. */
  refusing = false
  readonly #sql = nodeSql(':memory:')
  readonly #registry: Registry
  readonly #controllers: readonly Controller[]
  readonly #mutation: Mutation
  readonly #witnesses: Witness[] = []
  #turn: (now: number) => number | undefined = () => undefined
  #driver: Driver | undefined
  #failures = 0
  #actor = ''

  constructor(seed: number, mutation: Mutation = {}) {
    this.chance = new Chance(seed)
    this.#mutation = mutation
    this.#registry = this.#watched((mutation.registry ?? ((same) => same))(makeRegistry(kinds, makeAdmission())))
    this.#controllers = (mutation.controllers ?? ((same) => same))(allControllers({ kinds, ca: 'CA' }))
    this.store = this.#open()
  }

  /** Reconciles that threw, ever. */
  get failures(): number {
    return this.#failures + (this.#driver?.failures ?? 0)
  }

  watch(witness: Witness): void {
    this.#witnesses.push(witness)
  }

  /** The object is evicted: everything in memory is gone, the database and the alarm stay. */
  evict(): void {
    this.#failures += this.#driver?.failures ?? 0
    this.store = this.#open()
  }

  close(): void {
    this.#sql.close()
  }

  #open(): Store {
    const opened: Store = openStore(this.#sql, { freeze: true })
    const store = this.#mutation.store?.(opened) ?? opened
    const options: DriverOptions = {
      store,
      registry: this.#registry,
      kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
      controllers: this.#controllers,
      recorder: new EventRecorder(this.#registry, EVENTS),
      dice: this.chance,
      liveness: { startedAt: START, lastHeard: (node) => this.#lastHeard(node) },
      budget: this.chance.maybe(0.3) ? this.chance.int(3, 30) : 250,
    }
    const driver = new Driver(options)
    this.#driver = driver
    const turn = (now: number): number | undefined => driver.turn(now)
    this.#turn = this.#mutation.driver?.(turn) ?? turn
    opened.subscribe((changes) => {
      driver.changed(changes)
      for (const witness of this.#witnesses) witness(changes, this.#actor)
      for (const change of changes) this.#push(change)
    })
    return store
  }

  /** Agents hear of their Pods while they are connected. */
  #push({ key, type, before, after }: Change): void {
    if (key.resource !== 'pods') return
    const pod = after.object as Pod // the key names a Pod
    const agent = this.agents.get(pod.spec.nodeName ?? (before?.object as Pod | undefined)?.spec.nodeName ?? '')
    if (agent === undefined || !agent.connected || !agent.alive) return
    if (type === 'DELETED') agent.unwant(pod.metadata.uid)
    else agent.want(pod, this.now)
  }

  #lastHeard(node: string): number | undefined {
    const agent = this.agents.get(node)
    if (agent === undefined) return undefined
    return agent.connected ? this.now - (this.now % PING_MS) : agent.heard
  }

  /** Every operation says who asked, and new Pods may be refused. */
  #watched(inner: Registry): Registry {
    const by = (caller: Caller): void => {
      this.#actor = caller.user.name
    }
    return {
      create: (tx, caller, kind, namespace, object, options) => {
        by(caller)
        if (this.refusing && kind.resource === 'pods') throw new StatusError('Forbidden', 'exceeded quota: q')
        return inner.create(tx, caller, kind, namespace, object, options)
      },
      update: (tx, caller, ...rest) => {
        by(caller)
        return inner.update(tx, caller, ...rest)
      },
      apply: (tx, caller, ...rest) => {
        by(caller)
        return inner.apply(tx, caller, ...rest)
      },
      delete: (tx, caller, ...rest) => {
        by(caller)
        return inner.delete(tx, caller, ...rest)
      },
      mutate: (tx, attributes) => inner.mutate(tx, attributes),
      validate: (tx, attributes) => inner.validate(tx, attributes),
      bind: (tx, caller, ...rest) => {
        by(caller)
        return inner.bind(tx, caller, ...rest)
      },
    }
  }

  /** One request: a transaction, then a turn. Answers whether the API took it. */
  request(user: string, work: (registry: Registry, tx: Tx, caller: Caller) => void): boolean {
    const caller: Caller = {
      user: { name: user, groups: ['system:masters'] },
      now: this.now,
      warnings: [],
      dice: this.chance,
    }
    try {
      this.store.transaction((tx) => work(this.#registry, tx, caller))
    } catch (error) {
      if (error instanceof StatusError) return false
      throw error
    }
    this.turn()
    return true
  }

  turn(): void {
    this.alarm = this.#turn(this.now)
  }

  create(resource: string, namespace: string, object: Draft): boolean {
    return this.request('admin', (registry, tx, caller) => {
      registry.create(tx, caller, kindOf(resource), namespace, object)
    })
  }

  update<T extends Resource>(resource: string, object: Resource, change: (old: T) => T, subresource = ''): boolean {
    return this.request('admin', (registry, tx, caller) => {
      registry.update(tx, caller, kindOf(resource), keyOf(resource, object), subresource, (old) => change(old as T)) // the resource is of that kind
    })
  }

  delete(resource: string, object: Resource, options: DeleteOptions = {}): boolean {
    return this.request('admin', (registry, tx, caller) => {
      registry.delete(tx, caller, kindOf(resource), keyOf(resource, object), options)
    })
  }

  list<T extends Resource>(resource: string, namespace?: string): T[] {
    return this.store
      .list(namespace === undefined ? { resource } : { resource, namespace })
      .map((row) => row.object as T) // the resource is of that kind
  }

  get<T extends Resource>(resource: string, namespace: string, name: string): T | undefined {
    return this.store.get({ resource, namespace, name })?.object as T | undefined // the resource is of that kind
  }

  /** A machine joins: its agent makes the Node and says that it is ready. */
  join(name: string, labels: Record<string, string> = {}): void {
    this.agents.set(name, new Agent(name, this.chance, this.#reports(name)))
    this.create('nodes', '', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    })
    this.#sayReady(name)
  }

  /** The link is cut; `power`: so is the power. */
  lose(agent: Agent, power: boolean): void {
    if (!agent.connected) return
    agent.heard = this.#lastHeard(agent.name) ?? this.now
    agent.connected = false
    if (power) agent.alive = false
  }

  /** The link is back, and the power with it. */
  restore(agent: Agent): void {
    if (agent.connected) return
    agent.connected = true
    if (!agent.alive) {
      agent.alive = true
      agent.reboot(this.now)
    }
    this.#sayReady(agent.name)
    agent.sync(
      this.store.onNode(agent.name).map((row) => row.object as Pod),
      this.now,
    ) // Pods stand on nodes
  }

  #sayReady(name: string): void {
    const node = this.get<Node>('nodes', '', name)
    if (node === undefined) return
    // Small enough that Pods have to wait at times; a spare machine takes whatever is left in the end.
    const size = name.startsWith('spare')
      ? { cpu: '64', memory: '64Gi', pods: '500' }
      : { cpu: '2', memory: '4Gi', pods: '12' }
    this.request(`system:node:${name}`, (registry, tx, caller) => {
      registry.update(tx, caller, kindOf('nodes'), keyOf('nodes', node), 'status', (old) =>
        readyNode(old as Node, size, this.now),
      ) // the key names a Node
    })
  }

  #reports(node: string) {
    const user = `system:node:${node}`
    const keyOf = (life: Life): Key => ({ resource: 'pods', namespace: life.namespace, name: life.name })
    return {
      status: (life: Life, status: PodStatus): void => {
        const took = this.request(user, (registry, tx, caller) => {
          registry.update(tx, caller, kindOf('pods'), keyOf(life), 'status', (old) => merged(old as Pod, status), {
            uid: life.uid,
          }) // the key names a Pod
        })
        if (!took) this.agents.get(node)?.unwant(life.uid)
      },
      gone: (life: Life): void => {
        this.request(user, (registry, tx, caller) => {
          registry.delete(tx, caller, kindOf('pods'), keyOf(life), {
            gracePeriodSeconds: 0,
            preconditions: { uid: life.uid },
          })
        })
      },
    }
  }
}

export const keyOf = (resource: string, { metadata }: Resource): Key => ({
  resource,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
})

function merged(pod: Pod, status: PodStatus): Pod {
  const own = new Set(status.conditions?.map((condition) => condition.type))
  const others = (pod.status?.conditions ?? []).filter((condition) => !own.has(condition.type))
  return { ...pod, status: { ...pod.status, ...status, conditions: [...others, ...(status.conditions ?? [])] } }
}

function readyNode(node: Node, size: Record<string, string>, now: number): Node {
  const others = (node.status?.conditions ?? []).filter((condition) => condition.type !== 'Ready')
  const good = others.map((condition) => ({ ...condition, status: 'False', reason: 'Fine', message: '' }))
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: rfc3339(now),
    lastTransitionTime: rfc3339(now),
  }
  return { ...node, status: { ...node.status, capacity: size, allocatable: size, conditions: [...good, ready] } }
}
