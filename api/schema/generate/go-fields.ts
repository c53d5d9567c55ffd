/**
 * Reads Kubernetes' Go types for what OpenAPI does not tell: which fields are pointers (a zero in a pointer is printed, a
 * zero elsewhere is omitted) and the names of Go types, which clients see in `json: cannot unmarshal …`.
 *
 *     node api/schema/generate/go-fields.ts --from FACTS --sources DIR
 *
 * FACTS holds schema.json; DIR holds checkouts of k8s.io/api, apimachinery, apiextensions-apiserver and kube-aggregator
 * under their own names. Writes table/go-fields.json, which main.ts reads.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { shortName, type FieldFact, type GoField, type GoFields, type SchemaFacts, type TypeFact } from './facts.ts'
import { folderOf, packagesIn } from './go-source.ts'

const { values } = parseArgs({ options: { from: { type: 'string' }, sources: { type: 'string' } } })
if (values.from === undefined || values.sources === undefined)
  throw new Error('usage: go-fields.ts --from FACTS --sources DIR')
const packageOf = packagesIn(values.sources)

function membersOf(folder: string, name: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const member of packageOf(folder).structs.get(name)?.members ?? []) {
    if (member.json !== undefined) found.set(member.json, member.type)
    else if (!member.type.includes('.'))
      for (const [json, type] of membersOf(folder, member.type)) found.set(json, type)
  }
  return found
}

/** A type as reflect prints it: local names with the package's name, which is the version, and no alias of an import. */
function printed(type: string, version: string): string {
  const base = type.replace(/^\*/, '')
  if (base.startsWith('[]')) return `[]${prefixed(base.slice(2), version)}`
  const map = /^map\[([^\]]+)\](.*)$/.exec(base)
  if (map !== null) return `map[${prefixed(map[1] ?? '', version)}]${prefixed(map[2] ?? '', version)}`
  return prefixed(base, version)
}
function prefixed(type: string, version: string): string {
  if (type.startsWith('*')) return `*${prefixed(type.slice(1), version)}`
  if (type.startsWith('[]') || type.startsWith('map[')) return printed(type, version)
  if (type === 'byte') return 'uint8'
  if (type === 'interface{}') return 'interface {}'
  if (/^(string|bool|int32|int64|float64|int|uint8)$/.test(type)) return type
  const [head, name] = type.split('.')
  if (name === undefined) return `${version}.${head}`
  return /^\w*v1$/.test(head ?? '') ? `v1.${name}` : type
}

const SCALARS: Record<string, string> = {
  'integer/int32': 'int32',
  'integer/int64': 'int64',
  'number/double': 'float64',
  'string/byte': '[]uint8',
}
/** What a reader of the table takes the Go type to be: `shapeOfCode` of api/schema/table.ts says the same. */
function derived(field: FieldFact): string {
  if (field.items !== undefined) return `[]${derived(field.items)}`
  if (field.map !== undefined) return `map[string]${derived(field.map)}`
  if (field.ref !== undefined) return `${field.ref.split('.').at(-2)}.${shortName(field.ref)}`
  return SCALARS[`${field.t}/${field.f ?? ''}`] ?? (field.t === 'boolean' ? 'bool' : 'string')
}

function fieldsOf(model: string, type: TypeFact): Record<string, GoField> {
  const folder = folderOf(model)
  const members = folder === undefined ? new Map<string, string>() : membersOf(folder, shortName(model))
  const result: Record<string, GoField> = {}
  for (const [key, field] of Object.entries(type.fields ?? {})) {
    const go = members.get(key)
    if (go === undefined) {
      if (key !== 'kind' && key !== 'apiVersion' && folder !== undefined) missing.push(`${model} ${key}`)
      continue
    }
    const text = printed(go, model.split('.').at(-2) ?? '')
    const found: GoField = {
      ...(go.startsWith('*') ? { p: 1 as const } : {}),
      ...(text === derived(field) ? {} : { g: text }),
    }
    if (Object.keys(found).length > 0) result[key] = found
  }
  return result
}

const missing: string[] = []
/** The facts are trusted; a wrong shape fails the script. */
const schema = JSON.parse(readFileSync(join(values.from, 'schema.json'), 'utf8')) as SchemaFacts
const go: GoFields = {}
for (const [model, type] of Object.entries(schema.types)) {
  const fields = fieldsOf(model, type)
  if (Object.keys(fields).length > 0) go[model] = fields
}
const lines = Object.entries(go).map(([model, fields]) => `${JSON.stringify(model)}:${JSON.stringify(fields)}`)
writeFileSync(join(import.meta.dirname, 'table/go-fields.json'), `{\n${lines.join(',\n')}\n}\n`)
process.stdout.write(`${lines.length} models; no Go field found for: ${missing.join(', ') || 'none'}\n`)
