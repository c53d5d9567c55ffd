import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExactParser } from './json-parser.ts'
import { JsonSyntaxError, parseJson, unusualNumbers } from './json.ts'

/** Texts of Go 1.26's encoding/json. */
const REFUSED: [string, string][] = [
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['[1,2', 'unexpected end of JSON input'],
  ['"a', 'unexpected end of JSON input'],
  ['"a\\', 'unexpected end of JSON input'],
  ['tru', 'unexpected end of JSON input'],
  ['-', 'unexpected end of JSON input'],
  ['1e', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{}{', "invalid character '{' after top-level value"],
  ['01', "invalid character '1' after top-level value"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
]

test.each(REFUSED)('[AP50] %j is refused with the text of Go', (text, message) => {
  expect(() => parseJson(text)).toThrow(new JsonSyntaxError(message))
})

test('[AP50] a body deeper than any object is refused', () => {
  expect(() => parseJson('['.repeat(2000) + ']'.repeat(2000))).toThrow(new JsonSyntaxError('exceeded max depth'))
})

test('[AP51] a key given twice is reported by its path, and the last value counts', () => {
  expect(parseJson('{"metadata":{"name":"x","name":"y"},"data":{"a":"1","a":"2"}}')).toEqual({
    value: { metadata: { name: 'y' }, data: { a: '2' } },
    duplicates: ['duplicate field "metadata.name"', 'duplicate field "data.a"'],
  })
  expect(parseJson('{"spec":{"containers":[{},{"name":"a","name":"b"}]}}').duplicates).toEqual([
    'duplicate field "spec.containers[1].name"',
  ])
})

test('[AP51] three times the same key is one report', () => {
  expect(parseJson('{"a":1,"a":2,"a":3}').duplicates).toEqual(['duplicate field "a"'])
})

test('keys and values with braces, colons and quotes are no duplicates', () => {
  const text = '{"a:b":"c:{\\"d\\":1}","e\\\\":"f\\\\","__proto__":"1","g":[{"h":":"},{"h":"."}]}'
  expect(parseJson(text)).toEqual({ value: JSON.parse(text), duplicates: [] })
})

test('[AP59] the texts of numbers that are no plain integers are known by their place', () => {
  const { value } = parseJson('{"a":1.0,"b":[1,2e3,12345678901234567890],"c":7}')
  const numbers = unusualNumbers(Object(value))
  expect(numbers?.get(Object(value))).toEqual(new Map([['a', '1.0']]))
  expect(numbers?.get(Object(value).b)).toEqual(
    new Map([
      ['1', '2e3'],
      ['2', '12345678901234567890'],
    ]),
  )
})

test('what JSON.parse reads, both ways of parsing read alike', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      // JSON.stringify writes -0 as 0, so texts are compared.
      expect(JSON.stringify(parseJson(text).value)).toBe(JSON.stringify(JSON.parse(text)))
      expect(JSON.stringify(new ExactParser(text).parse().value)).toBe(JSON.stringify(JSON.parse(text)))
    }),
  )
})

test('what JSON.parse refuses, is refused', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:x0-.e\\ \n'), (text, at, letter) => {
      const broken = text.slice(0, at % text.length) + letter + text.slice((at % text.length) + 1)
      const isJson = (() => {
        try {
          JSON.parse(broken)
          return true
        } catch {
          return false
        }
      })()
      if (isJson) expect(JSON.stringify(parseJson(broken).value)).toBe(JSON.stringify(JSON.parse(broken)))
      else expect(() => parseJson(broken)).toThrow(JsonSyntaxError)
    }),
    { numRuns: 500 },
  )
})
