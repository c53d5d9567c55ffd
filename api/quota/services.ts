import type { Resource } from '../meta/object.ts'
import { type Amounts, count } from '../meta/resource-list.ts'
import type { Service } from '../schema/types.generated.ts'
import { countName, type Evaluator } from './evaluator.ts'

/** Services: pkg/quota/v1/evaluator/core/services.go. */
function usage(object: Resource): Amounts {
  const { spec } = object as Service // asked for Services only
  const balanced = spec.type === 'LoadBalancer'
  return new Map([
    [countName('services'), count(1)],
    ['services', count(1)],
    ['services.loadbalancers', count(balanced ? 1 : 0)],
    ['services.nodeports', count(nodePorts(spec))],
  ])
}

/** What is asked for counts: at the time of the check none is allocated yet. */
function nodePorts({ type, ports = [], allocateLoadBalancerNodePorts }: Service['spec']): number {
  if (type === 'NodePort') return ports.length
  if (type !== 'LoadBalancer') return 0
  return allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length
}

const NAMES: ReadonlySet<string> = new Set([
  countName('services'),
  'services',
  'services.loadbalancers',
  'services.nodeports',
])

export const services: Evaluator = {
  resource: 'services',
  counts: (name) => NAMES.has(name),
  usage,
  matches: () => false,
  // A Service's type may change.
  refuses: (_operation, subresource) => subresource !== 'status',
}
