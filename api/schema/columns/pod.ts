import type { Json, JsonObject } from '../../meta/object.ts'
import { elapsed, parseTime } from '../../meta/time.ts'
import { AGE, NAME, at, column, conditionOf, listAt, numberAt, text, textAt, wide, type Column } from './formula.ts'

/** What the containers of a Pod add up to: printPod of kubernetes/pkg/printers/internalversion/printers.go. */
interface Sum {
  readonly reason: string
  readonly ready: number
  readonly total: number
  readonly restarts: number
  /** Milliseconds since the epoch, where a container has been terminated before. */
  readonly lastRestart: number | undefined
}

/** Restarts of some containers and when the last of them ended. */
interface Restarts {
  count: number
  last: number | undefined
}

export function podSum(pod: JsonObject): Sum {
  const restartable = restartableNames(pod)
  const init = initSum(pod, restartable)
  const initialized = conditionOf(pod, 'Initialized')?.['status'] === 'True'
  const main = init.reason === undefined || initialized ? mainSum(pod, init.reason ?? startReason(pod)) : undefined
  const restarts = main === undefined ? init.restarts : merged(init.sidecarRestarts, main.restarts)
  return {
    reason: endReason(pod, main?.reason ?? init.reason ?? startReason(pod)),
    ready: init.ready + (main?.ready ?? 0),
    total: listAt(pod, 'spec.containers').length + restartable.size,
    restarts: restarts.count,
    lastRestart: restarts.last,
  }
}

/** Init containers that stay: sidecars. */
const restartableNames = (pod: JsonObject): Set<string> =>
  new Set(
    listAt(pod, 'spec.initContainers')
      .filter((container) => at(container, 'restartPolicy') === 'Always')
      .map((container) => textAt(container, 'name')),
  )

function startReason(pod: JsonObject): string {
  if (conditionOf(pod, 'PodScheduled')?.['reason'] === 'SchedulingGated') return 'SchedulingGated'
  return textAt(pod, 'status.reason') || textAt(pod, 'status.phase')
}

function endReason(pod: JsonObject, reason: string): string {
  if (at(pod, 'metadata.deletionTimestamp') === undefined) return reason
  if (at(pod, 'status.reason') === 'NodeLost') return 'Unknown'
  return ['Succeeded', 'Failed'].includes(textAt(pod, 'status.phase')) ? reason : 'Terminating'
}

/** Init containers up to the first that is not done; `reason` is undefined where all are. */
function initSum(pod: JsonObject, restartable: Set<string>) {
  const sum = { reason: undefined as string | undefined, ready: 0, restarts: none(), sidecarRestarts: none() }
  for (const [index, status] of listAt(pod, 'status.initContainerStatuses').entries()) {
    const sidecar = restartable.has(textAt(status, 'name'))
    sum.restarts = merged(sum.restarts, restartsOf(status))
    if (sidecar) sum.sidecarRestarts = merged(sum.sidecarRestarts, restartsOf(status))
    const ended = at(status, 'state.terminated')
    if (ended !== undefined && numberAt(ended, 'exitCode') === 0) continue
    if (sidecar && at(status, 'started') === true) {
      if (at(status, 'ready') === true) sum.ready++
      continue
    }
    const waiting = textAt(status, 'state.waiting.reason')
    if (ended !== undefined) sum.reason = `Init:${endedReason(ended)}`
    else if (waiting !== '' && waiting !== 'PodInitializing') sum.reason = `Init:${waiting}`
    else sum.reason = `Init:${index}/${listAt(pod, 'spec.initContainers').length}`
    break
  }
  return sum
}

function mainSum(pod: JsonObject, start: string) {
  const sum = { reason: start, ready: 0, restarts: none() }
  let failure: string | undefined
  for (const status of listAt(pod, 'status.containerStatuses').toReversed()) {
    sum.restarts = merged(sum.restarts, restartsOf(status))
    const waiting = textAt(status, 'state.waiting.reason')
    const ended = at(status, 'state.terminated')
    if (waiting !== '') sum.reason = waiting
    else if (ended !== undefined) {
      sum.reason = endedReason(ended)
      if (numberAt(ended, 'exitCode') !== 0) failure = sum.reason
    } else if (at(status, 'ready') === true && at(status, 'state.running') !== undefined) sum.ready++
  }
  if (sum.reason !== 'Completed') return sum
  const podReady = conditionOf(pod, 'Ready')?.['status'] === 'True'
  if (sum.ready > 0 && podReady) return { ...sum, reason: 'Running' }
  return { ...sum, reason: failure ?? (sum.ready > 0 ? 'NotReady' : sum.reason) }
}

function endedReason(terminated: Json): string {
  const signal = numberAt(terminated, 'signal')
  const code = signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`
  return textAt(terminated, 'reason') || code
}

const none = (): Restarts => ({ count: 0, last: undefined })

function restartsOf(status: Json): Restarts {
  const ended = textAt(status, 'lastState.terminated.finishedAt')
  return { count: numberAt(status, 'restartCount'), last: ended === '' ? undefined : parseTime(ended) }
}
const merged = (a: Restarts, b: Restarts): Restarts => ({
  count: a.count + b.count,
  last: a.last === undefined || (b.last !== undefined && b.last > a.last) ? b.last : a.last,
})

function restartsText(sum: Sum, now: number): string {
  if (sum.restarts === 0 || sum.lastRestart === undefined) return String(sum.restarts)
  return `${sum.restarts} (${elapsed(now - sum.lastRestart)} ago)`
}

function readinessGates(pod: JsonObject): string {
  const gates = listAt(pod, 'spec.readinessGates')
  if (gates.length === 0) return '<none>'
  const open = gates.filter((gate) => conditionOf(pod, textAt(gate, 'conditionType'))?.['status'] === 'True')
  return `${open.length}/${gates.length}`
}

const ip = (pod: JsonObject): string => textAt(listAt(pod, 'status.podIPs')[0], 'ip') || '<none>'

export const POD: Column[] = [
  NAME,
  column('Ready', (pod) => `${podSum(pod).ready}/${podSum(pod).total}`),
  column('Status', (pod) => podSum(pod).reason),
  column('Restarts', (pod, now) => restartsText(podSum(pod), now)),
  AGE,
  wide('IP', ip),
  wide('Node', text('spec.nodeName', '<none>')),
  wide('Nominated Node', text('status.nominatedNodeName', '<none>')),
  wide('Readiness Gates', readinessGates),
]
