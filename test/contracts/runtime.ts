import { afterEach, beforeAll, afterAll, expect, test } from 'vitest'
import type { Readable } from 'node:stream'
import type { ContainerDetail, ContainerSpec, Runtime, RuntimeEvent, SandboxSpec } from '../../agent/runtime/runtime.ts'

/** What the suite needs of an implementation. The commands are those of a shell; a fake knows them by heart. */
export interface RuntimeHarness {
  runtime: Runtime
  /** Another agent on the same machine: it must not see what `runtime` makes. */
  other: Runtime
  /** An image that is on the machine. */
  image: string
  /** Waits until the condition holds, with a deadline; a fake turns its clock. */
  until(condition: () => Promise<boolean> | boolean, what: string): Promise<void>
  close(): Promise<void>
}

export const COMMANDS = {
  sleep: ['sleep', '100000'],
  exit3: ['sh', '-c', 'echo out; echo err >&2; exit 3'],
  stubborn: ['sh', '-c', 'trap "" TERM; sleep 100000'],
  missing: ['/no/such/command'],
} as const
export const EXECS = {
  both: ['sh', '-c', 'echo out; echo err >&2; exit 7'],
  cat: ['cat'],
  sleep: ['sleep', '1000'],
  missing: ['/no/such/command'],
} as const

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

const kind = (expected: string): unknown => expect.objectContaining({ name: 'RuntimeError', kind: expected })

/** Rules of the seam `agent/runtime/runtime.ts`, for every implementation. */
export function runtimeContract(open: () => Promise<RuntimeHarness>): void {
  let harness: RuntimeHarness
  let runtime: Runtime
  let count = 0
  beforeAll(async () => {
    harness = await open()
    runtime = harness.runtime
  })
  afterAll(() => harness.close())
  afterEach(async () => {
    for (const { id } of await runtime.list()) await runtime.remove(id)
  })

  const sandboxSpec = (more: Partial<SandboxSpec> = {}): SandboxSpec => ({
    name: `contract-sandbox-${(count += 1)}`,
    labels: { 'podo.kind': 'sandbox' },
    hostname: 'web-1',
    hostNetwork: false,
    hostIPC: false,
    dns: { nameservers: ['192.0.2.53'], searches: ['example'], options: ['ndots:5'] },
    extraHosts: ['web-1:192.0.2.7'],
    ...more,
  })
  async function sandbox(): Promise<string> {
    const id = await runtime.createSandbox(sandboxSpec())
    await runtime.start(id)
    return id
  }
  async function create(command: readonly string[], more: Partial<ContainerSpec> = {}): Promise<string> {
    const sandboxId = more.sandboxId ?? (await sandbox())
    const name = `contract-${(count += 1)}`
    const labels = { 'podo.kind': 'app' }
    return runtime.create({ name, image: harness.image, labels, sandboxId, pid: 'own', command: [...command], ...more })
  }
  async function run(command: readonly string[]): Promise<string> {
    const id = await create(command)
    await runtime.start(id)
    return id
  }
  async function dead(id: string): Promise<ContainerDetail> {
    let detail: ContainerDetail | undefined
    await harness.until(async () => (detail = await runtime.inspect(id))?.state === 'exited', `${id} is dead`)
    if (detail === undefined) throw new Error('it is gone')
    return detail
  }

  test('a runtime that is there answers a ping', async () => {
    await expect(runtime.ping()).resolves.toBeUndefined()
  })

  test('info names the runtime and what the machine can do', async () => {
    const info = await runtime.info()
    expect(info.version).toMatch(/^\d+\./)
    expect(info.architecture).toMatch(/^(amd64|arm64)$/)
    expect(info.cpus).toBeGreaterThan(0)
    expect(info.memoryBytes).toBeGreaterThan(2 ** 20)
  })

  test('a sandbox runs, and a container runs inside it', async () => {
    const sandboxId = await sandbox()
    const id = await create(COMMANDS.sleep, { sandboxId })
    expect(await runtime.inspect(id)).toMatchObject({
      state: 'created',
      startedAt: 0,
      finishedAt: 0,
      pid: 0,
      error: '',
    })
    await runtime.start(id)
    const detail = await runtime.inspect(id)
    expect(detail).toMatchObject({ state: 'running', exitCode: 0, finishedAt: 0, image: harness.image, tty: false })
    expect(detail?.pid).toBeGreaterThan(0)
    expect(detail?.startedAt).toBeGreaterThan(0)
  })

  test('[AG1] list shows this agent’s containers with their labels, and no other agent’s', async () => {
    const id = await run(COMMANDS.sleep)
    const mine = await runtime.list()
    expect(mine.map((row) => [row.labels['podo.kind'], row.state]).sort()).toEqual([
      ['app', 'running'],
      ['sandbox', 'running'],
    ])
    expect(mine.some((row) => row.id === id && row.createdAt > 0)).toBe(true)
    expect(await harness.other.list()).toEqual([])
  })

  test('a name is taken once', async () => {
    await runtime.createSandbox(sandboxSpec({ name: 'contract-taken' }))
    await expect(runtime.createSandbox(sandboxSpec({ name: 'contract-taken' }))).rejects.toEqual(kind('conflict'))
  })

  test('a container that ends by itself keeps its exit code and times', async () => {
    const detail = await dead(await run(COMMANDS.exit3))
    expect(detail).toMatchObject({ exitCode: 3, oomKilled: false, pid: 0 })
    expect(detail.finishedAt).toBeGreaterThanOrEqual(detail.startedAt)
  })

  test('a command that does not exist fails the start and stays with its error', async () => {
    const id = await create(COMMANDS.missing)
    await expect(runtime.start(id)).rejects.toThrow(/no such file/)
    const detail = await runtime.inspect(id)
    expect(detail).toMatchObject({ state: 'created', exitCode: 127, startedAt: 0 })
    expect(detail?.error).toMatch(/no such file/)
  })

  test('a running container may be started again; nothing happens', async () => {
    const id = await run(COMMANDS.sleep)
    const before = await runtime.inspect(id)
    await runtime.start(id)
    expect(await runtime.inspect(id)).toEqual(before)
  })

  test('stop kills what ignores the signal when its grace is over', async () => {
    const id = await run(COMMANDS.stubborn)
    const stopped = runtime.stop(id, 1)
    expect(await dead(id)).toMatchObject({ exitCode: 137 })
    await stopped
    await runtime.stop(id, 1)
  })

  test('what is missing: inspect says undefined, stop and remove do nothing, start is not-found', async () => {
    const id = 'f'.repeat(64)
    expect(await runtime.inspect(id)).toBeUndefined()
    await runtime.stop(id, 1)
    await runtime.remove(id)
    await expect(runtime.start(id)).rejects.toEqual(kind('not-found'))
  })

  test('remove takes a running container too', async () => {
    const id = await run(COMMANDS.sleep)
    await runtime.remove(id)
    expect(await runtime.inspect(id)).toBeUndefined()
    expect((await runtime.list()).some((row) => row.id === id)).toBe(false)
  })

  test('an image: undefined when it is missing; creating from it is not-found, pulling it fails with a sentence', async () => {
    expect((await runtime.image(harness.image))?.id).toMatch(/^sha256:/)
    const missing = '127.0.0.1:1/nope:1'
    expect(await runtime.image(missing)).toBeUndefined()
    const sandboxId = await sandbox()
    await expect(create(COMMANDS.sleep, { sandboxId, image: missing })).rejects.toEqual(kind('not-found'))
    await expect(runtime.pull(missing)).rejects.toMatchObject({
      name: 'RuntimeError',
      message: expect.stringMatching(/\w/),
    })
  })

  test('logs give both outputs without frames', async () => {
    const id = await run(COMMANDS.exit3)
    await dead(id)
    const text = await textOf(await runtime.logs(id, { follow: false, timestamps: false }))
    expect(text.split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  test('logs that follow end with the container', async () => {
    const id = await run(COMMANDS.sleep)
    const logs = textOf(await runtime.logs(id, { follow: true, timestamps: false }))
    await runtime.remove(id)
    expect(await logs).toBe('')
  })

  test('exec gives both outputs apart and the exit code', async () => {
    const session = await runtime.exec(await run(COMMANDS.sleep), {
      command: [...EXECS.both],
      stdin: false,
      tty: false,
    })
    const outputs = await Promise.all([textOf(session.stdout), textOf(session.stderr), session.exit])
    expect(outputs).toEqual(['out\n', 'err\n', 7])
  })

  test('exec: the end of stdin reaches the process, its output still comes', async () => {
    const session = await runtime.exec(await run(COMMANDS.sleep), { command: [...EXECS.cat], stdin: true, tty: false })
    session.stdin?.end('hello')
    expect(await Promise.all([textOf(session.stdout), textOf(session.stderr), session.exit])).toEqual(['hello', '', 0])
  })

  test('exec of a command that does not exist is an error, not output', async () => {
    const session = await runtime.exec(await run(COMMANDS.sleep), {
      command: [...EXECS.missing],
      stdin: false,
      tty: false,
    })
    const exit = expect(session.exit).rejects.toThrow(/no such file/)
    expect(await Promise.all([textOf(session.stdout), textOf(session.stderr)])).toEqual(['', ''])
    await exit
  })

  test('exec in a container that does not run is a conflict', async () => {
    const id = await run(COMMANDS.exit3)
    await dead(id)
    await expect(runtime.exec(id, { command: ['true'], stdin: false, tty: false })).rejects.toEqual(kind('conflict'))
  })

  test('exec can be killed', async () => {
    const session = await runtime.exec(await run(COMMANDS.sleep), {
      command: [...EXECS.sleep],
      stdin: false,
      tty: false,
    })
    session.stdout.resume()
    session.stderr.resume()
    await session.kill()
    expect(await session.exit).toBe(137)
  })

  test('events tell each step of a container of this agent, with its labels', async () => {
    const ending = new AbortController()
    const seen: RuntimeEvent[] = []
    const reading = (async () => {
      for await (const event of runtime.events(ending.signal)) seen.push(event)
    })()
    // The stream is open when a first event arrives.
    await harness.until(async () => {
      if (seen.length === 0) await runtime.remove(await runtime.createSandbox(sandboxSpec()))
      return seen.length > 0
    }, 'the event stream is open')
    const id = await run(COMMANDS.exit3)
    await dead(id)
    await runtime.remove(id)
    await harness.until(() => seen.some((event) => event.id === id && event.action === 'destroy'), 'destroy is told')
    expect(seen.filter((event) => event.id === id).map((event) => event.action)).toEqual([
      'create',
      'start',
      'die',
      'destroy',
    ])
    expect(seen.find((event) => event.id === id)?.labels['podo.kind']).toBe('app')
    ending.abort()
    await reading
  })
}
