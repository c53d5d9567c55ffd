import { compareText, goJson, goQuote } from '../../meta/go-text.ts'
import type { Json } from '../../meta/object.ts'
import { isJsonObject } from '../json-value.ts'

/**
 * The keys of fieldsV1: `f:name` of a member, `k:{"name":"c"}` of an item by its keys, `v:"a"` of a set's value, `i:0`
 * of an index. Model: PathElement of sigs.k8s.io/structured-merge-diff/v6/fieldpath.
 */
export const field = (name: string): string => `f:${name}`
export const value = (scalar: Json): string => `v:${quoted(scalar)}`

/** Most texts need no escape. */
const quoted = (of: Json): string => (typeof of === 'string' && PLAIN.test(of) ? `"${of}"` : goJson(of))
const PLAIN = /^[\w./:-]*$/

/** `pairs` are sorted by name. */
export function keyed(pairs: readonly (readonly [name: string, value: Json])[]): string {
  let text = ''
  for (const [name, of] of pairs) text += `${text === '' ? '' : ','}${quoted(name)}:${quoted(of)}`
  return `k:{${text}}`
}

/** The name of a member; undefined for an item. */
export const nameOf = (element: string): string | undefined => (element.startsWith('f:') ? element.slice(2) : undefined)

const RANKS: Readonly<Record<string, number>> = { '.': -1, f: 0, k: 1, v: 2, i: 3 }
const rank = (element: string): number => RANKS[element.charAt(0)] ?? 4

/** Kubernetes' order: `.` first, then names, keys, values and indices, each by what it says. */
export function compareElements(a: string, b: string): number {
  if (a === b) return 0
  const difference = rank(a) - rank(b)
  if (difference !== 0) return difference
  if (a.startsWith('f:')) return isPlain(a) && isPlain(b) ? (a < b ? -1 : 1) : compareText(a, b)
  // The characters of most keys stand behind the quotation mark that ends them: their texts are in the right order.
  if (ONE_KEY.test(a) && ONE_KEY.test(b)) return a < b ? -1 : 1
  return a.startsWith('i:') ? Number(a.slice(2)) - Number(b.slice(2)) : compareSaid(said(a), said(b))
}

/** Without characters above the basic plane JavaScript compares texts as Go does. */
const isPlain = (text: string): boolean => !SURROGATE.test(text)
const SURROGATE = /[\ud800-\udfff]/

const ONE_KEY = /^(?:k:\{"[\w./:-]+":"[\w./:-]*"\}|v:"[\w./:-]*")$/

const said = (element: string): Json => JSON.parse(element.slice(2))

/** `FieldList.Compare` for keys and `value.Compare` for values. */
function compareSaid(a: Json, b: Json): number {
  if (!isJsonObject(a) || !isJsonObject(b)) return compareValues(a, b)
  const left = Object.entries(a)
  const right = Object.entries(b)
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [name = '', of = null] = left[i] ?? []
    const [other = '', than = null] = right[i] ?? []
    const difference = compareText(name, other) || compareValues(of, than)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Numbers before texts before booleans before nothing. */
function compareValues(a: Json, b: Json): number {
  const kinds = (of: Json): number => ['number', 'string', 'boolean'].indexOf(typeof of) >>> 0
  const difference = kinds(a) - kinds(b)
  if (difference !== 0) return difference
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return Number(a) - Number(b)
}

/** As a path names it: `.name`, `[containerPort=80,protocol="TCP"]`, `[="a"]`, `[0]`. */
export function elementText(element: string): string {
  const rest = element.slice(2)
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`
    case 'k':
      return `[${Object.entries(JSON.parse(rest) as Record<string, Json>) // a key is an object, `isElement` has seen to it
        .map(([name, of]) => `${name}=${valueText(of)}`)
        .join(',')}]`
    case 'v':
      return `[=${valueText(JSON.parse(rest))}]`
    default:
      return `[${rest}]`
  }
}

/** `value.ToString`. */
export const valueText = (of: Json): string => (typeof of === 'string' ? goQuote(of) : JSON.stringify(of))

/**
 * The element in canonical text; undefined where its kind is not known, which is skipped. Throws where it is known and
 * its rest is not what it should be (`DeserializePathElement`).
 */
export function readElement(text: string): string | undefined {
  if (text.length < 2) throw new Error('key must be 2 characters long:')
  if (text.charAt(1) !== ':') throw new Error(`missing colon: ${text}`)
  const rest = text.slice(2)
  switch (text.charAt(0)) {
    case 'f':
      return text
    case 'v':
      return value(JSON.parse(rest))
    case 'k': {
      const keys: Json = JSON.parse(rest)
      if (!isJsonObject(keys)) throw new Error(`no keys: ${text}`)
      return keyed(Object.entries(keys).sort(([a], [b]) => compareText(a, b)))
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(rest)) throw new Error(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`)
      return `i:${Number(rest)}`
    default:
      return undefined
  }
}
