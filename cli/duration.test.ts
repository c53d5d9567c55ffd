import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { duration } from './duration.ts'

test.each([
  ['90s', 90],
  ['30m', 1800],
  ['1h', 3600],
  ['1h30m', 5400],
  ['0s', 0],
])('[CL1] %s is %i seconds', (text, seconds) => {
  expect(duration(text)).toBe(seconds)
})

test.each(['', '5', 'h', '1d', '1h 30m', '-1h', '1.5h', '1h30', 'x1h'])('[CL1] %j is no duration', (text) => {
  expect(() => duration(text)).toThrow(new InvalidArgumentError('a duration looks like 30m, 1h or 1h30m'))
})
