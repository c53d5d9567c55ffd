import { expect, test } from 'vitest'
import { interleaved, median, pairsOf, ratios, rounds, summary, verdict } from './pairs.ts'

test('a median is the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('the spread of ten values leaves out the lowest and the highest', () => {
  expect(summary([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual({ median: 5.5, low: 2, high: 9 })
})

test('the spread of few values is all of them', () => {
  expect(summary([2, 1, 3])).toEqual({ median: 2, low: 1, high: 3 })
})

test('a summary of nothing, or of no number, is refused', () => {
  expect(() => summary([])).toThrow('at least one number')
  expect(() => summary([Number.NaN])).toThrow('at least one number')
})

test('a goal is met or missed only where the whole spread says so', () => {
  const spread = { median: 1.1, low: 1, high: 1.2 }
  expect(verdict(spread, { atMost: 1.2 })).toBe('met')
  expect(verdict(spread, { atMost: 1.15 })).toBe('not decided')
  expect(verdict(spread, { atMost: 1 })).toBe('not decided')
  expect(verdict(spread, { atMost: 0.9 })).toBe('missed')
  expect(verdict(spread, { atLeast: 1 })).toBe('met')
  expect(verdict(spread, { atLeast: 1.1 })).toBe('not decided')
  expect(verdict(spread, { atLeast: 1.3 })).toBe('missed')
})

test('a ratio is taken pair by pair, so what slows both sides of a pair does not count', () => {
  const pairs = Array.from({ length: 10 }, (_, i) => ({ ours: 2 * (i + 1), beside: i + 1 }))
  expect(ratios(pairs)).toEqual({ median: 2, low: 2, high: 2 })
})

test('a ratio of fewer than ten pairs is refused', () => {
  expect(() => ratios([{ ours: 1, beside: 1 }])).toThrow('a ratio needs 10 pairs, these are 1')
})

test('a pair is two looks at each side, the second in the other order', async () => {
  const order: string[] = []
  const side = (name: string, values: number[]) => () => {
    order.push(name)
    return Promise.resolve(values.shift() ?? 0)
  }
  expect(await interleaved(2, side('ours', [1, 3, 5, 7]), side('beside', [2, 4, 6, 8]))).toEqual([
    { ours: 2, beside: 3 },
    { ours: 6, beside: 7 },
  ])
  expect(order.join(' ')).toBe('ours beside beside ours ours beside beside ours')
})

test('three sides rotate', async () => {
  const order: string[] = []
  const side = (name: string) => () => Promise.resolve(order.push(name))
  await rounds(3, { a: side('a'), b: side('b'), c: side('c') })
  expect(order.join('')).toBe('abcbcacab')
})

test('of three sides any two make pairs, and a round without its second makes none', () => {
  const looks = [
    { a: 1, b: 2, c: 3 },
    { a: 3, b: 4, c: 5 },
    { a: 9, b: 9, c: 9 },
  ]
  expect(pairsOf(looks, 'a', 'c')).toEqual([{ ours: 2, beside: 4 }])
})
