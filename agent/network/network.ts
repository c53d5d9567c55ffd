/**
 * The seam to the machine's network: what a Pod's sandbox needs to have an address of its own. Every call may be repeated
 * and then changes nothing. Made by `makeNetwork` (`machine.ts`).
 */
export interface Network {
  /** Brings the machine's side up for these ranges (forwarding, routes, masquerade). Undefined where they are not known yet. */
  use(ranges: NetworkRanges | undefined): Promise<void>
  /** Why no Pod can have an address at present, in a sentence; undefined when all is well. */
  trouble(): string | undefined
  /** The range that addresses are taken from; undefined before `use`. */
  ranges(): NetworkRanges | undefined
  /** Gives the sandbox its veth and address. `pid` is its process on this machine. Repeating it repairs what is missing. */
  attach(sandbox: { id: string; pid: number; address: string }): Promise<void>
  /** What a sandbox's resolv.conf says. */
  dns(): Promise<{ nameservers: string[]; searches: string[]; options: string[] }>
  /** Takes everything away that `use` and `attach` made on this machine for this agent. */
  remove(): Promise<void>
}

export interface NetworkRanges {
  /** This node's Pods: `10.244.1.0/24`. */
  readonly podCIDR: string
  /** All Pods of the cluster: `10.244.0.0/14`. */
  readonly clusterCIDR: string
}
