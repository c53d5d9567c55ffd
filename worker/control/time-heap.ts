interface Entry {
  readonly at: number
  readonly text: string
}

/**
 * The times of a map's texts, earliest first. The map is the truth (`timeOf`): an entry that it no longer says is
 * skipped when its turn comes, so nothing has to be searched when a time moves or goes.
 */
export class TimeHeap {
  readonly #timeOf: (text: string) => number | undefined
  /** A binary heap: no entry is later than the two at twice its place. */
  #entries: Entry[] = []

  constructor(timeOf: (text: string) => number | undefined) {
    this.#timeOf = timeOf
  }

  get size(): number {
    return this.#entries.length
  }

  /** The time that the map now says of the text. */
  push(text: string, at: number): void {
    const entries = this.#entries
    let place = entries.push({ text, at }) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#earlier(place, above)) return
      this.#swap(place, above)
      place = above
    }
  }

  /** The earliest time that still counts. */
  get next(): number | undefined {
    for (let first = this.#entries[0]; first !== undefined; first = this.#entries[0]) {
      if (this.#timeOf(first.text) === first.at) return first.at
      this.#drop()
    }
    return undefined
  }

  /** Takes out the earliest text whose time is at or before `now`. */
  take(now: number): string | undefined {
    const { next } = this
    if (next === undefined || next > now) return undefined
    const text = this.#entries[0]?.text
    this.#drop()
    return text
  }

  /** Begins again with what counts. */
  rebuild(times: Iterable<readonly [text: string, at: number]>): void {
    this.#entries = Array.from(times, ([text, at]) => ({ text, at }))
    // An ascending list is a heap.
    this.#entries.sort((a, b) => a.at - b.at)
  }

  #drop(): void {
    const entries = this.#entries
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return
    entries[0] = last
    for (let place = 0; ;) {
      let first = place
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < entries.length && this.#earlier(below, first)) first = below
      }
      if (first === place) return
      this.#swap(place, first)
      place = first
    }
  }

  #earlier(a: number, b: number): boolean {
    return (this.#entries[a]?.at ?? Infinity) < (this.#entries[b]?.at ?? Infinity)
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries
    const [x, y] = [entries[a], entries[b]]
    if (x === undefined || y === undefined) return
    entries[a] = y
    entries[b] = x
  }
}
