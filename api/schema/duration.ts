import { goQuote } from '../meta/go-text.ts'
import { DecodeError } from './go-json-error.ts'

/** Nanoseconds of each unit that Go's time.ParseDuration knows. https://pkg.go.dev/time#ParseDuration */
const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const TERM = /([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)/y

/** Nanoseconds of a duration's text. Throws DecodeError with Go's text. */
export function parseDuration(text: string): bigint {
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned === '0') return 0n
  if (unsigned === '') throw new DecodeError(`time: invalid duration ${goQuote(text)}`)
  let total = 0n
  for (TERM.lastIndex = 0; TERM.lastIndex < unsigned.length;) {
    const [, whole = '', fraction = '', unit = ''] = TERM.exec(unsigned) ?? []
    const scale = UNITS[unit]
    if (scale === undefined || whole + fraction === '') throw new DecodeError(`time: invalid duration ${goQuote(text)}`)
    total += BigInt(whole === '' ? '0' : whole) * scale
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
  }
  return text.startsWith('-') ? -total : total
}

/** time.Duration.String: `1m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`
  if (nanoseconds === 0n) return '0s'
  for (const [unit, next] of [
    ['ns', 'µs'],
    ['µs', 'ms'],
    ['ms', 's'],
  ] as const) {
    if (nanoseconds < (UNITS[next] ?? 0n)) return decimal(nanoseconds, UNITS[unit] ?? 1n) + unit
  }
  const minutes = nanoseconds / 60_000_000_000n
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return seconds
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`
}

export const canonicalDuration = (text: string): string => formatDuration(parseDuration(text))

function decimal(amount: bigint, unit: bigint): string {
  const digits = String(unit).length - 1
  const fraction = String(amount % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return digits === 0 || fraction === '' ? String(amount / unit) : `${amount / unit}.${fraction}`
}
