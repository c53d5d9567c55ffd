import type { Probe } from '../../api/schema/types.generated.ts'

export type ProbeKind = 'startup' | 'liveness' | 'readiness'

/** Outcome of one run. `warning` counts as success and is told; `unknown` is an error of the probing itself. */
export interface Outcome {
  readonly result: 'success' | 'warning' | 'failure' | 'unknown'
  /** What a person reads in the event. */
  readonly output: string
}

/** What a probe has seen so far. Model: kubelet's prober.worker. */
export interface ProbeState {
  /** The verdict: changes only when a threshold is reached. */
  readonly passing: boolean | undefined
  readonly last: boolean | undefined
  /** How often `last` came in a row. */
  readonly run: number
}

/** Liveness counts as passing until it fails, readiness as failing until it passes, startup as neither. */
export const firstState = (kind: ProbeKind): ProbeState => ({
  passing: kind === 'liveness' ? true : kind === 'readiness' ? false : undefined,
  last: undefined,
  run: 0,
})

export interface Thresholds {
  readonly success: number
  readonly failure: number
}
export const thresholdsOf = (probe: Probe): Thresholds => ({
  success: probe.successThreshold ?? 1,
  failure: probe.failureThreshold ?? 3,
})

/** The state after one more run. An unknown outcome changes nothing. */
export function observe(state: ProbeState, outcome: Outcome, thresholds: Thresholds): ProbeState {
  if (outcome.result === 'unknown') return state
  const success = outcome.result !== 'failure'
  const run = state.last === success ? state.run + 1 : 1
  const reached = run >= (success ? thresholds.success : thresholds.failure)
  return { passing: reached ? success : state.passing, last: success, run }
}

/** Kubelet's event for an outcome; undefined where it tells none. */
export function eventOf(kind: ProbeKind, { result, output }: Outcome): { reason: string; message: string } | undefined {
  const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
  switch (result) {
    case 'success':
      return undefined
    case 'warning':
      return { reason: 'ProbeWarning', message: `${name} probe warning: ${output}` }
    case 'failure':
      return { reason: 'Unhealthy', message: `${name} probe failed: ${output}` }
    case 'unknown':
      return { reason: 'Unhealthy', message: `${name} probe errored and resulted in unknown state: ${output}` }
  }
}
