import { Path, type FieldError, duplicate, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { pathSegmentErrors } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { CSIDriver, StorageTokenRequest } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { driverNameErrors } from './driver-name.ts'
import { same } from './same.ts'

/** CSIDrivers: pkg/apis/storage/validation. */

const SPEC = Path.of('spec')
const LIFECYCLES = ['Persistent', 'Ephemeral']
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LEAST_PERIOD = 10

function tokenErrors(requests: readonly StorageTokenRequest[], at: Path): FieldError[] {
  return requests.flatMap(({ audience = '', expirationSeconds: seconds }, i) => {
    const here = at.index(i)
    if (requests.findIndex((other) => (other.audience ?? '') === audience) < i) {
      return [duplicate(here.child('audience'), audience)]
    }
    const wrong = (why: string): FieldError[] => [invalidValue(here.child('expirationSeconds'), seconds, why)]
    if (seconds === undefined) return []
    if (seconds < 600) return wrong('may not specify a duration less than 10 minutes')
    return seconds > 2 ** 32 ? wrong('may not specify a duration larger than 2^32 seconds') : []
  })
}

function validate({ metadata, spec = {} }: CSIDriver): FieldError[] {
  const { fsGroupPolicy, nodeAllocatableUpdatePeriodSeconds: period, volumeLifecycleModes = [] } = spec
  const at = SPEC.child('volumeLifecycleModes')
  return [
    ...driverNameErrors(metadata.name, 'name'),
    // Misspelt in Kubernetes.
    ...(spec.attachRequired === undefined ? [required(SPEC.child('attachedRequired'))] : []),
    ...(spec.podInfoOnMount === undefined ? [required(SPEC.child('podInfoOnMount'))] : []),
    ...(spec.storageCapacity === undefined ? [required(SPEC.child('storageCapacity'))] : []),
    ...(fsGroupPolicy === undefined || GROUP_POLICIES.includes(fsGroupPolicy)
      ? []
      : [notSupported(SPEC.child('fsGroupPolicy'), fsGroupPolicy, GROUP_POLICIES)]),
    ...tokenErrors(spec.tokenRequests ?? [], SPEC.child('tokenRequests')),
    ...volumeLifecycleModes.flatMap((mode) => (LIFECYCLES.includes(mode) ? [] : [notSupported(at, mode, LIFECYCLES)])),
    ...(spec.seLinuxMount === undefined ? [required(SPEC.child('seLinuxMount'))] : []),
    ...(period === undefined || period >= LEAST_PERIOD
      ? []
      : [
          invalidValue(
            SPEC.child('nodeAllocatableUpdatePeriodSeconds'),
            period,
            `must be greater than or equal to ${LEAST_PERIOD} seconds`,
          ),
        ]),
  ]
}

export const csidrivers = declare<CSIDriver>('csidrivers.storage.k8s.io', {
  // The driver's own rule of names speaks of `name`, not of metadata.
  validateName: pathSegmentErrors,
  validate,
  validateUpdate({ spec = {} }, old) {
    const before = old.spec ?? {}
    return [
      ...(spec.attachRequired === before.attachRequired
        ? []
        : [invalidValue(SPEC.child('attachedRequired'), spec.attachRequired, IMMUTABLE)]),
      ...(same(spec.volumeLifecycleModes, before.volumeLifecycleModes)
        ? []
        : [invalidValue(SPEC.child('volumeLifecycleModes'), spec.volumeLifecycleModes, IMMUTABLE)]),
    ]
  },
})
