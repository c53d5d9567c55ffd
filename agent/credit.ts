/**
 * What the reader at the other end still takes, in bytes. The writer takes from it before each frame and waits when
 * nothing is left; one frame may go beyond, so that a window smaller than a frame still moves.
 */
export class Credit {
  #left = 0
  #waiting: (() => void)[] = []
  #over = false
  readonly #starved: () => void

  /** `starved` is called whenever somebody begins to wait. */
  constructor(starved: () => void = () => undefined) {
    this.#starved = starved
  }

  /** Resolves when bytes may be sent; false when the session is over. */
  async take(bytes: number): Promise<boolean> {
    while (this.#left <= 0 && !this.#over) {
      const granted = new Promise<void>((resolve) => void this.#waiting.push(resolve))
      this.#starved()
      await granted
    }
    this.#left -= bytes
    return !this.#over
  }

  grant(bytes: number): void {
    this.#left += bytes
    if (this.#left > 0) this.#wake()
  }

  /** Whether somebody waits for credit. */
  get starved(): boolean {
    return this.#waiting.length > 0
  }

  /** Ends the waiting of everybody. */
  end(): void {
    this.#over = true
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
