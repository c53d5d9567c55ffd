import { chmod, chown, mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseQuantity, value } from '../../api/meta/quantity.ts'
import type { Pod, ServiceAccountTokenProjection, Volume } from '../../api/schema/types.generated.ts'
import type { Clock } from '../clock.ts'
import { ConfigError } from '../pod/env.ts'
import type { WantedMount } from '../pod/mounts.ts'
import { isWritten } from '../pod/volumes.ts'
import { wasWritten, writeFiles, writtenFile } from './atomic-writer.ts'
import { payloadOf, VolumeError, type Payload } from './payload.ts'
import type { Places } from './places.ts'
import { TokenError, type Tokens } from './tokens.ts'
import type { MadeVolumes, VolumeFailure, Volumes, VolumesOrder } from './volumes.ts'

export interface MachineVolumesOptions {
  readonly places: Places
  readonly tokens: Tokens
  readonly clock: Clock
  readonly random: () => number
}

/** Volumes in this machine's memory and on its disk. Needs root. */
export const machineVolumes = (options: MachineVolumesOptions): Volumes => new MachineVolumes(options)

/** What came of one volume. */
interface Made {
  ready: boolean
  renewAt: number
  failure?: VolumeFailure
}

class MachineVolumes implements Volumes {
  readonly #options: MachineVolumesOptions

  constructor(options: MachineVolumesOptions) {
    this.#options = options
  }

  async make(order: VolumesOrder): Promise<MadeVolumes> {
    const made: Made[] = []
    for (const volume of order.pod.spec.volumes ?? []) made.push(await this.#makeOne(volume, order))
    return {
      ready: made.every(({ ready }) => ready),
      renewAt: Math.min(Infinity, ...made.map(({ renewAt }) => renewAt)),
      failures: made.flatMap(({ failure }) => failure ?? []),
    }
  }

  async source(pod: Pod, { volume: name, subPath }: WantedMount): Promise<string> {
    const volume = pod.spec.volumes?.find((each) => each.name === name)
    if (volume === undefined) throw new ConfigError(`no volume of the Pod is named "${name}"`)
    const folder = this.#options.places.folderOf(pod.metadata.uid, volume)
    if (subPath === '') return folder
    const path = join(folder, subPath)
    // A part that is not there is an empty folder, as kubelet makes one.
    if ((await stat(path).catch(() => undefined)) === undefined) await mkdir(path, { recursive: true, mode: 0o755 })
    const [real, root] = await Promise.all([realpath(path), realpath(folder)])
    if (real === root || real.startsWith(`${root}/`)) return real
    throw new ConfigError(`failed to prepare subPath for volumeMount "${name}"`)
  }

  async remove(uid: string): Promise<void> {
    this.#options.tokens.forget(uid)
    await this.#options.places.remove(uid)
  }

  uids = (): Promise<string[]> => this.#options.places.uids()

  async #makeOne(volume: Volume, order: VolumesOrder): Promise<Made> {
    const folder = this.#options.places.folderOf(order.pod.metadata.uid, volume)
    try {
      if (isWritten(volume)) return await this.#write(volume, folder, order)
      await this.#openEmpty(volume, folder, order.pod)
      return { ready: true, renewAt: Infinity }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return failed(volume, isWritten(volume) && (await wasWritten(folder)), message, false, true)
    }
  }

  async #write(volume: Volume, folder: string, order: VolumesOrder): Promise<Made> {
    const { places, clock, random } = this.#options
    const found = await this.#tokensOf(volume, folder, order)
    const payload = payloadWith(found, volume, order)
    if (payload instanceof VolumeError) {
      // Silent is only what would be whole if somebody answered.
      const isSilence = found.trouble?.isSilence === true && payload.message === found.trouble.message
      return failed(volume, await wasWritten(folder), payload.message, isSilence, true)
    }
    await places.open()
    await mkdir(folder, { recursive: true })
    const fsGroup = order.pod.spec.securityContext?.fsGroup
    if (!(await wasWritten(folder))) await share(folder, fsGroup)
    await writeFiles(folder, payload, { fsGroup, now: clock.now(), random })
    const { renewAt, trouble } = found
    if (trouble === undefined) return { ready: true, renewAt }
    return failed(volume, true, trouble.message, trouble.isSilence, !trouble.isSilence)
  }

  /** A token each; where none can be had, the one that the volume holds already. */
  async #tokensOf(volume: Volume, folder: string, { pod }: VolumesOrder): Promise<TokensOfVolume> {
    const tokens = new Map<ServiceAccountTokenProjection, string>()
    let renewAt = Infinity
    let trouble: TokenError | undefined
    for (const { serviceAccountToken: projection } of volume.projected?.sources ?? []) {
      if (projection === undefined) continue
      try {
        const token = await this.#options.tokens.get(pod, projection)
        tokens.set(projection, token.text)
        renewAt = Math.min(renewAt, token.renewAt)
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        // A refusal says more than a silence.
        if (trouble === undefined || trouble.isSilence) trouble = error
        const held = await writtenFile(folder, projection.path)
        if (held !== undefined) tokens.set(projection, held)
      }
    }
    return { tokens, renewAt, trouble }
  }

  async #openEmpty(volume: Volume, folder: string, pod: Pod): Promise<void> {
    if (volume.emptyDir?.medium === 'Memory') {
      await this.#options.places.open()
      await this.#options.places.openMemory(folder, memorySize(volume, pod))
    } else if ((await stat(folder).catch(() => undefined)) !== undefined) return
    else await mkdir(folder, { recursive: true })
    await share(folder, pod.spec.securityContext?.fsGroup)
  }
}

interface TokensOfVolume {
  tokens: ReadonlyMap<ServiceAccountTokenProjection, string>
  renewAt: number
  trouble: TokenError | undefined
}

function failed({ name }: Volume, ready: boolean, message: string, isSilence: boolean, isTold: boolean): Made {
  return { ready, renewAt: Infinity, failure: { volume: name, message, isSilence, isTold } }
}

/** The files of the volume, or why it has none. */
function payloadWith(
  { tokens, trouble }: TokensOfVolume,
  volume: Volume,
  { pod, around, withoutToken }: VolumesOrder,
): Payload | VolumeError {
  try {
    return payloadOf(volume, pod, around, (projection) => {
      const token = tokens.get(projection)
      if (token === undefined && trouble !== undefined && !(withoutToken && trouble.isSilence))
        throw new VolumeError(trouble.message)
      return token
    })
  } catch (error) {
    if (error instanceof VolumeError) return error
    throw error
  }
}

/** Everybody's, and with an fsGroup its files are of that group. Model: emptydir's setupDir and SetVolumeOwnership */
async function share(folder: string, fsGroup: number | undefined): Promise<void> {
  if (fsGroup !== undefined) await chown(folder, -1, fsGroup)
  await chmod(folder, fsGroup === undefined ? 0o777 : 0o2777)
}

/** The smaller of sizeLimit and what the containers may take together. Model: calculateEmptyDirMemorySize */
function memorySize({ emptyDir }: Volume, { spec }: Pod): string {
  const limits = spec.containers.map(({ resources }) => resources.limits?.['memory'])
  const together = limits.every((limit) => limit !== undefined)
    ? limits.reduce((sum, limit) => sum + bytes(limit), 0)
    : 0
  const sizes = [bytes(emptyDir?.sizeLimit), together].filter((size) => size > 0)
  return sizes.length === 0 ? '' : String(Math.min(...sizes))
}

const bytes = (quantity: string | undefined): number => (quantity === undefined ? 0 : value(parseQuantity(quantity)))
