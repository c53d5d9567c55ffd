import type { Journal } from './journal.ts'
import type { Database } from './sql.ts'

/** Slots of a ring from..to, both included, in the order of versions. */
export type Run = readonly [from: number, to: number]

/**
 * The slots of a table (slot, version, …), filled in the order of versions, round and round. Slots before `next` are of
 * this lap and rise; those from `next` on are of the lap before and rise too; all of them are lower than slot 0. So the
 * newest is found by binary search: no row is written for a counter, none is scanned on a wake. A ring that grows needs
 * no rewriting (its upper slots are empty until the lap gets there) but gives up the lap before, see `lap`.
 */
export class Ring {
  /** The version of the newest entry, 0 where there is none. */
  newest = 0
  readonly #db: Database
  readonly #journal: Journal
  readonly #size: number
  readonly #floor: number
  readonly #select: string
  #next = 0

  constructor(db: Database, journal: Journal, table: 'ring' | 'events', size: number, floor: number) {
    this.#db = db
    this.#journal = journal
    this.#size = size
    this.#floor = floor
    this.#select = `SELECT version FROM ${table} WHERE slot = ?`
    const first = this.#version(0)
    if (first === undefined) return
    const slot = lastWhere(0, size - 1, (slot) => (this.#version(slot) ?? 0) >= first)
    this.newest = this.#version(slot) ?? first
    this.#next = (slot + 1) % size
  }

  /** The slot for the next entry, which the caller writes. */
  take(version: number): number {
    const { newest } = this
    const slot = this.#next
    this.newest = version
    this.#next = (slot + 1) % this.#size
    this.#journal.add(() => {
      this.newest = newest
      this.#next = slot
    })
    return slot
  }

  /** The oldest version since which every entry is here. */
  oldest(): number {
    const first = this.#version(this.#next)
    return first === undefined ? this.#floor : Math.max(this.#floor, first - 1)
  }

  /**
   * What `oldest` is without the lap before. A larger ring starts from here: the lap before would be overwritten while
   * slots behind it are still empty, and an empty slot means that nothing was lost.
   */
  lap(): number {
    const first = this.#version(0)
    const wrapped = this.#next === 0 || this.#version(this.#next) !== undefined
    return first === undefined || !wrapped ? this.#floor : Math.max(this.#floor, first - 1)
  }

  /** Where the entries above `since` are; the caller has seen to it that `since` is not below `oldest`. */
  after(since: number): Run[] {
    if (since >= this.newest) return []
    const last = this.#next === 0 ? this.#size - 1 : this.#next - 1
    const atMost = (slot: number): boolean => (this.#version(slot) ?? Infinity) <= since
    if (atMost(0)) return [[lastWhere(0, last, atMost) + 1, last]]
    if (last === this.#size - 1) return [[0, last]]
    const before = lastWhere(this.#next - 1, this.#size - 1, (slot) => slot < this.#next || atMost(slot))
    return [
      [before + 1, this.#size - 1],
      [0, last],
    ]
  }

  /** All entries, newest first, in runs of at most `length` slots. */
  *backwards(length: number): Generator<Run> {
    for (const [low, high] of [
      [0, this.#next - 1],
      [this.#next, this.#size - 1],
    ] as const)
      for (let to = high; to >= low; to -= length) yield [Math.max(low, to - length + 1), to]
  }

  #version(slot: number): number | undefined {
    return this.#db.first<{ version: number }>(this.#select, slot)?.version
  }
}

/** The last number in low..high for which `holds`; it holds for `low` and, past some number, no longer. */
function lastWhere(low: number, high: number, holds: (number: number) => boolean): number {
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
