import type { Container, Probe } from '../../api/schema/types.generated.ts'
import type { Clock } from '../clock.ts'
import type { Verdict } from '../pod/seen.ts'
import { eventOf, firstState, observe, thresholdsOf, type Outcome, type ProbeKind, type ProbeState } from './probe.ts'

/** Runs one probe once. Never throws and never takes longer than the probe's timeout. */
export type RunProbe = (probe: Probe) => Promise<Outcome>

export interface ProberOptions {
  container: Container
  /** What was last said of this very container, where an earlier agent said it. */
  known: { ready: boolean; started: boolean } | undefined
  /** When the container started, in milliseconds since the epoch. */
  startedAt: number
  run: RunProbe
  clock: Clock
  /** The verdict has changed. */
  changed: () => void
  /** An event of type Warning. */
  tell: (reason: string, message: string) => void
}

/** The probes of one running container. Model: kubelet's prober manager and worker. */
export interface Prober {
  verdict(): Verdict
  /** The Pod is in deletion: readiness goes on, the other two end. */
  terminating(): void
  stop(): void
}

export const startProber = (options: ProberOptions): Prober => new ContainerProber(options)

class ContainerProber implements Prober {
  readonly #options: ProberOptions
  readonly #states = new Map<ProbeKind, ProbeState>()
  readonly #timers = new Map<ProbeKind, () => void>()
  readonly #ended = new Set<ProbeKind>()
  #hasRun = false

  constructor(options: ProberOptions) {
    this.#options = options
    if (options.container.startupProbe === undefined || options.known?.started === true) this.#beginBoth()
    else this.#begin('startup')
  }

  verdict(): Verdict {
    const { container, known } = this.#options
    const passing = (kind: ProbeKind): boolean | undefined => this.#states.get(kind)?.passing
    return {
      started: container.startupProbe === undefined || known?.started === true || passing('startup') === true,
      ready: this.#hasRun ? passing('readiness') === true : undefined,
      failed: (['startup', 'liveness'] as const).find((kind) => passing(kind) === false),
    }
  }

  terminating(): void {
    this.#end('startup')
    this.#end('liveness')
  }

  stop(): void {
    this.terminating()
    this.#end('readiness')
  }

  /** What waits for the startup probe. */
  #beginBoth(): void {
    this.#begin('liveness')
    this.#begin('readiness')
  }

  #begin(kind: ProbeKind): void {
    const { container, startedAt, clock } = this.#options
    const probes = {
      startup: container.startupProbe,
      liveness: container.livenessProbe,
      readiness: container.readinessProbe,
    }
    const probe = probes[kind]
    if (probe === undefined || this.#ended.has(kind)) return
    const passed = kind === 'readiness' && this.#options.known?.ready === true
    this.#states.set(kind, passed ? { ...firstState(kind), passing: true } : firstState(kind))
    this.#after(kind, probe, startedAt + (probe.initialDelaySeconds ?? 0) * 1000 - clock.now())
  }

  #after(kind: ProbeKind, probe: Probe, wait: number): void {
    const cancel = this.#options.clock.after(wait, () => void this.#once(kind, probe))
    this.#timers.set(kind, cancel)
  }

  #end(kind: ProbeKind): void {
    this.#ended.add(kind)
    this.#timers.get(kind)?.()
  }

  async #once(kind: ProbeKind, probe: Probe): Promise<void> {
    const { clock, run } = this.#options
    const began = clock.now()
    const outcome = await run(probe)
    if (this.#ended.has(kind)) return
    this.#take(kind, probe, outcome)
    if (this.#ended.has(kind)) return
    this.#after(kind, probe, began + (probe.periodSeconds ?? 10) * 1000 - clock.now())
  }

  #take(kind: ProbeKind, probe: Probe, outcome: Outcome): void {
    const before = this.#states.get(kind) ?? firstState(kind)
    const state = observe(before, outcome, thresholdsOf(probe))
    this.#states.set(kind, state)
    const isFirst = kind === 'readiness' && !this.#hasRun
    if (kind === 'readiness') this.#hasRun = true
    const event = eventOf(kind, outcome)
    if (event !== undefined) this.#options.tell(event.reason, event.message)
    if (state.passing === before.passing && !isFirst) return
    // A startup probe that has decided and a liveness probe that kills have done their work.
    if (kind === 'startup' || (kind === 'liveness' && state.passing === false)) this.#end(kind)
    if (kind === 'startup' && state.passing === true) this.#beginBoth()
    this.#options.changed()
  }
}

export const hasProbes = ({ startupProbe, livenessProbe, readinessProbe }: Container): boolean =>
  (startupProbe ?? livenessProbe ?? readinessProbe) !== undefined
