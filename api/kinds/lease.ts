import { Path, type FieldError, eachInvalid, forbidden, invalidValue, notSupported } from '../meta/field-error.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import type { Lease } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { NEGATIVE } from './numbers.ts'

const SPEC = Path.of('spec')

/** CoordinatedLeaderElection is off: its fields are dropped where they were not in use. */
function prepare(lease: Lease, old?: Lease): Lease {
  if (lease.spec === undefined) return lease
  const { strategy, preferredHolder, ...spec } = lease.spec
  const kept = (before: unknown, field: object): object => (before === undefined ? {} : field)
  return {
    ...lease,
    spec: {
      ...spec,
      ...(strategy === undefined ? {} : kept(old?.spec?.strategy, { strategy })),
      ...(preferredHolder === undefined ? {} : kept(old?.spec?.preferredHolder, { preferredHolder })),
    },
  }
}

function strategyErrors(strategy: string, at: Path): FieldError[] {
  if (strategy.includes('/')) return eachInvalid(at.child('strategy'), strategy, qualifiedNameErrors(strategy))
  if (strategy === 'OldestEmulationVersion') return []
  return [notSupported(at.child('strategy'), strategy, ['OldestEmulationVersion'])]
}

/** `ValidateLeaseSpec` of pkg/apis/coordination/validation. */
function validate({ spec = {} }: Lease): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, strategy, preferredHolder } = spec
  const errors: FieldError[] = []
  if (duration !== undefined && duration <= 0) {
    errors.push(invalidValue(SPEC.child('leaseDurationSeconds'), duration, 'must be greater than 0'))
  }
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalidValue(SPEC.child('leaseTransitions'), transitions, NEGATIVE))
  }
  if (strategy !== undefined) errors.push(...strategyErrors(strategy, SPEC.child('strategy')))
  if (preferredHolder && !strategy) {
    errors.push(forbidden(SPEC.child('preferredHolder'), 'may only be specified if `strategy` is defined'))
  }
  return errors
}

export const leases = declare<Lease>('leases.coordination.k8s.io', {
  prepareCreate: (lease) => prepare(lease),
  prepareUpdate: (lease, old) => prepare(lease, old),
  validate,
})
