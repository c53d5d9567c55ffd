import { isDeleting } from '../../api/meta/object.ts'
import type { Container, Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { messageOf, type Acting, type Machine } from '../actions/acting.ts'
import { perform, type Work } from '../actions/perform.ts'
import { hasProbes, startProber, type Prober } from '../probes/prober.ts'
import { runProbe } from '../probes/run.ts'
import { fieldPathOf, keyOf, type Action } from './action.ts'
import { RETRY } from './backoff.ts'
import { LABEL } from './labels.ts'
import { begin, next, type Life } from './life.ts'
import { plan } from './plan.ts'
import type { Reports } from './pods.ts'
import { instanceOf, liveSandbox, sandboxOf, type Around, type Failure, type Instance, type Seen } from './seen.ts'
import { statusOf } from './status.ts'
import { afterMaking, NO_VOLUMES } from './volumes.ts'
import { RuntimeError } from '../runtime/runtime.ts'

/** Keys of told events that are remembered; the oldest go first. */
const REMEMBERED = 100

/**
 * Milliseconds that a Pod on its way out may wait to say that it saw its deletion: most have more to say by then, and
 * each status costs the control plane two rows.
 */
const HELD = 5_000
const withoutGeneration = (text: string): string => text.replaceAll(/"observedGeneration":\d+,?/g, '')

export interface WorkerOptions {
  readonly machine: Machine
  readonly reports: Reports
  readonly pod: Pod
  readonly around: Around
  /** The Pod's object is gone: what runs is ended, and nobody is told. */
  readonly orphan: boolean
  /** Nothing of the Pod is left. */
  readonly ended: () => void
}

/**
 * The one impure worker of a Pod uid: looks, decides (`next`, `statusOf`, `plan`), acts, and sleeps until something
 * happens or the nearest `wait` is over.
 */
export class PodWorker {
  readonly #options: WorkerOptions
  #pod: Pod
  #around: Around
  #isOrphan: boolean
  #life: Life
  #last: PodStatus | undefined
  #lastText = ''
  /** Since when a status waits that says no more than which generation was seen. */
  #heldSince: number | undefined
  readonly #doing = new Set<string>()
  /** Work that failed at the runtime, and when it may be tried again. */
  readonly #blocked = new Map<string, number>()
  readonly #failures = new Map<string, Failure>()
  readonly #attached = new Set<string>()
  #volumes = NO_VOLUMES
  readonly #told = new Set<string>()
  readonly #probers = new Map<string, Prober>()
  readonly #running = new AbortController()
  #cancel: () => void = () => undefined
  #isAwake = false
  #isStopped = false

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#pod = options.pod
    this.#around = options.around
    this.#isOrphan = options.orphan
    this.#life = begin(options.machine.clock.now())
    this.wake()
  }

  update(pod: Pod, around: Around, orphan: boolean): void {
    this.#pod = pod
    this.#around = around
    this.#isOrphan = orphan
    this.#listenAgain()
    this.wake()
  }

  /** Somebody speaks: what failed in the silence is tried at once. */
  #listenAgain(): void {
    const { failure } = this.#volumes
    if (failure?.silentSince === undefined) return
    this.#volumes = { ...this.#volumes, failure: { ...failure, backoff: 0 } }
  }

  get pod(): Pod {
    return this.#pod
  }

  /** The status as the world shows it at this moment. */
  status(): PodStatus {
    return statusOf(this.#pod, this.#life, this.#look(), this.#options.machine.clock.now())
  }

  instances(): readonly Instance[] {
    return this.#look().instances
  }

  /** Looks again soon. Several calls in one turn are one. */
  wake(): void {
    if (this.#isAwake || this.#isStopped) return
    this.#isAwake = true
    queueMicrotask(() => {
      this.#isAwake = false
      if (!this.#isStopped && this.#options.machine.containers.isUp()) this.#step()
    })
  }

  /** Ends the worker; what runs goes on. */
  stop(): void {
    this.#isStopped = true
    this.#cancel()
    this.#running.abort()
    for (const prober of this.#probers.values()) prober.stop()
  }

  #step(): void {
    const now = this.#options.machine.clock.now()
    const seen = this.#look()
    this.#advance(seen, now)
    let until = this.#report(statusOf(this.#pod, this.#life, seen, now), now)
    this.#probe(seen)
    for (const action of plan(this.#pod, this.#life, seen, now)) until = Math.min(until, this.#begin(action, now))
    if (this.#isOver(seen)) return this.#end()
    this.#cancel()
    this.#cancel =
      until === Infinity ? () => undefined : this.#options.machine.clock.after(until - now, () => this.wake())
  }

  #advance(seen: Seen, now: number): void {
    for (;;) {
      const life = next(this.#pod, this.#life, seen, now)
      if (life === this.#life) return
      this.#life = life
      if (life.state !== 'running') this.#running.abort()
    }
  }

  #look(): Seen {
    const shown = this.#options.machine.containers.of(this.#pod.metadata.uid)
    const isSandbox = (labels: Record<string, string>): boolean => labels[LABEL.kind] === 'sandbox'
    const sandboxes = shown.filter(({ detail }) => isSandbox(detail.labels)).map(({ detail }) => sandboxOf(detail))
    const instances = shown
      .filter(({ detail }) => !isSandbox(detail.labels))
      .map(({ detail, image, message }) => instanceOf(detail, image, message))
    return {
      sandboxes: sandboxes.sort((a, b) => b.attempt - a.attempt),
      instances: instances.sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt),
      attached: this.#attached,
      volumes: this.#volumes,
      failures: this.#failures,
      probes: new Map([...this.#probers].map(([id, prober]) => [id, prober.verdict()])),
      doing: this.#doing,
      last: this.#last,
      around: { ...this.#around, networkTrouble: this.#options.machine.network.trouble() },
    }
  }

  /** Answers when to look again at what is not said yet. */
  #report(status: PodStatus, now: number): number {
    const text = JSON.stringify(status)
    if (text === this.#lastText) return Infinity
    if (isDeleting(this.#pod) && withoutGeneration(text) === withoutGeneration(this.#lastText)) {
      this.#heldSince ??= now
      if (now < this.#heldSince + HELD) return this.#heldSince + HELD
    }
    this.#heldSince = undefined
    this.#lastText = text
    this.#last = status
    if (!this.#isOrphan) this.#options.reports.status(this.#ref(), status)
    return Infinity
  }

  #ref(): { namespace: string; name: string; uid: string } {
    const { namespace = '', name, uid } = this.#pod.metadata
    return { namespace, name, uid }
  }

  /** Begins what is not under way. Returns when to look again. */
  #begin(action: Action, now: number): number {
    if (action.do === 'wait') return action.until
    if (action.do === 'event') {
      this.#tellOnce(action)
      return Infinity
    }
    const key = keyOf(action)
    if (this.#doing.has(key)) return Infinity
    const blocked = this.#blocked.get(key) ?? 0
    if (blocked > now) return blocked
    this.#doing.add(key)
    void this.#work(key, action)
    return Infinity
  }

  async #work(key: string, action: Work): Promise<void> {
    const { clock } = this.#options.machine
    try {
      await perform(this.#acting(), action)
      this.#blocked.delete(key)
    } catch (error) {
      const isDown = error instanceof RuntimeError && error.kind === 'down'
      this.#blocked.set(key, clock.now() + (isDown ? 1 : RETRY) * 1000)
      if (action.do === 'stop' && !isDown)
        this.#tell('Warning', 'FailedKillPod', `error killing pod: ${messageOf(error)}`)
    } finally {
      this.#doing.delete(key)
      this.wake()
    }
  }

  #acting(): Acting {
    const { machine } = this.#options
    return {
      ...machine,
      pod: this.#pod,
      around: this.#around,
      signal: this.#running.signal,
      tell: (type, reason, message, container) => this.#tell(type, reason, message, container),
      attached: (id) => void this.#attached.add(id),
      mounted: (print, made) => {
        this.#volumes = afterMaking(this.#volumes, print, made, machine.clock.now())
      },
      cleared: () => {
        this.#volumes = { ...NO_VOLUMES, cleared: true }
      },
      failed: (name, failure) => {
        if (failure === undefined) this.#failures.delete(name)
        else this.#failures.set(name, { ...failure, at: machine.clock.now() })
      },
    }
  }

  #tellOnce(event: Action & { do: 'event' }): void {
    if (this.#told.has(event.key)) return
    this.#told.add(event.key)
    const [oldest] = this.#told
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest)
    this.#tell(event.type, event.reason, event.message, event.container)
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    if (this.#isOrphan) return
    const isInit = this.#pod.spec.initContainers?.some(({ name }) => name === container) === true
    const path =
      container === undefined || container === '' ? undefined : fieldPathOf(isInit ? 'init' : 'app', container)
    this.#options.reports.event(this.#ref(), type, reason, message, path)
  }

  /** Probes run for the containers that run, and for no others. */
  #probe(seen: Seen): void {
    const running = new Map(seen.instances.filter(({ state }) => state === 'running').map((each) => [each.id, each]))
    for (const [id, prober] of this.#probers) {
      if (this.#life.state !== 'running') prober.terminating()
      if (running.has(id)) continue
      prober.stop()
      this.#probers.delete(id)
    }
    const sandbox = liveSandbox(seen)
    if (sandbox === undefined || this.#life.state !== 'running') return
    for (const container of this.#pod.spec.containers) {
      const instance = seen.instances.find((each) => each.container === container.name)
      if (instance === undefined || !running.has(instance.id) || this.#probers.has(instance.id)) continue
      const address = sandbox.address === '' ? this.#around.node.address : sandbox.address
      if (hasProbes(container)) this.#probers.set(instance.id, this.#prober(container, instance, address))
    }
  }

  #prober(container: Container, instance: Instance, address: string): Prober {
    const { runtime, clock } = this.#options.machine
    const target = { container, id: instance.id, address, runtime }
    return startProber({
      container,
      known: knownOf(this.#pod.status, instance),
      startedAt: instance.startedAt,
      run: (probe) => runProbe(target, probe),
      clock,
      changed: () => this.wake(),
      tell: (reason, message) => this.#tell('Warning', reason, message, container.name),
    })
  }

  #isOver(seen: Seen): boolean {
    if (this.#life.state !== 'terminated' || !isDeleting(this.#pod)) return false
    return seen.instances.length === 0 && seen.sandboxes.length === 0 && this.#doing.size === 0
  }

  #end(): void {
    this.stop()
    const { machine } = this.#options
    void machine.messages.remove(this.#pod.metadata.uid)
    void machine.volumes.remove(this.#pod.metadata.uid)
    if (!this.#isOrphan) this.#options.reports.gone(this.#ref(), this.#last ?? this.#pod.status)
    this.#options.ended()
  }
}

/** What the API was last told of this very container: after the agent's start it holds until a probe says otherwise. */
function knownOf(status: PodStatus, { id }: Instance): { ready: boolean; started: boolean } | undefined {
  const found = status.containerStatuses?.find(({ containerID }) => containerID === `docker://${id}`)
  return found === undefined ? undefined : { ready: found.ready, started: found.started === true }
}
