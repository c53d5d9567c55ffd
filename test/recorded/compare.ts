import { isJsonObject } from '../../api/schema/json-value.ts'
import type { Json } from '../../api/meta/object.ts'

/** One step of a path: a key, an index or `*`, or `[key=value]`, which finds an element of a list. */
type Part = string | { readonly key: string; readonly value: string }
const PART = /\[([\w./-]+)=([^\]]*)\]|\["([^"]+)"\]|\[(\d+|\*)\]|([^.[\]]+)/g

const partsOf = (path: string): Part[] =>
  [...path.matchAll(PART)].map(([, key, value, quoted, index, plain]) =>
    key === undefined ? (quoted ?? index ?? plain ?? '') : { key, value: value ?? '' },
  )

/** The value at a path such as `rows[*].cells`, `metadata.annotations["a.b/c"]` or `items[name=x].spec`. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  let at = value
  for (const part of partsOf(path)) {
    if (typeof part === 'object') {
      at = Array.isArray(at) ? at.find((item) => String(valueAt(item, part.key)) === part.value) : undefined
    } else if (Array.isArray(at)) at = at[Number(part)]
    else at = isJsonObject(at) ? at[part] : undefined
  }
  return at
}

/** Removes what lies at a path, in place. */
export function drop(value: Json | undefined, path: string): void {
  dropParts(value, partsOf(path))
}

function dropParts(value: Json | undefined, [part, ...rest]: Part[]): void {
  if (part === undefined || value === null || typeof value !== 'object') return
  for (const key of keysFor(value, part)) {
    // Keys of a list are its indexes; both kinds of container are indexed by text.
    const container = value as Record<string, Json>
    if (rest.length > 0) dropParts(container[key], rest)
    else delete container[key]
  }
}

function keysFor(container: Json[] | Record<string, Json>, part: Part): string[] {
  if (part === '*') return Object.keys(container)
  if (typeof part === 'string') return Object.hasOwn(container, part) ? [part] : []
  return Object.entries(container)
    .filter(([, item]) => String(valueAt(item, part.key)) === part.value)
    .map(([key]) => key)
}

/** What differs, one line each: `- path` is missing, `+ path` too much, `~ path` other. */
export function differences(want: Json | undefined, got: Json | undefined, path = ''): string[] {
  if (!isContainer(want) || !isContainer(got) || Array.isArray(want) !== Array.isArray(got)) {
    return want === got ? [] : [`~ ${path}: want ${short(want)}, got ${short(got)}`]
  }
  const [left, right] = [want, got] as Record<string, Json>[]
  const keys = new Set([...Object.keys(want), ...Object.keys(got)])
  return [...keys].flatMap((key) => {
    const inner = Array.isArray(want) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    if (!Object.hasOwn(got, key)) return [`- ${inner} = ${short(left?.[key])}`]
    if (!Object.hasOwn(want, key)) return [`+ ${inner} = ${short(right?.[key])}`]
    return differences(left?.[key], right?.[key], inner)
  })
}

const isContainer = (value: Json | undefined): value is Json[] | Record<string, Json> =>
  typeof value === 'object' && value !== null

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
