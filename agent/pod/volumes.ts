import { referencesOf } from '../../api/references.ts'
import type { Pod, Volume } from '../../api/schema/types.generated.ts'
import type { Action } from './action.ts'
import type { Around, Seen } from './seen.ts'

/** What is known of a Pod's volumes. */
export interface VolumesSeen {
  /** Each lies where the containers find it. */
  readonly ready: boolean
  /** What they were last made from (`volumesPrint`); '' before the first time since the agent's start. */
  readonly print: string
  /** When a token in them is to be replaced, in milliseconds since the epoch. */
  readonly renewAt: number
  readonly failure: VolumesFailure | undefined
  /** Taken away, after the Pod's end. */
  readonly cleared: boolean
}

export interface VolumesFailure {
  /** Of the last try, and how many milliseconds to wait before the next one. */
  readonly at: number
  readonly backoff: number
  /** What the volumes should have been made from: with something else they are tried at once. */
  readonly print: string
  /** Since when nobody answers who could give a token; undefined where something else is wrong. */
  readonly silentSince: number | undefined
}

export const NO_VOLUMES: VolumesSeen = {
  ready: false,
  print: '',
  renewAt: Infinity,
  failure: undefined,
  cleared: false,
}

/** What came of making them. */
export interface Outcome {
  readonly ready: boolean
  readonly renewAt: number
  readonly failures: readonly { readonly isSilence: boolean }[]
}

/** Kubelet's exponentialbackoff of volume operations. */
const FIRST_RETRY = 500
const LONGEST_RETRY = 122_000

/** What is known after volumes were made from `print`, as far as that went. */
export function afterMaking(before: VolumesSeen, print: string, made: Outcome, now: number): VolumesSeen {
  const { ready, renewAt, failures } = made
  if (failures.length === 0) return { ready, print, renewAt, failure: undefined, cleared: false }
  const { failure } = before
  const backoff = failure === undefined ? 0 : failure.backoff * 2
  const isSilence = failures.every((each) => each.isSilence)
  return {
    ready,
    print: before.print,
    renewAt,
    failure: {
      at: now,
      backoff: Math.min(Math.max(FIRST_RETRY, backoff), LONGEST_RETRY),
      print,
      silentSince: isSilence ? (failure?.silentSince ?? now) : undefined,
    },
    cleared: false,
  }
}

/** How long a Pod that ran on this machine before waits for a control plane that could give it a token. */
const PATIENCE = 10_000

const volumesOf = (pod: Pod): readonly Volume[] => pod.spec.volumes ?? []

/** Volumes whose contents the agent writes: containers only read them. */
export const isWritten = (volume: Volume): boolean =>
  volume.configMap !== undefined ||
  volume.secret !== undefined ||
  volume.downwardAPI !== undefined ||
  volume.projected !== undefined

/** All that the contents depend on, but for tokens. The same text means the same files. */
export function volumesPrint(pod: Pod, { configMaps, secrets }: Around): string {
  if (volumesOf(pod).length === 0) return ''
  const { labels, annotations, generation } = pod.metadata
  const names = referencesOf(pod)
  const versions = [
    [...names.configMaps].map((name) => configMaps.get(name)),
    [...names.secrets].map((name) => secrets.get(name)),
  ].map((objects) => objects.map((object) => object?.metadata.resourceVersion ?? ''))
  return JSON.stringify([generation, labels, annotations, versions])
}

/** Whether containers must wait for their volumes. */
export const lacksVolumes = (pod: Pod, seen: Seen): boolean => volumesOf(pod).length > 0 && !seen.volumes.ready

/** Makes the volumes, or brings them up to date: after a change, when a token is due, when a failure may be repeated. */
export function planVolumes(pod: Pod, seen: Seen, now: number): Action[] {
  if (volumesOf(pod).length === 0) return []
  const { print, renewAt, failure } = seen.volumes
  const wanted = volumesPrint(pod, seen.around)
  const alone = goesWithoutFrom(seen)
  const work: Action = { do: 'volumes', print: wanted, withoutToken: now >= alone }
  if (failure !== undefined && failure.print === wanted) {
    const retry = Math.min(failure.at + failure.backoff, alone)
    return now < retry ? [{ do: 'wait', until: retry }] : [work]
  }
  if (print !== wanted || now >= renewAt) return [work]
  return renewAt === Infinity ? [] : [{ do: 'wait', until: renewAt }]
}

/** Takes them away once the Pod has ended, also while its object stays: a token is not kept for nothing. */
export const planClearing = (pod: Pod, seen: Seen): Action[] =>
  volumesOf(pod).length === 0 || seen.volumes.cleared || seen.doing.has('volumes') ? [] : [{ do: 'clear' }]

/**
 * From when on a Pod starts without its token: one that ran on this machine before, when the control plane has been
 * silent for a while. So a machine that comes up alone runs its Pods; the token comes as soon as somebody answers.
 */
function goesWithoutFrom({ volumes, instances }: Seen): number {
  const since = volumes.failure?.silentSince
  return since === undefined || volumes.ready || instances.length === 0 ? Infinity : since + PATIENCE
}
