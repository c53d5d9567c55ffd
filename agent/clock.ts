/** Time as a seam: tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls once, after so many milliseconds. The answer calls it off. */
  after(milliseconds: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.max(0, milliseconds))
    return () => clearTimeout(timer)
  },
}
