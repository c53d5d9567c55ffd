/** A ServiceAccount's token as the API gave it. */
export interface Token {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Seconds that it was made for. */
  readonly seconds: number
}

/** Kubelet's maxTTL and maxJitter, in milliseconds. */
const LONGEST = 24 * 3_600_000
const JITTER = 10_000

/**
 * When a token is to be replaced: with a fifth of its life left, or after a day, up to 10 s earlier by chance (0 to 1),
 * so that not all Pods of a machine ask at once. Model: pkg/kubelet/token Manager.requiresRefresh
 */
export function renewalOf({ expiresAt, seconds }: Token, chance: number): number {
  const life = seconds * 1000
  const jitter = Math.floor(chance * (JITTER / 1000)) * 1000
  const madeAt = expiresAt - life
  return Math.min(madeAt + LONGEST, expiresAt - Math.floor(seconds / 5) * 1000) - jitter
}
