import { expect, test } from 'vitest'
import { openNodeStore } from '../store/node.ts'
import { Governor } from './governor.ts'
import { newerOf, socketNotes, storedNotes, type Notes } from './notes.ts'
import { dayOf, limitsOf, nextDay, pressureOf, sentenceOf, tightest, type Usage } from './quota.ts'

const NOON = Date.parse('2026-11-30T12:00:00Z')
const HOUR = 3_600_000

function memory(): Notes & { kept: Usage | undefined; writes: number } {
  return {
    kept: undefined,
    writes: 0,
    read() {
      return this.kept
    },
    write(usage) {
      this.kept = usage
      this.writes++
    },
  }
}

function bed(limits = '{"rowsWritten":1000}') {
  const counted = { rowsWritten: 0, rowsRead: 0 }
  const sockets = memory()
  const stored = memory()
  const make = (now = NOON): Governor =>
    new Governor({ limits: limitsOf(limits), spent: () => ({ ...counted }), sockets, stored }, now)
  return { counted, sockets, stored, make }
}

test.each([
  [0, 'calm'],
  [799, 'calm'],
  [800, 'quiet'],
  [899, 'quiet'],
  [900, 'slow'],
  [999, 'slow'],
  [1000, 'spent'],
  [5000, 'spent'],
])('[QT1] after %i of 1,000 rows the day is %s', (rowsWritten, pressure) => {
  const { counted, make } = bed()
  const governor = make()
  counted.rowsWritten = rowsWritten
  expect(governor.pressure(NOON)).toBe(pressure)
})

test('[QT1] the limit that is nearest to its end decides', () => {
  const limits = limitsOf('{"rowsWritten":1000,"requests":10}')
  const usage = { day: '2026-11-30', rowsWritten: 500, rowsRead: 9e9, requests: 9, activeSeconds: 0 }
  const share = tightest(usage, limits)
  expect([share?.what, pressureOf(share)]).toEqual(['requests', 'slow'])
  expect(share && sentenceOf(share, 'slow')).toMatch(/^90 % of today's 10 requests are spent: podo drops events, slows/)
  expect(pressureOf(tightest(usage, limitsOf('off')))).toBe('calm')
})

test.each([
  [undefined, Infinity],
  ['off', Infinity],
  ['free', 100_000],
  ['{"rowsWritten":7}', 7],
  ['{"requests":7}', Infinity],
])('[QT2] the setting %s allows %d rows written', (setting, rows) => {
  expect(limitsOf(setting).rowsWritten).toBe(rows)
})

test.each([
  ['paid', /"off", "free" or a JSON object/],
  ['[]', /JSON object/],
  ['{"rows":1}', /names "rows", which is none of rowsWritten/],
  ['{"rowsWritten":0}', /rowsWritten must be a number above 0/],
])('[QT2] the setting %s is refused by name', (setting, sentence) => {
  expect(() => limitsOf(setting)).toThrow(sentence)
})

test('[QT3] events go first, then the controllers pause and only nodes and admins write, and at the end they rest', () => {
  const { counted, make } = bed()
  const governor = make()
  const may = (asker: 'admin' | 'node' | 'other', writesEvent = false): boolean => {
    try {
      governor.admit(asker, writesEvent, NOON)
      return true
    } catch (error) {
      expect(error).toMatchObject({ reason: 'TooManyRequests', code: 429, details: undefined })
      return false
    }
  }
  const what = () => ({
    records: governor.mayRecord(NOON),
    event: may('other', true),
    other: may('other'),
    node: may('node', true),
    admin: may('admin', true),
  })
  const all = { records: true, event: true, other: true, node: true, admin: true }
  expect(what()).toEqual(all)
  counted.rowsWritten = 800
  expect(what()).toEqual({ ...all, records: false, event: false })
  expect(governor.nextTurn(NOON)).toBeLessThanOrEqual(NOON)
  counted.rowsWritten = 900
  expect(what()).toEqual({ ...all, records: false, event: false, other: false })
  governor.turned(NOON)
  expect(governor.nextTurn(NOON)).toBe(NOON + 30_000)
  counted.rowsWritten = 1000
  expect(what()).toEqual({ ...all, records: false, event: false, other: false })
  expect(governor.nextTurn(NOON)).toBe(Date.parse('2026-12-01T00:00:00Z'))
})

test('[QT4] a new day begins calm at 00:00 UTC, and what was spent before it is not its own', () => {
  const { counted, make } = bed()
  const governor = make()
  counted.rowsWritten = 1000
  expect(governor.pressure(NOON)).toBe('spent')
  expect(governor.refused(NOON)).toBe(true)
  expect(governor.refused(NOON)).toBe(false)
  const midnight = nextDay(NOON)
  expect([dayOf(midnight - 1), dayOf(midnight)]).toEqual(['2026-11-30', '2026-12-01'])
  expect(governor.pressure(midnight - 1)).toBe('spent')
  expect(governor.pressure(midnight)).toBe('calm')
  counted.rowsWritten = 1005
  expect(governor.usage(midnight)).toMatchObject({ day: '2026-12-01', rowsWritten: 5 })
})

test('[QT4] a day that the platform calls spent is spent, whatever was counted', () => {
  const governor = bed().make()
  governor.refused(NOON)
  expect(governor.pressure(NOON + HOUR)).toBe('spent')
  expect(governor.pressure(NOON + 12 * HOUR)).toBe('calm')
})

test('[QT5] the counts survive an eviction in a socket for nothing, and without one in the store for 1 %', () => {
  const { counted, sockets, stored, make } = bed('{"rowsWritten":100000}')
  const first = make()
  counted.rowsWritten = 60
  first.event(NOON, 'request', 20)
  first.wrote(1)
  first.keep(NOON)
  expect([sockets.kept?.rowsWritten, stored.writes]).toEqual([61, 0])
  counted.rowsWritten = 0
  expect(make().usage(NOON)).toMatchObject({ rowsWritten: 61, requests: 1, activeSeconds: 0.02 })
  sockets.kept = undefined
  const second = make()
  for (let rows = 1; rows <= 1000; rows++) {
    counted.rowsWritten = rows
    second.keep(NOON)
  }
  expect(stored.writes).toBe(10)
  counted.rowsWritten = 0
  sockets.kept = undefined
  expect(make().usage(NOON).rowsWritten).toBe(1000)
  expect(make(nextDay(NOON)).usage(nextDay(NOON)).rowsWritten).toBe(0)
})

test('[QT5] without a limit nothing is kept', () => {
  const { counted, sockets, stored, make } = bed('off')
  const governor = make()
  counted.rowsWritten = 100_000
  governor.keep(NOON)
  expect([sockets.writes, stored.writes]).toEqual([0, 0])
})

test('[QT5] twenty messages count as one request', () => {
  const governor = bed().make()
  for (let i = 0; i < 40; i++) governor.event(NOON, 'message', 0)
  expect(governor.usage(NOON).requests).toBeCloseTo(2)
})

test('[QT6] people are told once for each step', () => {
  const { counted, make } = bed()
  const governor = make()
  const told = [799, 800, 850, 900, 1000, 1001].map((rows) => {
    counted.rowsWritten = rows
    return governor.news(NOON)?.replace(/:.*/, '')
  })
  const of = (percent: number) => `${percent} % of today's 1,000 rows written are spent`
  expect(told).toEqual([undefined, of(80), undefined, of(90), of(100), undefined])
  const { rowsWritten } = governor.usage(NOON)
  expect(rowsWritten).toBe(1001)
})

test('[QT6] an eviction does not make old news new', () => {
  const { counted, make } = bed()
  const first = make()
  counted.rowsWritten = 850
  expect(first.news(NOON)).toBeDefined()
  first.keep(NOON)
  counted.rowsWritten = 0
  expect(make().news(NOON)).toBeUndefined()
})

test('[QT5] notes come back from sockets and from the store, and the newer of two counts', () => {
  const usage = { day: '2026-11-30', rowsWritten: 5, rowsRead: 50, requests: 2, activeSeconds: 1 }
  let attachment: unknown = { state: 'linked' }
  const socket = {
    readyState: 1,
    serializeAttachment: (given: unknown) => void (attachment = given),
    deserializeAttachment: () => attachment,
  }
  const notes = socketNotes(() => [socket, { ...socket, readyState: 3, deserializeAttachment: () => null }])
  expect(notes.read()).toBeUndefined()
  notes.write(usage)
  expect(attachment).toEqual({ state: 'linked', usage })
  expect(notes.read()).toEqual(usage)
  const store = openNodeStore(':memory:')
  const stored = storedNotes(store)
  expect(stored.read()).toBeUndefined()
  stored.write(usage)
  expect(stored.read()).toEqual(usage)
  store.close()
  const later = { ...usage, requests: 9 }
  expect([newerOf(usage, later), newerOf(later, usage)]).toEqual([later, later])
  expect(newerOf(later, { ...usage, day: '2026-12-01' })?.day).toBe('2026-12-01')
})
