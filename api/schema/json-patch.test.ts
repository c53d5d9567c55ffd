import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import type { Json } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { jsonPatch } from './json-patch.ts'
import { operationsOf } from './patch-body.ts'

/** [what, document, operations, result]; `null` as the result stands for 422. Modelled on the public json-patch-tests. */
type Case = [what: string, document: Json, operations: Json[], result: { is: Json } | null]
const FAILS = null
const add = (path: string, value: Json) => ({ op: 'add', path, value })

const CASES: Case[] = [
  ['no operation', { a: 1 }, [], { is: { a: 1 } }],
  ['add a member', { foo: 'bar' }, [add('/baz', 'qux')], { is: { foo: 'bar', baz: 'qux' } }],
  ['add replaces a member', { foo: 1 }, [add('/foo', 2)], { is: { foo: 2 } }],
  ['add null', { foo: 1 }, [add('/bar', null)], { is: { foo: 1, bar: null } }],
  ['add in front', { a: ['x'] }, [add('/a/0', 'y')], { is: { a: ['y', 'x'] } }],
  ['add in the middle', { a: ['x', 'z'] }, [add('/a/1', 'y')], { is: { a: ['x', 'y', 'z'] } }],
  ['add at the end by index', { a: ['x'] }, [add('/a/1', 'y')], { is: { a: ['x', 'y'] } }],
  ['add at the end by -', { a: ['x'] }, [add('/a/-', 'y')], { is: { a: ['x', 'y'] } }],
  ['add to a root list', ['x'], [add('/0', 'y')], { is: ['y', 'x'] }],
  ['add beyond the end', { a: ['x'] }, [add('/a/2', 'y')], FAILS],
  ['add at a word', { a: ['x'] }, [add('/a/b', 'y')], FAILS],
  ['add at an exponent', { a: ['x'] }, [add('/a/1e0', 'y')], FAILS],
  ['add at a negative index', { a: ['x'] }, [add('/a/-1', 'y')], { is: { a: ['x', 'y'] } }],
  ['add below nothing', { foo: 1 }, [add('/a/b', 1)], FAILS],
  ['add below a scalar', { foo: 1 }, [add('/foo/b', 1)], FAILS],
  ['add below null', { foo: null }, [add('/foo/b', 1)], FAILS],
  ['add to the whole document', { foo: 1 }, [add('', { bar: 2 })], FAILS],
  ['add a list into a list', { a: [] }, [add('/a/-', ['x', 'y'])], { is: { a: [['x', 'y']] } }],
  ['add to the empty key', { foo: 1 }, [add('/', 1)], { is: { foo: 1, '': 1 } }],
  ['a member that JavaScript inherits', {}, [add('/constructor/x', 1)], FAILS],
  ['remove a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { is: { b: 2 } }],
  ['remove an item', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { is: { a: [1, 3] } }],
  ['remove the last item', { a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { is: { a: [1] } }],
  ['remove nothing', { a: 1 }, [{ op: 'remove', path: '/b' }], FAILS],
  ['remove beyond the end', { a: [1] }, [{ op: 'remove', path: '/a/1' }], FAILS],
  ['remove the whole document', { a: 1 }, [{ op: 'remove', path: '' }], FAILS],
  ['replace a member', { a: 1 }, [{ op: 'replace', path: '/a', value: [2] }], { is: { a: [2] } }],
  ['replace an item', { a: [1, 2] }, [{ op: 'replace', path: '/a/1', value: 3 }], { is: { a: [1, 3] } }],
  ['replace an absent member sets it', { a: 1 }, [{ op: 'replace', path: '/b', value: 2 }], { is: { a: 1, b: 2 } }],
  ['replace below nothing', { a: 1 }, [{ op: 'replace', path: '/b/c', value: 2 }], FAILS],
  ['replace beyond the end', { a: [1] }, [{ op: 'replace', path: '/a/1', value: 2 }], FAILS],
  ['replace at -', { a: [1] }, [{ op: 'replace', path: '/a/-', value: 2 }], FAILS],
  ['replace the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { is: { b: 2 } }],
  ['replace the whole document by a word', { a: 1 }, [{ op: 'replace', path: '', value: 'b' }], FAILS],
  ['test a word', { a: 'x' }, [{ op: 'test', path: '/a', value: 'x' }], { is: { a: 'x' } }],
  ['test another word', { a: 'x' }, [{ op: 'test', path: '/a', value: 'y' }], FAILS],
  ['test the type', { a: '10' }, [{ op: 'test', path: '/a', value: 10 }], FAILS],
  [
    'test in any order of keys',
    { a: { x: 1, y: [2] } },
    [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
    { is: { a: { x: 1, y: [2] } } },
  ],
  ['test a list of another length', { a: [1] }, [{ op: 'test', path: '/a', value: [1, 2] }], FAILS],
  ['test fewer members', { a: { x: 1 } }, [{ op: 'test', path: '/a', value: { x: 1, y: 2 } }], FAILS],
  ['test an absent member against null', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { is: { a: 1 } }],
  ['test null', { a: null }, [{ op: 'test', path: '/a', value: null }], { is: { a: null } }],
  ['test null against a word', { a: null }, [{ op: 'test', path: '/a', value: 'x' }], FAILS],
  ['test the whole document', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { is: { a: 1 } }],
  ['test without a value', { a: 1 }, [{ op: 'test', path: '/a' }], FAILS],
  [
    '~1 and ~0',
    { 'a/b': 1, 'c~d': 2 },
    [
      { op: 'test', path: '/a~1b', value: 1 },
      { op: 'remove', path: '/c~0d' },
    ],
    { is: { 'a/b': 1 } },
  ],
  ['~01 is ~1', { '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { is: { '~1': 10 } }],
  [
    'move a member',
    { a: { b: 1 }, c: {} },
    [{ op: 'move', from: '/a/b', path: '/c/d' }],
    { is: { a: {}, c: { d: 1 } } },
  ],
  ['move an item', { a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { is: { a: [2, 3, 1] } }],
  ['move into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }], FAILS],
  ['move nothing', { a: 1 }, [{ op: 'move', from: '/b', path: '/c' }], FAILS],
  [
    'copy a member',
    { a: { b: [1] } },
    [{ op: 'copy', from: '/a/b', path: '/c' }, add('/c/-', 2)],
    { is: { a: { b: [1] }, c: [1, 2] } },
  ],
  ['copy without from', { a: 1 }, [{ op: 'copy', path: '/c' }], FAILS],
  ['an unknown operation', { a: 1 }, [{ op: 'spam', path: '/a' }], FAILS],
  ['no operation name', { a: 1 }, [{ path: '/a' }], FAILS],
  ['no path', { a: 1 }, [{ op: 'remove' }], FAILS],
  ['a path without a slash', { a: 1 }, [{ op: 'remove', path: 'a' }], FAILS],
  ['the rest does not apply', { a: 1 }, [add('/b', 2), { op: 'remove', path: '/c' }], FAILS],
]

test.each(CASES)('[AP30] JSON patch: %s', (_, document, operations, result) => {
  const before = JSON.stringify(document)
  if (result === null) {
    expect(() => jsonPatch(document, operations)).toThrow(
      new StatusError('Invalid', 'the server rejected our request due to an error in our request', {}),
    )
  } else expect(jsonPatch(document, operations)).toEqual(result.is)
  expect(JSON.stringify(document)).toBe(before)
})

test('[AP30] a key named __proto__ is a key', () => {
  const patched = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }])
  expect(Object.keys(patched as object)).toEqual(['__proto__'])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('[AP30] what was reached into has sorted keys, the rest keeps its order', () => {
  const metadata = { name: 'x', labels: { b: '1', a: '2' } }
  const patched = jsonPatch({ kind: 'K', apiVersion: 'v1', metadata, data: { b: '1', a: '2' } }, [
    { op: 'add', path: '/data/c', value: '3' },
  ])
  expect(JSON.stringify(patched)).toBe(
    '{"apiVersion":"v1","data":{"a":"2","b":"1","c":"3"},"kind":"K","metadata":{"name":"x","labels":{"b":"1","a":"2"}}}',
  )
})

test('[AP30] 10,000 operations apply and 10,001 are too many', () => {
  const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Pod' }))
  expect(jsonPatch({ kind: 'Pod' }, operations.slice(1))).toEqual({ kind: 'Pod' })
  expect(() => jsonPatch({ kind: 'Pod' }, operations)).toThrow(
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  )
})

test('[AP30] copies cannot blow a document up', () => {
  const doubling = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/${i}` }))
  expect(() => jsonPatch({ a: { x: 'x'.repeat(1000) } }, doubling)).toThrow(StatusError)
})

test('[AP30] the way from any document to any other is a patch that leads there', () => {
  const document = fc.dictionary(fc.string(), fc.jsonValue())
  const pointer = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  fc.assert(
    fc.property(document, document, (...drawn) => {
      // JSON has no -0.
      const [from, to]: [Record<string, Json>, Record<string, Json>] = JSON.parse(JSON.stringify(drawn))
      const operations = [
        ...Object.keys(from).map((key) => ({ op: 'remove', path: pointer(key) })),
        ...Object.entries(to).map(([key, value]) => ({ op: 'add', path: pointer(key), value })),
        ...Object.entries(to).map(([key, value]) => ({ op: 'test', path: pointer(key), value })),
      ]
      expect(jsonPatch(from, operations)).toEqual(to)
    }),
  )
})

test.each<[string, Json, string]>([
  [
    'an object',
    { op: 'add' },
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'a number inside',
    [1],
    'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp',
  ],
  [
    'a path that is a number',
    [{ op: 'add', path: 1 }],
    'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string',
  ],
])('[AP31] a body that is no JSON patch is a 400: %s', (_, body, message) => {
  expect(() => operationsOf(body, 'Strict')).toThrow(new StatusError('BadRequest', message))
})

test('[AP31] unknown fields of operations are told by index', () => {
  const body = [
    { op: 'add', path: '/foo', value: 1 },
    { op: 'add', path: '/data/n', value: '1', extra: 'x' },
  ]
  expect(operationsOf(body, 'Strict').strict).toEqual(['json patch unknown field "[1].extra"'])
  expect(operationsOf(body, 'Ignore').strict).toEqual([])
})
