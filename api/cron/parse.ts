import { goQuote } from '../meta/go-text.ts'
import { parseDuration } from '../schema/duration.ts'
import { isZone } from './zone.ts'

/**
 * Schedules of CronJobs, read as github.com/robfig/cron v3's ParseStandard reads them, with its error texts. A field is
 * a set of numbers as bits; `STAR` marks one that was written `*` or `?`.
 * https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
 */
export interface Fields {
  readonly minute: bigint
  readonly hour: bigint
  readonly dom: bigint
  readonly month: bigint
  readonly dow: bigint
}
export type Schedule =
  /** `zone` is named by TZ= or CRON_TZ= in the text itself. */
  | ({ readonly every: undefined; readonly zone: string | undefined } & Fields)
  /** `@every 1h30m`: milliseconds, whole seconds, at least one. */
  | { readonly every: number }

/** A text that is no schedule; the message is the parser's own. */
export class CronError extends Error {}

export const STAR = 1n << 63n

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MINUTE: Bounds = { min: 0, max: 59 }
const HOUR: Bounds = { min: 0, max: 23 }
const DOM: Bounds = { min: 1, max: 31 }
const MONTH: Bounds = { min: 1, max: 12, names: MONTHS }
const DOW: Bounds = { min: 0, max: 6, names: DAYS }

function integer(text: string): number {
  const fail = (why: string): CronError =>
    new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: ${why}`)
  if (!/^[-+]?[0-9]+$/.test(text)) throw fail('invalid syntax')
  const value = BigInt(text.replace('+', ''))
  if (value !== BigInt.asIntN(64, value)) throw fail('value out of range')
  if (value < 0n) throw new CronError(`negative number (${value}) not allowed: ${text}`)
  return Number(value)
}

function integerOrName(text: string, { names, min }: Bounds): number {
  const position = names?.indexOf(text.toLowerCase()) ?? -1
  return position < 0 ? integer(text) : position + min
}

function bits(start: number, end: number, step: number): bigint {
  let found = 0n
  for (let i = start; i <= end; i += step) found |= 1n << BigInt(i)
  return found
}

interface Range {
  readonly start: number
  readonly end: number
  readonly star: boolean
}

function limits(text: string, expression: string, bounds: Bounds): Range {
  const parts = text.split('-')
  const [low = '', high] = parts
  if (low === '*' || low === '?') return { start: bounds.min, end: bounds.max, star: true }
  const start = integerOrName(low, bounds)
  if (parts.length > 2) throw new CronError(`too many hyphens: ${expression}`)
  return { start, end: high === undefined ? start : integerOrName(high, bounds), star: false }
}

/** `number | number "-" number [ "/" number ]`; `N/step` means from N to the end. */
function range(expression: string, bounds: Bounds): bigint {
  const parts = expression.split('/')
  const [text = '', stepText] = parts
  const { start, end: last, star } = limits(text, expression, bounds)
  const step = parts.length === 2 && stepText !== undefined ? integer(stepText) : 1
  if (parts.length > 2) throw new CronError(`too many slashes: ${expression}`)
  const end = parts.length === 2 && !text.includes('-') ? bounds.max : last
  if (start < bounds.min) {
    throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`)
  }
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${expression}`)
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`)
  if (step === 0) throw new CronError(`step of range should be a positive number: ${expression}`)
  return bits(start, end, step) | (star && step === 1 ? STAR : 0n)
}

const field = (text: string, bounds: Bounds): bigint =>
  text
    .split(',')
    .filter((part) => part !== '')
    .reduce((found, part) => found | range(part, bounds), 0n)

const all = (bounds: Bounds): bigint => bits(bounds.min, bounds.max, 1) | STAR
const first = ({ min }: Bounds): bigint => 1n << BigInt(min)
const AT_MIDNIGHT = { minute: first(MINUTE), hour: first(HOUR) }
const DAILY: Fields = { ...AT_MIDNIGHT, dom: all(DOM), month: all(MONTH), dow: all(DOW) }
const YEARLY: Fields = { ...DAILY, dom: first(DOM), month: first(MONTH) }
const DESCRIPTORS: Readonly<Record<string, Fields>> = {
  '@yearly': YEARLY,
  '@annually': YEARLY,
  '@monthly': { ...DAILY, dom: first(DOM) },
  '@weekly': { ...DAILY, dow: first(DOW) },
  '@daily': DAILY,
  '@midnight': DAILY,
  '@hourly': { ...DAILY, hour: all(HOUR) },
}

const EVERY = '@every '

function described(text: string, zone: string | undefined): Schedule {
  const known = Object.hasOwn(DESCRIPTORS, text) ? DESCRIPTORS[text] : undefined
  if (known !== undefined) return { every: undefined, zone, ...known }
  if (!text.startsWith(EVERY)) throw new CronError(`unrecognized descriptor: ${text}`)
  try {
    const seconds = parseDuration(text.slice(EVERY.length)) / 1_000_000_000n
    return { every: Number(seconds < 1n ? 1n : seconds) * 1000 }
  } catch (error) {
    throw new CronError(`failed to parse duration ${text}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Takes the zone off the front of the text. */
function zoned(text: string): { zone: string | undefined; rest: string } {
  const match = /^(?:TZ|CRON_TZ)=([^ ]*)( .*)?$/s.exec(text)
  if (match === null) return { zone: undefined, rest: text }
  const [, zone = '', rest = ''] = match
  if (zone !== '' && !isZone(zone)) throw new CronError(`provided bad location ${zone}: unknown time zone ${zone}`)
  return { zone: zone === '' ? 'UTC' : zone, rest: rest.trim() }
}

/** Throws CronError with the parser's text. */
export function parseSchedule(text: string): Schedule {
  if (text === '') throw new CronError('empty spec string')
  const { zone, rest } = zoned(text)
  if (rest.startsWith('@')) return described(rest, zone)
  const fields = rest.split(/\s+/).filter((part) => part !== '')
  if (fields.length !== 5) {
    throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  }
  const [minute = '', hour = '', dom = '', month = '', dow = ''] = fields
  return {
    every: undefined,
    zone,
    minute: field(minute, MINUTE),
    hour: field(hour, HOUR),
    dom: field(dom, DOM),
    month: field(month, MONTH),
    dow: field(dow, DOW),
  }
}
