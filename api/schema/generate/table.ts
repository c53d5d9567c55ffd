import type { ColumnsFacts, FieldFact, GoField, GoFields, ResourcesFacts, SchemaFacts, TypeFact } from './facts.ts'

const PREFIX = 'io.k8s.'
const SCALARS: Record<string, string> = {
  'string/': 's',
  'string/byte': 'bytes',
  'boolean/': 'b',
  'integer/int32': 'i32',
  'integer/int64': 'i64',
  'number/double': 'f64',
}
/** Fields whose Go type is types.UID, which the facts take for a struct: a string, printed where it is not omitempty. */
const isUid = (field: FieldFact): boolean => field.t === 'string' && field.z === '{}'

/** The compact form of one field; `api/schema/table.ts` reads it. */
type CompactField = string | ({ y: string } & Record<string, unknown>)

/** Corrects in place what the facts have wrong, so that the types and the table agree. */
export function corrected(schema: SchemaFacts): SchemaFacts {
  for (const [model, type] of Object.entries(schema.types)) {
    // ExtraValue and Verbs: Go types of a list, which have a message of their own and no fields in JSON.
    if (type.fields === undefined && schema.messages[model]?.[0]?.[1] === 'items') type.items = { t: 'string' }
    for (const field of Object.values(type.fields ?? {})) {
      if (!isUid(field)) continue
      delete field.z
      if (field.req === 1) field.z = '""'
    }
  }
  return schema
}

/** types.json: one line a model, models without `io.k8s.`, fields as their type's code where nothing else is to be said. */
export function typesTable(schema: SchemaFacts, go: GoFields): string {
  const lines = Object.entries(schema.types).map(([model, type]) =>
    line(short(model), compactType(type, go[model] ?? {})),
  )
  return `{"kubernetes":${JSON.stringify(schema.kubernetes)},"types":{\n${lines.join(',\n')}\n}}\n`
}

/** messages.json: one line a model: `number name type flags`, separated by commas. */
export function messagesTable(schema: SchemaFacts): string {
  const lines = Object.entries(schema.messages).map(([model, fields]) =>
    line(
      short(model),
      fields
        .map(([number, name, type, flags]) => [number, name, messageType(type), ...(flags ? [flags] : [])].join(' '))
        .join(','),
    ),
  )
  return `{\n${lines.join(',\n')}\n}\n`
}

export function resourcesTable(facts: ResourcesFacts): string {
  const storage = [
    'createOnUpdate',
    'unconditionalUpdate',
    'deleteReturnsObject',
    'generation',
    'defaultPropagation',
    'selectableFields',
  ]
  const lines = facts.resources.map((resource) => {
    if (resource.storage === undefined) return JSON.stringify(resource)
    const kept = Object.fromEntries(Object.entries(resource.storage).filter(([key]) => storage.includes(key)))
    return JSON.stringify({ ...resource, storage: kept })
  })
  return `[\n${lines.join(',\n')}\n]\n`
}

export const columnsTable = (facts: ColumnsFacts): string =>
  `[\n${facts.kinds.map((kind) => JSON.stringify(kind)).join(',\n')}\n]\n`

const line = (key: string, value: unknown): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`
const short = (model: string): string => (model.startsWith(PREFIX) ? model.slice(PREFIX.length) : model)
const messageType = (type: string | ['map', string, string]): string =>
  typeof type === 'string' ? short(type) : `{}${short(type[2])}`

function compactType(type: TypeFact, go: Record<string, GoField>): Record<string, unknown> {
  const { fields, special, oneOf: _oneOf, unions, ...rest } = type
  const compact: Record<string, unknown> = {}
  if (special !== undefined) compact['special'] = special
  if (unions !== undefined) compact['unions'] = unions
  if (fields === undefined) {
    const field = compactField(rest, {})
    return typeof field === 'string' ? { ...compact, y: field } : { ...field, ...compact }
  }
  compact['fields'] = Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, compactField(field, go[key] ?? {})]),
  )
  return { ...(rest.mt === undefined ? {} : { mt: rest.mt }), ...compact }
}

function compactField(field: FieldFact, go: GoField): CompactField {
  const { t: _t, f: _f, ref: _ref, items: _items, map: _map, known: _known, go: _go, ...rest } = field
  const y = code(field)
  const ie = (field.items ?? field.map)?.enum
  const extra = { ...rest, ...(ie === undefined ? {} : { ie }), ...go }
  return Object.keys(extra).length === 0 ? y : { y, ...extra }
}

function code(field: FieldFact): string {
  if (field.ref !== undefined) return `@${short(field.ref)}`
  if (field.items !== undefined) return `[]${code(field.items)}`
  if (field.map !== undefined) return `{}${code(field.map)}`
  if (field.go !== undefined) return goCode(field.go)
  if (field.t === undefined) return ''
  const scalar = SCALARS[`${field.t}/${field.f ?? ''}`]
  if (scalar !== undefined) return scalar
  if (field.t === 'object' || field.f === 'date-time') return ''
  throw new Error(`a field of type ${field.t} and format ${field.f} has no code`)
}

/** The few models that OpenAPI leaves out (admission.k8s.io) have Go types only. */
function goCode(type: string): string {
  const codes: Record<string, string> = {
    string: 's',
    'types.UID': 's',
    'v1.Operation': 's',
    '*PatchType': 's',
    bool: 'b',
    '*bool': 'b',
    '[]byte': 'bytes',
    '[]string': '[]s',
    'map[string]string': '{}s',
    'v1.GroupVersionKind': '@apimachinery.pkg.apis.meta.v1.GroupVersionKind',
    'v1.GroupVersionResource': '@apimachinery.pkg.apis.meta.v1.GroupVersionResource',
    'v1.UserInfo': '@api.authentication.v1.UserInfo',
    'v1.Status': '@apimachinery.pkg.apis.meta.v1.Status',
    'runtime.RawExtension': '@apimachinery.pkg.runtime.RawExtension',
    '*AdmissionRequest': '@api.admission.v1.AdmissionRequest',
    '*AdmissionResponse': '@api.admission.v1.AdmissionResponse',
    'resource.int64Amount': '',
    'resource.infDecAmount': '',
  }
  const known = codes[type]
  if (known === undefined) throw new Error(`the Go type ${type} has no code`)
  return known
}
