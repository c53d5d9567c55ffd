// Bundles the three programs with esbuild: the Worker, the agent and the `podo` command. Plain JavaScript, because the
// starter runs it before anything that understands TypeScript exists.
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The Worker as wrangler bundles it: what runs on plain workerd and on Cloudflare is the same text. */
const worker = {
  entryPoints: ['worker/index.ts'],
  outfile: 'dist/worker/index.js',
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*', 'cloudflare:*'],
  // Names stay readable in stack traces by being left alone: `keepNames` sets each closure's name anew whenever it is
  // made, a tenth of what a small write costs.
  minifyWhitespace: true,
  minifySyntax: true,
}
/** One CommonJS file: ESM costs the agent 5 MB of memory. */
const agent = {
  entryPoints: ['agent/main.ts'],
  outfile: 'dist/agent.cjs',
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
}
const cli = {
  entryPoints: ['cli/main.ts'],
  outfile: 'dist/podo.mjs',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
}

const bench = { ...cli, entryPoints: ['bench/main.ts'], outfile: 'dist/bench.mjs' }

/** @param {'worker' | 'agent' | 'cli' | 'bench'} name */
export const buildOne = (name) =>
  build({
    absWorkingDir: root,
    bundle: true,
    logLevel: 'warning',
    sourcemap: false,
    ...{ worker, agent, cli, bench }[name],
  })

/** Builds everything; rejects with esbuild's message on an error in the sources. */
export const buildAll = () => Promise.all(['worker', 'agent', 'cli'].map((name) => buildOne(name)))

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
