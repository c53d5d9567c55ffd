import type { Dice } from '../../worker/registry/registry.ts'

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** All randomness of one history, from one seed: mulberry32. */
export class Chance implements Dice {
  #state: number
  #uids = 0

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 ≤ x < 1. */
  real(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** least ≤ x ≤ most, whole. */
  int(least: number, most: number): number {
    return least + Math.floor(this.real() * (most - least + 1))
  }

  maybe(probability: number): boolean {
    return this.real() < probability
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.int(0, items.length - 1)]
  }

  uid(): string {
    this.#uids++
    return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`
  }

  suffix(length: number): string {
    return Array.from({ length }, () => LETTERS[this.int(0, LETTERS.length - 1)]).join('')
  }
}
