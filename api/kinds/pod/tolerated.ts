/**
 * Rules that Kubernetes made after it had stored objects without them. A Pod or a template that breaks one already may
 * break it still, so that it can be changed at all: GetValidationOptionsFromPodSpecAndMeta of pkg/api/pod.
 */
export interface Tolerated {
  /** Amounts of huge pages that are no multiple of a page. */
  readonly hugePages: boolean
  /** Values that no label can have, in the selectors of affinity to Pods. */
  readonly selectorValues: boolean
  /** The same, in the affinity to nodes that is required. */
  readonly nodeValues: boolean
  /** Selectors of topology spread constraints that are none. */
  readonly spreadSelectors: boolean
  /** Label keys of topology spread constraints. */
  readonly spreadKeys: boolean
  /** Paths of projected tokens that lead out of their volume. */
  readonly tokenPaths: boolean
  /** Sysctls of a namespace that is shared with the machine. */
  readonly hostSysctls: boolean
  /** Block devices in a user namespace, where they do not work. */
  readonly blockDevices: boolean
  /** Addresses that are no longer read the way they were. */
  readonly addresses: readonly string[]
}

/** What holds for new objects. */
export const NOTHING: Tolerated = {
  hugePages: false,
  selectorValues: false,
  nodeValues: false,
  spreadSelectors: false,
  spreadKeys: false,
  tokenPaths: false,
  hostSysctls: false,
  blockDevices: false,
  addresses: [],
}
