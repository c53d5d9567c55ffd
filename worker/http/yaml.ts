import {
  Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Scalar,
  type ScalarTag,
  visit,
} from 'yaml'
import type { Json } from '../../api/meta/object.ts'
import { foldLong } from './yaml-fold.ts'

/**
 * YAML as Kubernetes reads and writes it: sigs.k8s.io/yaml over go-yaml v2, so YAML 1.1's booleans (`yes`, `on`) and
 * octals, `<<` merges, no timestamps, and on the way out sorted keys and lists that are not indented.
 */

const BOOLEANS: Readonly<Record<string, boolean>> = {
  y: true,
  Y: true,
  yes: true,
  Yes: true,
  YES: true,
  true: true,
  True: true,
  TRUE: true,
  on: true,
  On: true,
  ON: true,
  n: false,
  N: false,
  no: false,
  No: false,
  NO: false,
  false: false,
  False: false,
  FALSE: false,
  off: false,
  Off: false,
  OFF: false,
}
const INTEGER = /^[-+]?(?:0x[0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|[0-9][0-9_]*)$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/

function integer(text: string): number {
  const plain = text.replaceAll('_', '')
  const sign = plain.startsWith('-') ? -1 : 1
  const digits = plain.replace(/^[-+]/, '')
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return sign * value
}

const scalar = (
  tag: string,
  test: RegExp,
  resolve: (text: string) => unknown,
  identify: (v: unknown) => boolean,
): ScalarTag => ({
  tag: `tag:yaml.org,2002:${tag}`,
  default: true,
  test,
  resolve,
  identify,
})

const TAGS: ScalarTag[] = [
  scalar(
    'null',
    /^(?:~|null|Null|NULL)?$/,
    () => null,
    (value) => value === null,
  ),
  scalar(
    'bool',
    new RegExp(`^(?:${Object.keys(BOOLEANS).join('|')})$`),
    (text) => BOOLEANS[text] ?? false,
    (value) => typeof value === 'boolean',
  ),
  scalar('int', INTEGER, integer, (value) => typeof value === 'number' && Number.isInteger(value)),
  scalar('float', FLOAT, Number, (value) => typeof value === 'number'),
]
/** Only for writing: what a reader would take for a timestamp must be quoted. */
const QUOTED: ScalarTag = scalar(
  'timestamp',
  TIMESTAMP,
  (text) => text,
  () => false,
)

/** What go-yaml's `yaml_emitter_analyze_scalar` lets stand without quotes, and what it must escape. */
const NOT_PLAIN = /^[#,[\]{}&*!|>'"%@` ]|^[?:-]( |$)|^(---|\.\.\.)|: |:$| #| $/
const ESCAPED = /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/

/** The style of a text: double quotes where it would read as another type or needs escapes, single where it may not be plain. */
function styleOf(text: string): Scalar.Type {
  const isOther = text === '' || [...TAGS, QUOTED].some(({ test }) => test?.test(text) === true)
  if (text.includes('\n')) return 'BLOCK_LITERAL'
  if (isOther || ESCAPED.test(text)) return 'QUOTE_DOUBLE'
  return NOT_PLAIN.test(text) ? 'QUOTE_SINGLE' : 'PLAIN'
}

const READING = { schema: 'failsafe', merge: true, uniqueKeys: false, prettyErrors: false } as const

/** How many times the aliases of a document may multiply it (go-yaml refuses "excessive aliasing" likewise). */
const MAX_ALIASES = 100

export class YamlError extends Error {}

export interface Yaml {
  value: Json
  /** go-yaml's complaints about keys that stand twice: `line 7: key "a" already set in map`. */
  duplicates: string[]
}

const TEXTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'found a tab character that violates indentation',
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
  MISSING_CHAR: "could not find expected ':'",
}

/** The first document of a text. Throws YamlError with go-yaml's text (near it, where go-yaml has no single one). */
export function parseYaml(text: string): Yaml {
  const lines = new LineCounter()
  const [document] = parseAllDocuments(text, { ...READING, customTags: TAGS, lineCounter: lines })
  if (document === undefined || !('contents' in document)) return { value: null, duplicates: [] }
  const [error] = document.errors
  if (error !== undefined) throw new YamlError(`yaml: line ${lineOf(error, lines)}: ${explain(error, text)}`)
  const duplicates: string[] = []
  findDuplicates(document.contents, lines, duplicates)
  try {
    const value: Json = document.toJS({ maxAliasCount: MAX_ALIASES }) as Json // Only JSON comes from our four tags.
    return { value: stringKeys(value), duplicates }
  } catch (cause) {
    throw new YamlError('yaml: document contains excessive aliasing', { cause })
  }
}

interface Problem {
  code: string
  pos: readonly number[]
  message: string
}
const lineOf = (problem: Problem, lines: LineCounter): number => lines.linePos(problem.pos[0] ?? 0).line

/** A flow collection that ends before its first, or its next, item. */
const OPEN = /[[{,]$/

function explain(problem: Problem, text: string): string {
  if (text.slice(0, problem.pos[1]).split('\n').at(-1)?.startsWith('\t') === true) return TEXTS['TAB_AS_INDENT'] ?? ''
  if (OPEN.test(text.slice(0, problem.pos[1]).trimEnd()) && text.slice(problem.pos[1]).trim() === '') {
    return 'did not find expected node content'
  }
  if (/flow (?:sequence|collection)|must end with a \]/i.test(problem.message))
    return "did not find expected ',' or ']'"
  if (/flow map|must end with a \}/i.test(problem.message)) return "did not find expected ',' or '}'"
  return TEXTS[problem.code] ?? problem.message
}

function findDuplicates(node: unknown, lines: LineCounter, found: string[]): void {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items)) return
  if (!isMap(node)) {
    for (const item of node.items) findDuplicates(item, lines, found)
    return
  }
  const seen = new Set<unknown>()
  for (const { key, value } of node.items) {
    // JSON has no such keys, and go-yaml refuses them likewise.
    if (isMap(key) || isSeq(key)) throw new YamlError(`yaml: invalid map key: ${String(key)}`)
    if (isScalar(key)) {
      const name = String(key.value)
      if (seen.has(name))
        found.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(name)} already set in map`)
      seen.add(name)
    }
    findDuplicates(value, lines, found)
  }
}

/** JSON knows only text as keys; `toJS` already made objects, whose keys are text. Numbers out of JSON's range end here. */
function stringKeys(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlError('yaml: value is not a JSON number')
  if (Array.isArray(value)) return value.map(stringKeys)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stringKeys(inner)]))
  }
  return value
}

/** The text that kube-apiserver answers for `Accept: application/yaml`. */
export function printYaml(value: Json): string {
  const document = new Document(value, {
    schema: 'failsafe',
    customTags: [...TAGS, QUOTED],
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  })
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return foldLong(document.toString({ indentSeq: false, lineWidth: 0, blockQuote: 'literal' }))
}
