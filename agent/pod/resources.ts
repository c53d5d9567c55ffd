import { compareQuantity, isZero, milliValue, parseQuantity, value } from '../../api/meta/quantity.ts'
import type { Container, Pod, ResourceFieldSelector } from '../../api/schema/types.generated.ts'
import type { Around } from './seen.ts'

export type Qos = 'Guaranteed' | 'Burstable' | 'BestEffort'

type Side = 'limits' | 'requests'

/** The text of a quantity; a request that is missing is the limit. */
function quantityText(container: Container, side: Side, resource: string): string | undefined {
  const { limits, requests } = container.resources
  return side === 'limits' ? limits?.[resource] : (requests?.[resource] ?? limits?.[resource])
}

const isSet = (text: string | undefined): text is string => text !== undefined && !isZero(parseQuantity(text))

/** Model: k8s.io/kubernetes/pkg/apis/core/v1/helper/qos.ComputePodQOS */
export function qosOf(pod: Pod): Qos {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
  const resources = ['cpu', 'memory']
  const texts = all.flatMap((container) =>
    resources.flatMap((name) => [quantityText(container, 'limits', name), quantityText(container, 'requests', name)]),
  )
  if (!texts.some(isSet)) return 'BestEffort'
  const guaranteed = all.every((container) =>
    resources.every((name) => {
      const limit = quantityText(container, 'limits', name)
      const request = quantityText(container, 'requests', name)
      return isSet(limit) && isSet(request) && compareQuantity(parseQuantity(limit), parseQuantity(request)) === 0
    }),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

const MIN_SHARES = 2
const MIN_QUOTA = 1000

export interface Limits {
  cpuShares: number
  /** Microseconds in each 100,000. */
  cpuQuota?: number
  memoryBytes?: number
  oomScoreAdj: number
}

/** Model: kuberuntime calculateLinuxResources and qos.GetContainerOOMScoreAdjust. */
export function limitsOf(pod: Pod, container: Container, node: Around['node']): Limits {
  const request = quantityText(container, 'requests', 'cpu')
  const cpuLimit = quantityText(container, 'limits', 'cpu')
  const memoryLimit = quantityText(container, 'limits', 'memory')
  const shares = request === undefined ? 0 : Math.floor((milliValue(parseQuantity(request)) * 1024) / 1000)
  return {
    cpuShares: Math.max(MIN_SHARES, shares),
    ...(isSet(cpuLimit) ? { cpuQuota: Math.max(MIN_QUOTA, milliValue(parseQuantity(cpuLimit)) * 100) } : {}),
    ...(isSet(memoryLimit) ? { memoryBytes: value(parseQuantity(memoryLimit)) } : {}),
    oomScoreAdj: oomScore(pod, container, node.memoryBytes),
  }
}

function oomScore(pod: Pod, container: Container, nodeMemory: number): number {
  const qos = qosOf(pod)
  if (qos === 'Guaranteed') return -997
  if (qos === 'BestEffort') return 1000
  const request = value(parseQuantity(quantityText(container, 'requests', 'memory') ?? '0'))
  const score = 1000 - Math.floor((1000 * request) / nodeMemory)
  return Math.min(999, Math.max(3, score))
}

/**
 * What `resourceFieldRef` gives: in units of the divisor, rounded up. Without a limit it is what the node has.
 * Model: k8s.io/kubernetes/pkg/api/v1/resource.ExtractContainerResourceValue
 */
export function resourceValue(pod: Pod, self: Container, ref: ResourceFieldSelector, node: Around['node']): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const container = all.find(({ name }) => name === ref.containerName) ?? self
  const [side = '', ...rest] = ref.resource.split('.')
  const resource = rest.join('.')
  const own = side === 'limits' ? container.resources.limits : container.resources.requests
  const text = own?.[resource] ?? (side === 'limits' ? nodeQuantity(resource, node) : '0')
  const divisor = ref.divisor === undefined || isZero(parseQuantity(ref.divisor)) ? '1' : ref.divisor
  const scale = resource === 'cpu' ? milliValue : value
  return String(Math.ceil(scale(parseQuantity(text)) / scale(parseQuantity(divisor))))
}

/** Kubelet's hard eviction thresholds, which no Pod may plan with: 100 MiB of memory, a tenth of the disk. */
const EVICTION_MEMORY = 100 * 2 ** 20
const EVICTION_DISK = 0.1
export const allocatableMemory = (bytes: number): number => Math.floor((bytes - EVICTION_MEMORY) / 1024) * 1024
export const allocatableDisk = (bytes: number): number => Math.floor(bytes * (1 - EVICTION_DISK))

/** What Pods may take of the node: less than it has, as its status says (`agent/node.ts`). */
function nodeQuantity(resource: string, node: Around['node']): string {
  if (resource === 'cpu') return String(node.cpus)
  if (resource === 'memory') return String(allocatableMemory(node.memoryBytes))
  return resource === 'ephemeral-storage' ? String(allocatableDisk(node.diskBytes)) : '0'
}
