import { endOf, type Instance } from './seen.ts'

/** Kubelet's numbers: client-go's flowcontrol.Backoff with MaxContainerBackOff and backOffPeriod. Seconds. */
export const FIRST = 10
export const LONGEST = 300
/** A container that ran longer than this starts anew, without a wait. */
const FORGOTTEN = 2 * LONGEST
/** Seconds between two tries of what failed before a container ran: kubelet's sync back-off. */
export const RETRY = 10

/** 10 s, doubled each time, at most 5 min. */
export const doubled = (seconds: number): number => (seconds === 0 ? FIRST : Math.min(seconds * 2, LONGEST))

const ranLong = (instance: Instance): boolean => endOf(instance) - instance.createdAt > FORGOTTEN * 1000

/** What the instance after this one waits when it dies. The first restart of a container waits nothing. */
export const nextBackoff = (previous: Instance | undefined): number => {
  if (previous === undefined) return 0
  return ranLong(previous) ? FIRST : doubled(previous.backoff)
}

/**
 * When the container may be started again, in milliseconds since the epoch. At once where the machine or the runtime
 * went down under it (exit code 255, its sandbox is gone too): that is no crash of the container.
 */
export function restartAt(dead: Instance, sandboxAttempt: number): number {
  const wentDown = dead.exitCode === 255 && dead.sandbox !== sandboxAttempt
  return wentDown || ranLong(dead) ? 0 : endOf(dead) + dead.backoff * 1000
}

/** As Go prints whole seconds: `10s`, `1m20s`, `5m0s`. */
export const durationText = (seconds: number): string =>
  seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
