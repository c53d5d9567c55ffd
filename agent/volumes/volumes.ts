import type { Pod } from '../../api/schema/types.generated.ts'
import type { WantedMount } from '../pod/mounts.ts'
import type { Around } from '../pod/seen.ts'

export interface VolumesOrder {
  readonly pod: Pod
  readonly around: Around
  /** Leaves out a token that nobody can give. */
  readonly withoutToken: boolean
}

export interface MadeVolumes {
  /** Each volume lies where containers find it, perhaps with what it held before. */
  readonly ready: boolean
  /** When the first token in them is to be replaced, in milliseconds since the epoch. */
  readonly renewAt: number
  readonly failures: readonly VolumeFailure[]
}

export interface VolumeFailure {
  readonly volume: string
  /** In kubelet's words. */
  readonly message: string
  /** Only a token is missing, and only because nobody answers. */
  readonly isSilence: boolean
  /** Worth an event: not where containers still have what they had. */
  readonly isTold: boolean
}

/**
 * The seam to where the volumes of this machine's Pods lie. Calls for one Pod come one after another. Made by
 * `machineVolumes` (`machine.ts`).
 */
export interface Volumes {
  /** Brings all volumes of the Pod to what is asked. What does not change is not written. Throws nothing. */
  make(order: VolumesOrder): Promise<MadeVolumes>
  /** The path on the machine that a mount binds. Throws where it lies outside of its volume. */
  source(pod: Pod, mount: WantedMount): Promise<string>
  /** Takes the Pod's volumes away with all that is in them. */
  remove(uid: string): Promise<void>
  /** Uids of the Pods of which something lies here. */
  uids(): Promise<string[]>
}
