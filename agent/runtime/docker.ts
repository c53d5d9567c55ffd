import { readFile } from 'node:fs/promises'
import { compactContainer, createBody, sandboxBody } from './docker-create.ts'
import { execSession } from './docker-exec.ts'
import { dockerHttp, type DockerHttp } from './docker-http.ts'
import { inspectImage, loadImage, pullImage } from './docker-image.ts'
import { dropRepeatedTimestamps, jsonLines, raw, unframe } from './docker-stream.ts'
import type { DockerContainer, DockerContainerRow, DockerEvent, DockerInfo } from './docker-types.ts'
import { NODE_LABEL } from './labels.ts'
import { pauseArchive } from './pause.ts'
import { RuntimeError } from './runtime.ts'
import type {
  ContainerDetail,
  ContainerSpec,
  LogOptions,
  Runtime,
  RuntimeEvent,
  RuntimeFailure,
  RuntimeInfo,
  SandboxSpec,
  SeenContainer,
} from './runtime.ts'
import type { Readable } from 'node:stream'

export interface DockerOptions {
  /** Path of the daemon's unix socket. */
  socket: string
  /** Name of the node: only containers that carry it as `podo.node` are seen, so that agents share one Docker. */
  node: string
}

/** Docker Engine 19.03 and newer, over its unix socket. */
export function dockerRuntime({ socket, node }: DockerOptions): Runtime {
  const docker = dockerHttp(socket)
  const mine = `${NODE_LABEL}=${node}`
  return {
    info: () => readInfo(docker),
    ping: () => docker.ping(),
    async list() {
      const filters = JSON.stringify({ label: [mine] })
      // Rows of Docker's API, of which only the declared fields are read.
      const rows = (await docker.call('GET', '/containers/json', {
        query: { all: 1, filters },
      })) as DockerContainerRow[]
      return rows.map(seenOf)
    },
    inspect: (id) => unlessGone(inspect(docker, id)),
    image: (ref) => inspectImage(docker, ref),
    pull: (ref, credentials, signal) => pullImage(docker, ref, credentials, signal),
    createSandbox: (spec) => createSandbox(docker, spec, node),
    create: (spec) => createContainer(docker, spec, node),
    async start(id) {
      await docker.call('POST', `/containers/${id}/start`)
    },
    async stop(id, graceSeconds) {
      const timeout = (graceSeconds + 60) * 1000
      await unlessGone(docker.call('POST', `/containers/${id}/stop`, { query: { t: graceSeconds }, timeout }))
    },
    remove: (id) => remove(docker, id),
    exec: (id, spec) => execSession(docker, id, spec),
    logs: (id, options) => logs(docker, id, options),
    events: (signal) => events(docker, mine, signal),
  }
}

async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof RuntimeError && error.kind === 'not-found') return undefined
    throw error
  }
}

async function readInfo(docker: DockerHttp): Promise<RuntimeInfo> {
  // Docker's answer, of which only the declared fields are read.
  const info = (await docker.call('GET', '/info', { timeout: 30_000 })) as DockerInfo
  return {
    name: 'docker',
    version: info.ServerVersion,
    operatingSystem: info.OSType,
    osImage: info.OperatingSystem,
    kernelVersion: info.KernelVersion,
    architecture: goArchitecture(info.Architecture),
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    cgroupDriver: info.CgroupDriver === 'systemd' || info.CgroupDriver === 'none' ? info.CgroupDriver : 'cgroupfs',
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    memoryLimit: info.MemoryLimit,
    rootFolder: info.DockerRootDir,
  }
}

/** Docker tells `uname -m`; Kubernetes' labels speak Go. */
function goArchitecture(machine: string): string {
  const names: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', armv6l: 'arm', i686: '386' }
  return names[machine] ?? machine
}

const STATES: readonly SeenContainer['state'][] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
]
const stateOf = (text: string): SeenContainer['state'] => STATES.find((state) => state === text) ?? 'dead'

function seenOf(row: DockerContainerRow): SeenContainer {
  return {
    id: row.Id,
    labels: row.Labels ?? {},
    state: stateOf(row.State),
    createdAt: row.Created * 1000,
    imageId: row.ImageID,
  }
}

async function inspect(docker: DockerHttp, id: string): Promise<ContainerDetail> {
  // Docker's answer, of which only the declared fields are read.
  const container = (await docker.call('GET', `/containers/${id}/json`)) as DockerContainer
  const { State, Config } = container
  return {
    id: container.Id,
    labels: Config.Labels ?? {},
    state: stateOf(State.Status),
    createdAt: timeOf(container.Created),
    imageId: container.Image,
    name: container.Name.replace(/^\//, ''),
    pid: State.Pid,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    startedAt: timeOf(State.StartedAt),
    finishedAt: finishedAt(State),
    image: Config.Image,
    tty: Config.Tty,
  }
}

/** Docker may note an end a millisecond before its start: the two come from different processes. */
function finishedAt({ Status, StartedAt, FinishedAt }: DockerContainer['State']): number {
  const finished = Status === 'running' ? 0 : timeOf(FinishedAt)
  return finished === 0 ? 0 : Math.max(finished, timeOf(StartedAt))
}

/** Go's zero time, year 1, means never. */
const timeOf = (text: string): number => Math.max(0, Date.parse(text) || 0)

async function create(docker: DockerHttp, name: string, body: object): Promise<string> {
  // Docker's answer to a create.
  const { Id } = (await docker.call('POST', '/containers/create', { query: { name }, body })) as { Id: string }
  return Id
}

async function createContainer(docker: DockerHttp, spec: ContainerSpec, node: string): Promise<string> {
  const labels = { ...spec.labels, [NODE_LABEL]: node }
  // Without the capability (a container, some virtual machines) such a container would not start at all.
  const isLow = spec.oomScoreAdj !== undefined && spec.oomScoreAdj < 0
  const oomScoreAdj = isLow && !(await mayLowerOomScore()) ? 0 : spec.oomScoreAdj
  const body = createBody({ ...spec, labels, ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }) })
  return create(docker, spec.name, body)
}

const CAP_SYS_RESOURCE = 24n
/** Docker runs beside the agent: what one may, the other may. */
async function mayLowerOomScore(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return ((effective >> CAP_SYS_RESOURCE) & 1n) === 1n
}

async function createSandbox(docker: DockerHttp, spec: SandboxSpec, node: string): Promise<string> {
  const body = compactContainer(sandboxBody({ ...spec, labels: { ...spec.labels, [NODE_LABEL]: node } }))
  try {
    return await create(docker, spec.name, body)
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.kind !== 'not-found') throw error
    const { architecture } = await readInfo(docker)
    await loadImage(docker, pauseArchive(architecture))
    return create(docker, spec.name, body)
  }
}

async function remove(docker: DockerHttp, id: string): Promise<void> {
  try {
    await unlessGone(docker.call('DELETE', `/containers/${id}`, { query: { force: 1, v: 1 } }))
  } catch (error) {
    // Someone else is removing it at this moment, which is what was asked for.
    if (error instanceof RuntimeError && error.kind === 'conflict' && error.message.includes('already in progress'))
      return
    throw error
  }
}

async function logs(docker: DockerHttp, id: string, options: LogOptions): Promise<Readable> {
  const { tty } = await inspect(docker, id)
  const body = await docker.stream('GET', `/containers/${id}/logs`, {
    query: {
      stdout: 1,
      stderr: 1,
      follow: options.follow ? 1 : 0,
      timestamps: options.timestamps ? 1 : 0,
      // Docker takes seconds with a fraction; RFC 3339 is an error 500.
      since: options.since === undefined ? undefined : (options.since / 1000).toFixed(9),
      tail: options.tail,
    },
  })
  body.setTimeout(0)
  if (tty) return raw(body)
  return unframe(body, options.timestamps ? dropRepeatedTimestamps() : (_, data) => data)
}

const ACTIONS: readonly RuntimeEvent['action'][] = ['create', 'start', 'die', 'oom', 'destroy']

async function* events(docker: DockerHttp, mine: string, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  // Without the filter on actions every exec probe would send three events.
  const filters = JSON.stringify({ type: ['container'], label: [mine], event: ACTIONS })
  const body = await docker.stream('GET', '/events', { query: { filters }, signal })
  body.setTimeout(0)
  try {
    for await (const line of jsonLines(body)) {
      // A line of Docker's event stream.
      const { Action, Actor } = line as DockerEvent
      const action = ACTIONS.find((known) => known === Action)
      if (action !== undefined) yield { id: Actor.ID, action, labels: Actor.Attributes }
    }
  } catch (error) {
    if (!signal.aborted) throw eventsBroke(error)
  } finally {
    body.destroy()
  }
}

function eventsBroke(error: unknown): RuntimeError {
  const kind: RuntimeFailure = 'down'
  return new RuntimeError(
    kind,
    `Docker's event stream broke: ${error instanceof Error ? error.message : String(error)}`,
  )
}
