import { parseTime, rfc3339, TimeError } from '../../api/meta/time.ts'
import type { NodeStatement } from '../../api/wire.ts'
import { conditionsIn, type NodeLike } from './node-status.ts'

/** A clock that is off by more, in milliseconds, shows in certificates, tokens and times: people should hear of it. */
export const MOST_SKEW_MS = 30_000

const TYPE = 'ClockInSync'
export const CLOCK_SKEW = 'ClockSkew'

/**
 * By how many milliseconds the machine's clock is ahead of ours (behind: below 0); undefined where it is right enough, or
 * where the agent does not say. The way of a hello counts as the clock's fault, which `MOST_SKEW_MS` leaves room for.
 */
export function skewOf(stated: number | undefined, now: number): number | undefined {
  if (stated === undefined || Math.abs(stated - now) <= MOST_SKEW_MS) return undefined
  return stated - now
}

/** The sentence for people: an event, a condition. */
export function skewSentence(node: string, skew: number): string {
  const way = skew > 0 ? 'ahead of' : 'behind'
  return `the clock of node ${node} is ${durationText(Math.abs(skew))} ${way} the control plane: set it by NTP (timedatectl set-ntp true)`
}

/** What the agent states, with the condition that says how its clock is. A Node whose clock was never wrong has none. */
export function withClock(
  stated: NodeStatement,
  old: NodeLike | undefined,
  node: string,
  skew: number | undefined,
): NodeStatement {
  const told = old?.status?.conditions?.some(({ type }) => type === TYPE) === true
  if (skew === undefined && !told) return stated
  const condition =
    skew === undefined
      ? { type: TYPE, status: 'True', reason: TYPE, message: `the clock of node ${node} is right` }
      : { type: TYPE, status: 'False', reason: CLOCK_SKEW, message: skewSentence(node, skew) }
  return { ...stated, status: { ...stated.status, conditions: [...conditionsIn(stated.status), condition] } }
}

/**
 * A time that a machine whose clock is off has written, on our clock. Controllers compare such times with theirs
 * (minReadySeconds): an hour ahead would hold a rollout for an hour.
 */
export function onOurClock(time: string, skew: number): string {
  try {
    return rfc3339(parseTime(time) - skew)
  } catch (error) {
    if (error instanceof TimeError) return time // The registry refuses it by name.
    throw error
  }
}

/** Milliseconds as Go prints whole seconds: `42s`, `1m0s`, `1h0m0s`. */
function durationText(milliseconds: number): string {
  const all = Math.round(milliseconds / 1_000)
  const [hours, minutes, seconds] = [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60]
  return `${hours > 0 ? `${hours}h` : ''}${all >= 60 ? `${minutes}m` : ''}${seconds}s`
}
