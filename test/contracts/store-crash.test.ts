import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openNodeStore } from '../../worker/store/node.ts'

/** The last line that a writer printed before it was killed in the middle of its work. */
async function killWriter(path: string, after: number): Promise<number> {
  const flags = ['--experimental-transform-types', '--no-warnings']
  const writer = spawn(process.execPath, [...flags, join(import.meta.dirname, 'store-crash-writer.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  let lines = 0
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    lines += text.split('\n').length - 1
    if (lines >= after) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  return Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1))
}

test(
  '[ST39] what was acknowledged is there after kill -9, a transaction whole or not at all',
  { timeout: 30_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podo-crash-'))
    try {
      const path = join(folder, 'store.sqlite')
      for (const after of [5, 12, 20]) {
        const last = await killWriter(path, after)
        const store = openNodeStore(path)
        const rows = store.list({ resource: 'configmaps' })
        expect(rows.length % 2).toBe(0)
        expect(rows.length / 2).toBeGreaterThan(last)
        expect(store.version).toBe(rows.length)
        expect(store.changes(0).map(({ version }) => version)).toEqual(rows.map((_, at) => at + 1))
        store.close()
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
