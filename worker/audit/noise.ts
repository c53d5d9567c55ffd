/** Lines of one minute that stand for themselves; the rest of it is one line with their number. */
const MOST = 20
const MINUTE_MS = 60_000

/**
 * Bounds what a scanner can write into the logs: refusals at the edge are by strangers, and there may be any number of
 * them. Knows nothing of a cluster: it only counts.
 */
export class Noise {
  #since = 0
  #count = 0

  /** Calls `write` with the line, with a summary of the minute before, or not at all. `now` in milliseconds. */
  tell(line: () => string, now: number, write: (line: string) => void): void {
    if (now - this.#since >= MINUTE_MS) {
      const more = this.#count - MOST
      if (more > 0) write(JSON.stringify({ message: 'more requests were refused at the edge', count: more }))
      this.#since = now
      this.#count = 0
    }
    this.#count += 1
    if (this.#count <= MOST) write(line())
  }
}
