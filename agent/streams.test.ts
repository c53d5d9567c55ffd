import { PassThrough, Readable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { CHANNEL, LONGEST_FRAME, WINDOW } from '../api/stream.ts'
import type { StreamOpen } from '../api/wire.ts'
import type { Found } from './pods.ts'
import type { ExecSession, ExecSpec, LogOptions } from './runtime/runtime.ts'
import { makeStreams, type StreamLineEvents } from './streams.ts'

const pod = { namespace: 'd', name: 'p', uid: 'u' }
const logs = (rest: object = {}): StreamOpen => ({
  type: 'stream.open',
  ticket: 't',
  pod,
  container: 'c',
  kind: 'logs',
  logs: { follow: false, previous: false, timestamps: false, ...rest },
})
const exec = (rest: object = {}): StreamOpen => ({
  type: 'stream.open',
  ticket: 't',
  pod,
  container: 'c',
  kind: 'exec',
  exec: { command: ['sh'], stdin: true, stdout: true, stderr: true, tty: false, ...rest },
})

class FakeProcess implements ExecSession {
  stdin = new PassThrough()
  stdout = new PassThrough()
  stderr = new PassThrough()
  sizes: number[][] = []
  killed = 0
  end!: (code: number) => void
  exit = new Promise<number>((resolve) => void (this.end = resolve))
  async resize(columns: number, rows: number): Promise<void> {
    this.sizes.push([columns, rows])
  }
  async kill(): Promise<void> {
    this.killed++
  }
}

function bench(found: Found = { id: 'id', tty: false, running: true }) {
  const sent: (string | Uint8Array)[] = []
  const state = { closed: 0, timers: [] as (() => void)[], log: new PassThrough(), asked: [] as unknown[], now: 50_000 }
  const process = new FakeProcess()
  let events: StreamLineEvents = expect.unreachable as never
  const streams = makeStreams({
    runtime: {
      async logs(id: string, options: LogOptions) {
        state.asked.push([id, options])
        return state.log
      },
      async exec(id: string, spec: ExecSpec) {
        state.asked.push([id, spec])
        return process
      },
    },
    find: () => found,
    dial(_, given) {
      events = given
      return { send: (data) => void sent.push(data), close: () => void state.closed++ }
    },
    clock: {
      now: () => state.now,
      after(_, call) {
        state.timers.push(call)
        return () => void (state.timers = state.timers.filter((other) => other !== call))
      },
    },
    log: () => undefined,
  })
  const credit = (bytes: number) => events.message(JSON.stringify({ type: 'credit', bytes }))
  const texts = () =>
    sent.filter((item) => typeof item === 'string').map((item) => JSON.parse(item) as Record<string, unknown>)
  const on = (channel: number) =>
    Buffer.concat(
      sent
        .filter((item) => item instanceof Uint8Array && item[0] === channel)
        .map((item) => (item as Uint8Array).subarray(1)),
    ).toString() // filtered
  const types = () => texts().map((frame) => frame['type'])
  return { streams, sent, state, process, credit, texts, types, on, events: () => events }
}
const until = (check: () => void) => vi.waitFor(check, { timeout: 2_000, interval: 1 })

test('[SM10] nothing begins before the other end is there', async () => {
  const { streams, state, credit, types } = bench()
  streams.open(logs())
  expect(state.asked).toEqual([])
  credit(WINDOW)
  state.log.end('x\n')
  await until(() => expect(types()).toEqual(['opened', 'ended']))
})

test('[SM8] a log goes out with its options, by the machine’s own clock', async () => {
  const { streams, state, credit, types, on } = bench()
  streams.open(logs({ timestamps: true, tailLines: 3, sinceSeconds: 10, limitBytes: 5 }))
  credit(WINDOW)
  state.log.end('hello\nworld\n')
  await until(() => expect(types()).toEqual(['opened', 'ended']))
  expect(state.asked).toEqual([['id', { follow: false, timestamps: true, tail: 3, since: 40_000 }]])
  expect(on(CHANNEL.stdout)).toBe('hello')
  expect(state.log.destroyed).toBe(true)
  expect(state.closed).toBe(1)
})

test('[SM4] without credit the source is not read', async () => {
  const { streams, credit, on, state, types } = bench()
  let read = 0
  const piece = Buffer.alloc(LONGEST_FRAME)
  state.log = Object.assign(
    new Readable({
      read() {
        this.push(read++ < 200 ? piece : null)
      },
    }),
  ) as never // a source of 200 pieces
  streams.open(logs())
  credit(4 * LONGEST_FRAME)
  await until(() => expect(on(CHANNEL.stdout).length).toBe(4 * LONGEST_FRAME))
  expect(read).toBeLessThan(12)
  for (let n = 0; n < 60; n++) credit(4 * LONGEST_FRAME)
  await until(() => expect(types().at(-1)).toBe('ended'))
  expect(on(CHANNEL.stdout).length).toBe(200 * LONGEST_FRAME)
})

test('[SM8] kubelet’s sentence when there is no log', async () => {
  const { streams, credit, texts, state } = bench({ error: 'container "c" in pod "p" is terminated' })
  streams.open(logs())
  credit(WINDOW)
  await until(() =>
    expect(texts()).toEqual([
      { type: 'failed', code: 400, message: 'container "c" in pod "p" is terminated' },
      { type: 'ended' },
    ]),
  )
  expect(state.closed).toBe(1)
})

test('[SM7] a client that goes closes the log, also one that says nothing', async () => {
  const { streams, credit, types, events, state } = bench()
  streams.open(logs({ follow: true }))
  credit(WINDOW)
  await until(() => expect(types()).toEqual(['opened']))
  events().closed()
  expect(state.log.destroyed).toBe(true)
  expect(state.timers).toEqual([])
})

test('[SM6] exec: input, its end, the size, both outputs, the exit code', async () => {
  const { streams, process, credit, types, on, events, state } = bench()
  streams.open(exec())
  events().message(Buffer.from([CHANNEL.stdin, ...Buffer.from('early ')]))
  credit(WINDOW)
  await until(() => expect(types()).toContain('opened'))
  expect(state.asked).toEqual([['id', { command: ['sh'], stdin: true, tty: false }]])
  events().message(Buffer.from([CHANNEL.resize, ...Buffer.from('{"Width":80,"Height":24}')]))
  events().message(Buffer.from([CHANNEL.resize, ...Buffer.from('nonsense')]))
  events().message(Buffer.from([CHANNEL.stdin, ...Buffer.from('late')]))
  events().message(Buffer.from([CHANNEL.close, CHANNEL.stdin]))
  const input: Buffer[] = []
  for await (const chunk of process.stdin) input.push(chunk as Buffer)
  expect(Buffer.concat(input).toString()).toBe('early late')
  expect(process.sizes).toEqual([[80, 24]])
  process.stdout.end('out')
  process.stderr.end('err')
  process.end(3)
  await until(() => expect(types().at(-1)).toBe('ended'))
  expect([on(CHANNEL.stdout), on(CHANNEL.stderr)]).toEqual(['out', 'err'])
  expect(JSON.parse(on(CHANNEL.error))).toMatchObject({
    reason: 'NonZeroExitCode',
    details: { causes: [{ message: '3' }] },
  })
  expect(process.killed).toBe(0)
  expect(state.closed).toBe(1)
})

test('[SM5] input that the process has read is told in pieces of a frame', async () => {
  const { streams, process, credit, types, events, texts } = bench()
  streams.open(exec())
  credit(WINDOW)
  await until(() => expect(types()).toContain('opened'))
  const half = Buffer.alloc(1 + LONGEST_FRAME / 2)
  const told = () => texts().filter(({ type }) => type === 'credit')
  events().message(half)
  process.stdin.resume()
  await until(() => expect(process.stdin.readableLength).toBe(0))
  expect(told()).toEqual([])
  events().message(half)
  await until(() => expect(told()).toEqual([{ type: 'credit', bytes: LONGEST_FRAME }]))
})

test('[SM6] a terminal’s input is never ended', async () => {
  const { streams, process, credit, types, events } = bench()
  streams.open(exec({ tty: true, stderr: false }))
  credit(WINDOW)
  await until(() => expect(types()).toContain('opened'))
  events().message(Buffer.from([CHANNEL.close, CHANNEL.stdin]))
  expect(process.stdin.writableEnded).toBe(false)
})

test('[SM7] when the client goes the process is killed, once', async () => {
  const { streams, process, credit, types, events, state } = bench()
  streams.open(exec())
  credit(WINDOW)
  await until(() => expect(types()).toContain('opened'))
  events().closed()
  events().closed()
  expect(process.killed).toBe(1)
  process.stdout.end()
  process.stderr.end()
  process.end(137)
  await process.exit
  expect(types()).toEqual(['opened'])
  expect(state.timers).toEqual([])
})

test('[SM4] a writer without credit says so, sooner first, and no longer once it has some', async () => {
  const { streams, process, credit, types, state } = bench()
  streams.open(exec())
  credit(1)
  await until(() => expect(types()).toContain('opened'))
  process.stdout.write(Buffer.alloc(LONGEST_FRAME + 10))
  const asks = () => types().filter((type) => type === 'waiting').length
  await until(() => expect(state.timers).toHaveLength(2))
  state.timers.at(-1)?.()
  state.timers.at(-1)?.()
  expect(asks()).toBe(2)
  credit(WINDOW)
  await until(() => expect(process.stdout.readableLength).toBe(0))
  state.timers.at(-1)?.()
  expect(asks()).toBe(2)
})

test.each([
  ['a container that does not run', { error: 'whatever' } as Found],
  ['a container that has ended', { id: 'id', tty: false, running: false } as Found],
])('[SM6] exec in %s is kubectl’s internal error', async (_, found) => {
  const { streams, credit, types, on } = bench(found)
  streams.open(exec())
  credit(WINDOW)
  await until(() => expect(types()).toEqual(['ended']))
  expect(JSON.parse(on(CHANNEL.error))).toMatchObject({
    reason: 'InternalError',
    message: 'Internal error occurred: unable to upgrade connection: container not found ("c")',
  })
})

test('[SM10] the other end never comes: the session is given up', () => {
  const { streams, state } = bench()
  streams.open(exec())
  state.timers[0]?.()
  expect(state.closed).toBe(1)
})

test('[SM10] beyond 64 sessions one more is refused by name', async () => {
  const { streams, credit, on, types } = bench()
  for (let n = 0; n < 65; n++) streams.open(exec())
  credit(WINDOW)
  await until(() => expect(types()).toEqual(['ended']))
  expect(on(CHANNEL.error)).toContain('too many sessions on this node')
})
