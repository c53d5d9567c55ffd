import type { Action } from '../pod/action.ts'
import type { Acting } from './acting.ts'

/** Makes or updates all volumes of the Pod; each that cannot be is told in kubelet's words. */
export async function makeVolumes(acting: Acting, action: Action & { do: 'volumes' }): Promise<void> {
  const { pod, around, volumes } = acting
  const { print, withoutToken } = action
  const made = await volumes.make({ pod, around, withoutToken })
  if (acting.signal.aborted) return
  for (const { volume, message, isTold } of made.failures)
    if (isTold) acting.tell('Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume}" : ${message}`)
  acting.mounted(print, made)
}
