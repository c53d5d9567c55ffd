import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ROOT } from '../../cli/layout.ts'

test(
  '[CL32] wrangler deploy --dry-run builds the Worker, and it is at most 900 kB in gzip',
  { timeout: 120_000 },
  () => {
    const out = mkdtempSync(join(tmpdir(), 'podo-deploy-'))
    const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
    const done = spawnSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', out, '--minify'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, CI: '1' },
    })
    expect(done.status, done.stderr).toBe(0)
    expect(done.stdout).toMatch(/env\.CLUSTER \(Cluster\)/)
    expect(gzipSync(readFileSync(join(out, 'index.js'))).length).toBeLessThan(900_000)
    rmSync(out, { recursive: true, force: true })
  },
)
