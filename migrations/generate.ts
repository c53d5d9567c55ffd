import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { withoutRowid } from '../worker/store/schema.ts'

/**
 * `node migrations/generate.ts [NAME]`: writes the next migration from the difference between `worker/store/schema.ts`
 * and the last snapshot, then bundles all of them into `migrations/index.ts` for the Worker, which has no files.
 *
 * Each migration says in its first line which is the oldest code that may open a database after it:
 * `-- oldest reader: N`, N being the number of migrations that this code knows. A migration that only adds (expand)
 * keeps the N before; one that takes away (contract) names the release that stopped using what goes.
 */

const folder = new URL('.', import.meta.url).pathname
const sqlFiles = (): string[] =>
  readdirSync(folder)
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()

/** drizzle has no word for WITHOUT ROWID; the tables that schema.ts names get it here. */
function clustered(sql: string): string {
  return withoutRowid.reduce(
    (text, table) => text.replace(new RegExp(`(CREATE TABLE \`${table}\` \\([^;]*\\))(?=;|$)`), '$1 WITHOUT ROWID'),
    sql,
  )
}

function parse(file: string): { name: string; oldestReader: number; statements: string[] } {
  const [first = '', ...rest] = readFileSync(folder + file, 'utf8').split('\n')
  const reader = /^-- oldest reader: (\d+)$/.exec(first)?.[1]
  if (reader === undefined) throw new Error(`migrations/${file}: the first line must be "-- oldest reader: N"`)
  const statements = rest.join('\n').split('--> statement-breakpoint')
  return { name: file.slice(0, -4), oldestReader: Number(reader), statements: statements.map((text) => text.trim()) }
}

const before = new Set(sqlFiles())
const name = process.argv[2]
const made = spawnSync(
  'node_modules/.bin/drizzle-kit',
  ['generate', '--config', 'worker/store/drizzle.config.ts', ...(name === undefined ? [] : ['--name', name])],
  { stdio: 'inherit', cwd: `${folder}..` },
)
if (made.status !== 0) process.exit(made.status ?? 1)

for (const file of sqlFiles()) {
  if (before.has(file)) continue
  const kept = file.startsWith('0000') ? 1 : Math.max(...[...before].map((other) => parse(other).oldestReader))
  writeFileSync(folder + file, `-- oldest reader: ${kept}\n${clustered(readFileSync(folder + file, 'utf8').replaceAll(/;--> /g, ';\n--> '))}\n`)
}

const literal = (text: string): string => '`' + text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${') + '`'
const entries = sqlFiles().map(parse).map(
  ({ name, oldestReader, statements }) =>
    `  {\n    name: '${name}',\n    oldestReader: ${oldestReader},\n    statements: [\n${statements
      .map((text) => `      ${literal(text)},\n`)
      .join('')}    ],\n  },\n`,
)
writeFileSync(
  `${folder}index.ts`,
  `/** Made by \`node migrations/generate.ts\` from the SQL files beside it; do not edit. */
export const migrations: readonly { name: string; oldestReader: number; statements: readonly string[] }[] = [
${entries.join('')}]
`,
)
