import { goQuote } from './go-text.ts'

/**
 * Times as metav1.Time and metav1.MicroTime write and read them.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Time
 */

/** Milliseconds since the epoch → RFC 3339, whole seconds, UTC. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Milliseconds since the epoch → RFC 3339 with six digits of fraction. */
export const rfc3339Micro = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`

/** A text that is no time; `message` is that of Go's time.ParseError. */
export class TimeError extends Error {}

const LAYOUT = '2006-01-02T15:04:05Z07:00'
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00'

interface Element {
  readonly layout: string
  readonly pattern: RegExp
  readonly range?: readonly [name: string, least: number, most: number]
}
const literal = (layout: string): Element => ({ layout, pattern: new RegExp(`^${layout}`) })
const DATE: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  literal('-'),
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  literal('-'),
  { layout: '02', pattern: /^\d\d/ },
  literal('T'),
  { layout: '15', pattern: /^\d\d?/, range: ['hour', 0, 23] },
  literal(':'),
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  literal(':'),
  { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] },
]
const FRACTION: Element = { layout: '', pattern: /^(?:[.,]\d+)?/ }
const MICRO_FRACTION: Element = { layout: '.000000', pattern: /^[.,]\d{6}/ }
const ZONE: Element = { layout: 'Z07:00', pattern: /^(?:Z|[-+]\d\d:\d\d)/ }

const inMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The pieces of the text, one for each element; throws as time.Parse does. */
function pieces(text: string, layout: string, elements: readonly Element[]): string[] {
  const fail = (why: string): TimeError => new TimeError(`parsing time ${goQuote(text)}${why}`)
  let rest = text
  const found = elements.map((element) => {
    const piece = element.pattern.exec(rest)?.[0]
    if (piece === undefined) {
      throw fail(` as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(element.layout)}`)
    }
    if (element.range !== undefined) {
      const [name, least, most] = element.range
      if (Number(piece) < least || Number(piece) > most) throw fail(`: ${name} out of range`)
    }
    rest = rest.slice(piece.length)
    return piece
  })
  if (rest !== '') throw fail(`: extra text: ${goQuote(rest)}`)
  const day = Number(found[4])
  if (day < 1 || day > inMonth(Number(found[0]), Number(found[2]))) throw fail(': day out of range')
  return found
}

/** `at` in whole seconds as milliseconds since the epoch, `micros` the rest. */
function parse(text: string, layout: string, elements: readonly Element[]): { at: number; micros: number } {
  const found = pieces(text, layout, elements)
  const number = (i: number): number => Number(found[i])
  const zone = found[12] ?? 'Z'
  const offset = zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)))
  const date = new Date(0)
  date.setUTCFullYear(number(0), number(2) - 1, number(4))
  date.setUTCHours(number(6), number(8) - offset, number(10))
  const micros = Number((found[11] ?? '').slice(1).padEnd(6, '0').slice(0, 6))
  return { at: date.getTime(), micros }
}

const ELEMENTS = [...DATE, FRACTION, ZONE]
const MICRO_ELEMENTS = [...DATE, MICRO_FRACTION, ZONE]

/** Text of a Time or a MicroTime → milliseconds since the epoch. Throws TimeError. */
export function parseTime(text: string): number {
  const { at, micros } = parse(text, LAYOUT, ELEMENTS)
  return at + Math.floor(micros / 1000)
}

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** Whether the text of a Time is as it is printed, which those of stored objects are. */
function isCanonical(text: string): boolean {
  if (!CANONICAL.test(text)) return false
  const at = Date.parse(text)
  return !Number.isNaN(at) && rfc3339(at) === text
}

/** What the server prints for a metav1.Time that a client sent: UTC, the fraction cut off. */
export const canonicalTime = (text: string): string =>
  isCanonical(text) ? text : rfc3339(parse(text, LAYOUT, ELEMENTS).at)

/** The same for a metav1.MicroTime, whose six digits are not optional. */
export function canonicalMicroTime(text: string): string {
  const { at, micros } = parse(text, MICRO_LAYOUT, MICRO_ELEMENTS)
  return `${rfc3339(at).slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}

/** Both units; the smaller one is left out when it is zero. */
const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`

/**
 * The age column: `duration.HumanDuration` of apimachinery. A year has 365 days.
 * Negative up to a second is a clock that differs a little, and prints as zero; more prints as `<invalid>`.
 */
export function elapsed(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return pair(days, 'd', hours % 24, 'h')
  if (hours < 24 * 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  return hours < 24 * 365 * 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`
}

/** Age of a timestamp at `now`, `<unknown>` where there is none: what kubectl prints. */
export const ageText = (timestamp: string | undefined, now: number): string =>
  timestamp === undefined ? '<unknown>' : elapsed(now - parseTime(timestamp))

/** A timestamp as Go's time.Time.String prints it, in UTC: validation messages quote times so. */
export function goTime(timestamp: string): string {
  const text = new Date(parseTime(timestamp)).toISOString()
  const fraction = /\.(\d+)/.exec(timestamp)?.[1]?.replace(/0+$/, '') ?? ''
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`
}
