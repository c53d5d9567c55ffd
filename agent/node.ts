import type { Resource } from '../api/meta/object.ts'

/** What this machine is. Read by `readNodeFacts`. */
export interface NodeFacts {
  readonly name: string
  readonly address: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly machineID: string
  readonly systemUUID: string
  readonly bootID: string
  readonly kernelVersion: string
  readonly osImage: string
  readonly architecture: string
  /** `docker://20.10.24`. */
  readonly containerRuntimeVersion: string
  /** Of podo: `0.1.0`. */
  readonly agentVersion: string
}

/** What is wrong at present; undefined fields are well. */
export interface NodeTroubles {
  readonly runtime?: string
  readonly network?: string
  readonly memory?: string
  readonly disk?: string
  readonly pids?: string
}

/** The Node object that the agent registers: labels, capacity, addresses, conditions, nodeInfo. */
export declare function nodeOf(facts: NodeFacts, troubles: NodeTroubles, now: number): Resource & { status: object }
export declare function readNodeFacts(
  options: { name: string; address?: string },
  info: import('./runtime/runtime.ts').RuntimeInfo,
): Promise<NodeFacts>
