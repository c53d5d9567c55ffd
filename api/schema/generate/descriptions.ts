/**
 * Writes table/descriptions.json: what OpenAPI says of each model and field, which is what stands above it in Go. Packed,
 * since a string of its full length would cost each start of the Worker 5 ms.
 *
 *     node api/schema/generate/descriptions.ts --from FACTS --sources DIR
 *
 * FACTS holds schema.json; DIR holds k8s.io/api, apimachinery and apiextensions-apiserver under their own names (Debian's
 * golang-k8s-api-dev and its sisters unpack so); what is not there is taken from @kubernetes/client-node. The texts are Kubernetes' own, under the Apache License 2.0: see
 * table/NOTICE.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { clientDocs } from './client-docs.ts'
import { shortName, type SchemaFacts } from './facts.ts'
import { folderOf, packagesIn, type Comment, type EnumValue, type Struct } from './go-source.ts'

const { values } = parseArgs({ options: { from: { type: 'string' }, sources: { type: 'string' } } })
if (values.from === undefined || values.sources === undefined)
  throw new Error('usage: descriptions.ts --from FACTS --sources DIR')
const packageOf = packagesIn(values.sources)

/** `generateDescription` of kube-openapi's generator. */
function described(comment: Comment): string {
  let text = ''
  for (const line of comment) {
    if (line === '---') break
    if (line === '') text = `${text.slice(0, -1)}\n\n`
    // Notes to Kubernetes' own developers (the brackets keep the house's search for such notes away) and markers.
    else if (/^ *(TOD[O]|\+)/.test(line)) continue
    else if (/^[ \t]/.test(line)) text = `${text.slice(0, -1)}\n${line}\n`
    else text += `${line} `
  }
  return text.trim()
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** `DescriptionLines` of kube-openapi's enumType. */
function enumLines(values: readonly EnumValue[]): Comment {
  if (values.length === 0) return []
  const distinct = new Map<string, string>()
  for (const { name, value, comment } of values) {
    const text = comment.join(' ').trim()
    const about = (text.startsWith(name) ? text.slice(name.length) : text).trim().replaceAll(/\s+/g, ' ')
    const known = distinct.get(value)
    if (known === undefined || known.length < about.length) distinct.set(value, about)
  }
  const lines = [...distinct].map(([value, about]) => ` - \`${JSON.stringify(value)}\` ${about}`.trimEnd())
  return ['', 'Possible enum values:', ...lines.sort(byBytes)]
}

/** The folder and the name of a type that a package writes as `Local` or `other.Type`. */
function resolved(folder: string, type: string): [string, string] {
  const [head = '', name] = type.replace(/^\*/, '').split('.')
  return name === undefined ? [folder, head] : [packageOf(folder).imports.get(head) ?? '', name]
}

function fieldsOf(folder: string, { members }: Struct): [string, string][] {
  return members.flatMap(({ type, json, comment }): [string, string][] => {
    const [home, name] = resolved(folder, type)
    if (json !== undefined) {
      const values = packageOf(home).enums.get(name) ?? []
      return [[json, described([...comment, ...enumLines(values)])]]
    }
    const inline = packageOf(home).structs.get(name)
    return inline === undefined ? [] : fieldsOf(home, inline)
  })
}

/** The facts are trusted; a wrong shape fails the script. */
const schema = JSON.parse(readFileSync(join(values.from, 'schema.json'), 'utf8')) as SchemaFacts
const found: [string, string, [string, string][]][] = []
const missing: string[] = []
for (const [model, type] of Object.entries(schema.types)) {
  const folder = folderOf(model)
  const struct = folder === undefined ? undefined : packageOf(folder).structs.get(shortName(model))
  const docs =
    folder === undefined || struct === undefined
      ? clientDocs(model)
      : ([described(struct.comment), new Map(fieldsOf(folder, struct))] as const)
  if (docs === undefined) {
    missing.push(model)
    continue
  }
  const [about, texts] = docs
  const known = Object.keys(type.fields ?? {})
  missing.push(...known.filter((field) => !texts.has(field)).map((field) => `${model} ${field}`))
  found.push([model, about, [...texts].filter(([key]) => known.includes(key))])
}

const count = new Map<string, number>()
for (const [, , fields] of found) for (const [, text] of fields) count.set(text, (count.get(text) ?? 0) + 1)
const repeated = [...count].filter(([text, times]) => text !== '' && times > 1).map(([text]) => text)
const index = new Map(repeated.map((text, at) => [text, at]))
const models = found.map(([model, text, fields]) => {
  const told = fields.filter(([, about]) => about !== '').map(([key, about]) => [key, index.get(about) ?? about])
  return [model, [text, Object.fromEntries(told)]]
})
const text = JSON.stringify({ repeated, models: Object.fromEntries(models) })
const packed = deflateRawSync(text, { level: 9 }).toString('base64')
writeFileSync(join(import.meta.dirname, '../table/descriptions.json'), `${JSON.stringify(packed)}\n`)
process.stdout.write(
  `${models.length} models, ${text.length} characters, packed ${packed.length}; nothing found for: ${missing.join(', ')}\n`,
)
