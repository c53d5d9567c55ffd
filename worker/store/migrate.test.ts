import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { migrations } from '../../migrations/index.ts'

test('[ST40] the bundled migrations are the SQL files, each with its oldest reader', () => {
  const folder = new URL('../../migrations/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
  const bundled = migrations.map(
    ({ oldestReader, statements }) =>
      `-- oldest reader: ${oldestReader}\n${statements.join('\n--> statement-breakpoint\n')}`,
  )
  expect(bundled).toEqual(files.sort().map((file) => readFileSync(new URL(file, folder), 'utf8').trim()))
  for (const [at, { oldestReader }] of migrations.entries()) {
    expect(oldestReader).toBeLessThanOrEqual(at + 1)
    expect(oldestReader).toBeGreaterThanOrEqual(migrations[at - 1]?.oldestReader ?? 1)
  }
})
