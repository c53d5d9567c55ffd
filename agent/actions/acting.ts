import type { Pod } from '../../api/schema/types.generated.ts'
import type { Clock } from '../clock.ts'
import type { Containers } from '../containers.ts'
import type { Network } from '../network/network.ts'
import type { Around, Failure } from '../pod/seen.ts'
import { RuntimeError, type Runtime } from '../runtime/runtime.ts'
import type { Addresses } from '../network/addresses.ts'
import type { MessageFiles } from '../termination-message.ts'
import type { MadeVolumes, Volumes } from '../volumes/volumes.ts'
import type { Pulls } from './pulls.ts'

/** What all Pods of the machine share. */
export interface Machine {
  readonly runtime: Runtime
  readonly network: Network
  readonly containers: Containers
  readonly addresses: Addresses
  readonly pulls: Pulls
  readonly messages: MessageFiles
  readonly volumes: Volumes
  readonly clock: Clock
}

/** What an action works with: the machine, and the Pod as it was when the action was decided. */
export interface Acting extends Machine {
  readonly pod: Pod
  readonly around: Around
  /** Aborted when the Pod leaves `running`. */
  readonly signal: AbortSignal
  /** An event of the Pod, or of one of its containers. */
  tell(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void
  /** Remembers why a container (the sandbox: '') could not be brought up; undefined: it could. */
  failed(name: string, failure: Omit<Failure, 'at'> | undefined): void
  /** What came of making the volumes from `print`. */
  mounted(print: string, made: MadeVolumes): void
  /** The volumes are gone. */
  cleared(): void
  /** The sandbox has its network. */
  attached(id: string): void
}

/** The runtime cannot be reached: that says nothing about the Pod. */
export const isDown = (error: unknown): boolean => error instanceof RuntimeError && error.kind === 'down'

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
