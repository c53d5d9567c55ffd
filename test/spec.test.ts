import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** docs/spec.md and the tests say the same rules, and docs/decisions names every package. */
const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const files = (...globs: string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', ...globs], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)))

const NUMBER = '(?:ST|AP|CT|SC|AG|ND|SM|GD|CL|QT|AU)\\d+'

interface Rule {
  readonly number: string
  readonly sentence: string
  /** Files that the page says hold it. */
  readonly files: readonly string[]
}
const rules: Rule[] = [...read('docs/spec.md').matchAll(/^- \*\*(\w+)\*\* (.*) \((`.*`)\)$/gm)].map(
  ([, number = '', sentence = '', named = '']) => ({ number, sentence, files: named.replaceAll('`', '').split(', ') }),
)

/** For each rule, the files in which a test's name begins with it, or a comment inside a test. */
const cited = new Map<string, Set<string>>()
for (const file of files('*.test.ts', 'test/*.ts')) {
  for (const [, number = ''] of read(file).matchAll(new RegExp(`(?:['"\`]|^ *// )\\[(${NUMBER})\\]`, 'gm'))) {
    cited.set(number, (cited.get(number) ?? new Set()).add(file))
  }
}

test('every line of the rules reads as a rule, and no number is given twice', () => {
  const lines = read('docs/spec.md')
    .split('\n')
    .filter((line) => line.startsWith('- '))
  expect(rules.length).toBeGreaterThan(100)
  expect(rules).toHaveLength(lines.length)
  expect(rules.filter(({ number }) => !new RegExp(`^${NUMBER}$`).test(number))).toEqual([])
  const numbers = rules.map(({ number }) => number)
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([])
  expect(rules.filter(({ sentence }) => !sentence.endsWith('.'))).toEqual([])
})

test('a rule that a test cites is written down', () => {
  const known = new Set(rules.map(({ number }) => number))
  const unknown = [...cited].filter(([number]) => !known.has(number)).map(([number, where]) => [number, ...where])
  expect(unknown).toEqual([])
})

test('a rule that is written down is cited by a test of each file that the page names', () => {
  const untested = rules.flatMap(({ number, files }) =>
    files.filter((file) => cited.get(number)?.has(file) !== true).map((file) => `${number} in ${file}`),
  )
  expect(untested).toEqual([])
})

test('every package is named in a decision', () => {
  const pages = files('docs/decisions/*.md').map(read).join('\n')
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  > // our own file
  const packages = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(packages.length).toBeGreaterThan(20)
  expect(packages.filter((name) => !pages.includes(`**${name}**`))).toEqual([])
})

test('every message and every field of the agent protocol stands in its page', () => {
  const page = read('docs/wire.md')
  const source = read('api/wire.ts') + read('api/stream.ts')
  const quoted = [...source.matchAll(/z\.(?:literal|enum)\((?:\[)?([^)\]]+)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([\w.]+)'/g)].map(([, word = '']) => word),
  )
  const fields = [
    ...source.matchAll(/\b(\w+): (?:z\.|wholeNumber|resource\b|object\b|podRef|nodeFacts|logOptions|execOptions)/g),
  ]
  const words = new Set([...quoted, ...fields.map(([, name = '']) => name)])
  expect(words.size).toBeGreaterThan(60)
  const told = new Set(page.match(/[\w.]*\w/g))
  expect([...words].filter((word) => !told.has(word))).toEqual([])
})
