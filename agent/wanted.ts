import type { Resource } from '../api/meta/object.ts'
import type { Cache } from './cache.ts'
import type { Clock } from './clock.ts'
import type { Held } from './held.ts'
import type { Log } from './log.ts'
import type { Network } from './network/network.ts'
import type { Pods } from './pods.ts'

/** Changes of a moment are written together, in milliseconds. */
const GATHER_MS = 200
/** How often a network that could not be brought up is tried again. */
const RETRY_MS = 10_000

export interface WantedOptions {
  readonly pods: Pick<Pods, 'apply'>
  readonly network: Pick<Network, 'use' | 'trouble'>
  readonly cache: Pick<Cache, 'write'>
  readonly clock: Clock
  readonly log: Log
  /** The network came up, or why it did not changed. */
  readonly networkChanged: () => void
}

/** Hands on what this machine should run: to the Pods at once, to the network when its ranges are known, to the disk. */
export class Wanted {
  readonly #options: WantedOptions
  #held: Held | undefined
  #ranges = ''
  #cancelWrite: (() => void) | undefined
  #cancelRetry: () => void = () => undefined

  constructor(options: WantedOptions) {
    this.#options = options
  }

  take(held: Held): void {
    this.#held = held
    this.#options.pods.apply(held.desired)
    this.#useNetwork(held)
    this.#cancelWrite ??= this.#options.clock.after(GATHER_MS, () => this.#write())
  }

  stop(): void {
    this.#cancelRetry()
    this.#cancelWrite?.()
    this.#write()
  }

  #useNetwork({ node, clusterCIDR }: Held): void {
    const podCIDR = podCIDROf(node)
    const ranges = `${podCIDR} ${clusterCIDR}`
    if (podCIDR === undefined || ranges === this.#ranges) return
    this.#ranges = ranges
    this.#cancelRetry()
    const { network, clock, log } = this.#options
    const bringUp = async (): Promise<void> => {
      await network.use({ podCIDR, clusterCIDR })
      const trouble = network.trouble()
      if (trouble !== undefined) {
        log('error', `the Pod network is not up: ${trouble}`)
        this.#cancelRetry = clock.after(RETRY_MS, () => void bringUp())
      }
      this.#options.networkChanged()
      if (this.#held !== undefined) this.#options.pods.apply(this.#held.desired)
    }
    void bringUp()
  }

  #write(): void {
    this.#cancelWrite = undefined
    if (this.#held === undefined) return
    try {
      this.#options.cache.write(this.#held)
    } catch (error) {
      // A full disk must not stop what runs; the next change tries again.
      const why = error instanceof Error ? error.message : String(error)
      this.#options.log('error', `the desired state cannot be kept on the disk: ${why}`)
    }
  }
}

/** Allocated by the control plane; undefined until then. */
function podCIDROf(node: Resource & { spec?: { podCIDR?: string } }): string | undefined {
  return node.spec?.podCIDR
}
