/**
 * DER, as far as certificates and requests for them need it: a reader of tags and lengths over bytes, strict where DER is
 * (definite and shortest lengths, nothing behind the end). https://www.itu.int/rec/T-REC-X.690
 */

/** One element: where it begins, where its content begins and ends. */
export interface Element {
  readonly bytes: Uint8Array
  /** The whole identifier octet: 0x30 a SEQUENCE, 0x02 an INTEGER, 0xa0 what `[0]` holds. */
  readonly tag: number
  readonly from: number
  readonly start: number
  readonly end: number
}

export const SEQUENCE = 0x30
export const SET = 0x31
export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OBJECT_ID = 0x06

/** What is wrong with the bytes, in words near those of Go's encoding/asn1. */
export class DerError extends Error {}

const truncated = (): DerError => new DerError('asn1: syntax error: data truncated')

/** The element that begins at `at` and ends before `limit`. Throws DerError. */
export function elementAt(bytes: Uint8Array, at: number, limit: number): Element {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined || at + 2 > limit) throw truncated()
  if ((tag & 0x1f) === 0x1f) throw new DerError('asn1: structure error: high tag number')
  let [start, length] = [at + 2, first]
  if (first === 0x80) throw new DerError('asn1: syntax error: indefinite length found (not DER)')
  if (first > 0x80) {
    length = 0
    if (first > 0x84) throw new DerError('asn1: structure error: length too large')
    for (let left = first - 0x80; left > 0; left--) {
      const octet = bytes[start++]
      if (octet === undefined) throw truncated()
      if (length === 0 && octet === 0) throw new DerError('asn1: structure error: superfluous leading zeros in length')
      length = length * 256 + octet
    }
    if (length < 0x80) throw new DerError('asn1: structure error: non-minimal length')
  }
  if (start + length > limit) throw truncated()
  return { bytes, tag, from: at, start, end: start + length }
}

/** The one element that all of the bytes are. Throws DerError. */
export function wholeElement(bytes: Uint8Array): Element {
  const element = elementAt(bytes, 0, bytes.length)
  if (element.end !== bytes.length) throw new DerError('asn1: syntax error: trailing data')
  return element
}

/** What a constructed element holds. Throws DerError. */
export function children(of: Element): Element[] {
  const found: Element[] = []
  for (let at = of.start; at < of.end; at = found.at(-1)?.end ?? of.end) found.push(elementAt(of.bytes, at, of.end))
  return found
}

/** The element if it is there with this tag. Throws DerError. */
export function expected(element: Element | undefined, tag: number, name: string): Element {
  if (element === undefined) throw new DerError(`asn1: syntax error: sequence truncated before ${name}`)
  if (element.tag === tag) return element
  throw new DerError(`asn1: structure error: tags don't match (${tag & 0x1f} vs ${element.tag & 0x1f}) in ${name}`)
}

/** With tag and length. */
export const whole = ({ bytes, from, end }: Element): Uint8Array => bytes.subarray(from, end)
export const content = ({ bytes, start, end }: Element): Uint8Array => bytes.subarray(start, end)

/** `1.2.840.113549.1.1.11`. */
export function objectId(element: Element | undefined): string {
  const octets = content(expected(element, OBJECT_ID, 'object identifier'))
  const numbers: number[] = []
  let value = 0
  for (const octet of octets) {
    value = value * 128 + (octet & 0x7f)
    if (octet >= 0x80) continue
    numbers.push(value)
    value = 0
  }
  const [first = 0, ...rest] = numbers
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** The bytes of a BIT STRING that is whole octets, as keys and signatures are. */
export function bitString(element: Element | undefined, name: string): Uint8Array {
  const octets = content(expected(element, BIT_STRING, name))
  if (octets.length === 0 || octets[0] !== 0)
    throw new DerError('asn1: syntax error: invalid padding bits in BIT STRING')
  return octets.subarray(1)
}

/** The text of any of the string types: UTF-8, or Latin-1 where it is none. */
export function text(element: Element): string {
  const octets = [...content(element)]
  try {
    return decodeURIComponent(octets.map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return String.fromCharCode(...octets)
  }
}

const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/

/** UTCTime and GeneralizedTime in milliseconds since the epoch. Throws DerError. */
export function time(element: Element | undefined): number {
  if (element === undefined) throw truncated()
  const [, year = '', ...rest] = TIME.exec(text(element)) ?? []
  if (year === '') throw new DerError('asn1: structure error: not a time')
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.map(Number)
  // https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5.1: two digits are 1950 to 2049.
  const full = year.length === 4 ? Number(year) : Number(year) + (Number(year) >= 50 ? 1900 : 2000)
  return Date.UTC(full, month - 1, day, hour, minute, second)
}
