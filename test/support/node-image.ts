import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { build } from 'esbuild'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { tar, type TarEntry } from '../../agent/runtime/tar.ts'
import { nodeBinary } from '../../cli/layout.ts'
import { newest } from './kubectl.ts'

/**
 * The image `podo/clients:1`: this machine's Node with the libraries that it needs, kubectl, and programs of ours, each
 * bundled into one file (`/app/<name>.cjs`).
 */
export async function loadClients(socket: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const node = nodeBinary()
  const entries: TarEntry[] = [
    entry('bin/node', node, 0o755),
    entry('bin/kubectl', newest().path, 0o755),
    ...librariesOf(node).map((path) => entry(path.slice(1), path, 0o755)),
    { name: 'etc/passwd', data: Buffer.from('root:x:0:0:root:/:/bin/sh\n'), mode: 0o644 },
    { name: 'tmp/.keep', data: Buffer.alloc(0), mode: 0o644 },
  ]
  for (const [name, source] of Object.entries(programs))
    entries.push({ name: `app/${name}.cjs`, data: await bundled(source), mode: 0o644 })
  const query = { fromSrc: '-', repo: 'podo/clients', tag: '1', changes: 'ENV PATH=/bin' }
  const response = await dockerHttp(socket).stream('POST', '/images/create', { query, body: tar(entries) })
  for await (const _ of response) void _
  return 'podo/clients:1'
}

const entry = (name: string, path: string, mode: number): TarEntry => ({
  name,
  data: readFileSync(realpathSync(path)),
  mode,
})

/** As ldd names them, each at its own path, the loader too. */
function librariesOf(binary: string): string[] {
  const lines = execFileSync('ldd', [binary], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? [])
}

async function bundled(source: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    logLevel: 'silent',
  })
  return Buffer.from(outputFiles[0]?.contents ?? new Uint8Array())
}
