import { isDeleting } from '../../api/meta/object.ts'
import type { Node } from '../../api/schema/types.generated.ts'
import { type Change, type Controller, keyOf } from './controller.ts'

/** `--cluster-cidr`: 1,024 nodes of 254 Pods each. */
export const CLUSTER_CIDR = '10.244.0.0/14'
/** `--node-cidr-mask-size-ipv4`. */
const MASK = 24

/**
 * Gives every Node a podCIDR of the cluster's own, the lowest that is free: pkg/controller/nodeipam. Ranges that Nodes
 * already have, also ones given by hand, are left alone and not given twice.
 */
export function nodeIpam(clusterCidr: string = CLUSTER_CIDR): Controller<Node> {
  const range = parse(clusterCidr)
  return {
    name: 'node-ipam-controller',
    resource: 'nodes',
    concerns: ({ type, after }) => type !== 'DELETED' && !after.spec?.podCIDR,
    wakes: {
      // A range came free: Nodes that found none try again.
      nodes: ({ type }, view) =>
        type === 'DELETED'
          ? view
              .list<Node>('nodes')
              .filter((node) => !node.spec?.podCIDR)
              .map((node) => keyOf('nodes', node))
          : [],
    },
    reconcile(node, view): Change[] {
      if (node.spec?.podCIDR || isDeleting(node)) return []
      const taken = view.list<Node>('nodes').flatMap((other) => cidrsOf(other).map(parse))
      const podCIDR = firstFree(range, taken)
      if (podCIDR === undefined) {
        const message = `Node ${node.metadata.name} status is now: CIDRNotAvailable`
        return [{ do: 'event', about: node, type: 'Normal', reason: 'CIDRNotAvailable', message }]
      }
      const spec = { ...node.spec, podCIDR, podCIDRs: [podCIDR] }
      return [{ do: 'update', object: { ...node, spec } as Node }] // a Node as it was, with its range
    },
  }
}

const cidrsOf = (node: Node): string[] => {
  const many = (node.spec?.podCIDRs ?? []).filter((cidr) => cidr.includes('.'))
  const one = node.spec?.podCIDR
  return many.length > 0 ? many : one?.includes('.') ? [one] : []
}

/** First and last address of a range, as numbers. Throws on what is no IPv4 CIDR. */
interface Range {
  first: number
  last: number
}
function parse(cidr: string): Range {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = (match ?? []).slice(1).map(Number)
  if (Math.max(a, b, c, d) > 255 || bits > 32) throw new Error(`not an IPv4 CIDR: ${cidr}`)
  const size = 2 ** (32 - bits)
  const address = ((a * 256 + b) * 256 + c) * 256 + d
  const first = address - (address % size)
  return { first, last: first + size - 1 }
}

function firstFree(range: Range, taken: readonly Range[]): string | undefined {
  const size = 2 ** (32 - MASK)
  const sorted = [...taken].sort((a, b) => a.first - b.first)
  let first = range.first
  for (const other of sorted) {
    if (other.last < first) continue
    if (other.first > first + size - 1) break
    first = Math.ceil((other.last + 1) / size) * size
  }
  return first + size - 1 <= range.last ? `${dotted(first)}/${MASK}` : undefined
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
