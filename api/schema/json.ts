import type { Json } from '../meta/object.ts'
import { ExactParser, JsonSyntaxError } from './json-parser.ts'

export { JsonSyntaxError }

export interface Parsed {
  value: Json
  /** `duplicate field "data.a"` for each key given twice, the last value counting (sigs.k8s.io/json). */
  duplicates: string[]
}

/** Texts of unusual numbers by the root of the parsed value: what `decode` needs to refuse `1.0` for an integer by name. */
const numbersOf = new WeakMap<object, WeakMap<object, Map<string, string>>>()

/**
 * Parses a body. Throws JsonSyntaxError with Go's text.
 * A key given twice is reported wherever it stands, below an unknown field too; `decode` drops those.
 */
export function parseJson(text: string): Parsed {
  const value = parsed(text)
  if (value !== undefined && isPlain(text, value)) return { value, duplicates: [] }
  const exact = new ExactParser(text).parse()
  if (typeof exact.value === 'object' && exact.value !== null) numbersOf.set(exact.value, exact.numbers)
  return { value: exact.value, duplicates: exact.duplicates }
}

/** The texts of numbers of a parsed body that are no plain integers; undefined where all are. */
export const unusualNumbers = (root: object): WeakMap<object, Map<string, string>> | undefined => numbersOf.get(root)

function parsed(text: string): Json | undefined {
  try {
    // JSON.parse returns what Json describes.
    return JSON.parse(text) as Json
  } catch {
    // The exact parser says why, in Go's words.
    return undefined
  }
}

/**
 * Whether JSON.parse told everything: as many keys in the value as in the text (none twice), and every number a short
 * integer. One pass over what stands outside strings, where most of a body is not.
 */
function isPlain(text: string, value: Json): boolean {
  let keys = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x3a) keys++
    else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
    else if (code === 0x2e || code === 0x45) return false
    else if (code >= 0x30 && code <= 0x39) {
      const end = endOfDigits(text, at)
      if (end - at > 15 || text.charCodeAt(end) === 0x65) return false
      at = end - 1
    }
    if (depth > MAX_FAST_DEPTH) return false
  }
  return keys === keysOf(value)
}

/** Deeper values are left to the exact parser, which counts as Go does. */
const MAX_FAST_DEPTH = 500

function endOfString(text: string, start: number): number {
  let end = start
  do end = text.indexOf('"', end + 1)
  while (isEscaped(text, end))
  return end
}
function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}
function endOfDigits(text: string, start: number): number {
  let end = start
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++end));
  return end
}

function keysOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value) keys += keysOf(item)
    return keys
  }
  for (const key in value) keys += 1 + keysOf(value[key] ?? null)
  return keys
}
