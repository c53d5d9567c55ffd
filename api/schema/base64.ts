import { DecodeError } from './go-json-error.ts'

/** Base64 as Go's StdEncoding reads it: `\r` and `\n` are skipped, padding is required, loose bits are dropped. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CODES = new Map([...ALPHABET].map((letter, i) => [letter, i]))
const CANONICAL = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

/** The canonical text of what `text` encodes. Throws DecodeError with Go's CorruptInputError. */
export function canonicalBase64(text: string): string {
  return CANONICAL.test(text) ? text : encodeBase64(decodeBase64(text))
}

/** https://github.com/golang/go/blob/master/src/encoding/base64/base64.go (decodeQuantum) */
export function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let at = 0
  const skip = () => {
    while (text[at] === '\n' || text[at] === '\r') at++
  }
  for (;;) {
    skip()
    if (at >= text.length) return Uint8Array.from(bytes)
    const quantum: number[] = []
    while (quantum.length < 4) {
      skip()
      const letter = text[at]
      if (letter === undefined) throw corrupt(at - quantum.length)
      const code = CODES.get(letter)
      at++
      if (code !== undefined) quantum.push(code)
      else if (letter !== '=' || quantum.length < 2) throw corrupt(at - 1)
      else return Uint8Array.from([...bytes, ...ending(text, at, quantum)])
    }
    bytes.push(...bytesOf(quantum))
  }
}

/** Checks the padding, of which the first `=` has been read, and what follows it. */
function ending(text: string, start: number, quantum: number[]): number[] {
  let at = start
  const skip = () => {
    while (text[at] === '\n' || text[at] === '\r') at++
  }
  if (quantum.length === 2) {
    skip()
    if (at === text.length) throw corrupt(text.length)
    if (text[at] !== '=') throw corrupt(at - 1)
    at++
  }
  skip()
  if (at < text.length) throw corrupt(at)
  return bytesOf(quantum)
}

function bytesOf(quantum: number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = quantum
  return [(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d].slice(0, quantum.length - 1)
}

const corrupt = (at: number): DecodeError => new DecodeError(`illegal base64 data at input byte ${at}`)

export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    text += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | (b >> 4))
    text += i + 1 < bytes.length ? ALPHABET.charAt(((b & 15) << 2) | (c >> 6)) : '='
    text += i + 2 < bytes.length ? ALPHABET.charAt(c & 63) : '='
  }
  return text
}

/** UTF-8 of a text; a lone surrogate becomes U+FFFD, as in Go. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const rune of text) {
    const point = rune.codePointAt(0) ?? 0
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(bytes)
}
