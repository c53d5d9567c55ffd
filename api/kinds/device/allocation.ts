import { type FieldError, Path, forbidden, invalidValue, notSupported, required } from '../../meta/field-error.ts'
import { IMMUTABLE } from '../../meta/validate-meta.ts'
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  ResourceClaimConsumerReference,
  ResourceResourceClaim,
} from '../../schema/types.generated.ts'
import { driverNameErrors } from '../driver-name.ts'
import { internal } from '../internal.ts'
import { nodeSelector } from '../pod/affinity.ts'
import { same } from '../same.ts'
import { MAX, type Requests, referencesErrors, requestRefErrors, requestsOf } from './claim.ts'
import { configurationErrors, tolerationErrors } from './configuration.ts'
import { listErrors, setErrors } from './lists.ts'
import { deviceNameErrors, poolNameErrors, uuidErrors } from './names.ts'

/** What was given to a claim: pkg/apis/resource/validation (ValidateResourceClaimStatusUpdate). */

const STATUS = Path.of('status')
const RESERVED = STATUS.child('reservedFor')
const ALLOCATION = STATUS.child('allocation')
const MAX_CONSUMERS = 256
const SOURCES = ['FromClaim', 'FromClass']

const consumerErrors = (of: ResourceClaimConsumerReference, at: Path): FieldError[] =>
  (['resource', 'name', 'uid'] as const).flatMap((field) => (of[field] ? [] : [required(at.child(field))]))

type Identity = Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>
/** `structured.SharedDeviceID`: a device, or a share of one. */
const identity = ({ driver, pool, device, shareID = '' }: Identity): string => [driver, pool, device, shareID].join('/')

function resultErrors(of: DeviceRequestAllocationResult, requests: Requests, at: Path): FieldError[] {
  return [
    ...requestRefErrors(of.request ?? '', requests, at.child('request')),
    ...driverNameErrors(of.driver ?? '', at.child('driver')),
    ...poolNameErrors(of.pool ?? '', at.child('pool')),
    ...deviceNameErrors(of.device ?? '', at.child('device')),
    ...(of.tolerations ?? []).flatMap((one, i) => tolerationErrors(one, at.child('tolerations').index(i))),
    ...(of.shareID === undefined ? [] : uuidErrors(of.shareID, at.child('shareID'))),
  ]
}

function configErrors(of: DeviceAllocationConfiguration, requests: Requests, at: Path): FieldError[] {
  const { source = '' } = of
  const here = at.child('source')
  const wrong = SOURCES.includes(source) ? [] : [source === '' ? required(here) : notSupported(here, source, SOURCES)]
  return [
    ...wrong,
    ...referencesErrors(of.requests, requests, at.child('requests')),
    ...configurationErrors(of.opaque, at),
  ]
}

function allocationErrors({ devices = {}, nodeSelector: where }: AllocationResult, requests: Requests): FieldError[] {
  const at = ALLOCATION.child('devices')
  const errors = [
    ...listErrors(devices.results, MAX, (one, here) => resultErrors(one, requests, here), at.child('results')),
    ...listErrors(devices.config, 2 * MAX, (one, here) => configErrors(one, requests, here), at.child('config')),
  ]
  if (where !== undefined) nodeSelector(where, ALLOCATION.child('nodeSelector'), errors)
  return errors
}

function deviceErrors(of: AllocatedDeviceStatus, allocated: ReadonlySet<string>, at: Path): FieldError[] {
  return [
    ...driverNameErrors(of.driver ?? '', at.child('driver')),
    ...poolNameErrors(of.pool ?? '', at.child('pool')),
    ...deviceNameErrors(of.device ?? '', at.child('device')),
    ...(of.shareID === undefined ? [] : uuidErrors(of.shareID, at.child('shareID'))),
    ...(allocated.has(identity(of))
      ? []
      : [invalidValue(at, identity(of), 'must be an allocated device in the claim')]),
  ]
}

function reservationErrors({ metadata, status = {} }: ResourceResourceClaim, old: ResourceResourceClaim): FieldError[] {
  const { reservedFor = [], allocation } = status
  if (reservedFor.length === 0) return []
  if (allocation === undefined) return [forbidden(RESERVED, 'may not be specified when `allocated` is not set')]
  if (metadata.deletionTimestamp === undefined) return []
  const before = old.status?.reservedFor ?? []
  if (reservedFor.every((one) => before.some((other) => same(one, other)))) return []
  const why = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
  return [forbidden(RESERVED, why)]
}

/** Everything that may be wrong with a claim's new status. */
export function claimStatusErrors(claim: ResourceResourceClaim, old: ResourceResourceClaim): FieldError[] {
  const { reservedFor, allocation, devices } = claim.status ?? {}
  const allocated = new Set((allocation?.devices?.results ?? []).map(identity))
  const errors = [
    ...setErrors(reservedFor, MAX_CONSUMERS, consumerErrors, ({ uid }) => uid, RESERVED),
    ...setErrors(devices, Infinity, (one, at) => deviceErrors(one, allocated, at), identity, STATUS.child('devices')),
    ...reservationErrors(claim, old),
  ]
  const before = old.status?.allocation
  if (allocation === undefined) return errors
  if (before === undefined) return [...errors, ...allocationErrors(allocation, requestsOf(claim.spec.devices ?? {}))]
  if (same(allocation, before)) return errors
  return [...errors, invalidValue(ALLOCATION, internal('AllocationResult', allocation), IMMUTABLE)]
}
