import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'

test('[AG40] the wait doubles from half a second to thirty, half of it by chance, for ever', () => {
  expect([0, 1, 2, 3, 6, 7, 1_000].map((attempt) => backoff(attempt, 1))).toEqual([
    500, 1000, 2000, 4000, 30_000, 30_000, 30_000,
  ])
  expect(backoff(0, 0)).toBe(250)
  expect(backoff(99, 0)).toBe(15_000)
  for (let random = 0; random < 1; random += 0.1) {
    expect(backoff(4, random)).toBeGreaterThanOrEqual(4_000)
    expect(backoff(4, random)).toBeLessThanOrEqual(8_000)
  }
})

test('[AG40] a control plane that said no is asked again after a minute at most', () => {
  expect(backoff(0, 0, true)).toBe(30_000)
  expect(backoff(50, 1, true)).toBe(60_000)
})
