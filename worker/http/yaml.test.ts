import { expect, test } from 'vitest'
import { parseYaml, printYaml, YamlError } from './yaml.ts'

test('[AP20] YAML is read with the types of go-yaml v2', () => {
  const { value } = parseYaml(`
a: yes
b: off
c: 0777
d: 0x1F
e: 1_000
f: 1.5
g: ~
h:
i: "1"
j: 2026-11-24
k: 2026-11-24T00:00:00Z
l: 1e3
y: z
base: &base {p: 1}
merged:
  <<: *base
  q: 2
`)
  expect(value).toEqual({
    a: true,
    b: false,
    c: 511,
    d: 31,
    e: 1000,
    f: 1.5,
    g: null,
    h: null,
    i: '1',
    j: '2026-11-24',
    k: '2026-11-24T00:00:00Z',
    l: 1000,
    true: 'z',
    base: { p: 1 },
    merged: { p: 1, q: 2 },
  })
})

test('[AP20] only the first document counts', () => {
  expect(parseYaml('a: 1\n---\na: 2\n').value).toEqual({ a: 1 })
  expect(parseYaml('').value).toBeNull()
})

test('[AP20] keys that stand twice are told with their lines, and the last one wins', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: "1"\n  a: "2"\nfoo: 1\n'
  const { value, duplicates } = parseYaml(text)
  expect(duplicates).toEqual(['line 7: key "a" already set in map'])
  expect(value).toMatchObject({ data: { a: '2' } })
})

test('[AP20] errors read as go-yaml writes them', () => {
  expect(() => parseYaml('a: [b')).toThrow("yaml: line 1: did not find expected ',' or ']'")
  expect(() => parseYaml('apiVersion: v1\n\tkind: x')).toThrow(
    'yaml: line 2: found a tab character that violates indentation',
  )
})

test('[AP20] a bomb of aliases is refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, at) => {
      const before = 'abcdefgh'[at]
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`
    }),
  ].join('\n')
  expect(() => parseYaml(bomb)).toThrow(YamlError)
})

test('[AP20] YAML is written with sorted keys, flush lists and quotes where a reader would see another type', () => {
  const value = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    data: { a: '1', b: 'yes', c: '', d: 'null' },
    metadata: {
      creationTimestamp: '2026-11-24T00:00:00Z',
      managedFields: [{ manager: 'x', fieldsV1: { 'f:data': {} } }],
    },
  }
  const text = printYaml(value)
  expect(text).toBe(`apiVersion: v1
data:
  a: "1"
  b: "yes"
  c: ""
  d: "null"
kind: ConfigMap
metadata:
  creationTimestamp: "2026-11-24T00:00:00Z"
  managedFields:
  - fieldsV1:
      f:data: {}
    manager: x
`)
  expect(parseYaml(text).value).toEqual(value)
})

const WORDS = 'of the eleven words of this sentence one is long: Donaudampfschifffahrtsgesellschaft'
test('[AP211] long texts are broken as go-yaml breaks them, and read back as they were', () => {
  const value = {
    message: `"quoted" ${WORDS}: and so on`,
    plain: `${WORDS} and so on`.replace(': ', ' '),
    'f:key': { deep: [`${WORDS} item: is one`, { name: `${WORDS} inside: one`, text: `a\n${WORDS} ${WORDS}\n` }] },
    'tab\t': `${WORDS}\t${WORDS} ${WORDS}`,
    url: `https://${'x'.repeat(100)}`,
    wide: `${'é'.repeat(70)} ${'é'.repeat(9)} end and more`,
  }
  const text = printYaml(value)
  expect(parseYaml(text).value).toEqual(value)
  expect(text).toContain(`message: '"quoted" ${WORDS}:\n  and so on'\n`)
  expect(text).toContain(`plain: ${WORDS.replace(': ', ' ')}\n  and so on\n`)
  expect(text).toContain(`  deep:\n  - '${WORDS}\n    item: is one'\n  - name: '${WORDS}\n      inside: one'\n`)
  expect(text).toContain(`      ${WORDS} ${WORDS}\n`)
  expect(text).toContain(`wide: ${'é'.repeat(70)} ${'é'.repeat(9)}\n  end and more\n`)
})

test('[AP211] short lines, and what cannot be broken, stay as they are', () => {
  const value = { a: 'x '.repeat(30).trim(), b: 'x'.repeat(200), c: ['y'.repeat(90)] }
  expect(printYaml(value).split('\n')).toHaveLength(5)
})
