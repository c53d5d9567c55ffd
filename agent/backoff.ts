/** Milliseconds: the first wait, and what doubling ends at. */
const FIRST = 500
const LONGEST = 30_000
/** For a control plane that said no: it will hardly say something else soon. */
const REFUSED = 60_000

/**
 * How long to wait before dialling again, in milliseconds. `attempt` counts the failures since the last healthy link
 * from 0; `random` is in [0, 1). Half of it is jitter, so that the agents of a fleet do not come back all at once.
 */
export function backoff(attempt: number, random: number, refused = false): number {
  const full = refused ? REFUSED : Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16))
  return Math.round(full / 2 + (full / 2) * random)
}

/** A link that lived this long was healthy: the next failure begins at the first wait again. */
export const HEALTHY_MS = 20_000
