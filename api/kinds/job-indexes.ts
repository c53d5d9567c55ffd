import { goQuote } from '../meta/go-text.ts'

/** Sets of a Job's indexes as text: `1,3-5,7` (validateIndexesFormat of pkg/apis/batch/validation). */

/** The message says what is wrong with the text. */
export class IndexesError extends Error {}

export interface Interval {
  readonly from: number
  readonly to: number
}

function index(text: string, completions: number): number {
  if (!/^[-+]?[0-9]+$/.test(text))
    throw new IndexesError(`cannot convert string to integer for index: ${goQuote(text)}`)
  const value = Number(text)
  if (value >= completions) throw new IndexesError(`too large index: ${goQuote(text)}`)
  return value
}

function interval(text: string, completions: number): Interval {
  const parts = text.split('-')
  if (parts.length > 2) {
    const why = "violates the requirement that an index interval can have at most two parts separated by '-'"
    throw new IndexesError(`the fragment ${goQuote(text)} ${why}`)
  }
  const from = index(parts[0] ?? '', completions)
  if (parts[1] === undefined) return { from, to: from }
  const to = index(parts[1], completions)
  if (from >= to) throw new IndexesError(`non-increasing order, previous: ${from}, current: ${to}`)
  return { from, to }
}

/** How many indexes the text names. Throws IndexesError. */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0
  let last: number | undefined
  let total = 0
  for (const part of text.split(',')) {
    const { from, to } = interval(part, completions)
    if (last !== undefined && last >= from) {
      throw new IndexesError(`non-increasing order, previous: ${last}, current: ${from}`)
    }
    total += to - from + 1
    last = to
  }
  return total
}

/** What of the text can be read; the rest is complained of elsewhere. */
function readable(text: string, completions: number): Interval[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    try {
      return [interval(part, completions)]
    } catch (error) {
      if (error instanceof IndexesError) return []
      throw error
    }
  })
}

/** The first index that stands in both; undefined where there is none. */
export function overlap(completed: string, failed: string, completions: number): number | undefined {
  const [a, b] = [readable(completed, completions), readable(failed, completions)]
  let [i, j] = [0, 0]
  for (;;) {
    const [x, y] = [a[i], b[j]]
    if (x === undefined || y === undefined) return undefined
    if (x.from <= y.to && y.from <= x.to) return Math.max(x.from, y.from)
    if (x.from <= y.from) i++
    else j++
  }
}
