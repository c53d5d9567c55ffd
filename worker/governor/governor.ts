import { StatusError } from '../../api/meta/status-error.ts'
import { newerOf, type Notes } from './notes.ts'
import {
  dayOf,
  emptyDay,
  isTighter,
  type Limits,
  nextDay,
  type Pressure,
  pressureOf,
  sentenceOf,
  type Share,
  sharesOf,
  tightest,
  type Usage,
} from './quota.ts'

export interface GovernorOptions {
  readonly limits: Limits
  /** Rows written and read since the store was opened: Store.usage. */
  readonly spent: () => { rowsWritten: number; rowsRead: number }
  /** Kept for nothing, after each event. */
  readonly sockets: Notes
  /** Kept for a row, seldom. */
  readonly stored: Notes
}

/** Rows written, or a fiftieth of the rows read, or requests, after which the counts are stored: 1 % of what they count. */
const SAVED_EVERY = 100
const READS_FOR_ONE = 50
/** Between two turns of the controllers while the day is nearly spent, and while it is. */
const SLOW_MS = 30_000
/** Messages of a WebSocket that count as one request. */
const MESSAGES = 20

/** Who asks for something that costs rows. */
export type Asker = 'admin' | 'node' | 'other'

/**
 * Counts what the object costs and says what may still be done today. Nothing here stops a Pod, and nothing that was
 * acknowledged is taken back: what may not be done is refused before it begins.
 */
export class Governor {
  readonly limits: Limits
  readonly #options: GovernorOptions
  #usage: Usage
  /** What the store had counted when `#usage` was brought up to date. */
  #seen: { rowsWritten: number; rowsRead: number }
  #saved: Usage
  #lastTurn = -Infinity
  /** The day on which the platform itself refused: then it is spent, whatever was counted. */
  #refused: string | undefined
  /** The pressure that people were told of. */
  #told: Pressure

  constructor(options: GovernorOptions, now: number) {
    this.#options = options
    this.limits = options.limits
    const known = newerOf(options.stored.read(), options.sockets.read())
    this.#usage = known?.day === dayOf(now) ? known : emptyDay(now)
    this.#saved = this.#usage
    // All that was read to open the store belongs to this day.
    this.#seen = { rowsWritten: 0, rowsRead: 0 }
    this.#told = pressureOf(this.#tightest(now))
  }

  /** What today has cost up to `now`. */
  usage(now: number): Usage {
    const { rowsWritten, rowsRead } = this.#options.spent()
    const day = this.#usage.day === dayOf(now) ? this.#usage : emptyDay(now)
    this.#usage = {
      ...day,
      rowsWritten: day.rowsWritten + rowsWritten - this.#seen.rowsWritten,
      rowsRead: day.rowsRead + rowsRead - this.#seen.rowsRead,
    }
    this.#seen = { rowsWritten, rowsRead }
    return this.#usage
  }

  /** A request, an alarm or a message came, and took so long. */
  event(now: number, kind: 'request' | 'message', milliseconds: number): void {
    const usage = this.usage(now)
    this.#usage = {
      ...usage,
      requests: usage.requests + (kind === 'request' ? 1 : 1 / MESSAGES),
      activeSeconds: usage.activeSeconds + milliseconds / 1000,
    }
  }

  /** Rows that the store does not see: one for each setting of the alarm. */
  wrote(rows: number): void {
    this.#usage = { ...this.#usage, rowsWritten: this.#usage.rowsWritten + rows }
  }

  shares(now: number): Share[] {
    return sharesOf(this.usage(now), this.limits)
  }

  pressure(now: number): Pressure {
    return this.#refused === dayOf(now) ? 'spent' : pressureOf(this.#tightest(now))
  }

  /** The platform says that the day is spent; true where that is news. */
  refused(now: number): boolean {
    const isNews = this.#refused !== dayOf(now)
    this.#refused = dayOf(now)
    return isNews
  }

  /** Events are the first to go: they are about the work, not the work. */
  mayRecord(now: number): boolean {
    return this.pressure(now) === 'calm'
  }

  /** Throws 429 where this write is not to be made today. Without `Retry-After`: clients would wait for hours. */
  admit(asker: Asker, writesEvent: boolean, now: number): void {
    if (asker !== 'other') return
    const share = this.#tightest(now)
    const pressure = this.pressure(now)
    if (share === undefined || pressure === 'calm' || (pressure === 'quiet' && !writesEvent)) return
    throw new StatusError('TooManyRequests', `the quota of this cluster refuses it: ${sentenceOf(share, pressure)}`)
  }

  /** When the controllers may take their next turn; `now` or earlier where they may at once. */
  nextTurn(now: number): number {
    switch (this.pressure(now)) {
      case 'slow':
        return this.#lastTurn + SLOW_MS
      case 'spent':
        return nextDay(now)
      default:
        return now
    }
  }

  turned(now: number): void {
    this.#lastTurn = now
  }

  /** The sentence for people, once for each step that the pressure rises; undefined where there is nothing new. */
  news(now: number): string | undefined {
    const share = this.#tightest(now)
    const pressure = this.pressure(now)
    const isNews = isTighter(pressure, this.#told)
    this.#told = pressure
    return isNews && share !== undefined ? sentenceOf(share, pressure) : undefined
  }

  /** Keeps the counts: in a socket each time, in the store when enough was spent since, except on a day that is spent. */
  keep(now: number): void {
    const usage = this.usage(now)
    if (sharesOf(usage, this.limits).length === 0) return
    this.#options.sockets.write(usage)
    const since = (of: 'rowsWritten' | 'rowsRead' | 'requests'): number =>
      usage[of] - (usage.day === this.#saved.day ? this.#saved[of] : 0)
    const isDue =
      since('rowsWritten') >= SAVED_EVERY ||
      since('rowsRead') >= SAVED_EVERY * READS_FOR_ONE ||
      since('requests') >= SAVED_EVERY
    if (!isDue || this.pressure(now) === 'spent') return
    this.#options.stored.write(usage)
    this.#saved = usage
  }

  #tightest(now: number): Share | undefined {
    return tightest(this.usage(now), this.limits)
  }
}
