import type { Json, JsonObject } from '../../meta/object.ts'
import { isJsonObject } from '../json-value.ts'
import { compareElements, elementText, readElement } from './element.ts'

/**
 * Sets of fields in the form in which they are stored and served, fieldsV1: an object whose keys are elements. `{}` below
 * an element says that the field is in the set; where it has fields below it that are, too, `.` says so. The root is no
 * field. Sets share their parts and are never changed in place; keys stand in the order of `compareElements`.
 * Model: `Set` of sigs.k8s.io/structured-merge-diff/v6/fieldpath.
 */
export type FieldSet = JsonObject

export const EMPTY: FieldSet = {}
const SELF = '.'
/** A field without fields below it. */
export const LEAF: FieldSet = {}

/** What stands below an element. */
const below = (set: FieldSet, element: string): FieldSet | undefined => {
  const node = set[element]
  return isJsonObject(node) ? node : undefined
}

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false
  return true
}

/** Whether the node itself is in the set. */
const isMember = (node: FieldSet): boolean => SELF in node || isEmpty(node)

/** The elements of a node, the node itself left out. */
function elements(node: FieldSet): string[] {
  const keys = Object.keys(node)
  return keys[0] === SELF ? keys.slice(1) : keys
}

/** A node with these fields below it; undefined where nothing of it is in the set. */
export function node(self: boolean, children: FieldSet | undefined): FieldSet | undefined {
  if (children === undefined || isEmpty(children)) return self ? LEAF : undefined
  return self ? { [SELF]: LEAF, ...children } : children
}

/** The node, itself in the set. */
export function asMember(of: FieldSet | undefined): FieldSet {
  if (of === undefined || isMember(of)) return of ?? LEAF
  return { [SELF]: LEAF, ...of }
}

/** Puts the elements into their order; `set` is being made by the caller. */
export function ordered(set: FieldSet): FieldSet {
  const keys = Object.keys(set)
  let isOrdered = true
  for (let i = 1; i < keys.length && isOrdered; i++) isOrdered = compareElements(keys[i - 1]!, keys[i]!) < 0
  if (isOrdered) return set
  const sorted = keys.sort(compareElements)
  return Object.fromEntries(sorted.map((key) => [key, set[key] ?? LEAF]))
}

/** All fields of both. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a
  if (isEmpty(a)) return b
  const result: FieldSet = { ...a }
  for (const element of elements(b)) {
    const left = below(a, element)
    const right = below(b, element) ?? LEAF
    result[element] = left === undefined ? right : unionNodes(left, right)
  }
  return ordered(result)
}

function unionNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a
  const joined = union(withoutSelf(a), withoutSelf(b))
  return node(isMember(a) || isMember(b), joined) ?? LEAF
}

function withoutSelf(of: FieldSet): FieldSet {
  if (!(SELF in of)) return of
  const { [SELF]: _, ...children } = of
  return children
}

type Combine = (a: FieldSet, b: FieldSet | undefined) => FieldSet | undefined

/** A set of the nodes of `a`, each as `combine` makes it out of both. */
function each(a: FieldSet, b: FieldSet, combine: Combine): FieldSet {
  let result: FieldSet | undefined
  for (const element of elements(a)) {
    const left = below(a, element) ?? LEAF
    const kept = combine(left, below(b, element))
    if (kept === left && result === undefined) continue
    result ??= before(a, element)
    if (kept !== undefined) result[element] = kept
  }
  return result ?? withoutSelf(a)
}

/** The elements of a set that stand before one. */
function before(set: FieldSet, stop: string): FieldSet {
  const result: FieldSet = {}
  for (const element of elements(set)) {
    if (element === stop) break
    result[element] = set[element] ?? LEAF
  }
  return result
}

/** The fields of `a` that are not in `b`; those below a field of `b` stay. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  isEmpty(b) ? a : each(a, b, (left, right) => (right === undefined ? left : differ(left, right)))

function differ(left: FieldSet, right: FieldSet): FieldSet | undefined {
  const kept = difference(withoutSelf(left), withoutSelf(right))
  return node(isMember(left) && !isMember(right), kept)
}

/** The fields that are in both. */
export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  each(a, b, (left, right) =>
    right === undefined
      ? undefined
      : node(isMember(left) && isMember(right), intersection(withoutSelf(left), withoutSelf(right))),
  )

/** The fields of `a` that are neither in `b` nor below a field of `b`. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet =>
  isEmpty(b)
    ? a
    : each(a, b, (left, right) => {
        if (right === undefined) return left
        if (isMember(right)) return undefined
        return node(isMember(left), recursiveDifference(withoutSelf(left), right))
      })

/** What lies below an element, without the element itself; empty where there is nothing. */
export const withPrefix = (set: FieldSet, element: string): FieldSet => withoutSelf(below(set, element) ?? EMPTY)

/** Whether the field at an element is in the set. */
export function hasMember(set: FieldSet, element: string): boolean {
  const found = below(set, element)
  return found !== undefined && isMember(found)
}

/** Whether the field at a path is in the set. */
export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set
  for (const element of path) at = at === undefined ? undefined : below(at, element)
  return at !== undefined && path.length > 0 && isMember(at)
}

/** A set of these paths. */
export const setOf = (...paths: readonly (readonly string[])[]): FieldSet =>
  paths.reduce<FieldSet>(
    (set, path) =>
      union(
        set,
        path.reduceRight<FieldSet>((at, key) => ({ [key]: at }), LEAF),
      ),
    EMPTY,
  )

/** The elements of a set and of the nodes in it, fields before what lies below them: `Set.Iterate`. */
export function* paths(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  const keys = elements(set)
  for (const element of keys) if (isMember(below(set, element) ?? LEAF)) yield [...prefix, element]
  for (const element of keys) {
    const inner = below(set, element) ?? LEAF
    if (!isEmpty(inner)) yield* paths(withoutSelf(inner), [...prefix, element])
  }
}

/** `.spec.containers[name="c"].image`. */
export const pathText = (path: readonly string[]): string => path.map(elementText).join('')

export { elements as elementsOf, isMember as isMemberNode, below as nodeAt }

/** Reads fieldsV1 of a client into canonical form; throws where it is none (`Set.FromJSON`). */
export function readSet(fields: Json | undefined): FieldSet {
  if (fields === undefined || fields === null) return EMPTY
  return readNode(fields).children ?? EMPTY
}

function readNode(json: Json): { children: FieldSet | undefined; self: boolean } {
  if (json === null) return { children: undefined, self: true }
  if (!isJsonObject(json)) throw new Error('expected an object')
  let self = false
  let children: FieldSet | undefined
  for (const [text, inner] of Object.entries(json)) {
    if (text === SELF) {
      self = true
      continue
    }
    const element = readElement(text)
    if (element === undefined) continue
    const read = readNode(inner)
    children ??= {}
    children[element] = node(read.self, read.children) ?? LEAF
  }
  return { children: children === undefined ? undefined : ordered(children), self: self || children === undefined }
}
