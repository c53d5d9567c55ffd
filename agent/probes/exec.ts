import { deferred } from '../deferred.ts'
import type { Readable } from 'node:stream'
import type { Runtime } from '../runtime/runtime.ts'
import type { Outcome } from './probe.ts'

/** Kubelet's: more output is not read. */
const LONGEST_OUTPUT = 10 * 1024

/** Exit code 0 is success. A command that takes too long is killed, for hanging up would leave it running. */
export async function execProbe(runtime: Runtime, id: string, command: string[], timeout: number): Promise<Outcome> {
  const session = await runtime.exec(id, { command, stdin: false, tty: false })
  const output = collect(session.stdout, session.stderr)
  const timer = deferred<'late'>()
  const handle = setTimeout(() => timer.resolve('late'), timeout)
  try {
    const code = await Promise.race([session.exit, timer.promise])
    if (code === 0) return { result: 'success', output: output() }
    if (code !== 'late') return { result: 'failure', output: output() }
    session.exit.catch(() => undefined)
    await session.kill()
    return { result: 'failure', output: `command timed out: "${command.join(' ')}" timed out after ${timeout / 1000}s` }
  } finally {
    clearTimeout(handle)
  }
}

function collect(...streams: Readable[]): () => string {
  const chunks: Buffer[] = []
  let size = 0
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      if (size < LONGEST_OUTPUT) chunks.push(chunk)
      size += chunk.length
    })
    stream.on('error', () => undefined)
  }
  return () => Buffer.concat(chunks).toString('utf8', 0, LONGEST_OUTPUT)
}
