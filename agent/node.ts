import type { Resource } from '../api/meta/object.ts'
import type { NodeCondition, NodeStatus } from '../api/schema/types.generated.ts'
import { rfc3339 } from '../api/meta/time.ts'
import { allocatableDisk, allocatableMemory } from './pod/resources.ts'

/** What this machine is. Read by `readNodeFacts` of `machine-facts.ts`. */
export interface NodeFacts {
  readonly name: string
  readonly address: string
  readonly cpus: number
  readonly memoryBytes: number
  /** Size of the file system that holds images and containers. */
  readonly diskBytes: number
  readonly machineID: string
  readonly systemUUID: string
  readonly bootID: string
  readonly kernelVersion: string
  readonly osImage: string
  /** As Go names it: `amd64`. */
  readonly architecture: string
  /** `docker://20.10.24`. */
  readonly containerRuntimeVersion: string
  /** Of podo: `0.1.0`. */
  readonly agentVersion: string
}

/** What is wrong at present, in a sentence each; undefined fields are well. */
export interface NodeTroubles {
  readonly runtime?: string | undefined
  readonly network?: string | undefined
  readonly memory?: string | undefined
  readonly disk?: string | undefined
  readonly pids?: string | undefined
}

/** What the kubelet of this release would say; podo's own version stands behind the plus. */
const KUBERNETES = 'v1.36.2'
const MOST_PODS = 110

/** The Node object that the agent registers. Model: kubelet's nodestatus setters and initialNode. */
export function nodeOf(facts: NodeFacts, troubles: NodeTroubles, now: number): Resource & { status: NodeStatus } {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: facts.name,
      uid: '',
      resourceVersion: '',
      creationTimestamp: rfc3339(now),
      labels: nodeLabels(facts),
    },
    status: nodeStatus(facts, troubles, now),
  }
}

export function nodeLabels({ name, architecture }: NodeFacts): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  }
}

export function nodeStatus(facts: NodeFacts, troubles: NodeTroubles, now: number): NodeStatus {
  return {
    // In KiB as it is, in bytes where a part is taken off: kubelet prints storage so.
    capacity: resources(facts, facts.memoryBytes, `${Math.floor(facts.diskBytes / 1024)}Ki`),
    allocatable: resources(facts, allocatableMemory(facts.memoryBytes), String(allocatableDisk(facts.diskBytes))),
    conditions: nodeConditions(troubles, now),
    addresses: [
      { type: 'InternalIP', address: facts.address },
      { type: 'Hostname', address: facts.name },
    ],
    // Nothing listens on a node of podo: the agent dials out.
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: {
      machineID: facts.machineID,
      systemUUID: facts.systemUUID,
      bootID: facts.bootID,
      kernelVersion: facts.kernelVersion,
      osImage: facts.osImage,
      containerRuntimeVersion: facts.containerRuntimeVersion,
      kubeletVersion: `${KUBERNETES}+podo.${facts.agentVersion}`,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: facts.architecture,
    },
  }
}

function resources({ cpus }: NodeFacts, memoryBytes: number, storage: string): Record<string, string> {
  return {
    cpu: String(cpus),
    'ephemeral-storage': storage,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    pods: String(MOST_PODS),
  }
}

interface Words {
  type: string
  trouble: string | undefined
  bad: string
  good: string
  message: string
}

/** The three pressures are True when something is wrong, Ready is True when nothing is. */
export function nodeConditions(troubles: NodeTroubles, now: number): NodeCondition[] {
  const pressures: Words[] = [
    {
      type: 'MemoryPressure',
      trouble: troubles.memory,
      bad: 'KubeletHasInsufficientMemory',
      good: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    },
    {
      type: 'DiskPressure',
      trouble: troubles.disk,
      bad: 'KubeletHasDiskPressure',
      good: 'KubeletHasNoDiskPressure',
      message: 'kubelet has no disk pressure',
    },
    {
      type: 'PIDPressure',
      trouble: troubles.pids,
      bad: 'KubeletHasInsufficientPID',
      good: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
  ]
  const at = { lastHeartbeatTime: rfc3339(now), lastTransitionTime: rfc3339(now) }
  const conditions = pressures.map(({ type, trouble, bad, good, message }): NodeCondition =>
    trouble === undefined
      ? { type, status: 'False', ...at, reason: good, message }
      : { type, status: 'True', ...at, reason: bad, message: trouble },
  )
  const wrong = [troubles.runtime, troubles.network && `network is not ready: ${troubles.network}`]
  const message = wrong.filter((each) => each !== undefined).join(', ')
  const ready: NodeCondition =
    message === ''
      ? { type: 'Ready', status: 'True', ...at, reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', ...at, reason: 'KubeletNotReady', message }
  return [...conditions, ready]
}
