/**
 * Turns the facts of Kubernetes into the table that the Worker carries and the TypeScript types.
 *
 *     node api/schema/generate/main.ts --from DIR
 *
 * DIR holds schema.json, resources.json and columns.json. Run by hand when the facts change; the results are committed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ColumnsFacts, GoFields, ResourcesFacts, SchemaFacts } from './facts.ts'
import { columnsTable, corrected, messagesTable, resourcesTable, typesTable } from './table.ts'
import { typescriptOf } from './typescript.ts'

const { values } = parseArgs({ options: { from: { type: 'string' } } })
if (values.from === undefined) throw new Error('usage: main.ts --from DIR')
const from = values.from
/** The caller names the shape: the facts are trusted, and a wrong one fails the generator. */
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T
const here = (path: string) => join(import.meta.dirname, path)

const schema = corrected(read<SchemaFacts>(join(from, 'schema.json')))
const resources = read<ResourcesFacts>(join(from, 'resources.json'))
const columns = read<ColumnsFacts>(join(from, 'columns.json'))
const go = existsSync(here('table/go-fields.json')) ? read<GoFields>(here('table/go-fields.json')) : {}
const kinds = resources.resources.flatMap((r) => [r, ...(r.subresources ?? [])])

writeFileSync(here('../table/types.json'), typesTable(schema, go))
writeFileSync(here('../table/messages.json'), messagesTable(schema))
writeFileSync(here('../table/resources.json'), resourcesTable(resources))
writeFileSync(here('../table/columns.json'), columnsTable(columns))
writeFileSync(here('../types.generated.ts'), typescriptOf(schema, kinds))
