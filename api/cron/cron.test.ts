import { describe, expect, test } from 'vitest'
import { nextTime } from './next.ts'
import { CronError, parseSchedule } from './parse.ts'
import { isZone } from './zone.ts'

const next = (text: string, after: string, zone?: string): string | undefined => {
  const found = nextTime(parseSchedule(text), Date.parse(after), zone)
  return found === undefined ? undefined : new Date(found).toISOString().replace('.000Z', 'Z')
}

/** From spec_test.go and parser_test.go of robfig/cron v3, in UTC. */
test.each([
  ['0/15 * * * *', '2012-07-09T15:00:00Z', '2012-07-09T15:15:00Z'],
  ['0/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00:00Z'],
  ['20-35/15 * * * *', '2012-07-09T15:45:00Z', '2012-07-09T16:20:00Z'],
  ['*/15 * * * *', '2012-07-09T23:46:00Z', '2012-07-10T00:00:00Z'],
  ['20-35/15 * * * *', '2012-07-09T23:45:00Z', '2012-07-10T00:20:00Z'],
  ['0 0 9 Apr-Oct ?', '2012-07-09T23:35:00Z', '2012-08-09T00:00:00Z'],
  ['0 0 */5 Apr,Aug,Oct Mon', '2012-07-09T23:35:00Z', '2012-08-01T00:00:00Z'],
  ['0 0 */5 Oct Mon', '2012-07-09T23:35:00Z', '2012-10-01T00:00:00Z'],
  ['0 0 * Feb Mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00:00Z'],
  ['0 0 * Feb Mon/2', '2012-07-09T23:35:00Z', '2013-02-01T00:00:00Z'],
  ['* * * * *', '2012-12-31T23:59:45Z', '2013-01-01T00:00:00Z'],
  ['0 0 29 Feb ?', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
  ['0 0 1,15 * Sun', '2012-07-09T00:00:00Z', '2012-07-15T00:00:00Z'],
  ['0 0 30 Feb ?', '2012-07-09T23:35:00Z', undefined],
  ['@hourly', '2012-07-09T15:00:00Z', '2012-07-09T16:00:00Z'],
  ['@daily', '2012-07-09T15:00:00Z', '2012-07-10T00:00:00Z'],
  ['@weekly', '2012-07-09T15:00:00Z', '2012-07-15T00:00:00Z'],
  ['@monthly', '2012-07-09T15:00:00Z', '2012-08-01T00:00:00Z'],
  ['@yearly', '2012-07-09T15:00:00Z', '2013-01-01T00:00:00Z'],
  ['@every 1h30m', '2012-07-09T15:00:00.250Z', '2012-07-09T16:30:00Z'],
  ['@every 300ms', '2012-07-09T15:00:00Z', '2012-07-09T15:00:01Z'],
])('[AP105] %s after %s is due at %s', (text, after, due) => {
  expect(next(text, after)).toBe(due)
})

/** Spring forward and fall back in New York (spec_test.go), and a midnight that does not exist in São Paulo. */
test.each([
  ['30 2 11 Mar ?', '2012-03-11T05:00:00Z', 'America/New_York', '2013-03-11T06:30:00Z'],
  ['0 1 * * *', '2012-03-10T06:00:00Z', 'America/New_York', '2012-03-11T06:00:00Z'],
  ['0 2 * * ?', '2012-03-11T05:00:00Z', 'America/New_York', '2012-03-12T06:00:00Z'],
  ['30 1 04 Nov ?', '2012-11-04T04:00:00Z', 'America/New_York', '2012-11-04T05:30:00Z'],
  ['30 1 04 Nov ?', '2012-11-04T05:45:00Z', 'America/New_York', '2012-11-04T06:30:00Z'],
  ['0 * * * ?', '2012-03-11T06:00:00Z', 'America/New_York', '2012-03-11T07:00:00Z'],
  ['0 0 * * *', '2018-11-03T05:00:00Z', 'America/Sao_Paulo', '2018-11-05T02:00:00Z'],
  ['0 8 * * *', '2024-06-01T00:00:00Z', 'Europe/Berlin', '2024-06-01T06:00:00Z'],
  ['TZ=Asia/Tokyo 0 8 * * *', '2024-06-01T00:00:00Z', 'Europe/Berlin', '2024-06-01T23:00:00Z'],
])('[AP105] %s after %s in %s is due at %s', (text, after, zone, due) => {
  expect(next(text, after, zone)).toBe(due)
})

describe('texts that are no schedules', () => {
  test.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['* * L * *', 'failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax'],
    ['@nope', 'unrecognized descriptor: @nope'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['TZ=Nope/X * * * * *', 'provided bad location Nope/X: unknown time zone Nope/X'],
  ])('[AP105] %j: %s', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(new CronError(message))
  })
})

test.each([
  ['UTC', true],
  ['Etc/UTC', true],
  ['Europe/Berlin', true],
  ['Asia/Calcutta', true],
  ['europe/berlin', false],
  ['utc', false],
  ['local', false],
  ['+0100', false],
  ['Nope/X', false],
])('[AP105] the zone %s: %s', (zone, known) => {
  expect(isZone(zone)).toBe(known)
})
