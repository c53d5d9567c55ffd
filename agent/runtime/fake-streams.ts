import { deferred } from '../deferred.ts'
import { PassThrough, Readable, Writable } from 'node:stream'
import type { Command, Program } from './fake.ts'
import { RuntimeError } from './runtime.ts'
import type { ContainerDetail, Runtime, RuntimeEvent } from './runtime.ts'

/** Told of an event; undefined when the runtime goes down. */
export type Listener = (event: RuntimeEvent | undefined) => void

interface Logged {
  detail: ContainerDetail
  program: Program
  ended: (() => void)[]
}

export function fakeLogs(entry: Logged, follow: boolean): Readable {
  const { stdout = '', stderr = '' } = entry.program
  const out = new PassThrough()
  if (entry.detail.startedAt > 0) out.write(stdout + stderr)
  if (follow && entry.detail.state === 'running') entry.ended.push(() => out.end())
  else out.end()
  return out
}

export function fakeExec(command: Command, withStdin: boolean): ReturnType<Runtime['exec']> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const { promise, resolve, reject } = deferred<number>()
  promise.catch(() => undefined)
  const finish = (code: number): void => {
    let open = 2
    const closed = (): void => void ((open -= 1) === 0 && resolve(code))
    for (const output of [stdout, stderr]) output.once('end', closed).end()
  }
  stdout.write(command.stdout ?? '')
  stderr.write(command.stderr ?? '')
  if (command.error !== undefined) {
    stdout.end()
    stderr.end()
    reject(new RuntimeError('refused', command.error, 126))
  } else if (command.code !== undefined) finish(command.code)
  const stdin = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (command.code === undefined) stdout.write(chunk)
      done()
    },
    final: (done) => {
      finish(0)
      done()
    },
  })
  return Promise.resolve({
    stdout,
    stderr,
    ...(withStdin ? { stdin } : {}),
    exit: promise,
    resize: () => Promise.resolve(),
    kill: () => Promise.resolve(finish(137)),
  })
}

export async function* fakeEvents(
  signal: AbortSignal,
  listeners: Set<Listener>,
  up: () => void,
): AsyncGenerator<RuntimeEvent> {
  up()
  const queue: (RuntimeEvent | undefined)[] = []
  let wake = (): void => undefined
  const listener = (event: RuntimeEvent | undefined): void => {
    queue.push(event)
    wake()
  }
  listeners.add(listener)
  signal.addEventListener('abort', () => listener(undefined))
  try {
    for (;;) {
      while (queue.length > 0) {
        const event = queue.shift()
        if (event === undefined) return
        yield event
      }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    listeners.delete(listener)
  }
}
