import { expect, test } from 'vitest'
import { fieldsMatch, parseFieldSelector } from './field-selector.ts'
import { formatSelector, labelSelectorErrors, matches, selectorOf } from './selector.ts'
import { parseLabelSelector } from './selector-text.ts'
import { Path, formatFieldError } from './field-error.ts'

const labels = { app: 'web', tier: 'a', n: '5' }

test.each([
  ['', true],
  ['app=web', true],
  ['app==web,tier!=b', true],
  ['app in (web, x),!gone', true],
  ['tier notin (a)', false],
  ['gone notin (a)', true],
  ['n>4,n<6', true],
  ['n>5', false],
  ['app', true],
  ['in=1', false],
  ['app in ()', false],
  ['x in (,a)', false],
  ['x=', false],
])('[AP93] label selector %j selects: %s', (text, selected) => {
  expect(matches(parseLabelSelector(text), labels)).toBe(selected)
})

test.each([
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['n in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ['n=1,', "found '', expected: identifier after ','"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  [
    'a>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
])('[AP93] label selector %j is refused', (text, message) => {
  expect(() => parseLabelSelector(text)).toThrow(message)
})

test('[AP93] a label key that is none is named with the rule', () => {
  expect(() => parseLabelSelector('-x=1')).toThrow(
    /^unable to parse requirement: <nil>: Invalid value: "-x": name part must consist of/,
  )
})

test('a missing LabelSelector selects nothing, an empty one everything', () => {
  expect(matches(selectorOf(undefined), labels)).toBe(false)
  expect(matches(selectorOf({}), undefined)).toBe(true)
  const selector = selectorOf({
    matchLabels: { tier: 'a' },
    matchExpressions: [
      { key: 'app', operator: 'In', values: ['y', 'web'] },
      { key: 'z', operator: 'DoesNotExist' },
    ],
  })
  expect(matches(selector, labels)).toBe(true)
  expect(formatSelector(selector)).toBe('app in (web,y),tier=a,!z')
})

test('LabelSelectors are validated', () => {
  const wrong = {
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'b', operator: 'Foo' },
    ],
  }
  expect(labelSelectorErrors(wrong, Path.of('s')).map(formatFieldError)).toEqual([
    "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    's.matchExpressions[1].operator: Invalid value: "Foo": not a valid selector operator',
  ])
})

test('[AP94] field selectors know =, ==, != and escapes', () => {
  const read = (field: string): string => ({ 'metadata.name': 'a,b', 'status.phase': 'Running' })[field] ?? ''
  expect(fieldsMatch(parseFieldSelector('metadata.name=a\\,b,status.phase!=Failed'), read)).toBe(true)
  expect(fieldsMatch(parseFieldSelector('status.phase==Failed'), read)).toBe(false)
  expect(() => parseFieldSelector('metadata.name>a')).toThrow(
    "invalid selector: 'metadata.name>a'; can't understand 'metadata.name>a'",
  )
  expect(() => parseFieldSelector('a=\\x')).toThrow('invalid field selector: invalid escape sequence: \\x')
  expect(() => parseFieldSelector('a=b=c')).toThrow('invalid field selector: unescaped character in value: 61')
})
