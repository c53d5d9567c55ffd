import { PAUSE_IMAGE } from './pause.ts'
import type { ContainerSpec, SandboxSpec } from './runtime.ts'

/** Kubelet's containerLogMaxSize and containerLogMaxFiles. */
const LOGS = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } }

/** Body of `POST /containers/create` for a Pod's sandbox. */
export function sandboxBody(spec: SandboxSpec): object {
  return {
    Image: PAUSE_IMAGE,
    Hostname: spec.hostname,
    Labels: spec.labels,
    HostConfig: {
      NetworkMode: spec.hostNetwork ? 'host' : 'none',
      IpcMode: spec.hostIPC ? 'host' : 'shareable',
      Dns: spec.dns.nameservers,
      DnsSearch: spec.dns.searches,
      DnsOptions: spec.dns.options,
      ExtraHosts: spec.extraHosts,
      Sysctls: spec.sysctls,
      CgroupParent: spec.cgroupParent,
      LogConfig: { Type: 'none' },
      RestartPolicy: { Name: 'no' },
    },
  }
}

/** Body of `POST /containers/create` for a container of a Pod. */
export function createBody(spec: ContainerSpec): object {
  return compactContainer({
    Image: spec.image,
    Labels: spec.labels,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    Env: spec.env,
    WorkingDir: spec.workingDir,
    User: spec.user,
    Tty: spec.tty,
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdinOnce,
    HostConfig: hostConfig(spec),
  })
}

function hostConfig(spec: ContainerSpec): object {
  const sandbox = `container:${spec.sandboxId}`
  return {
    NetworkMode: sandbox,
    IpcMode: sandbox,
    PidMode: { own: undefined, sandbox, host: 'host' }[spec.pid],
    CgroupParent: spec.cgroupParent,
    CpuShares: spec.cpuShares,
    // NanoCpus is refused above the number of cores, a quota is not.
    CpuPeriod: spec.cpuQuota === undefined ? undefined : 100_000,
    CpuQuota: spec.cpuQuota,
    Memory: spec.memoryBytes,
    // No swap, as Kubernetes' default.
    MemorySwap: spec.memoryBytes,
    OomScoreAdj: spec.oomScoreAdj,
    Mounts: spec.mounts?.map(({ source, target, readOnly }) => ({
      Type: 'bind',
      Source: source,
      Target: target,
      ReadOnly: readOnly,
    })),
    ReadonlyRootfs: spec.readOnlyRootFilesystem,
    Privileged: spec.privileged,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOptions,
    GroupAdd: spec.groupAdd,
    LogConfig: LOGS,
    // The agent owns back-off; Docker would also restart before the agent is ready.
    RestartPolicy: { Name: 'no' },
  }
}

/** Without fields that are undefined: what is not said is Docker's default. */
export function compactContainer(body: object): object {
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => {
      if (value === undefined) return []
      return [[key, key === 'HostConfig' ? compactContainer(value) : value]]
    }),
  )
}
