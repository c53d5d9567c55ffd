import type { Json, JsonObject } from '../meta/object.ts'
import { badRequest, untranslated } from '../meta/failures.ts'
import type { StatusError } from '../meta/status-error.ts'
import { goReflectType } from './go-print.ts'
import { isJsonObject, memberOf, setMember, sortedKeys } from './json-value.ts'
import { inElementOrder, merged, unknownPatchType, type ListRules } from './merge-list.ts'
import type { Field, Model } from './schema.ts'
import { typeOf } from './table.ts'

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const SET_ORDER = '$setElementOrder'
const DELETE_FROM = '$deleteFromPrimitiveList'

/**
 * Applies a strategic merge patch: the patch strategies and merge keys of the table say which lists merge by which key.
 * Neither argument is changed. Directives that do not fit throw the StatusErrors of kube-apiserver (mostly 500 without a
 * reason). https://pkg.go.dev/k8s.io/apimachinery/pkg/util/strategicpatch (StrategicMergeMapPatch)
 */
export function strategicMerge(model: string, document: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap({ ref: model }, document, patch)
}

function mergeMap(schema: Field | undefined, document: JsonObject, patch: JsonObject): JsonObject {
  const directive = memberOf(patch, DIRECTIVE)
  if (directive !== undefined) return directed(directive, patch)
  const { [RETAIN_KEYS]: retain, ...changes } = patch
  const result = retain === undefined ? { ...document } : retained(document, changes, retain)
  for (const key of Object.keys(changes).filter((key) => key.startsWith(SET_ORDER))) {
    const order = changes[key]!
    delete changes[key]
    ordered(schema, result, changes, key, order)
  }
  const deletionsFirst = Object.entries(changes).sort(([a], [b]) => rank(a) - rank(b))
  for (const [key, value] of deletionsFirst) mergeMember(schema, result, key, value)
  return unknownFirst(schema, result)
}

/** Kubernetes reports what a struct does not know before what its fields do not know: decoding goes by this order. */
function unknownFirst(schema: Field | undefined, object: JsonObject): JsonObject {
  const fields = modelOf(schema)?.fields
  const unknown = fields === undefined ? [] : Object.keys(object).filter((key) => !Object.hasOwn(fields, key))
  if (unknown.length === 0) return object
  return { ...sortedKeys(Object.fromEntries(unknown.map((key) => [key, object[key]!]))), ...object }
}

const rank = (key: string): number => (key.startsWith(DELETE_FROM) ? 0 : 1)

/** handleDirectiveInMergeMap: what `$patch` in a map makes of the map. */
function directed(directive: Json, patch: JsonObject): JsonObject {
  if (directive === 'delete') return {}
  if (directive !== 'replace') throw unknownPatchType(directive, patch)
  const { [DIRECTIVE]: _, ...replacement } = patch
  return replacement
}

/** applyRetainKeysDirective: of the document only the listed keys stay, and the patch may have no others. */
function retained(document: JsonObject, changes: JsonObject, keys: Json): JsonObject {
  if (!Array.isArray(keys)) throw badFormat('retainKeys')
  for (const [key, value] of Object.entries(changes)) {
    const exempt = value === null || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER)
    if (!exempt && !keys.includes(key)) throw badFormat('retainKeys')
  }
  return Object.fromEntries(Object.entries(document).filter(([key]) => keys.includes(key)))
}

/** mergePatchIntoOriginal: a list with `$setElementOrder` is merged here and taken out of the changes. */
function ordered(schema: Field | undefined, document: JsonObject, changes: JsonObject, key: string, order: Json): void {
  const name = nameAfter(key, SET_ORDER, 'setElementOrder list')
  const elements = listOf(order)
  const current = listOf(memberOf(document, name))
  const added = listOf(memberOf(changes, name))
  if (elements === undefined || (current === undefined && added === undefined)) return
  const rules = listRules(schema, name)
  const list =
    added === undefined || current === undefined
      ? (current ?? withoutDirectiveItems(added ?? []))
      : mergeLists(rules, current, added, false)
  setMember(document, name, inElementOrder(list, elements, current ?? [], added ?? [], rules.mergeKey))
  delete changes[name]
}

function mergeMember(schema: Field | undefined, document: JsonObject, key: string, value: Json): void {
  const deletes = key.startsWith(DELETE_FROM)
  const name = deletes ? nameAfter(key, DELETE_FROM, 'primitive list') : key
  const current = memberOf(document, name)
  if (value === null) {
    delete document[name]
  } else if (isJsonObject(current) && isJsonObject(value)) {
    const field = childOf(schema, name)
    setMember(document, name, strategyOf(field) === 'replace' ? value : mergeMap(field, current, value))
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setMember(document, name, mergeLists(listRules(schema, name), current, value, deletes))
  } else if (!deletes) {
    const kept = withoutDirectives(value)
    if (kept === undefined) delete document[name]
    else setMember(document, name, kept)
  }
}

const mergeLists = (rules: ListRules, current: Json[], added: Json[], deletes: boolean): Json[] =>
  rules.strategy === 'merge' ? merged(rules, current, added, deletes) : added

/** What the table says of the list `name`: strategy, merge key, and how its elements merge. */
function listRules(schema: Field | undefined, name: string): ListRules {
  const field = childOf(schema, name)
  return {
    strategy: strategyOf(field),
    mergeKey: field?.mk,
    mergeItem: (current, patch) => mergeMap(field?.items, current, patch),
  }
}

/** extractRetainKeysPatchStrategy: `retainKeys` stands beside the strategy that the merge follows. */
const strategyOf = (field: Field | undefined): string | undefined =>
  field?.ps?.split(',').find((strategy) => strategy !== 'retainKeys')

/** The row that says what a value of the field holds. */
const modelOf = (schema: Field | undefined): Model | undefined =>
  schema?.ref === undefined ? schema : typeOf(schema.ref)

function childOf(schema: Field | undefined, key: string): Field | undefined {
  const type = modelOf(schema)
  const fields = type?.fields
  return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : type?.map
}

/** Nulls and `$patch` directives mean nothing where there is nothing to merge with; `undefined` where nothing is left. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return withoutDirectiveItems(value)
  if (!isJsonObject(value)) return value
  if (Object.hasOwn(value, DIRECTIVE)) return undefined
  const kept: JsonObject = {}
  for (const [key, member] of Object.entries(value)) {
    const left = member === null ? undefined : withoutDirectives(member)
    if (left !== undefined) setMember(kept, key, left)
  }
  return kept
}

const withoutDirectiveItems = (list: Json[]): Json[] => list.map(withoutDirectives).filter((item) => item !== undefined)

function listOf(value: Json | undefined): Json[] | undefined {
  if (value === undefined || Array.isArray(value)) return value
  throw untranslated(`expected a []interface {}, but received a ${goReflectType(value)}`)
}

function nameAfter(key: string, prefix: string, what: string): string {
  if (!key.startsWith(`${prefix}/`)) throw badFormat(what)
  return key.slice(prefix.length + 1)
}

const badFormat = (what: string): StatusError => badRequest(`invalid patch format of ${what}`)
