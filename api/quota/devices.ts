import type { Resource } from '../meta/object.ts'
import { type Amounts, count, larger, plus } from '../meta/resource-list.ts'
import type { DeviceSubRequest, ResourceResourceClaim } from '../schema/types.generated.ts'
import { countName, type Evaluator } from './evaluator.ts'

/** Claims of devices, by their class: pkg/quota/v1/evaluator/core/resource_claims.go. */

const CLAIMS = 'resourceclaims.resource.k8s.io'
const SUFFIX = '.deviceclass.resource.k8s.io/devices'
/** Who asks for all of a class may get so many: AllocationResultsMaxSize. */
const ALL = 32

type Asked = Pick<DeviceSubRequest, 'deviceClassName' | 'allocationMode' | 'count'>

function amountOf({ deviceClassName, allocationMode, count: exact = 1 }: Asked): Amounts {
  return new Map([[deviceClassName + SUFFIX, count(allocationMode === 'All' ? ALL : exact)]])
}

/** Of several ways to satisfy a request the most expensive counts. */
function usage(object: Resource): Amounts {
  const { spec } = object as ResourceResourceClaim // asked for these claims only
  const own: Amounts = new Map([[countName(CLAIMS), count(1)]])
  return (spec.devices?.requests ?? []).reduce(
    (sum, { exactly, firstAvailable }) =>
      exactly === undefined
        ? plus(sum, (firstAvailable ?? []).map(amountOf).reduce(larger, new Map()))
        : plus(sum, amountOf(exactly)),
    own,
  )
}

export const devices: Evaluator = {
  resource: CLAIMS,
  counts: (name) => name === countName(CLAIMS) || name.endsWith(SUFFIX),
  usage,
  matches: () => false,
  refuses: (_operation, subresource) => subresource === '',
}
