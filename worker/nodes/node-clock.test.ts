import { expect, test } from 'vitest'
import { onOurClock, skewOf, skewSentence, withClock } from './node-clock.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const HOUR = 3_600_000

test('[ND30] half a minute is the way and the chance; more is the clock', () => {
  expect(skewOf(NOW + 30_000, NOW)).toBeUndefined()
  expect(skewOf(NOW - 30_000, NOW)).toBeUndefined()
  expect(skewOf(undefined, NOW)).toBeUndefined()
  expect(skewOf(NOW + HOUR, NOW)).toBe(HOUR)
  expect(skewOf(NOW - 30_001, NOW)).toBe(-30_001)
})

test.each([
  [HOUR, '1h0m0s ahead of'],
  [-HOUR - 61_000, '1h1m1s behind'],
  [90_400, '1m30s ahead of'],
  [-31_000, '31s behind'],
])('[ND30] %i ms is told as %s', (skew, words) => {
  expect(skewSentence('pi', skew)).toBe(
    `the clock of node pi is ${words} the control plane: set it by NTP (timedatectl set-ntp true)`,
  )
})

test('[ND30] only a Node whose clock is wrong, or was, has a condition about it', () => {
  const ready = { type: 'Ready', status: 'True' }
  const stated = { labels: {}, status: { conditions: [ready] } }
  const before = (type: string) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'pi', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    status: { conditions: [{ type, status: 'False' }] },
  })
  expect(withClock(stated, before('Ready'), 'pi', undefined)).toBe(stated)
  expect(withClock(stated, undefined, 'pi', HOUR).status['conditions']).toEqual([
    ready,
    { type: 'ClockInSync', status: 'False', reason: 'ClockSkew', message: skewSentence('pi', HOUR) },
  ])
  expect(withClock(stated, before('ClockInSync'), 'pi', undefined).status['conditions']).toEqual([
    ready,
    { type: 'ClockInSync', status: 'True', reason: 'ClockInSync', message: 'the clock of node pi is right' },
  ])
})

test('[ND31] times of a wrong clock are put right', () => {
  expect(onOurClock('2026-11-24T11:00:00Z', HOUR)).toBe('2026-11-24T10:00:00Z')
  expect(onOurClock('nonsense', HOUR)).toBe('nonsense')
})
