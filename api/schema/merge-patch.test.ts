import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import type { Json } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { mergePatch } from './merge-patch.ts'

/** RFC 7386, appendix A, where document and patch are objects. */
const CASES: [document: Json, patch: Json, result: Json][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ a: 'foo' }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  [{}, { a: [{ b: null, c: 1 }, null] }, { a: [{ c: 1 }, null] }],
]

test.each(CASES)('[AP32] merge patch: %j + %j = %j', (document, patch, result) => {
  const before = JSON.stringify([document, patch])
  expect(mergePatch(document, patch)).toEqual(result)
  expect(JSON.stringify([document, patch])).toBe(before)
})

test('[AP32] a merge patch applied twice changes nothing more', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(object, object, (document, patch) => {
      const once = mergePatch(document as Json, patch as Json)
      expect(mergePatch(once, patch as Json)).toEqual(once)
    }),
  )
})

test.each<[Json, string]>([
  [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  [true, 'error decoding patch: json: cannot unmarshal bool into Go value of type map[string]interface {}'],
])('[AP32] a merge patch that is no object is a 400: %j', (patch, message) => {
  expect(() => mergePatch({}, patch)).toThrow(new StatusError('BadRequest', message))
})
