import { shortName, type FieldFact, type GroupVersionKind, type SchemaFacts, type TypeFact } from './facts.ts'

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const OWNER_REFERENCE = 'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference'

const HEADER = `// Made by api/schema/generate/main.ts from the facts of Kubernetes; do not edit.
import type { Json, JsonObject, ObjectMeta, OwnerReference, Resource } from '../meta/object.ts'

/** Canonical text, as \`500m\` or \`1Gi\`. */
export type Quantity = string
export type IntOrString = number | string
/** RFC 3339, whole seconds, \`Z\`. */
export type Time = string
/** RFC 3339 with six digits of a second, \`Z\`. */
export type MicroTime = string
/** Go's text of a duration, as \`1m0s\`. */
export type Duration = string
/** What a template says of the objects made from it. */
export type TemplateMeta = Partial<ObjectMeta>
`
const SPECIALS: Record<string, string> = {
  quantity: 'Quantity',
  'int-or-string': 'IntOrString',
  time: 'Time',
  microtime: 'MicroTime',
  duration: 'Duration',
  'raw-json': 'JsonObject',
  'raw-object': 'JsonObject',
  'raw-json-any': 'Json',
  'schema-or-bool': 'JSONSchemaProps | boolean',
  'schema-or-array': 'JSONSchemaProps | JSONSchemaProps[]',
  'schema-or-string-array': 'JSONSchemaProps | string[]',
}
const SCALARS: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  object: 'JsonObject',
}

const RESERVED = new Set(['Json', 'JsonObject', 'ObjectMeta', 'OwnerReference', 'Resource'])

/**
 * One TypeScript interface for each model. A property is required where Kubernetes requires it or always prints it, so
 * the interfaces describe canonical objects (`api/schema/canonical.ts`). Enumerations are strings: validation, not
 * decoding, refuses other values.
 */
export function typescriptOf(schema: SchemaFacts, kinds: GroupVersionKind[]): string {
  const names = namesOf(Object.keys(schema.types).filter((model) => isEmitted(model, schema.types)))
  const printer = new Printer(schema.types, names, kinds)
  const bodies = Object.entries(schema.types)
    .filter(([model]) => names.has(model))
    .map(([model, type]) => printer.declaration(model, type))
  return [HEADER, ...bodies].join('\n')
}

const isEmitted = (model: string, types: Record<string, TypeFact>): boolean =>
  model !== OBJECT_META &&
  model !== OWNER_REFERENCE &&
  types[model]?.special === undefined &&
  !model.startsWith('io.k8s.api.admission.v1.') &&
  !model.endsWith('.QuantityValue')

/** core keeps its names, then rbac, then the others by name, a newer version before an older; who is late gets a prefix. */
function namesOf(models: string[]): Map<string, string> {
  const rank = (model: string) =>
    model.startsWith('io.k8s.api.core.') ? 0 : model.startsWith('io.k8s.api.rbac.') ? 1 : 2
  const group = (model: string) => model.split('.').at(-3) ?? ''
  const version = (model: string) => model.split('.').at(-2) ?? ''
  const sorted = models.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (group(a) < group(b)
        ? -1
        : group(a) > group(b)
          ? 1
          : version(a) < version(b)
            ? 1
            : version(a) > version(b)
              ? -1
              : 0),
  )
  const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
  const taken = new Set(RESERVED)
  const groups = new Map<string, string>()
  const names = new Map<string, string>()
  for (const model of sorted) {
    const short = shortName(model)
    const other = groups.get(short)
    const prefix = !taken.has(short)
      ? ''
      : other === group(model)
        ? upper(group(model)) + upper(version(model))
        : upper(group(model))
    const name = prefix + short
    if (taken.has(name)) throw new Error(`two models are named ${name}`)
    taken.add(name)
    groups.set(short, other ?? group(model))
    names.set(model, name)
  }
  return names
}

class Printer {
  private readonly types: Record<string, TypeFact>
  private readonly names: Map<string, string>
  private readonly kinds: GroupVersionKind[]

  constructor(types: Record<string, TypeFact>, names: Map<string, string>, kinds: GroupVersionKind[]) {
    this.types = types
    this.names = names
    this.kinds = kinds
  }

  declaration(model: string, type: TypeFact): string {
    const name = this.names.get(model)
    if (type.fields === undefined) return `export type ${name} = ${this.type(type)}\n`
    const kind = this.kindOf(model)
    const isResource = kind !== undefined && type.fields['metadata']?.ref === OBJECT_META
    const lines = Object.entries(type.fields).flatMap(([key, field]) => {
      if (kind !== undefined && key === 'kind') return [`  kind: '${kind.kind}'`]
      if (kind !== undefined && key === 'apiVersion') return [`  apiVersion: '${apiVersion(kind)}'`]
      if (isResource && key === 'metadata') return []
      return [`  ${property(key)}${isRequired(field) ? '' : '?'}: ${this.printed(field)}`]
    })
    return `export interface ${name}${isResource ? ' extends Resource' : ''} {\n${lines.map((line) => `${line}\n`).join('')}}\n`
  }

  private kindOf(model: string): GroupVersionKind | undefined {
    const [group, version, kind] = model.split('.').slice(-3)
    return this.kinds.find(
      (k) =>
        k.kind === kind &&
        k.version === version &&
        (k.group === '' ? 'core' : k.group.replace('.authorization.k8s.io', '').split('.')[0]) === group,
    )
  }

  private printed(field: FieldFact): string {
    const nullable = field.z === 'null' && !(field.req === 1 && field.items !== undefined)
    return this.type(field) + (nullable ? ' | null' : '')
  }

  private type(field: FieldFact): string {
    if (field.ref === OBJECT_META) return 'TemplateMeta'
    if (field.ref === OWNER_REFERENCE) return 'OwnerReference'
    if (field.ref !== undefined) return SPECIALS[this.types[field.ref]?.special ?? ''] ?? this.nameOf(field.ref)
    if (field.items !== undefined) return this.list(field.items)
    if (field.map !== undefined) return `Record<string, ${this.type(field.map)}>`
    return SCALARS[field.t ?? ''] ?? 'JsonObject'
  }

  private list(items: FieldFact): string {
    const type = this.type(items)
    return type.includes(' ') && !type.endsWith('>') ? `(${type})[]` : `${type}[]`
  }

  private nameOf(model: string): string {
    const name = this.names.get(model)
    if (name === undefined) throw new Error(`the facts have no type ${model}`)
    return name
  }
}

const apiVersion = (kind: GroupVersionKind): string =>
  kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
const property = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`)
const isRequired = (field: FieldFact): boolean => field.req === 1 || field.z !== undefined
