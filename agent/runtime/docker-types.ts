/** The fields of Docker's answers that the agent reads, and no others. */
export interface DockerContainerRow {
  Id: string
  Labels: Record<string, string> | null
  State: string
  /** Seconds since the epoch. */
  Created: number
  ImageID: string
}
export interface DockerContainer {
  Id: string
  Name: string
  /** RFC 3339 with nanoseconds. */
  Created: string
  Image: string
  State: {
    Status: string
    Pid: number
    ExitCode: number
    OOMKilled: boolean
    Error: string
    StartedAt: string
    FinishedAt: string
  }
  Config: { Labels: Record<string, string> | null; Image: string; Tty: boolean }
}
export interface DockerImage {
  Id: string
  RepoDigests?: string[] | null
  Size: number
  Config?: { User?: string; StopSignal?: string; Entrypoint?: string[] | null; Cmd?: string[] | null } | null
}
export interface DockerInfo {
  OperatingSystem: string
  KernelVersion: string
  OSType: string
  Architecture: string
  NCPU: number
  MemTotal: number
  CgroupDriver: string
  CgroupVersion?: string
  MemoryLimit: boolean
  ServerVersion: string
  DockerRootDir: string
}
export interface DockerEvent {
  Action: string
  Actor: { ID: string; Attributes: Record<string, string> }
}
export interface DockerExec {
  ID: string
  Running: boolean
  /** Null while it runs. */
  ExitCode: number | null
  Pid: number
}
/** One line of a pull or a load. `error` stands there in daemons before 1.48. */
export interface DockerProgress {
  stream?: string
  status?: string
  error?: string
  errorDetail?: { message?: string }
}
