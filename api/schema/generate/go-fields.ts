/**
 * Reads Kubernetes' Go types for what OpenAPI does not tell: which fields are pointers (a zero in a pointer is printed, a
 * zero elsewhere is omitted) and the names of Go types, which clients see in `json: cannot unmarshal …`.
 *
 *     node api/schema/generate/go-fields.ts --from FACTS --sources DIR
 *
 * FACTS holds schema.json; DIR holds checkouts of k8s.io/api, apimachinery, apiextensions-apiserver and kube-aggregator
 * under their own names. Writes table/go-fields.json, which main.ts reads.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { shortName, type FieldFact, type GoField, type GoFields, type SchemaFacts, type TypeFact } from './facts.ts'

const { values } = parseArgs({ options: { from: { type: 'string' }, sources: { type: 'string' } } })
if (values.from === undefined || values.sources === undefined)
  throw new Error('usage: go-fields.ts --from FACTS --sources DIR')
const sources = values.sources

interface Member {
  type: string
  /** Undefined for an embedded struct. */
  json: string | undefined
}
type Structs = Map<string, Member[]>

const FOLDERS: [string, string][] = [
  ['io.k8s.apimachinery.pkg.apis.meta.', 'apimachinery/pkg/apis/meta'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.', 'apiextensions-apiserver/pkg/apis/apiextensions'],
  ['io.k8s.kube-aggregator.pkg.apis.apiregistration.', 'kube-aggregator/pkg/apis/apiregistration'],
]
function folderOf(model: string): string | undefined {
  const [group, version] = model.split('.').slice(-3)
  if (model.startsWith('io.k8s.api.')) return `api/${group}/${version}`
  const folder = FOLDERS.find(([prefix]) => model.startsWith(prefix))
  return folder && `${folder[1]}/${version}`
}

const packages = new Map<string, Structs>()
function structsOf(folder: string): Structs {
  const known = packages.get(folder)
  if (known !== undefined) return known
  const structs: Structs = new Map()
  const path = join(sources, folder)
  const files = existsSync(path)
    ? readdirSync(path).filter((name) => name.endsWith('.go') && !/_test|^zz_|generated/.test(name))
    : []
  for (const file of files) readStructs(readFileSync(join(path, file), 'utf8'), structs)
  packages.set(folder, structs)
  return structs
}

function readStructs(text: string, structs: Structs): void {
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
    const members: Member[] = []
    for (const line of (body ?? '').split('\n')) {
      const tagged = /^\t(?:(\w+)\s+)?(\*?[\w.[\]*]+)\s+`.*?json:"([^"]*)"/.exec(line)
      if (tagged !== null) {
        const json = tagged[3] ?? ''
        members.push({
          type: tagged[2] ?? '',
          json: json.includes(',inline') || json === '' ? undefined : json.split(',')[0],
        })
        continue
      }
      const embedded = /^\t(\*?[\w.]+)\s*(?:\/\/.*)?$/.exec(line)
      if (embedded !== null) members.push({ type: embedded[1] ?? '', json: undefined })
    }
    structs.set(name ?? '', members)
  }
}

function membersOf(folder: string, name: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const member of structsOf(folder).get(name) ?? []) {
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
