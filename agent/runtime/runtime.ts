import type { Readable, Writable } from 'node:stream'
import type {
  ContainerDetail,
  ContainerSpec,
  ExecSpec,
  ImageInfo,
  LogOptions,
  RegistryCredentials,
  RuntimeEvent,
  RuntimeInfo,
  SandboxSpec,
  SeenContainer,
} from './container.ts'

export type * from './container.ts'

/**
 * The seam to whatever runs containers: Docker first, others later. One contract suite (`test/contracts/runtime.ts`) that
 * Docker and the fake both pass. Every call may throw RuntimeError; none retries by itself. Times are milliseconds.
 */
export interface Runtime {
  /** Name and version (`docker`, `20.10.24`), cgroup driver and version, what the machine can do. Throws when it is down. */
  info(): Promise<RuntimeInfo>
  /** Whether it is there, at the least cost: it is asked for ever. Throws when it is down. */
  ping(): Promise<void>
  /** All containers that carry this agent's labels, running or not. One cheap call. */
  list(): Promise<SeenContainer[]>
  /** State in full, with exit code and pid. Undefined when it is gone. */
  inspect(id: string): Promise<ContainerDetail | undefined>
  image(ref: string): Promise<ImageInfo | undefined>
  /** Aborting the signal ends the pull with an error of kind `other`. */
  pull(ref: string, credentials?: RegistryCredentials, signal?: AbortSignal): Promise<ImageInfo>
  /** Creates, does not start. Returns the id. Brings the pause image itself. A taken name is an error of kind `conflict`. */
  createSandbox(spec: SandboxSpec): Promise<string>
  /** Creates, does not start. Returns the id. The name is unique; a taken name is an error of kind `conflict`. */
  create(spec: ContainerSpec): Promise<string>
  /** One that fails to start stays there, `created`, with exit code and error. A running one is no error. */
  start(id: string): Promise<void>
  /** Signals, waits at most `graceSeconds`, then kills. Returns when it is dead. A dead or missing one is no error. */
  stop(id: string, graceSeconds: number): Promise<void>
  /** Removes a container that is dead, or kills and removes it. A missing one is no error. */
  remove(id: string): Promise<void>
  /** Runs a command in a running container; one that does not run is an error of kind `conflict`. */
  exec(id: string, spec: ExecSpec): Promise<ExecSession>
  /** Both outputs as they were written, without frames. Ends with the container when it follows. */
  logs(id: string, options: LogOptions): Promise<Readable>
  /** Wakes the caller when anything changes. Ends when the runtime stops; the caller lists again and reopens. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>
}

export interface ExecSession {
  /** Absent without stdin. Ending it closes the process's stdin (never end it on a tty). */
  stdin?: Writable
  stdout: Readable
  /** Empty on a tty. Both outputs have to be read, or neither goes on. */
  stderr: Readable
  resize(columns: number, rows: number): Promise<void>
  /** Resolves when the process ended and both outputs are read. */
  exit: Promise<number>
  /** Kills the process: hanging up does not. */
  kill(): Promise<void>
}

/**
 * `down`: the runtime cannot be reached. `not-found`: no such container or image. `conflict`: the name is taken or the
 * state does not allow it. `refused`: the request itself is wrong. `other`: it tried and failed.
 */
export type RuntimeFailure = 'down' | 'not-found' | 'conflict' | 'refused' | 'other'

export class RuntimeError extends Error {
  readonly kind: RuntimeFailure
  /** Status of the runtime's answer, or the exit code of what did not start. */
  readonly code: number | undefined

  constructor(kind: RuntimeFailure, message: string, code?: number) {
    super(message)
    this.name = 'RuntimeError'
    this.kind = kind
    this.code = code
  }
}
