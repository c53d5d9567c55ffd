import type { Resource } from '../meta/object.ts'
import { compareQuantity, parseQuantity, type Quantity, roundUp } from '../meta/quantity.ts'
import { type Amounts, count } from '../meta/resource-list.ts'
import type { PersistentVolumeClaim } from '../schema/types.generated.ts'
import { countName, type Evaluator, satisfies, type Scope } from './evaluator.ts'

/** Claims of volumes, together and by their class: pkg/quota/v1/evaluator/core/persistent_volume_claims.go. */

const CLAIMS = 'persistentvolumeclaims'
const STORAGE = 'requests.storage'
/** `gold.storageclass.storage.k8s.io/requests.storage`. */
const SUFFIX = '.storageclass.storage.k8s.io/'
const OLD_FIELD = 'volume.beta.kubernetes.io/storage-class'

const counts = (name: string): boolean =>
  name === CLAIMS ||
  name === STORAGE ||
  name === countName(CLAIMS) ||
  name.endsWith(SUFFIX + CLAIMS) ||
  name.endsWith(SUFFIX + STORAGE)

const parsed = (text: string | number | undefined): Quantity | undefined =>
  text === undefined ? undefined : roundUp(parseQuantity(String(text)), 0)

/** What is requested, or allocated already where that is more, in whole bytes. */
function storageOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const requested = parsed(spec.resources?.requests?.['storage'])
  const allocated = parsed(status?.allocatedResources?.['storage'])
  if (requested === undefined || allocated === undefined) return requested
  return compareQuantity(allocated, requested) > 0 ? allocated : requested
}

function usage(object: Resource): Amounts {
  const claim = object as PersistentVolumeClaim // asked for claims only
  const one = count(1)
  const result = new Map([
    [CLAIMS, one],
    [countName(CLAIMS), one],
  ])
  const className = claim.metadata.annotations?.[OLD_FIELD] ?? claim.spec.storageClassName
  if (className) result.set(className + SUFFIX + CLAIMS, one)
  const storage = storageOf(claim)
  if (storage !== undefined) {
    result.set(STORAGE, storage)
    if (className) result.set(className + SUFFIX + STORAGE, storage)
  }
  return result
}

function matches(scope: Scope, object: Resource): boolean {
  const { spec, status } = object as PersistentVolumeClaim // asked for claims only
  if (scope.scopeName !== 'VolumeAttributesClass') return false
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name) => name)
  return names.length === 0 ? satisfies(scope, undefined) : names.some((name) => satisfies(scope, name))
}

export const claims: Evaluator = {
  resource: CLAIMS,
  counts,
  usage,
  matches,
  refuses: (_operation, subresource) => subresource === '',
}
