import type { Clock } from '../clock.ts'
import { fakeEvents, fakeExec, fakeLogs, type Listener } from './fake-streams.ts'
import { NODE_LABEL } from './labels.ts'
import { RuntimeError } from './runtime.ts'
import type {
  ContainerDetail,
  ContainerSpec,
  ImageInfo,
  Runtime,
  RuntimeEvent,
  RuntimeFailure,
  SandboxSpec,
  SeenContainer,
} from './runtime.ts'

/** What a container does that is started with a certain command. */
export interface Program {
  /** Its start fails with this text and this exit code. */
  startError?: { message: string; code: number }
  stdout?: string
  stderr?: string
  /** Ends by itself, milliseconds after its start. Without it the container runs on. */
  exit?: { code: number; after: number }
  /** SIGTERM is ignored: it dies by SIGKILL at the end of the grace. */
  stubborn?: boolean
}
/** What an exec'd command does. Without `code` it runs until it is killed. */
export interface Command {
  stdout?: string
  stderr?: string
  code?: number
  /** It cannot be started. */
  error?: string
}

export interface FakeOptions {
  node: string
  clock: Clock
  /** What entrypoint and command, joined by spaces, do. Read at each start, so that a test may change it. */
  program: (command: string, spec: ContainerSpec) => Program
  exec?: (command: string[], container: string) => Command
  /** Milliseconds that the next call takes; half of it before it has its effect. None by default. */
  delay?: () => number
}

/** A runtime in memory, for tests: real containers' life, scripted programs, a clock in the test's hand. */
export interface FakeRuntime extends Runtime {
  /** Images that are on the machine. */
  images: Map<string, ImageInfo>
  /** Images that a registry has; an Error is thrown by the pull instead. */
  registry: Map<string, ImageInfo | Error>
  /** All calls fail as if the daemon were gone; containers live on. */
  setDown(down: boolean): void
  /** The main process ends now. One that does not run is no error. */
  die(id: string, code: number, options?: { oomKilled?: boolean }): void
  /** Someone removes it behind the agent. One that is not there is no error. */
  vanish(id: string): void
  /** A look past the agent, without delay, also while the runtime is down. */
  peek(id: string): ContainerDetail | undefined
  /** Errors for the next creates, in order. */
  createErrors: RuntimeError[]
  /** What has been created, for tests that look at the spec. */
  specs: Map<string, ContainerSpec | SandboxSpec>
  /** Names of the calls made, with the container's name or the image. */
  calls: string[]
}

export const fakeImage = (ref: string): ImageInfo => ({
  id: `sha256:${ref}`,
  digest: `sha256:${ref}`,
  size: 1000,
  user: '',
  stopSignal: '',
  entrypoint: [],
  command: ['serve'],
})

interface Entry {
  detail: ContainerDetail
  spec: ContainerSpec | SandboxSpec
  program: Program
  cancel: () => void
  ended: (() => void)[]
}

const NEW_CONTAINER = {
  state: 'created',
  pid: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: 0,
  finishedAt: 0,
} as const

/** The containers and what happens to them. */
class Machine {
  readonly containers = new Map<string, Entry>()
  readonly listeners = new Set<Listener>()
  readonly #options: FakeOptions
  #count = 0

  constructor(options: FakeOptions) {
    this.#options = options
  }

  need(id: string): Entry {
    const entry = this.containers.get(id)
    if (entry === undefined) throw new RuntimeError('not-found', `No such container: ${id}`, 404)
    return entry
  }

  needRunning(id: string): ContainerDetail {
    const { detail } = this.need(id)
    if (detail.state !== 'running') throw new RuntimeError('conflict', `Container ${id} is not running`, 409)
    return detail
  }

  add(spec: ContainerSpec | SandboxSpec, image: string): string {
    if ([...this.containers.values()].some(({ detail }) => detail.name === spec.name))
      throw new RuntimeError('conflict', `Conflict. The container name "/${spec.name}" is already in use`, 409)
    this.#count += 1
    const id = this.#count.toString(16).padStart(64, '0')
    const detail: ContainerDetail = {
      ...NEW_CONTAINER,
      id,
      name: spec.name,
      image,
      imageId: `sha256:${image}`,
      createdAt: this.#options.clock.now(),
      labels: { ...spec.labels, [NODE_LABEL]: this.#options.node },
      tty: 'tty' in spec && spec.tty === true,
    }
    const entry: Entry = { detail, spec, program: {}, cancel: () => undefined, ended: [] }
    this.containers.set(id, entry)
    this.#emit('create', entry)
    return id
  }

  run(entry: Entry): void {
    if (entry.detail.state === 'running') return
    if ('image' in entry.spec) entry.program = this.#options.program(commandOf(entry.spec), entry.spec)
    const { startError, exit } = entry.program
    if (startError !== undefined) {
      Object.assign(entry.detail, { exitCode: startError.code, error: startError.message })
      throw new RuntimeError('refused', startError.message, 400)
    }
    const { clock } = this.#options
    Object.assign(entry.detail, { state: 'running', startedAt: clock.now(), pid: 1000 + this.#count })
    this.#emit('start', entry)
    if (exit !== undefined) entry.cancel = clock.after(exit.after, () => this.end(entry, exit.code))
  }

  end(entry: Entry, code: number, oomKilled = false): void {
    if (entry.detail.state !== 'running') return
    entry.cancel()
    const finishedAt = this.#options.clock.now()
    Object.assign(entry.detail, { state: 'exited', exitCode: code, oomKilled, finishedAt, pid: 0 })
    this.#emit('die', entry)
    for (const tell of entry.ended.splice(0)) tell()
  }

  async stop(entry: Entry, graceSeconds: number): Promise<void> {
    if (entry.detail.state !== 'running') return
    if (entry.program.stubborn !== true) return this.end(entry, 'image' in entry.spec ? 143 : 0)
    await new Promise<void>((resolve) => {
      entry.ended.push(resolve)
      this.#options.clock.after(graceSeconds * 1000, () => this.end(entry, 137))
    })
  }

  remove(entry: Entry): void {
    this.end(entry, 137)
    this.containers.delete(entry.detail.id)
    this.#emit('destroy', entry)
  }

  #emit(action: RuntimeEvent['action'], { detail: { id, labels } }: Entry): void {
    for (const listener of this.listeners) listener({ id, action, labels })
  }
}

export function fakeRuntime(options: FakeOptions): FakeRuntime {
  const machine = new Machine(options)
  const calls: string[] = []
  const createErrors: RuntimeError[] = []
  const specs = new Map<string, ContainerSpec | SandboxSpec>()
  const images = fakeImages()
  let isDown = false
  const up = (call: string): void => {
    calls.push(call)
    if (isDown) throw new RuntimeError('down', 'Cannot connect to the Docker daemon')
  }
  const add = (spec: ContainerSpec | SandboxSpec, image: string): string => {
    up(`create ${spec.name}`)
    const error = createErrors.shift()
    if (error !== undefined) throw error
    const id = machine.add(spec, image)
    specs.set(id, spec)
    return id
  }
  return {
    images: images.local,
    registry: images.registry,
    createErrors,
    specs,
    calls,
    setDown(down) {
      isDown = down
      if (down) for (const listener of machine.listeners) listener(undefined)
    },
    die(id, code, { oomKilled } = {}) {
      const entry = machine.containers.get(id)
      if (entry !== undefined) machine.end(entry, code, oomKilled)
    },
    vanish(id) {
      const entry = machine.containers.get(id)
      if (entry !== undefined) machine.remove(entry)
    },
    peek: (id) => machine.containers.get(id)?.detail,
    ...promises(callsOf({ machine, images, up, options, add }), options),
    events: (signal) => fakeEvents(signal, machine.listeners, () => up('events')),
  }
}

interface Parts {
  machine: Machine
  images: ReturnType<typeof fakeImages>
  up: (call: string) => void
  options: FakeOptions
  add: (spec: ContainerSpec | SandboxSpec, image: string) => string
}

function callsOf({ machine, images, up, options, add }: Parts): Synchronous {
  const nameOf = (id: string): string => machine.containers.get(id)?.detail.name ?? id
  return {
    info: () => (up('info'), fakeInfo),
    ping: () => up('ping'),
    list: () => (up('list'), [...machine.containers.values()].map(({ detail }) => seenOf(detail))),
    inspect: (id) => (up(`inspect ${nameOf(id)}`), copyOf(machine.containers.get(id)?.detail)),
    image: (ref) => (up(`image ${ref}`), images.local.get(ref)),
    pull: (ref) => (up(`pull ${ref}`), images.pull(ref)),
    createSandbox: (spec) => add(spec, 'podo/pause:1'),
    create: (spec) => (images.need(spec.image), add(spec, spec.image)),
    start: (id) => (up(`start ${nameOf(id)}`), machine.run(machine.need(id))),
    stop(id, graceSeconds) {
      up(`stop ${nameOf(id)} ${graceSeconds}`)
      const entry = machine.containers.get(id)
      return entry === undefined ? undefined : machine.stop(entry, graceSeconds)
    },
    remove(id) {
      up(`remove ${nameOf(id)}`)
      const entry = machine.containers.get(id)
      if (entry !== undefined) machine.remove(entry)
    },
    exec(id, { command, stdin }) {
      up(`exec ${command.join(' ')}`)
      return fakeExec(options.exec?.(command, machine.needRunning(id).name) ?? { code: 0 }, stdin)
    },
    logs: (id, { follow }) => (up(`logs ${nameOf(id)}`), fakeLogs(machine.need(id), follow)),
  }
}

type Calls = Omit<Runtime, 'events'>
type Synchronous = {
  [Name in keyof Calls]: (
    ...args: Parameters<Calls[Name]>
  ) => Awaited<ReturnType<Calls[Name]>> | ReturnType<Calls[Name]> | undefined
}

/** Every call answers in a later turn and throws as a rejection, as calls over a socket do. */
function promises(calls: Synchronous, { clock, delay }: FakeOptions): Calls {
  const wait = async (milliseconds: number): Promise<void> => {
    if (milliseconds > 0) await new Promise<void>((resolve) => void clock.after(milliseconds, resolve))
  }
  const entries = Object.entries(calls).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      const half = (delay?.() ?? 0) / 2
      await wait(half)
      // The arguments are those of the method of this name.
      const result = await (call as (...args: unknown[]) => unknown)(...args)
      await wait(half)
      return result
    },
  ])
  // Object.fromEntries forgets that the names are the same.
  return Object.fromEntries(entries) as Calls
}

function fakeImages() {
  const local = new Map<string, ImageInfo>()
  const registry = new Map<string, ImageInfo | Error>()
  return {
    local,
    registry,
    need(ref: string): void {
      if (!local.has(ref)) throw new RuntimeError('not-found', `No such image: ${ref}`, 404)
    },
    pull(ref: string): ImageInfo {
      const found = registry.get(ref)
      if (found instanceof Error) throw found
      if (found === undefined)
        throw new RuntimeError('not-found', `manifest for ${ref} not found: manifest unknown: manifest unknown`, 404)
      local.set(ref, found)
      return found
    },
  }
}

const seenOf = ({ id, labels, state, createdAt, imageId }: ContainerDetail): SeenContainer => ({
  id,
  labels,
  state,
  createdAt,
  imageId,
})
const copyOf = (detail: ContainerDetail | undefined): ContainerDetail | undefined => detail && { ...detail }

const fakeInfo = {
  name: 'docker',
  version: '20.10.24',
  operatingSystem: 'linux',
  osImage: 'Fake OS',
  kernelVersion: '6.1',
  architecture: 'amd64',
  cpus: 4,
  memoryBytes: 8 * 2 ** 30,
  cgroupDriver: 'cgroupfs',
  cgroupVersion: 1,
  memoryLimit: true,
  rootFolder: '/var/lib/docker',
} as const

/** As on Docker: what the spec does not say, the image's words would be; the fake's images all `serve`. */
function commandOf(spec: ContainerSpec): string {
  const words = [...(spec.entrypoint ?? []), ...(spec.command ?? [])]
  return words.length === 0 ? 'serve' : words.join(' ')
}

/** For tests: an error as the runtime throws it. */
export const runtimeError = (kind: RuntimeFailure, message: string, code?: number): RuntimeError =>
  new RuntimeError(kind, message, code)
