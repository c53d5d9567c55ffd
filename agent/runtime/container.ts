/** The data that crosses the runtime seam. Plain values only, so that pure code may read them. Times are milliseconds. */

export interface RuntimeInfo {
  name: string
  version: string
  operatingSystem: string
  osImage: string
  kernelVersion: string
  /** As Go names it: `amd64`, `arm64`. */
  architecture: string
  cpus: number
  memoryBytes: number
  cgroupDriver: 'cgroupfs' | 'systemd' | 'none'
  cgroupVersion: 1 | 2
  /** Whether memory limits work; the kernel of a Raspberry Pi has them off by default. */
  memoryLimit: boolean
  /** Where images and containers lie, for the size of the disk. */
  rootFolder: string
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
  /** In the machine's process table. 0 when it does not run. */
  pid: number
  exitCode: number
  oomKilled: boolean
  /** Why it did not start, in the runtime's words; '' when it did. */
  error: string
  /** 0 when it never started. */
  startedAt: number
  /** 0 while it runs. */
  finishedAt: number
  image: string
  tty: boolean
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

/** The container that holds a Pod's namespaces. It runs nothing but a pause; which image that is, the runtime knows. */
export interface SandboxSpec {
  name: string
  labels: Record<string, string>
  hostname: string
  /** Otherwise the sandbox has an empty network namespace: only `lo`, down. */
  hostNetwork: boolean
  hostIPC: boolean
  dns: { nameservers: string[]; searches: string[]; options: string[] }
  /** `name:address`, for /etc/hosts. */
  extraHosts: string[]
  sysctls?: Record<string, string>
  cgroupParent?: string
}

/** A file or folder of the machine that a container sees. */
export interface Mount {
  source: string
  target: string
  readOnly: boolean
}

/** A container that joins the network, IPC and host name of its sandbox. */
export interface ContainerSpec {
  name: string
  image: string
  labels: Record<string, string>
  sandboxId: string
  /** `sandbox`: shareProcessNamespace. */
  pid: 'own' | 'sandbox' | 'host'
  entrypoint?: string[]
  command?: string[]
  env?: string[]
  workingDir?: string
  user?: string
  cgroupParent?: string
  cpuShares?: number
  /** Microseconds of CPU in each period of 100,000. */
  cpuQuota?: number
  memoryBytes?: number
  oomScoreAdj?: number
  mounts?: Mount[]
  tty?: boolean
  stdin?: boolean
  stdinOnce?: boolean
  readOnlyRootFilesystem?: boolean
  privileged?: boolean
  capAdd?: string[]
  capDrop?: string[]
  securityOptions?: string[]
  groupAdd?: string[]
}

export interface ExecSpec {
  command: string[]
  stdin: boolean
  tty: boolean
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
