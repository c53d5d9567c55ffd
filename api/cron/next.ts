import { type Fields, type Schedule, STAR } from './parse.ts'
import { instantOf, wallOf } from './zone.ts'

/**
 * When a schedule is due: `SpecSchedule.Next` of robfig/cron v3, with its behaviour where clocks are set: what would fall
 * into a gap is skipped, what falls into an hour that comes twice runs twice.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const YEARS = 5

const has = (bits: bigint, position: number): boolean => (bits & (1n << BigInt(position))) !== 0n

/** An instant of a zone with what its wall shows. */
class Moment {
  readonly zone: string
  readonly instant: number
  readonly wall: Date

  constructor(zone: string, instant: number) {
    this.zone = zone
    this.instant = instant
    this.wall = new Date(wallOf(zone, instant))
  }
  get year(): number {
    return this.wall.getUTCFullYear()
  }
  /** 1 to 12. */
  get month(): number {
    return this.wall.getUTCMonth() + 1
  }
  get day(): number {
    return this.wall.getUTCDate()
  }
  get hour(): number {
    return this.wall.getUTCHours()
  }
  get minute(): number {
    return this.wall.getUTCMinutes()
  }
  plus(milliseconds: number): Moment {
    return new Moment(this.zone, this.instant + milliseconds)
  }
  /** time.Date. */
  at(year: number, month: number, day: number, hour: number): Moment {
    return new Moment(this.zone, instantOf(this.zone, Date.UTC(year, month - 1, day, hour)))
  }
}

/** Where both days were restricted, either is enough. */
function isDay({ dom, dow }: Fields, { day, wall }: Moment): boolean {
  const [inMonth, inWeek] = [has(dom, day), has(dow, wall.getUTCDay())]
  return (dom & STAR) !== 0n || (dow & STAR) !== 0n ? inMonth && inWeek : inMonth || inWeek
}

/** Midnight of the next day, also where the clocks have none. */
function nextDay(moment: Moment): Moment {
  const { year, month, day, hour } = moment
  const next = moment.at(year, month, day + 1, hour)
  if (next.hour === 0) return next
  return next.plus(next.hour > 12 ? (24 - next.hour) * HOUR : -next.hour * HOUR)
}

interface Search {
  moment: Moment
  /** Whether the smaller fields have been reset. */
  reset: boolean
}

/** One pass over the fields from the largest; answers whether all of them hold. */
function settle(search: Search, fields: Fields): boolean {
  const begin = (at: Moment): void => {
    if (!search.reset) search.moment = at
    search.reset = true
  }
  while (!has(fields.month, search.moment.month)) {
    const { year, month } = search.moment
    begin(search.moment.at(year, month, 1, 0))
    search.moment = search.moment.at(search.moment.year, search.moment.month + 1, 1, 0)
    if (search.moment.month === 1) return false
  }
  while (!isDay(fields, search.moment)) {
    const { year, month, day } = search.moment
    begin(search.moment.at(year, month, day, 0))
    search.moment = nextDay(search.moment)
    if (search.moment.day === 1) return false
  }
  while (!has(fields.hour, search.moment.hour)) {
    const { year, month, day, hour } = search.moment
    begin(search.moment.at(year, month, day, hour))
    search.moment = search.moment.plus(HOUR)
    if (search.moment.hour === 0) return false
  }
  while (!has(fields.minute, search.moment.minute)) {
    begin(new Moment(search.moment.zone, Math.floor(search.moment.instant / MINUTE) * MINUTE))
    search.moment = search.moment.plus(MINUTE)
    if (search.moment.minute === 0) return false
  }
  if (search.moment.instant % MINUTE === 0) return true
  // Seconds are always zero, so an instant within a minute waits for the next one.
  search.moment = new Moment(search.moment.zone, Math.ceil(search.moment.instant / MINUTE) * MINUTE)
  search.reset = true
  return search.moment.minute !== 0 && settle(search, fields)
}

/**
 * The first time after `after` at which the schedule is due (both milliseconds since the epoch); undefined where there is
 * none in five years (30 February). `zone` is an IANA name and counts where the schedule names none itself.
 */
export function nextTime(schedule: Schedule, after: number, zone = 'UTC'): number | undefined {
  const second = Math.floor(after / 1000) * 1000
  if (schedule.every !== undefined) return second + schedule.every
  const search: Search = { moment: new Moment(schedule.zone ?? zone, second + 1000), reset: false }
  const last = search.moment.year + YEARS
  while (search.moment.year <= last) if (settle(search, schedule)) return search.moment.instant
  return undefined
}
