import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../cli/layout.ts'
import { access } from './access.ts'
import { apply } from './apply.ts'
import { makeBed } from './bed.ts'
import { controller } from './controller.ts'
import { cpu } from './cpu.ts'
import { idleDay } from './idle-day.ts'
import { leases } from './leases.ts'
import { list } from './list.ts'
import { machineFacts } from './machine.ts'
import { memory } from './memory.ts'
import type { Part } from './part.ts'
import { pods } from './pods.ts'
import { sizes } from './sizes.ts'
import { table, withResults, type Line } from './table.ts'
import { watch } from './watch.ts'
import { viewers } from './viewers.ts'
import { wake } from './wake.ts'
import { watchers } from './watchers.ts'
import { writes } from './writes.ts'

const PARTS: readonly Part[] = [
  writes,
  list,
  watch,
  watchers,
  access,
  cpu,
  wake,
  pods,
  apply,
  controller,
  idleDay,
  leases,
  viewers,
  memory,
  sizes,
]
const README = join(ROOT, 'bench/README.md')

/** Runs the parts that are named, all where none is. Only a whole run replaces what stands in bench/README.md. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name))
  if (unknown.length > 0) {
    const known = PARTS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')
    process.stderr.write(`There is no part ${unknown.join(', ')}. These are:\n${known}\n`)
    return 2
  }
  const facts = machineFacts(new Date())
  const lines = await run(PARTS.filter(({ name }) => names.length === 0 || names.includes(name)))
  const text = table(lines)
  process.stdout.write(`\n${facts.join('\n')}\n\n${text}\n`)
  if (names.length > 0) return 0
  const results = `${facts.map((fact) => `- ${fact}`).join('\n')}\n\n${text}`
  writeFileSync(README, withResults(readFileSync(README, 'utf8'), results))
  return 0
}

async function run(parts: readonly Part[]): Promise<Line[]> {
  const bed = makeBed()
  // Ctrl-C leaves no daemon behind.
  process.once('SIGINT', () => void bed.end().finally(() => process.exit(130)))
  const lines: Line[] = []
  try {
    for (const part of parts) {
      const since = performance.now()
      bed.say(`${part.name}: ${part.about}`)
      lines.push(...(await part.run(bed)))
      await bed.endPart()
      bed.say(`  took ${((performance.now() - since) / 1000).toFixed(1)} s`)
    }
  } finally {
    await bed.end()
  }
  return lines
}

process.exitCode = await main(process.argv.slice(2))
