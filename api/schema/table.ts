import type { Json } from '../meta/object.ts'
import type { Field, Model } from './schema.ts'
import table from './table/types.json' with { type: 'json' }

/**
 * Lookups in the table of Kubernetes' types (`table/types.json`, made by `generate/`). Models are named as in OpenAPI
 * (`io.k8s.api.core.v1.Pod`). A model is expanded when it is first asked for and kept: the table is a constant.
 */

type Compact = string | ({ y?: string } & Record<string, unknown>)
interface CompactModel extends Record<string, unknown> {
  y?: string
  special?: string
  fields?: Record<string, Compact>
}
/** The generator writes this shape, which TypeScript's own reading of 160 kB of JSON would hide. */
const rows = table.types as unknown as Record<string, CompactModel>
const PREFIX = 'io.k8s.'

const models = new Map<string, Model>()
const shapes = new Map<string, Shape>()

/** Thrown where a model is asked for that the table does not hold: a bug of the caller, never of a client. */
export class UnknownModelError extends Error {
  constructor(model: string) {
    super(`the table has no model ${model}`)
  }
}

/** Names of all models. */
export const modelNames = (): string[] => Object.keys(rows).map((name) => PREFIX + name)

export const hasModel = (model: string): boolean => rowOf(model) !== undefined

/** The row of a model, with its fields in Go's order. Throws UnknownModelError. */
export function typeOf(model: string): Model {
  const known = models.get(model)
  if (known !== undefined) return known
  const row = rowOf(model)
  if (row === undefined) throw new UnknownModelError(model)
  const { fields, y, ...rest } = row
  const expanded: Model = { ...rest, ...(y === undefined ? {} : fieldOf(y)) }
  if (fields !== undefined) {
    expanded.fields = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldOf(field)]))
  }
  models.set(model, expanded)
  return expanded
}

/**
 * The field at a path of JSON names: `['spec', 'containers', '0', 'image']`. A step into a list or a map takes any key.
 * Undefined where the model knows no such field; below raw JSON nothing is known.
 */
export function fieldAt(model: string, path: readonly string[]): Field | undefined {
  let field: Field | undefined = { ref: model }
  for (const key of path) {
    if (field === undefined) return undefined
    if (field.ref !== undefined) {
      const next: Model = typeOf(field.ref)
      field = next.fields === undefined ? (next.items ?? next.map) : next.fields[key]
    } else field = field.items ?? field.map
  }
  return field
}

/** What a value of a type is, to the engines. `any` is a value of which nothing is known (`interface{}`). */
export type ShapeKind =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'struct'
  | 'list'
  | 'map'
  | 'quantity'
  | 'int-or-string'
  | 'time'
  | 'microtime'
  | 'duration'
  | 'raw-json'
  | 'raw-object'
  | 'raw-json-any'
  | 'schema-or-bool'
  | 'schema-or-array'
  | 'schema-or-string-array'
  | 'any'

/** One field of a struct, ready to be walked. */
export interface Member {
  readonly name: string
  readonly shape: Shape
  /** A pointer in Go: its zero value is printed, as `replicas: 0`. */
  readonly pointer: boolean
  /** What is printed when the field is unset; undefined where it is omitted. */
  readonly zero: Json | undefined
}

/** A type as the engines walk it: struct, list, map or scalar, with what they need at hand. */
export class Shape {
  readonly kind: ShapeKind
  /** The model of a struct or special; empty for others. */
  readonly model: string
  /** The type as Go prints it in errors: `v1.PodSpec`, `map[string]string`. */
  readonly goType: string
  /** Of a list or a map. */
  readonly element: Shape | undefined
  private struct: { list: Member[]; byName: Map<string, Member> } | undefined

  constructor(kind: ShapeKind, model: string, goType: string, element?: Shape) {
    this.kind = kind
    this.model = model
    this.goType = goType
    this.element = element
  }

  /** The struct's fields in Go's order. */
  get members(): readonly Member[] {
    return (this.struct ??= this.expand()).list
  }

  member(name: string): Member | undefined {
    return (this.struct ??= this.expand()).byName.get(name)
  }

  private expand() {
    const fields = rowOf(this.model)?.fields ?? {}
    const list = Object.entries(fields).map(([name, field]) => memberOf(name, field))
    return { list, byName: new Map(list.map((member) => [member.name, member])) }
  }
}

/** The shape of a model. Throws UnknownModelError. */
export function shapeOf(model: string): Shape {
  const known = shapes.get(model)
  if (known !== undefined) return known
  const row = rowOf(model)
  if (row === undefined) throw new UnknownModelError(model)
  const shape = shapeOfRow(model, row)
  shapes.set(model, shape)
  return shape
}

function shapeOfRow(model: string, row: CompactModel): Shape {
  const [version, short] = model.split('.').slice(-2)
  const goType = `${version}.${short}`
  // The generator names no special that ShapeKind lacks.
  if (row.special !== undefined) return new Shape(row.special as ShapeKind, model, goType)
  if (row.y !== undefined && row.y !== '') {
    const alias = shapeOfCode(row.y, goType)
    return new Shape(alias.kind, model, goType, alias.element)
  }
  return new Shape('struct', model, goType)
}

function memberOf(name: string, field: Compact): Member {
  if (typeof field === 'string') return { name, shape: shapeOfCode(field), pointer: false, zero: undefined }
  return {
    name,
    shape: shapeOfCode(field.y ?? '', typeof field['g'] === 'string' ? field['g'] : undefined),
    pointer: field['p'] === 1,
    zero: typeof field['z'] === 'string' ? (JSON.parse(field['z']) as Json) : undefined,
  }
}

const SCALARS: Record<string, [ShapeKind, string, Field]> = {
  s: ['string', 'string', { t: 'string' }],
  b: ['boolean', 'bool', { t: 'boolean' }],
  i32: ['int32', 'int32', { t: 'integer', f: 'int32' }],
  i64: ['int64', 'int64', { t: 'integer', f: 'int64' }],
  f64: ['double', 'float64', { t: 'number', f: 'double' }],
  bytes: ['bytes', '[]uint8', { t: 'string', f: 'byte' }],
  '': ['any', 'interface {}', { t: 'object' }],
}
function scalarOf(code: string): [ShapeKind, string, Field] {
  const scalar = SCALARS[code]
  if (scalar === undefined) throw new Error(`the table holds the unknown type code ${code}`)
  return scalar
}

const scalarShapes = new Map<string, Shape>()

/** `goType` is given where it does not follow from the code: named strings, `v1.ResourceList`, lists of named strings. */
function shapeOfCode(code: string, goType?: string): Shape {
  if (code.startsWith('@')) return shapeOf(PREFIX + code.slice(1))
  if (code.startsWith('[]')) {
    const element = shapeOfCode(
      code.slice(2),
      goType?.startsWith('[]') ? goType.slice(2).replace(/^\*/, '') : undefined,
    )
    return new Shape('list', '', goType ?? `[]${element.goType}`, element)
  }
  if (code.startsWith('{}')) {
    const value = goType?.startsWith('map[') ? goType.slice(goType.indexOf(']') + 1) : undefined
    const element = shapeOfCode(code.slice(2), value)
    return new Shape('map', '', goType ?? `map[string]${element.goType}`, element)
  }
  const [kind, name] = scalarOf(code)
  const key = `${kind} ${goType ?? name}`
  const known = scalarShapes.get(key)
  if (known !== undefined) return known
  const shape = new Shape(kind, '', goType ?? name)
  scalarShapes.set(key, shape)
  return shape
}

function fieldOf(field: Compact): Field {
  if (typeof field === 'string') return fieldOfCode(field)
  const { y, ie, ...rest } = field
  const known = fieldOfCode(y ?? '')
  if (ie === undefined) return { ...known, ...rest }
  // `ie`: the enum of a list's or a map's elements, as the generator writes it.
  const element = { enum: ie as string[] }
  if (known.items !== undefined) known.items = { ...known.items, ...element }
  if (known.map !== undefined) known.map = { ...known.map, ...element }
  return { ...known, ...rest }
}
function fieldOfCode(code: string): Field {
  if (code.startsWith('@')) return { ref: PREFIX + code.slice(1) }
  if (code.startsWith('[]')) return { items: fieldOfCode(code.slice(2)) }
  if (code.startsWith('{}')) return { map: fieldOfCode(code.slice(2)) }
  return { ...scalarOf(code)[2] }
}

function rowOf(model: string): CompactModel | undefined {
  const name = model.startsWith(PREFIX) ? model.slice(PREFIX.length) : model
  return Object.hasOwn(rows, name) ? rows[name] : undefined
}
