import { type Quantity, addQuantity, compareQuantity, sign } from '../../meta/quantity.ts'
import type { Pod, ResourceRequirements } from '../../schema/types.generated.ts'
import { quantityOf } from '../numbers.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'
type Sums = Map<string, Quantity>

const COMPUTE = ['cpu', 'memory']

function add(sums: Sums, list: ResourceRequirements['limits']): number {
  let found = 0
  for (const name of COMPUTE) {
    const amount = quantityOf(list?.[name])
    if (sign(amount) <= 0) continue
    found++
    const before = sums.get(name)
    sums.set(name, before === undefined ? amount : addQuantity(amount, before))
  }
  return found
}

/**
 * The quality of service class. Resources of the Pod as a whole decide where it has them, else those of its containers
 * and init containers together. `ComputePodQOS` of pkg/apis/core/helper/qos.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qosOf({ spec }: Pick<Pod, 'spec'>): QosClass {
  const requests: Sums = new Map()
  const limits: Sums = new Map()
  let guaranteed = true
  if (spec.resources !== undefined) {
    add(requests, spec.resources.requests)
    const found = add(limits, spec.resources.limits)
    if (Object.keys(spec.resources.limits ?? {}).length > 0 && found < COMPUTE.length) guaranteed = false
  } else {
    for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      add(requests, resources?.requests)
      if (add(limits, resources?.limits) < COMPUTE.length) guaranteed = false
    }
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  const matching = [...requests].every(([name, amount]) => {
    const limit = limits.get(name)
    return limit !== undefined && compareQuantity(limit, amount) === 0
  })
  return guaranteed && matching && requests.size === limits.size ? 'Guaranteed' : 'Burstable'
}
