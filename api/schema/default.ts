import type { Json, JsonObject } from '../meta/object.ts'
import { formatQuantity, parseQuantity, roundUp } from '../meta/quantity.ts'
import { isEmpty, isObject } from './default-access.ts'
import { RULES } from './default-rules.ts'
import { STEPS } from './default-steps.ts'
import { shapeOf, type Member, type Shape } from './table.ts'

/**
 * The object with the defaults of its versioned type, as kube-apiserver sets them after decoding and before admission:
 * every model's own rules, then what is inside it. `object` is not changed; raw JSON inside is shared with the result.
 * What needs a clock, the store or other objects is no default of a type: it belongs to admission or to the kind.
 */
export function withDefaults(model: string, object: JsonObject): JsonObject {
  const shape = shapeOf(model)
  const result = copy(object)
  if (isObject(result)) fillStruct(planOf(shape), result)
  return isObject(result) ? result : {}
}

/** Of a struct: what to fill, and which members have something to fill inside. Made once for each model that is met. */
interface Plan {
  readonly rules: readonly [string, { value: Json; empty: boolean }][]
  readonly step: ((object: JsonObject) => void) | undefined
  readonly members: readonly Member[]
}
const plans = new Map<string, Plan>()

function planOf(shape: Shape): Plan {
  const known = plans.get(shape.model)
  if (known !== undefined) return known
  const name = shape.model.replace(/^io\.k8s\./, '')
  const plan: Plan = {
    rules: Object.entries(RULES[name] ?? {}),
    step: STEPS[name],
    members: shape.members.filter((member) => hasWork(member.shape, new Set())),
  }
  plans.set(shape.model, plan)
  return plan
}

/** Whether a value of the shape may have something to fill. Recursive models end at `seen`. */
function hasWork(shape: Shape, seen: Set<string>): boolean {
  if (shape.kind === 'map' && shape.goType === RESOURCE_LIST) return true
  if (shape.kind === 'list' || shape.kind === 'map') return shape.element !== undefined && hasWork(shape.element, seen)
  if (shape.kind !== 'struct' || seen.has(shape.model)) return false
  seen.add(shape.model)
  const name = shape.model.replace(/^io\.k8s\./, '')
  if (name in RULES || name in STEPS) return true
  return shape.members.some((member) => hasWork(member.shape, seen))
}
const RESOURCE_LIST = 'v1.ResourceList'

function fillStruct(plan: Plan, object: JsonObject): void {
  for (const [field, rule] of plan.rules) {
    const value = object[field]
    if (value === undefined || value === null || (rule.empty && isEmpty(value))) object[field] = copy(rule.value)
  }
  plan.step?.(object)
  for (const member of plan.members) {
    let value = object[member.name]
    if (value === undefined || value === null) {
      // A struct that is no pointer is there in Go even when nobody wrote it.
      if (member.pointer || member.shape.kind !== 'struct') continue
      value = {}
      object[member.name] = value
    }
    fill(member.shape, value)
  }
}

function fill(shape: Shape, value: Json): void {
  if (Array.isArray(value)) {
    if (shape.element !== undefined) for (const item of value) fill(shape.element, item)
  } else if (isObject(value)) {
    if (shape.kind === 'struct') fillStruct(planOf(shape), value)
    else if (shape.goType === RESOURCE_LIST) roundToMilli(value)
    else if (shape.element !== undefined) for (const key in value) fill(shape.element, value[key] ?? null)
  }
}

/** Quantities that may be finer than a thousandth. */
const FINE = /[nu.eE]|^[^0-9]/

/** SetDefaults_ResourceList: nothing is finer than a thousandth. */
function roundToMilli(list: JsonObject): void {
  for (const name in list) {
    const text = list[name]
    if (typeof text === 'string' && FINE.test(text)) list[name] = formatQuantity(roundUp(parseQuantity(text), -3))
  }
}

/** A copy of objects and lists; texts are shared. */
function copy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy)
  const result: JsonObject = { ...value }
  for (const key in result) {
    const item = result[key]
    if (typeof item === 'object' && item !== null) result[key] = copy(item)
  }
  return result
}
