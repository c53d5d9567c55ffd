import { goQuote } from '../meta/go-text.ts'
import type { Json, JsonObject } from '../meta/object.ts'

/** A body that is no JSON; `message` is that of Go's json.SyntaxError. */
export class JsonSyntaxError extends Error {}

/** What the exact parser finds beside the value. */
export interface Exact {
  value: Json
  /** `duplicate field "spec.replicas"`, in the order of the text. */
  duplicates: string[]
  /** The texts of numbers that are no plain integers, by what contains them: Go refuses `1.0` where it wants an int32. */
  numbers: WeakMap<object, Map<string, string>>
}

/** Go allows 10,000; deeper than this no Kubernetes object is, and engines of JavaScript recurse. */
const MAX_DEPTH = 1000
const END = -1
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const INTEGER = /^-?[0-9]{1,15}$/

/**
 * Parses as Go's encoding/json does, with its error texts, and finds what JSON.parse hides: duplicate keys and the texts of
 * numbers. Ten times slower than JSON.parse, so `parseJson` comes here only when there is something to find.
 * https://github.com/golang/go/blob/master/src/encoding/json/scanner.go
 */
export class ExactParser {
  readonly duplicates = new Set<string>()
  readonly numbers = new WeakMap<object, Map<string, string>>()
  private readonly text: string
  private at = 0
  /** Keys with a dot before them, indices in brackets. */
  private readonly path: string[] = []

  constructor(text: string) {
    this.text = text
  }

  parse(): Exact {
    const value = this.value(undefined, '', 0)
    this.space()
    if (this.at < this.text.length) throw this.error('after top-level value')
    return { value, duplicates: [...this.duplicates], numbers: this.numbers }
  }

  private code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : END
  }

  private space(): void {
    while (SPACE.has(this.code())) this.at++
  }

  private value(container: object | undefined, key: string, depth: number): Json {
    this.space()
    const code = this.code()
    switch (code) {
      case 0x7b:
        return this.object(depth + 1)
      case 0x5b:
        return this.array(depth + 1)
      case 0x22:
        return this.string()
      case 0x74:
        return this.literal('true', true)
      case 0x66:
        return this.literal('false', false)
      case 0x6e:
        return this.literal('null', null)
      default:
        if (code === 0x2d || isDigit(code)) return this.number(container, key)
        throw this.error('looking for beginning of value')
    }
  }

  private object(depth: number): JsonObject {
    this.enter(depth)
    const object: JsonObject = {}
    this.space()
    if (this.code() === 0x7d) return this.leave(object)
    for (;;) {
      this.space()
      if (this.code() !== 0x22) throw this.error('looking for beginning of object key string')
      const key = this.string()
      this.space()
      if (this.code() !== 0x3a) throw this.error('after object key')
      this.at++
      this.path.push(`.${key}`)
      if (Object.hasOwn(object, key)) {
        this.duplicates.add(`duplicate field ${goQuote(this.path.join('').replace(/^\./, ''))}`)
        // It stands where it is said last.
        delete object[key]
      }
      setOwn(object, key, this.value(object, key, depth))
      this.path.pop()
      this.space()
      if (this.code() === 0x7d) return this.leave(object)
      if (this.code() !== 0x2c) throw this.error('after object key:value pair')
      this.at++
    }
  }

  private array(depth: number): Json[] {
    this.enter(depth)
    const array: Json[] = []
    this.space()
    if (this.code() === 0x5d) return this.leave(array)
    for (;;) {
      this.path.push(`[${array.length}]`)
      array.push(this.value(array, String(array.length), depth))
      this.path.pop()
      this.space()
      if (this.code() === 0x5d) return this.leave(array)
      if (this.code() !== 0x2c) throw this.error('after array element')
      this.at++
    }
  }

  private enter(depth: number): void {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth')
    this.at++
  }

  private leave<T>(value: T): T {
    this.at++
    return value
  }

  private string(): string {
    this.at++
    let text = ''
    for (;;) {
      const code = this.code()
      if (code === 0x22) return this.leave(text)
      if (code < 0x20) throw this.error('in string literal')
      text += code === 0x5c ? this.escape() : this.text.charAt(this.at++)
    }
  }

  private escape(): string {
    this.at++
    const letter = this.text.charAt(this.at)
    const plain = ESCAPES[letter]
    if (plain !== undefined) return this.leave(plain)
    if (letter !== 'u') throw this.error('in string escape code')
    for (let i = 0; i < 4; i++) {
      this.at++
      if (!/^[0-9a-fA-F]$/.test(this.text.charAt(this.at))) throw this.error('in \\u hexadecimal character escape')
    }
    return this.leave(String.fromCharCode(parseInt(this.text.slice(this.at - 3, this.at + 1), 16)))
  }

  private literal<T>(word: string, value: T): T {
    for (let i = 1; i < word.length; i++) {
      this.at++
      if (this.text.charAt(this.at) !== word.charAt(i))
        throw this.error(`in literal ${word} (expecting '${word.charAt(i)}')`)
    }
    return this.leave(value)
  }

  private number(container: object | undefined, key: string): number {
    const start = this.at
    if (this.code() === 0x2d) this.at++
    if (this.code() === 0x30) this.at++
    else this.digits('in numeric literal')
    if (this.code() === 0x2e) {
      this.at++
      this.digits('after decimal point in numeric literal')
    }
    if (this.code() === 0x65 || this.code() === 0x45) {
      this.at++
      if (this.code() === 0x2b || this.code() === 0x2d) this.at++
      this.digits('in exponent of numeric literal')
    }
    const text = this.text.slice(start, this.at)
    if (container !== undefined && !INTEGER.test(text)) this.remember(container, key, text)
    return Number(text)
  }

  private digits(context: string): void {
    if (!isDigit(this.code())) throw this.error(context)
    while (isDigit(this.code())) this.at++
  }

  private remember(container: object, key: string, text: string): void {
    const known = this.numbers.get(container)
    if (known === undefined) this.numbers.set(container, new Map([[key, text]]))
    else known.set(key, text)
  }

  private error(context: string): JsonSyntaxError {
    if (this.at >= this.text.length) return new JsonSyntaxError('unexpected end of JSON input')
    return new JsonSyntaxError(`invalid character ${quoteByte(this.text.codePointAt(this.at) ?? 0)} ${context}`)
  }
}

/** Sets an own property, also one named `__proto__`, which assignment would take for the prototype. */
export function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

/** Go reads bytes: a character outside ASCII is shown as its first byte of UTF-8, taken for a rune (quoteChar). */
function quoteByte(code: number): string {
  const byte =
    code < 0x80 ? code : code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
  if (byte === 0x27) return "'\\''"
  if (byte === 0x22) return `'"'`
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`
}
