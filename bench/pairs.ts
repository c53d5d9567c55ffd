/**
 * Ratios instead of times: a machine that is busy with something else slows both sides of a pair. Both sides run in
 * turn, in alternating order, at least ten times.
 */

/** One look at both sides, in whatever unit both have. */
export interface Pair {
  readonly ours: number
  readonly beside: number
}

/**
 * A median with its spread, from the tenth to the ninetieth percentile. Of ten values these are the second lowest and
 * the second highest, and the true median lies between them with a probability of 98 % (binomial distribution).
 */
export interface Summary {
  readonly median: number
  readonly low: number
  readonly high: number
}

export type Goal = { readonly atMost: number } | { readonly atLeast: number }
/** `not decided`: the goal lies inside the spread. */
export type Verdict = 'met' | 'missed' | 'not decided'

export const FEWEST_PAIRS = 10

/** Of at least one value, in any order. */
export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  const cut = Math.floor(sorted.length / 10)
  return { median: median(values), low: at(sorted, cut), high: at(sorted, sorted.length - 1 - cut) }
}

/** The middle one; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? at(sorted, half) : (at(sorted, half - 1) + at(sorted, half)) / 2
}

function at(sorted: readonly number[], index: number): number {
  const value = sorted[index]
  if (value === undefined || Number.isNaN(value)) throw new Error('a summary needs at least one number')
  return value
}

/** Of a ratio that was measured: the whole spread must lie on one side of the goal, or nothing is decided. */
export function verdict({ low, high }: Summary, goal: Goal): Verdict {
  if ('atMost' in goal) return high <= goal.atMost ? 'met' : low > goal.atMost ? 'missed' : 'not decided'
  return low >= goal.atLeast ? 'met' : high < goal.atLeast ? 'missed' : 'not decided'
}

/** Ours divided by the other, pair by pair. */
export function ratios(pairs: readonly Pair[]): Summary {
  if (pairs.length < FEWEST_PAIRS) throw new Error(`a ratio needs ${FEWEST_PAIRS} pairs, these are ${pairs.length}`)
  return summary(pairs.map(({ ours, beside }) => ours / beside))
}

type Side = () => Promise<number>

/**
 * Every side once a round, in an order that rotates, so that none always has another's leftovers before it. Answers
 * what each side gave, round by round.
 */
export async function rounds<Name extends string>(
  count: number,
  sides: Readonly<Record<Name, Side>>,
): Promise<Record<Name, number>[]> {
  const names = Object.keys(sides) as Name[] // the keys of a record of exactly these names
  const rows: Record<Name, number>[] = []
  for (let round = 0; round < count; round++) {
    const row: Partial<Record<Name, number>> = {}
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length]
      if (name !== undefined) row[name] = await sides[name]()
    }
    rows.push(row as Record<Name, number>) // every name had its turn
  }
  return rows
}

/**
 * Pairs of two sides. A pair is two rounds, in which each side goes first once: a machine that gets slower or quicker
 * meanwhile counts for both.
 */
export function pairsOf<Name extends string>(looks: readonly Record<Name, number>[], ours: Name, beside: Name): Pair[] {
  return Array.from({ length: Math.floor(looks.length / 2) }, (_, i) => {
    const both = looks.slice(2 * i, 2 * i + 2)
    return { ours: mean(both.map((look) => look[ours])), beside: mean(both.map((look) => look[beside])) }
  })
}

/** So many pairs of two sides. */
export const interleaved = async (count: number, ours: Side, beside: Side): Promise<Pair[]> =>
  pairsOf(await rounds(2 * count, { ours, beside }), 'ours', 'beside')

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
