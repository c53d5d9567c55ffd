import type { Readable, Writable } from 'node:stream'

/**
 * The seam to whatever runs containers: Docker first, others later. One contract suite (`test/contracts/runtime.ts`) that
 * Docker and the fake both pass. Every call may throw RuntimeError; none retries by itself. Times are milliseconds.
 */
export interface Runtime {
  /** Name and version (`docker`, `20.10.24`), cgroup driver and version, what the machine can do. Throws when it is down. */
  info(): Promise<RuntimeInfo>
  /** All containers that carry this agent's labels, running or not. One cheap call. */
  list(): Promise<SeenContainer[]>
  /** State in full, with exit code, pid and addresses. Undefined when it is gone. */
  inspect(id: string): Promise<ContainerDetail | undefined>
  image(ref: string): Promise<ImageInfo | undefined>
  pull(ref: string, credentials?: RegistryCredentials): Promise<ImageInfo>
  /** Creates, does not start. Returns the id. The name is unique; a taken name is an error of kind `conflict`. */
  create(spec: ContainerSpec): Promise<string>
  start(id: string): Promise<void>
  /** Signals, waits at most `graceSeconds`, then kills. Returns when it is dead. A dead one is no error. */
  stop(id: string, graceSeconds: number): Promise<void>
  /** Removes a container that is dead, or kills and removes it. A missing one is no error. */
  remove(id: string): Promise<void>
  exec(id: string, spec: ExecSpec): Promise<ExecSession>
  logs(id: string, options: LogOptions): Promise<Readable>
  /** Wakes the caller when anything changes. Ends when the runtime stops; the caller lists again and reopens. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>
}

export class RuntimeError extends Error {
  constructor(
    readonly kind: 'down' | 'not-found' | 'conflict' | 'refused' | 'other',
    message: string,
    readonly code?: number,
  ) {
    super(message)
  }
}

export interface RuntimeInfo {
  name: string
  version: string
  operatingSystem: string
  osImage: string
  kernelVersion: string
  architecture: string
  cpus: number
  memoryBytes: number
  cgroupDriver: 'cgroupfs' | 'systemd' | 'none'
  cgroupVersion: 1 | 2
  memoryLimit: boolean
}

/** Labels are the agent's only run-time memory; see `agent/pod/labels.ts`. */
export interface SeenContainer {
  id: string
  labels: Record<string, string>
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  createdAt: number
  imageId: string
}
export interface ContainerDetail extends SeenContainer {
  name: string
  pid: number
  exitCode: number
  oomKilled: boolean
  error: string
  startedAt: number
  finishedAt: number
  image: string
}
export interface ImageInfo {
  id: string
  /** `name@sha256:…` where the image came from a registry, else the id. */
  digest: string
  size: number
  user: string
  stopSignal: string
  entrypoint: string[]
  command: string[]
}
export interface RegistryCredentials {
  username: string
  password: string
  server: string
}
export interface ContainerSpec {
  name: string
  image: string
  labels: Record<string, string>
  entrypoint?: string[]
  command?: string[]
  env?: string[]
  workingDir?: string
  user?: string
  /** A sandbox has its own namespaces; a container joins those of its sandbox (network and ipc always, pid on request). */
  sandbox?: { hostname: string; hostNetwork: boolean; hostIPC: boolean; dns: { nameservers: string[]; searches: string[]; options: string[] }; extraHosts: string[] }
  join?: { sandboxId: string; pid: boolean }
  cgroupParent?: string
  cpuShares?: number
  cpuQuota?: number
  memoryBytes?: number
  oomScoreAdj?: number
  mounts?: { source: string; target: string; readOnly: boolean }[]
  tty?: boolean
  stdin?: boolean
  stdinOnce?: boolean
  readOnlyRootFilesystem?: boolean
  privileged?: boolean
  capAdd?: string[]
  capDrop?: string[]
  securityOptions?: string[]
  groupAdd?: string[]
  sysctls?: Record<string, string>
}
export interface ExecSpec {
  command: string[]
  stdin: boolean
  tty: boolean
}
export interface ExecSession {
  /** Absent without stdin. Ending it closes the process's stdin (never end it on a tty). */
  stdin?: Writable
  stdout: Readable
  /** Empty on a tty. */
  stderr: Readable
  resize(columns: number, rows: number): Promise<void>
  /** Resolves when the process ended and both outputs are read. */
  exit: Promise<number>
  /** Kills the process: hanging up does not. */
  kill(): Promise<void>
}
export interface LogOptions {
  follow: boolean
  timestamps: boolean
  /** Milliseconds since the epoch, fractions kept. */
  since?: number
  tail?: number
}
export interface RuntimeEvent {
  id: string
  action: 'create' | 'start' | 'die' | 'oom' | 'destroy'
  labels: Record<string, string>
}
