import { controllerOf, type Resource } from '../../api/meta/object.ts'
import type { Caller, Dice, Registry } from '../registry/registry.ts'
import type { Change as StoreChange, Store } from '../store/store.ts'
import type { Change, Controller, Happened, ObjectKey, Wakes } from './controller.ts'
import { Applier, type KindLookup, type Outcome, type Recorder } from './driver-apply.ts'
import { type Job, Queue } from './driver-queue.ts'
import { StoreView } from './driver-view.ts'
import type { Liveness } from './liveness.ts'

export interface DriverOptions {
  readonly store: Store
  readonly registry: Registry
  readonly kinds: KindLookup
  /** In the order in which their keys go: one that others build on stands before them. */
  readonly controllers: readonly Controller[]
  readonly recorder: Recorder
  readonly dice: Dice
  readonly liveness: Liveness
  /** Told when a reconcile begins; what it answers is told how it ended. */
  readonly observe?: (controller: string) => (failed: boolean) => void
  /** Work of one turn: a reconcile counts one, and each of its writes one more. */
  readonly budget?: number
}

/** A few milliseconds of CPU: other requests get in between turns. */
const BUDGET = 250
/** A key that was reconciled this often in one turn is in a fight with another; it rests before it goes on. */
const MOST_IN_TURN = 100
const REST_MS = 1_000
/** The pause after the first failure; it doubles up to the longest. */
const BACKOFF_MS = 1_000
const BACKOFF_MOST_MS = 300_000

/**
 * Runs the controllers: for each key that a change woke or whose time has come, read → reconcile → apply. Reading and
 * deciding happen in the same synchronous step as the transaction that applies, so nothing can come in between.
 *
 * Whoever writes to the store tells the changes (`changed`, from Store.subscribe) and takes a `turn` before it awaits
 * anything (never inside a listener of the store: its own writes would go untold): then the write and the work that it causes land together, or, where the turn's bound is hit, the work that
 * is left stands in the store's `due` table and the time that `turn` answers is the alarm.
 */
export class Driver {
  readonly #options: DriverOptions
  readonly #view: StoreView
  readonly #applier: Applier
  readonly #queue: Queue
  readonly #controllers: ReadonlyMap<string, Controller>
  /** Committed changes that have not woken anything yet. */
  #pending: StoreChange[] = []
  #loaded = false
  /** Reconciles that threw, since this driver was made. */
  failures = 0

  constructor(options: DriverOptions) {
    this.#options = options
    this.#view = new StoreView(options.store, options.liveness, options.dice)
    this.#applier = new Applier(options.registry, options.kinds, options.recorder)
    this.#queue = new Queue(options.controllers.map((controller) => controller.name))
    this.#controllers = new Map(options.controllers.map((controller) => [controller.name, controller]))
  }

  /** Committed changes, in order: the driver's own ones too. */
  changed(changes: readonly StoreChange[]): void {
    this.#pending.push(...changes)
  }

  /** Does a bounded amount of work and answers when to be called next, in milliseconds; undefined when nothing waits. */
  turn(now: number): number | undefined {
    this.#load()
    this.#absorb(now)
    for (const { keys, controller } of this.#standing()) {
      for (const key of keys) this.#queue.wake(controller.name, key)
    }
    this.#queue.ripen(now)
    this.#work(now)
    this.#write(now)
    const next = Math.min(this.#queue.next ?? Infinity, this.#nextStanding(now))
    this.#view.end()
    return next === Infinity ? undefined : next
  }

  #work(now: number): void {
    const times = new Map<string, number>()
    for (let left = this.#options.budget ?? BUDGET; left > 0; this.#absorb(now)) {
      const job = this.#next()
      if (job === undefined) return
      const name = `${job.controller}/${job.key.resource}/${job.key.namespace}/${job.key.name}`
      const count = (times.get(name) ?? 0) + 1
      times.set(name, count)
      if (count > MOST_IN_TURN) this.#queue.done(job, now + REST_MS, job.attempts)
      else left -= this.#run(job, now)
    }
  }

  /** The next job; where its controller has an order of its own, the first in that order. */
  #next(): Job | undefined {
    const name = this.#queue.front
    const order = name === undefined ? undefined : this.#controllers.get(name)?.order
    if (name === undefined || order === undefined) return this.#queue.take()
    return this.#queue.takeFirst(name, (jobs) => {
      const known = jobs.map((job) => ({ job, object: this.#object(job.key) }))
      known.sort((a, b) => (a.object === undefined || b.object === undefined ? 0 : order(a.object, b.object)))
      return known.map(({ job }) => job)
    })
  }

  /** Reconciles one key; answers what it cost of the turn's budget. */
  #run(job: Job, now: number): number {
    const controller = this.#controllers.get(job.controller)
    if (controller === undefined) return 1
    const ended = this.#options.observe?.(controller.name)
    try {
      const { again, retry, writes } = this.#reconcile(controller, job, now)
      ended?.(false)
      if (retry) this.#queue.done(job, Math.min(again ?? Infinity, now + backoff(job.attempts)), job.attempts + 1)
      else if (again !== undefined && again <= now) this.#queue.wake(job.controller, job.key)
      else this.#queue.done(job, again, 0)
      return 1 + writes
    } catch (error) {
      ended?.(true)
      this.#failed(controller, job, error, now)
      return 2
    }
  }

  #reconcile(controller: Controller, job: Job, now: number): Outcome {
    this.#view.waiting = job.waiting
    const object = this.#object(job.key)
    const changes: Change[] =
      object === undefined ? (controller.gone?.(job.key, this.#view) ?? []) : controller.reconcile(object, this.#view)
    const apply = (tx: Parameters<Applier['apply']>[0]): Outcome =>
      this.#applier.apply(tx, this.#caller(controller, now), controller.name, changes)
    const { store } = this.#options
    if (!changes.every((change) => this.#applier.isIdle(change, store))) return store.transaction(apply)
    const agains = changes.flatMap((change) => (change.do === 'again' ? [change.at] : []))
    return {
      again: agains.length === 0 ? undefined : Math.min(...agains),
      retry: changes.some((change) => change.do === 'retry'),
      writes: 0,
    }
  }

  /** The transaction is rolled back; the key comes again later, and whoever looks at the object sees why nothing happens. */
  #failed(controller: Controller, job: Job, error: unknown, now: number): void {
    this.failures++
    this.#queue.done(job, now + backoff(job.attempts), job.attempts + 1)
    const about = this.#object(job.key)
    if (about === undefined) return
    const message = error instanceof Error ? error.message : String(error)
    const event: Change = { do: 'event', about, type: 'Warning', reason: 'ReconcileError', message }
    this.#options.store.transaction((tx) => {
      this.#applier.apply(tx, this.#caller(controller, now), controller.name, [event])
    })
  }

  #caller(controller: Controller, now: number): Caller {
    const isScheduler = controller.name === 'default-scheduler'
    const name = isScheduler ? 'system:kube-scheduler' : `system:controller:${controller.name}`
    return {
      user: { name, groups: ['system:masters', 'system:authenticated'] },
      manager: isScheduler ? 'kube-scheduler' : 'kube-controller-manager',
      now,
      warnings: [],
      dice: this.#options.dice,
    }
  }

  #object(key: ObjectKey): Resource | undefined {
    if (this.#options.kinds.ofResource(key.resource) === undefined) return undefined
    return this.#view.get(key.resource, key.namespace, key.name)
  }

  #load(): void {
    if (this.#loaded) return
    this.#loaded = true
    this.#options.store.transaction((tx) => {
      const strangers = this.#queue.load(tx.due(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))
      for (const { key } of strangers) tx.settle(key)
    })
  }

  #write(now: number): void {
    const difference = this.#queue.difference(now)
    if (difference.settle.length > 0 || difference.postpone.length > 0) {
      this.#options.store.transaction((tx) => {
        for (const key of difference.settle) tx.settle(key)
        for (const row of difference.postpone) tx.postpone(row)
      })
    }
    this.#queue.written(difference, now)
  }

  #standing(): { controller: Controller; keys: readonly ObjectKey[]; next: number | undefined }[] {
    return this.#options.controllers.flatMap((controller) => {
      const standing = controller.standing?.(this.#view)
      return standing === undefined ? [] : [{ controller, ...standing }]
    })
  }

  /** A key that is still to be looked at after its reconcile is asked about again soon, rather than never. */
  #nextStanding(now: number): number {
    const times = this.#standing().map(({ keys, next }) => (keys.length > 0 ? now + REST_MS : (next ?? Infinity)))
    return Math.min(Infinity, ...times)
  }

  /** Turns what happened into keys. The view is brought up to all of it first, for `wakes` may look at it. */
  #absorb(now: number): void {
    const changes = this.#pending
    this.#pending = []
    this.#view.follow(changes)
    this.#view.begin(now)
    for (const { key, type, before, after } of changes) {
      // Nothing depends on events, and there are many.
      if (key.resource !== 'events') this.#wake({ type, key, before: before?.object, after: after.object })
    }
  }

  #wake(happened: Happened): void {
    const { key, type } = happened
    for (const controller of this.#options.controllers) {
      if (controller.resource === key.resource || controller.resource === '*') {
        const concerned = controller.concerns?.(happened) ?? true
        if (concerned && (type !== 'DELETED' || controller.gone !== undefined)) this.#queue.wake(controller.name, key)
        else if (type === 'DELETED') this.#queue.forget(controller.name, key)
      }
      if (controller.owns?.includes(key.resource) === true) this.#wakeOwners(controller, happened)
      for (const of of [key.resource, '*']) this.#wakeAll(controller, controller.wakes?.[of]?.(happened, this.#view))
    }
  }

  #wakeAll(controller: Controller, wakes: Wakes | undefined): void {
    if (wakes === 'waiting') this.#queue.wakeWaiting(controller.name)
    else for (const key of wakes ?? []) this.#queue.wake(controller.name, key)
  }

  #wakeOwners(controller: Controller, { before, after, key }: Happened): void {
    for (const object of before === undefined ? [after] : [before, after]) {
      const owner = controllerOf(object)
      if (owner === undefined) continue
      const kind = this.#options.kinds.ofObject(owner.apiVersion, owner.kind)
      if (kind?.resource !== controller.resource) continue
      const namespace = kind.namespaced ? key.namespace : ''
      this.#queue.wake(controller.name, { resource: kind.resource, namespace, name: owner.name })
    }
  }
}

const backoff = (attempts: number): number => Math.min(BACKOFF_MOST_MS, BACKOFF_MS * 2 ** attempts)
