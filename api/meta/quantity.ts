/**
 * resource.Quantity of apimachinery: an exact decimal that remembers the family of suffixes in which it was written.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource
 */
export type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  /** The number is `digits × 10^scale`. */
  readonly digits: bigint
  /** Never below −9: what is finer is rounded away from zero. */
  readonly scale: number
  readonly format: Format
  /** The text as it was given, where Go keeps it because it is canonical enough (`1500m`, `1e3`, `01`). */
  readonly text?: string
}

export class QuantityError extends Error {}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const SUFFIX_WRONG = "unable to parse quantity's suffix"
const NUMBER_WRONG = 'unable to parse numeric part of quantity'

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const DECIMAL_SUFFIX = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]))
const BINARY_SUFFIX = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

const NANO = -9
/** The largest BinarySI quantity, `2^63 − 1`. */
const MAX = 9223372036854775807n
const INT64_DIGITS = 18

const power = (exponent: number): bigint => 10n ** BigInt(exponent)
const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/** sign, zeros, whole digits, fraction, suffix letters, exponent: `parseQuantityString`. */
const SHAPE = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?((?:[eEinumkKMGTP]*)(?:[-+]?)(?:[0-9]*))$/

function suffixOf(suffix: string): { exponent: number; format: Format } {
  const decimal = DECIMAL[suffix]
  if (decimal !== undefined) return { exponent: decimal, format: 'DecimalSI' }
  const binary = BINARY[suffix]
  if (binary !== undefined) return { exponent: binary, format: 'BinarySI' }
  if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1))
    if (Math.abs(exponent) <= 2147483647) return { exponent, format: 'DecimalExponent' }
  }
  throw new QuantityError(SUFFIX_WRONG)
}

/** Rounds away from zero to `scale`, as `inf.RoundUp` does. */
function coarsen(digits: bigint, from: number, to: number): bigint {
  if (from >= to || digits === 0n) return digits
  if (to - from > absolute(digits).toString().length) return digits < 0n ? -1n : 1n
  const divisor = power(to - from)
  const quotient = digits / divisor
  if (quotient * divisor === digits) return quotient
  return quotient + (digits < 0n ? -1n : 1n)
}

/** Whether Go takes the fast way (an int64), on which it keeps the text that was given. */
function keepsText(whole: string, fraction: string, exponent: number, format: Format, digits: bigint): boolean {
  const scale = format === 'BinarySI' ? 0 : exponent - fraction.length
  if (format === 'BinarySI') {
    const precision = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
    return fraction === '' && precision >= 0 && (digits & 7n) !== 0n
  }
  const shifted = whole + fraction
  if (INT64_DIGITS - shifted.length < 0 || scale < NANO) return false
  return scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0')
}

/** Parses exactly. Throws QuantityError with Kubernetes' text. */
export function parseQuantity(text: string): Quantity {
  if (text === '0') return { digits: 0n, scale: 0, format: 'DecimalSI', text }
  const match = text === '' ? null : SHAPE.exec(text)
  if (match === null) throw new QuantityError(FORMAT_WRONG)
  const [, sign = '', stripped = '', fraction = '', suffix = ''] = match
  const whole = stripped === '' ? '0' : stripped
  const { exponent, format } = suffixOf(suffix)
  if (!/[0-9]/.test(text.slice(0, text.length - suffix.length)) && exponent < NANO)
    throw new QuantityError(NUMBER_WRONG)
  const positive = BigInt(whole + fraction)
  const digits = sign === '-' ? -positive : positive
  const kept = keepsText(whole, fraction, exponent, format, positive) ? { text } : {}
  if (format !== 'BinarySI') {
    const scale = exponent - fraction.length
    const coarse = coarsen(digits, scale, NANO)
    return { digits: coarse, scale: coarse === 0n ? 0 : Math.max(scale, NANO), format, ...kept }
  }
  return binary(digits << BigInt(exponent), -fraction.length, kept)
}

function binary(scaled: bigint, scale: number, kept: { text?: string }): Quantity {
  let digits = coarsen(scaled, scale, NANO)
  const fine = Math.max(scale, NANO)
  const most = MAX * power(-fine)
  if (absolute(digits) > most) digits = digits < 0n ? -most : most
  const format = digits !== 0n && absolute(digits) < power(-fine) ? 'DecimalSI' : 'BinarySI'
  return { digits, scale: fine, format, ...kept }
}

function decimalText(digits: bigint, scale: number, format: Format): string {
  let number = digits
  let exponent = scale
  while (number % 10n === 0n) {
    number /= 10n
    exponent++
  }
  while (exponent % 3 !== 0) {
    number *= 10n
    exponent--
  }
  if (format === 'DecimalSI') return `${number}${DECIMAL_SUFFIX.get(exponent) ?? ''}`
  return exponent === 0 ? String(number) : `${number}e${exponent}`
}

/** The canonical text (`Quantity.String`). */
export function formatQuantity(quantity: Quantity): string {
  const { digits, scale, format } = quantity
  if (quantity.text !== undefined) return quantity.text
  if (digits === 0n) return '0'
  if (format !== 'BinarySI') return decimalText(digits, scale, format)
  const whole = scale >= 0 ? digits * power(scale) : digits / power(-scale)
  const exact = scale >= 0 || whole * power(-scale) === digits
  if (!exact || absolute(whole) < 1024n) return decimalText(digits, scale, 'DecimalSI')
  let number = whole
  let times = 0
  while (number % 1024n === 0n && times < BINARY_SUFFIX.length - 1) {
    number /= 1024n
    times++
  }
  return `${number}${BINARY_SUFFIX[times]}`
}

/** What the API server prints for the text a client sent: `1024Mi` → `1Gi`, `0.5` → `500m`, `1e3` → `1e3`. */
export const canonicalQuantity = (text: string): string => formatQuantity(parseQuantity(text.trim()))

/** Rounds away from zero to a power of ten (`Quantity.RoundUp`); −3 is what every ResourceList gets. */
export function roundUp(quantity: Quantity, scale: number): Quantity {
  if (quantity.scale >= scale) return quantity
  const { digits, format } = quantity
  return { digits: coarsen(digits, quantity.scale, scale), scale, format }
}

export const isZero = (quantity: Quantity): boolean => quantity.digits === 0n
export const sign = (quantity: Quantity): -1 | 0 | 1 => (quantity.digits < 0n ? -1 : quantity.digits > 0n ? 1 : 0)

/** Both numbers on the finer of the two scales. */
function aligned(a: Quantity, b: Quantity): [bigint, bigint, number] {
  const scale = Math.min(a.scale, b.scale)
  return [a.digits * power(a.scale - scale), b.digits * power(b.scale - scale), scale]
}

/** Position of the leading digit, so that `1e2000000000` is compared without being written out. */
const magnitude = (quantity: Quantity): number => absolute(quantity.digits).toString().length + quantity.scale

/** −1, 0 or 1. */
export function compareQuantity(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const signs = sign(a) - sign(b)
  if (signs !== 0) return signs < 0 ? -1 : 1
  if (sign(a) === 0) return 0
  const far = magnitude(a) - magnitude(b)
  if (far !== 0) return far < 0 === sign(a) > 0 ? -1 : 1
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The sum keeps the family of `a`, unless `a` is zero. */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  const [x, y, scale] = aligned(a, b)
  return { digits: x + y, scale, format: isZero(a) ? b.format : a.format }
}

export const subtractQuantity = (a: Quantity, b: Quantity): Quantity =>
  addQuantity(a, { digits: -b.digits, scale: b.scale, format: b.format })

function scaled(quantity: Quantity, scale: number): number {
  if (quantity.scale < scale) return Number(coarsen(quantity.digits, quantity.scale, scale))
  return Number(quantity.digits) * 10 ** (quantity.scale - scale)
}

/** Whole units, rounded away from zero: bytes of memory, whole cores (`Quantity.Value`). */
export const value = (quantity: Quantity): number => scaled(quantity, 0)

/** Thousandths, rounded away from zero: millicores (`Quantity.MilliValue`). */
export const milliValue = (quantity: Quantity): number => scaled(quantity, -3)
