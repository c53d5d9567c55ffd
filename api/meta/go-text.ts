/**
 * Texts as Go prints them: Kubernetes' messages quote values with `%q` and `encoding/json`, and clients compare them.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}
const PLAIN = /^[ !#-[\]-~]*$/
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0')

function escaped(rune: string): string {
  const known = ESCAPES[rune]
  if (known !== undefined) return known
  const code = rune.codePointAt(0) ?? 0
  if (code >= 0xd800 && code <= 0xdfff) return '\uFFFD'
  if (PRINTABLE.test(rune)) return rune
  if (code < 0x80) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

/** `strconv.Quote`. https://pkg.go.dev/strconv#Quote */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  let quoted = '"'
  for (const rune of text) quoted += escaped(rune)
  return `${quoted}"`
}

/** `encoding/json.Marshal` of a value that is already in Go's field order: HTML characters are escaped. */
export function goJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null'
  return text.replace(/[<>&\u2028\u2029]/g, (rune) => `\\u${hex(rune.charCodeAt(0), 4)}`)
}

const encoder = /[^\0-\x7f]/
/** Length in bytes of UTF-8: what Go's `len` of a string is. */
export function byteLength(text: string): number {
  if (!encoder.test(text)) return text.length
  let bytes = 0
  for (const rune of text) {
    const code = rune.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** Compares as Go sorts strings (by UTF-8 bytes, which is by code point). */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const x = [...a]
  const y = [...b]
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}
