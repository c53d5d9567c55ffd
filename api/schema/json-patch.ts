import type { Json, JsonObject } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { copyJson, equalJson, isJsonObject, memberOf, setMember, sortedKeys } from './json-value.ts'

/** https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/handlers: maxJSONPatchOperations. */
const MAX_OPERATIONS = 10_000
/** JSON text that the `copy` operations of one patch may add: JSONPatchMaxCopyBytes of k8s.io/apiserver. */
const MAX_COPIED = 3 * 1024 * 1024

type Container = Json[] | JsonObject
/** The document while it is patched; `replace` of the empty path exchanges its root. */
interface Patching {
  root: Json
  copied: number
  /** Objects that operations reached into: they have been Go maps. */
  readonly reached: Set<Json>
}

/**
 * Applies an RFC 6902 patch to a copy of the document and returns it. The exact behaviour is that of
 * gopkg.in/evanphx/json-patch.v4, which kube-apiserver uses: `replace` of an absent member sets it, `test` of an absent
 * member against null holds, negative indexes count from the end, the empty path serves `replace` and `test` only,
 * and objects that were reached into come out with sorted keys, which is how messages quote the result.
 * Any operation that does not apply is a 422 with a fixed text; more than 10,000 operations are a 413.
 */
export function jsonPatch(document: Json, operations: readonly Json[]): Json {
  if (operations.length > MAX_OPERATIONS) {
    throw new StatusError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    )
  }
  const patching: Patching = { root: copyJson(document), copied: 0, reached: new Set() }
  for (const operation of operations) {
    if (!isJsonObject(operation)) throw doesNotApply()
    apply(patching, operation)
  }
  return written(patching.root, patching.reached)
}

/** The document as the library writes it: objects that were reached into, and the root, have their keys sorted. */
function written(value: Json, reached: ReadonlySet<Json>, isRoot = true): Json {
  if (Array.isArray(value)) return value.map((item) => written(item, reached, false))
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, member] of Object.entries(value)) setMember(copy, key, written(member, reached, false))
  return isRoot || reached.has(value) ? sortedKeys(copy) : copy
}

function apply(patching: Patching, operation: JsonObject): void {
  const path = textOf(operation, 'path')
  switch (memberOf(operation, 'op')) {
    case 'add':
      return add(...locate(patching, path), copyJson(memberOf(operation, 'value') ?? null))
    case 'remove':
      return remove(...locate(patching, path))
    case 'replace':
      return replace(patching, path, memberOf(operation, 'value'))
    case 'test':
      return test(patching, path, memberOf(operation, 'value'))
    case 'copy': {
      const value = copyJson(read(...locate(patching, textOf(operation, 'from'))) ?? null)
      patching.copied += JSON.stringify(value).length
      if (patching.copied > MAX_COPIED) throw doesNotApply()
      return add(...locate(patching, path), value)
    }
    case 'move': {
      const [from, key] = locate(patching, textOf(operation, 'from'))
      const value = read(from, key)
      remove(from, key)
      return add(...locate(patching, path), value ?? null)
    }
    default:
      throw doesNotApply()
  }
}

function replace(patching: Patching, path: string, value: Json | undefined): void {
  if (path === '') {
    if (value === undefined || value === null || typeof value !== 'object') throw doesNotApply()
    patching.root = copyJson(value)
    return
  }
  const [container, key] = locate(patching, path)
  if (Array.isArray(container)) container[indexOf(container, key)] = copyJson(value ?? null)
  else setMember(container, key, copyJson(value ?? null))
}

function test(patching: Patching, path: string, value: Json | undefined): void {
  const found = path === '' ? patching.root : read(...locate(patching, path))
  const holds = (found ?? null) === null ? (value ?? null) === null : value !== undefined && equalJson(found!, value)
  if (!holds) throw doesNotApply()
}

/** The container that a JSON pointer leads to, and the last part of the pointer. */
function locate({ root, reached }: Patching, pointer: string): [Container, string] {
  const [, ...parts] = pointer.split('/')
  const key = parts.pop()
  if (key === undefined) throw doesNotApply()
  let at: Json | undefined = root
  for (const part of parts) {
    at = isContainer(at) ? read(at, decodePart(part)) : undefined
    if (at !== undefined) reached.add(at)
  }
  if (!isContainer(at)) throw doesNotApply()
  return [at, decodePart(key)]
}

const isContainer = (value: Json | undefined): value is Container => typeof value === 'object' && value !== null

/** RFC 6901, section 4; one pass from left to right, as Go's strings.Replacer. */
const decodePart = (part: string): string => part.replace(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'))

function read(container: Container, key: string): Json | undefined {
  return Array.isArray(container) ? container[indexOf(container, key)] : memberOf(container, key)
}

function add(container: Container, key: string, value: Json): void {
  if (!Array.isArray(container)) setMember(container, key, value)
  else if (key === '-') container.push(value)
  else container.splice(indexOf(container, key, container.length + 1), 0, value)
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(indexOf(container, key), 1)
  else if (!Object.hasOwn(container, key)) throw doesNotApply()
  else delete container[key]
}

/** An index as strconv.Atoi reads it, below `length`; a negative one counts from the end. */
function indexOf(list: Json[], key: string, length: number = list.length): number {
  const index = /^[+-]?\d+$/.test(key) ? Number(key) : NaN
  if (!(index >= -length && index < length)) throw doesNotApply()
  return index < 0 ? index + length : index
}

function textOf(operation: JsonObject, field: string): string {
  const value = memberOf(operation, field)
  if (typeof value !== 'string') throw doesNotApply()
  return value
}

/** What kube-apiserver makes of every failure of the library: errors.NewGenericServerResponse(422). */
const doesNotApply = (): StatusError =>
  new StatusError('Invalid', 'the server rejected our request due to an error in our request', {})
