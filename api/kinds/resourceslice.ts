import { type FieldError, Path, eachInvalid, invalidValue, required } from '../meta/field-error.ts'
import { subdomainName } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { ResourcePool, ResourceSlice, ResourceSliceSpec } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { setErrors } from './device/lists.ts'
import { poolNameErrors } from './device/names.ts'
import { counterSetErrors, deviceErrors } from './device/slice-device.ts'
import { driverNameErrors } from './driver-name.ts'
import { nodeSelector } from './pod/affinity.ts'

const SPEC = Path.of('spec')
const MAX_DEVICES = 128
/** Of devices with taints or counters, which take more room. */
const MAX_LARGE_DEVICES = 64
const MAX_COUNTER_SETS = 8
const NO_POOL: ResourcePool = { name: '', generation: 0, resourceSliceCount: 0 }

function poolErrors({ name = '', resourceSliceCount: count = 0, generation = 0 }: ResourcePool): FieldError[] {
  const at = SPEC.child('pool')
  return [
    ...poolNameErrors(name, at.child('name')),
    ...(count > 0 ? [] : [invalidValue(at.child('resourceSliceCount'), count, 'must be greater than zero')]),
    ...(generation < 0
      ? [invalidValue(at.child('generation'), generation, 'must be greater than or equal to zero')]
      : []),
  ]
}

const WHERE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'

/** Where the slice's devices are: one way of four. */
function placeErrors(spec: ResourceSliceSpec): FieldError[] {
  const { nodeName, nodeSelector: where } = spec
  const errors: FieldError[] = []
  const set: string[] = []
  const at = SPEC.child('nodeName')
  if (nodeName === '') errors.push(invalidValue(at, '', 'must be either unset or set to a non-empty string'))
  if (nodeName) {
    set.push('`nodeName`')
    errors.push(...eachInvalid(at, nodeName, subdomainName(nodeName, false)))
  }
  if (where !== undefined) {
    set.push('`nodeSelector`')
    nodeSelector(where, SPEC.child('nodeSelector'), errors)
    const terms = where.nodeSelectorTerms ?? []
    const here = SPEC.child('nodeSelector').child('nodeSelectorTerms')
    if (terms.length !== 1) errors.push(invalidValue(here, terms, 'must have exactly one node selector term'))
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[field] === true) set.push(`\`${field}\``)
    if (spec[field] === false) {
      errors.push(invalidValue(SPEC.child(field), false, 'must be either unset or set to true'))
    }
  }
  if (set.length === 0) errors.push(required(SPEC, WHERE))
  if (set.length > 1) errors.push(invalidValue(SPEC, `{${set.join(', ')}}`, `${WHERE}, but multiple fields are set`))
  return errors
}

function immutableErrors(spec: ResourceSliceSpec, old: ResourceSliceSpec): FieldError[] {
  const changed = (at: Path, after: unknown, before: unknown): FieldError[] =>
    after === before ? [] : [invalidValue(at, after, IMMUTABLE)]
  return [
    ...changed(SPEC.child('pool').child('name'), spec.pool?.name ?? '', old.pool?.name ?? ''),
    ...changed(SPEC.child('driver'), spec.driver ?? '', old.driver ?? ''),
    ...changed(SPEC.child('nodeName'), spec.nodeName, old.nodeName),
  ]
}

/** `validateResourceSliceSpec`. */
function specErrors(spec: ResourceSliceSpec, old: ResourceSliceSpec | undefined): FieldError[] {
  const { devices, sharedCounters } = spec
  const large = (devices ?? []).some(
    ({ taints = [], consumesCounters = [] }) => taints.length + consumesCounters.length > 0,
  )
  return [
    ...driverNameErrors(spec.driver ?? '', SPEC.child('driver')),
    ...poolErrors(spec.pool ?? NO_POOL),
    ...(old === undefined ? [] : immutableErrors(spec, old)),
    ...placeErrors(spec),
    ...(sharedCounters !== undefined && devices !== undefined
      ? [invalidValue(SPEC, '', 'only one of `sharedCounters` or `devices` is allowed')]
      : []),
    ...setErrors(
      devices,
      large ? MAX_LARGE_DEVICES : MAX_DEVICES,
      (device, at) => {
        const before = old?.devices?.find(({ name }) => name === device.name)
        return deviceErrors(device, before, spec.perDeviceNodeSelection === true, at)
      },
      ({ name }) => name,
      SPEC.child('devices'),
    ),
    ...setErrors(sharedCounters, MAX_COUNTER_SETS, counterSetErrors, ({ name }) => name, SPEC.child('sharedCounters')),
  ]
}

export const resourceslices = declare<ResourceSlice>('resourceslices.resource.k8s.io', {
  validate: ({ spec }, { operation }) => (operation === 'create' ? specErrors(spec, undefined) : []),
  validateUpdate: ({ spec }, old) => specErrors(spec, old.spec),
  fields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver ?? '',
  },
})
