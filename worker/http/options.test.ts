import { expect, test } from 'vitest'
import { StatusError } from '../../api/meta/status-error.ts'
import { continueToken, parseContinue } from './continue-token.ts'
import { listOptions, stateOf } from './list-options.ts'
import { deleteOptions, deleteOptionsOfQuery, patchOptions, writeOptions } from './options.ts'
import { goQuery } from './query.ts'

const query = (text: string) => goQuery(new URL(`http://x/?${text}`))
const messageOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

test.each([
  [
    'dryRun=Some',
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
  [
    'fieldValidation=x',
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"',
  ],
  [
    `fieldManager=${'m'.repeat(129)}`,
    'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
  ],
  [
    'fieldManager=a%07b',
    'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\ab": invalid character U+0007 (at position 1)',
  ],
])('[AP24] create with %s is refused', (text, message) => {
  expect(messageOf(() => writeOptions('CreateOptions', query(text)))).toBe(message)
})

test('[AP24] force is for server-side apply', () => {
  expect(messageOf(() => patchOptions(query('force=true'), false))).toBe(
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  )
  expect(messageOf(() => patchOptions(query(''), true))).toContain(
    'fieldManager: Required value: is required for apply patch',
  )
})

test('[AP25] options of a DELETE, from the query or the body', () => {
  expect(
    deleteOptions(deleteOptionsOfQuery(query('gracePeriodSeconds=5&propagationPolicy=Foreground&dryRun=All'))),
  ).toEqual({
    dryRun: true,
    gracePeriodSeconds: 5,
    propagationPolicy: 'Foreground',
  })
  expect(deleteOptions({ orphanDependents: true })).toMatchObject({ propagationPolicy: 'Orphan' })
  expect(deleteOptions({ preconditions: { uid: 'u', resourceVersion: '7' } })).toMatchObject({
    preconditions: { uid: 'u', resourceVersion: '7' },
  })
  expect(messageOf(() => deleteOptions({ propagationPolicy: 'Nope' }))).toBe(
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
  )
  expect(messageOf(() => deleteOptions({ propagationPolicy: 'Orphan', orphanDependents: true }))).toContain(
    'orphanDependents and deletionPropagation cannot be both set',
  )
})

test.each([
  ['resourceVersionMatch=Exact', false, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
  [
    'resourceVersion=1&resourceVersionMatch=Foo',
    false,
    'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
  ],
  [
    'resourceVersion=0&resourceVersionMatch=Exact',
    false,
    'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  ],
  ['sendInitialEvents=true', false, 'sendInitialEvents is forbidden for list'],
  ['sendInitialEvents=true', true, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
  ['limit=x', false, 'strconv.ParseInt: parsing "x": invalid syntax'],
])('[AP26] a list or watch with %s is refused', (text, watch, message) => {
  expect(messageOf(() => listOptions(query(text), watch))).toContain(message)
})

test('[AP26] which state a list shows', () => {
  const state = (text: string) => stateOf(listOptions(query(text), false), 100)
  expect(state('')).toEqual({ limit: 0 })
  expect(state('limit=5')).toEqual({ limit: 5 })
  expect(state('resourceVersion=0&limit=5')).toEqual({ limit: 0 })
  expect(state('resourceVersion=90')).toEqual({ limit: 0 })
  expect(state('resourceVersion=90&limit=5')).toEqual({ at: 90, limit: 5 })
  expect(state('resourceVersion=90&resourceVersionMatch=Exact')).toEqual({ at: 90, limit: 0 })
  expect(state('resourceVersion=90&resourceVersionMatch=NotOlderThan&limit=5')).toEqual({ limit: 5 })
  expect(messageOf(() => state('resourceVersion=101'))).toBe('Timeout: Too large resource version: 101, current: 100')
  expect(messageOf(() => state('resourceVersion=-1'))).toContain('invalid resource version')
})

test('[AP5] a continue token says where to go on, and a wrong one says why not', () => {
  const after = { namespace: 'ns', name: 'x' }
  expect(parseContinue(continueToken(7, after, false), 'ns', false)).toEqual({ version: 7, ...after })
  expect(parseContinue(continueToken(-1, after, true), '', true)).toEqual({ version: -1, ...after })
  const why = (token: string) => messageOf(() => parseContinue(token, 'ns', false))
  expect(why('abc')).toBe(
    "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
  )
  expect(why('a!')).toContain('illegal base64 data at input byte 1')
  const made = (body: object) => Buffer.from(JSON.stringify(body)).toString('base64url')
  expect(why(made({ v: 'meta.k8s.io/v9', rv: 1, start: 'x' }))).toContain(
    'does not recognize this encoded version meta.k8s.io/v9',
  )
  expect(why(made({ v: 'meta.k8s.io/v1', rv: 0, start: 'x' }))).toContain('incorrect encoded start resourceVersion')
  expect(why(made({ v: 'meta.k8s.io/v1', rv: 1, start: '' }))).toContain('encoded start key empty')
  expect(why(made({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' }))).toContain('"../x"')
})

test('[AP27] a pair of a query that holds a semicolon is not read, as in Go', () => {
  expect([...query('limit=1;watch=true&a=b')]).toEqual([['a', 'b']])
})
