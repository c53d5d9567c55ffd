import { compareText } from '../../meta/go-text.ts'
import type { Json } from '../../meta/object.ts'
import type { Field, Model } from '../schema.ts'
import { typeOf } from '../table.ts'
import { field } from './element.ts'

/**
 * Types as server-side apply sees them: what may stand at a place (a scalar, a list, a map, or any of them where nothing
 * is declared) and how its parts are owned. Derived from the table, kept for each model: the table is a constant.
 * Model: `schema.Atom` of sigs.k8s.io/structured-merge-diff, made by k8s.io/kube-openapi/pkg/schemaconv.
 */
export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped'

export interface ListType {
  readonly element: Type
  /** `atomic` is owned as a whole, a `set` by its values, a `map` by its items' keys. */
  readonly relation: 'atomic' | 'set' | 'map'
  /** Sorted, as they stand in fieldsV1. */
  readonly keys: readonly string[]
}

/** One declared member of a struct. */
export interface Declared {
  readonly name: string
  /** `f:name`. */
  readonly element: string
  readonly type: Type
}

/** A struct (`declared`), a map (`element`), or both. */
export interface MapType {
  readonly fields: ReadonlyMap<string, Declared>
  /** `fields` in the order of fieldsV1. */
  readonly declared: readonly Declared[]
  /** What a member holds that is no field; undefined where there may be none. */
  readonly element: Type | undefined
  readonly atomic: boolean
  /** Of fields that are keys of a list: an item without one has this. */
  readonly defaults: Readonly<Record<string, Json>>
}

export interface Type {
  readonly scalar: ScalarType | undefined
  readonly list: ListType | undefined
  readonly map: MapType | undefined
  /** Of a type that may be of several kinds: what a value of each kind is. */
  readonly parts: { readonly scalar: Type; readonly list: Type; readonly map: Type } | undefined
}

const models = new Map<string, Type>()

/** The type of a model; throws UnknownModelError. */
export function modelType(model: string): Type {
  const known = models.get(model)
  if (known !== undefined) return known
  const type = typeOfModel(typeOf(model))
  models.set(model, type)
  return type
}

function typeOfModel(model: Model): Type {
  if (model.special !== undefined) return SPECIALS[model.special] ?? ANYTHING
  if (model.fields !== undefined) return ofMap(new Struct(model.fields, model.mt === 'atomic'))
  return typeOfField(model)
}

/** A struct reads its fields' types when they are first asked for, because models refer to themselves. */
class Struct implements MapType {
  readonly atomic: boolean
  readonly element = undefined
  readonly #rows: Record<string, Field>
  #fields: ReadonlyMap<string, Declared> | undefined
  #declared: readonly Declared[] | undefined
  #defaults: Readonly<Record<string, Json>> | undefined

  constructor(rows: Record<string, Field>, atomic: boolean) {
    this.#rows = rows
    this.atomic = atomic
  }

  get fields(): ReadonlyMap<string, Declared> {
    return (this.#fields ??= new Map(this.declared.map((declared) => [declared.name, declared])))
  }

  get declared(): readonly Declared[] {
    return (this.#declared ??= Object.entries(this.#rows)
      .map(([name, row]) => ({ name, element: field(name), type: typeOfField(row) }))
      .sort((a, b) => compareText(a.name, b.name)))
  }

  get defaults(): Readonly<Record<string, Json>> {
    return (this.#defaults ??= this.#readDefaults())
  }

  #readDefaults(): Readonly<Record<string, Json>> {
    const entries = Object.entries(this.#rows).flatMap(([name, { def }]) => {
      // Defaults stand in the table as JSON.
      return def === undefined || def === null ? [] : [[name, def as Json] as const]
    })
    return Object.fromEntries(entries)
  }

  /** The same struct owned otherwise, as the field that holds it says. */
  as(atomic: boolean): MapType {
    return atomic === this.atomic ? this : new Struct(this.#rows, atomic)
  }
}

function typeOfField(row: Field): Type {
  if (row.ref !== undefined) return relate(modelType(row.ref), row)
  if (row.items !== undefined) return ofList(listType(typeOfField(row.items), row))
  if (row.map !== undefined) return ofMap(plainMap(typeOfField(row.map), row.mt === 'atomic'))
  switch (row.t) {
    case 'string':
      return row.f === undefined || row.f === 'byte' ? STRING : UNTYPED
    case 'integer':
    case 'number':
      return NUMERIC
    case 'boolean':
      return BOOLEAN
    default:
      return ANYTHING
  }
}

/** A field may own its model otherwise than the model says (a PersistentVolume's claimRef is granular). */
function relate(type: Type, { mt, lt, lk }: Field): Type {
  if (mt !== undefined && type.map instanceof Struct) return ofMap(type.map.as(mt === 'atomic'))
  if (lt !== undefined && type.list !== undefined) {
    return ofList(listType(type.list.element, { lt, ...(lk === undefined ? {} : { lk }) }))
  }
  return type
}

const listType = (element: Type, { lt, lk = [] }: Field): ListType => ({
  element,
  relation: lt === 'set' || lt === 'map' ? lt : 'atomic',
  keys: [...lk].sort(compareText),
})

const plainMap = (element: Type, atomic: boolean): MapType => ({
  fields: new Map(),
  declared: [],
  element,
  atomic,
  defaults: {},
})

// All types have one shape, which the engines of JavaScript are fast with.
const ofScalar = (scalar: ScalarType): Type => ({ scalar, list: undefined, map: undefined, parts: undefined })
const ofList = (list: ListType): Type => ({ scalar: undefined, list, map: undefined, parts: undefined })
const ofMap = (map: MapType): Type => ({ scalar: undefined, list: undefined, map, parts: undefined })

const STRING = ofScalar('string')
const NUMERIC = ofScalar('numeric')
const BOOLEAN = ofScalar('boolean')
const UNTYPED = ofScalar('untyped')

/** Anything, owned as a whole: `__untyped_atomic_`, which is what the API's own types have where nothing is declared. */
class Anything implements Type {
  readonly scalar = 'untyped'
  readonly list: ListType
  readonly map: MapType
  readonly parts: NonNullable<Type['parts']>
  constructor() {
    this.list = listType(this, {})
    this.map = plainMap(this, true)
    this.parts = { scalar: UNTYPED, list: ofList(this.list), map: ofMap(this.map) }
  }
}
const ANYTHING: Type = new Anything()
const RAW: Type = ANYTHING.parts?.map ?? ANYTHING

const SPECIALS: Readonly<Record<string, Type>> = {
  quantity: UNTYPED,
  'int-or-string': UNTYPED,
  time: UNTYPED,
  microtime: UNTYPED,
  duration: STRING,
  'raw-json': RAW,
  'raw-object': RAW,
}

/** What a member of a map or struct holds; undefined where it is not declared. */
export const memberType = (map: MapType, name: string): Type | undefined => map.fields.get(name)?.type ?? map.element

/** What a key is owned by where an item does not say it. */
export const keyDefault = ({ element }: ListType, key: string): Json | undefined => element.map?.defaults[key]

/** The part of a type that a value is of; the whole of it where the value is null or absent. */
export function deduce(type: Type, value: Json | undefined): Type {
  const { parts } = type
  if (parts === undefined || value === undefined || value === null) return type
  if (Array.isArray(value)) return parts.list
  return typeof value === 'object' ? parts.map : parts.scalar
}
