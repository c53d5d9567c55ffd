import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DIST } from '../cli/layout.ts'
import type { Part } from './part.ts'
import { counted } from './table.ts'

/** What is uploaded to Cloudflare, and what a machine downloads to join. */
export const sizes: Part = {
  name: 'sizes',
  about: 'the bundles of Worker and agent, gzipped',
  async run() {
    const kB = async (file: string): Promise<number> => gzipSync(await readFile(join(DIST, file))).length / 1000
    return [
      counted('Worker bundle, gzip', await kB('worker/index.js'), 'kB', { atMost: 900 }),
      counted('agent bundle, gzip', await kB('agent.cjs'), 'kB'),
    ]
  },
}
