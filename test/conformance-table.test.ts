import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** docs/conformance.md says of each of Kubernetes' tests of class `api` which of ours stands for it. */
const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const page = read('docs/conformance.md')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| [sig-'))
  .map((line) => {
    const [, name = '', checks = '', ours = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    return { name, checks, ours }
  })

const LATER = new Set(['custom resources: a later issue', 'CEL policies: a later issue'])
/** Without the tags and the groups of the suite. */
const words = (name: string): string[] => name.replaceAll(/\[[^\]]*\]/g, '').match(/[\w-]+/g) ?? []

test('[AP242] each of the 102 conformance tests of class api stands in the table once, with what it checks', () => {
  expect(rows).toHaveLength(102)
  expect(new Set(rows.map(({ name }) => name)).size).toBe(102)
  for (const { name, checks } of rows) expect(checks, name).not.toBe('')
})

test('[AP242] each test that the table names exists and is named as the original; the others say what they wait for', () => {
  const named = rows.filter(({ ours }) => !LATER.has(ours))
  expect(named.length).toBeGreaterThanOrEqual(72)
  for (const { name, ours } of named) {
    const { file = '', title = '' } = /^`(?<file>[^`]+)`: (?<title>.+)$/.exec(ours)?.groups ?? {}
    expect(read(file), name).toContain(title)
    const original = new Set(words(name))
    expect(
      words(title).filter((word) => !original.has(word)),
      name,
    ).toEqual([])
    expect(words(title).length, name).toBeGreaterThan(2)
  }
})
