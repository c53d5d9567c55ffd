import { compareText } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { formatSelector, selectorOf, type LabelSelector } from '../../meta/selector.ts'
import { ageText, parseTime } from '../../meta/time.ts'
import { isJsonObject } from '../json-value.ts'

/** What one cell of a table shows of an object; `now` is in milliseconds since the epoch. */
export type Formula = (object: JsonObject, now: number) => Json

/** One column of a kind. Priority 1 stands for what `-o wide` adds: it is on the wire always, and clients hide it. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean' | 'date'
  readonly format: '' | 'name'
  readonly priority: 0 | 1
  readonly cell: Formula
}
interface Look {
  readonly type?: Column['type']
  readonly format?: Column['format']
}

export const column = (name: string, cell: Formula, look: Look = {}): Column => ({
  name,
  type: look.type ?? 'string',
  format: look.format ?? '',
  priority: 0,
  cell,
})
export const wide = (name: string, cell: Formula, look: Look = {}): Column => ({
  ...column(name, cell, look),
  priority: 1,
})

/** The value at a path of field names; a step into what is no object leads to undefined. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value
  for (const key of path.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined
    found = found[key]
  }
  return found ?? undefined
}
export const textAt = (value: Json | undefined, path: string): string => String(at(value, path) ?? '')
export const numberAt = (value: Json | undefined, path: string): number => Number(at(value, path) ?? 0)
export function listAt(value: Json | undefined, path: string): Json[] {
  const list = at(value, path)
  return Array.isArray(list) ? list : []
}
export function entriesAt(value: Json | undefined, path: string): [string, Json][] {
  const map = at(value, path)
  return isJsonObject(map) ? Object.entries(map).sort(([a], [b]) => compareText(a, b)) : []
}
/** The text, or what stands for an empty one. */
export const or = (text: string, empty: string): string => (text === '' ? empty : text)

/** A field as text. */
export const text =
  (path: string, empty = ''): Formula =>
  (object) =>
    or(textAt(object, path), empty)
/** A field as it is; `unset` where it is absent. */
export const value =
  (path: string, unset: Json): Formula =>
  (object) =>
    at(object, path) ?? unset
export const integer = (path: string): Formula => value(path, 0)
export const count =
  (...paths: string[]): Formula =>
  (object) =>
    paths.reduce((sum, path) => sum + listAt(object, path).length + entriesAt(object, path).length, 0)
/** The time since a timestamp, as kubectl prints it. */
export const age =
  (path: string, unset?: string): Formula =>
  (object, now) =>
    unset !== undefined && at(object, path) === undefined ? unset : ageText(textAt(object, path) || undefined, now)
/** A list of scalars, or of one field of its items. */
export const joined =
  (path: string, separator = ',', empty = '', field?: string): Formula =>
  (object) =>
    or(textsOf(listAt(object, path), field).join(separator), empty)
/** labels.FormatLabels: `k=v` sorted by key. */
export const labels =
  (path: string): Formula =>
  (object) =>
    or(
      entriesAt(object, path)
        .map(([key, label]) => `${key}=${String(label)}`)
        .join(','),
      '<none>',
    )
/** metav1.FormatLabelSelector. */
export const selector =
  (path: string, empty = '<none>'): Formula =>
  (object) =>
    or(selectorText(at(object, path)), empty)

const textsOf = (list: Json[], field?: string): string[] =>
  list.map((item) => (field === undefined ? String(item) : textAt(item, field)))

/** A label selector's text, sorted by key; empty for one that selects everything and for none. */
export const selectorText = (selector: Json | undefined): string =>
  // The field's model is LabelSelector, and validation has refused what is none.
  formatSelector(selectorOf(selector as LabelSelector | undefined))

/** At most `max` texts, then how many more there are. */
export function firstOf(texts: readonly string[], max: number, separator: string, empty: string): string {
  if (texts.length === 0) return empty
  const shown = texts.slice(0, max).join(separator)
  return texts.length > max ? `${shown} + ${texts.length - max} more...` : shown
}

export const conditionOf = (object: Json | undefined, type: string): JsonObject | undefined =>
  listAt(object, 'status.conditions')
    .filter(isJsonObject)
    .find((condition) => condition['type'] === type)

/** Milliseconds since the epoch of a timestamp field, or undefined. */
export function timeAt(object: Json | undefined, path: string): number | undefined {
  const timestamp = textAt(object, path)
  return timestamp === '' ? undefined : parseTime(timestamp)
}

/** Addresses of a load balancer: each ingress point's ip, else its hostname, sorted and without repetition. */
export const balancerAddresses = (object: JsonObject): string[] =>
  [
    ...new Set(
      listAt(object, 'status.loadBalancer.ingress').map((point) => textAt(point, 'ip') || textAt(point, 'hostname')),
    ),
  ]
    .filter((address) => address !== '')
    .sort(compareText)

export const NAME = column('Name', text('metadata.name'), { format: 'name' })
export const AGE = column('Age', age('metadata.creationTimestamp'))
export const CREATED_AT = column('Created At', value('metadata.creationTimestamp', null), {
  type: 'date',
})
/** Names and images of the containers of a pod template at a path. */
export const containers = (path: string): Column[] => [
  wide('Containers', joined(path, ',', '', 'name')),
  wide('Images', joined(path, ',', '', 'image')),
]
