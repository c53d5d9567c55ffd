import { smallestFree } from './range.ts'

/** Addresses of this node's Pods. Nothing is kept: what is taken is what the running sandboxes say, and what is on its way. */
export interface Addresses {
  /** An address for the Pod, its own until `settle`. Throws when none is free. */
  take(uid: string): string
  /** The sandbox stands and says its address itself, or it failed and needs none. */
  settle(uid: string): void
}

export function makeAddresses(podCIDR: () => string | undefined, running: () => Iterable<string>): Addresses {
  const coming = new Map<string, string>()
  return {
    take(uid) {
      const range = podCIDR()
      if (range === undefined) throw new Error('the node has no podCIDR yet')
      const address = smallestFree(range, new Set([...running(), ...coming.values()]))
      if (address === undefined) throw new Error(`no address is free in ${range}`)
      coming.set(uid, address)
      return address
    },
    settle: (uid) => void coming.delete(uid),
  }
}
