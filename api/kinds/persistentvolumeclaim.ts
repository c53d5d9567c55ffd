import { Path, type FieldError, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { goJson, goQuote } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import { compareQuantity, formatQuantity, milliValue } from '../meta/quantity.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../schema/types.generated.ts'
import { type ClaimLenience, claimSpecErrors } from './claim-spec.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import { quantityOf } from './numbers.ts'
import { same } from './same.ts'
import { unifiedDiff } from './unified-diff.ts'
import { basicAmountErrors } from './volume-spec.ts'

/** PersistentVolumeClaims: pkg/registry/core/persistentvolumeclaim and pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
/** What named the class before there was a field. */
export const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class'

type Spec = PersistentVolumeClaimSpec

const lenienceOf = ({ spec }: PersistentVolumeClaim): ClaimLenience => ({
  anyLabelValue: labelSelectorErrors(spec.selector, SPEC).length > 0,
  anyGroup: Boolean(spec.dataSource?.apiGroup) || Boolean(spec.dataSourceRef?.apiGroup),
})

const isKnownSource = ({ kind, apiGroup }: { kind: string; apiGroup: string | null }): boolean =>
  apiGroup ? kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io' : kind === 'PersistentVolumeClaim'

/**
 * KEP-1495: dataSource and dataSourceRef say the same. What a client of the old field asks for in vain is dropped, and so
 * is a source in another namespace (CrossNamespaceVolumeDataSource is off).
 */
function withSources(spec: Spec, old?: Spec): Spec {
  let { dataSource, dataSourceRef } = spec
  const { dataSource: _, dataSourceRef: __, ...rest } = spec
  if (dataSourceRef?.namespace && old?.dataSourceRef === undefined) dataSourceRef = undefined
  const isInUse = old?.dataSource !== undefined || old?.dataSourceRef !== undefined
  if (!isInUse && dataSourceRef === undefined && dataSource !== undefined && !isKnownSource(dataSource)) {
    dataSource = undefined
  }
  if (dataSource !== undefined) dataSourceRef ??= { ...dataSource }
  else if (dataSourceRef !== undefined && !dataSourceRef.namespace) {
    const { namespace: ___, ...local } = dataSourceRef
    dataSource = local
  }
  return {
    ...rest,
    ...(dataSource === undefined ? {} : { dataSource }),
    ...(dataSourceRef === undefined ? {} : { dataSourceRef }),
  }
}

const prepared = (claim: PersistentVolumeClaim, old?: PersistentVolumeClaim): PersistentVolumeClaim => ({
  ...claim,
  spec: withSources(claim.spec, old?.spec),
})

/** Both specs with what may change made equal, so that what differs still is what may not. */
function munged(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): { before: Spec; after: Spec; errors: FieldError[] } {
  const before: Spec = withSources(old.spec, old.spec)
  const after: Spec = { ...claim.spec }
  const errors: FieldError[] = []
  // The volume controller writes the name of the volume, once.
  if (!old.spec.volumeName) putBack(before, after, 'volumeName')
  const [annotation, was] = [claim.metadata.annotations?.[STORAGE_CLASS], old.metadata.annotations?.[STORAGE_CLASS]]
  const isNamed = after.storageClassName !== undefined && before.storageClassName === undefined
  if (isNamed && was !== undefined && after.storageClassName === was && (annotation ?? was) === was) {
    delete after.storageClassName
  } else {
    if ((annotation ?? '') !== (was ?? '')) {
      const at = Path.of('metadata').child('annotations').child(STORAGE_CLASS)
      errors.push(invalidValue(at, annotation ?? '', IMMUTABLE))
    }
    if (isNamed && (was === undefined || was === after.storageClassName)) delete after.storageClassName
  }
  if (claim.status?.phase !== 'Bound') return { before, after, errors }
  if (after.resources?.requests !== undefined) {
    const storage = before.resources?.requests?.['storage']
    after.resources = {
      ...after.resources,
      requests: { ...after.resources.requests, storage: storage ?? '0' },
    }
  }
  if (after.volumeAttributesClassName !== undefined) putBack(after, before, 'volumeAttributesClassName')
  return { before, after, errors }
}

function putBack(spec: Spec, from: Spec, field: 'volumeName' | 'volumeAttributesClassName'): void {
  const value = from[field]
  if (value === undefined) delete spec[field]
  else spec[field] = value
}

/** A claim grows; it shrinks only to what is more than it has, after a growth that failed. */
function sizeErrors(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const sizeOf = ({ spec }: PersistentVolumeClaim) => quantityOf(spec.resources?.requests?.['storage'])
  const size = sizeOf(claim)
  if (compareQuantity(size, sizeOf(old)) >= 0) return []
  if (compareQuantity(size, quantityOf(old.status?.capacity?.['storage'])) > 0) return []
  const at = SPEC.child('resources').child('requests').child('storage')
  return [forbidden(at, 'field can not be less than status.capacity')]
}

/** A class of attributes may be changed, not taken away. PersistentVolumes say the same. */
export function attributesClassChanges(name: string | undefined, old: string | undefined): FieldError[] {
  if (name === old || old === undefined) return []
  const at = SPEC.child('volumeAttributesClassName')
  if (name === undefined) return [forbidden(at, 'update from non-nil value to nil is forbidden')]
  return name === '' ? [forbidden(at, 'update from non-nil value to an empty string is forbidden')] : []
}

function updateErrors(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const { spec } = claim
  const { before, after, errors } = munged(claim, old)
  const all = [...claimSpecErrors(spec, SPEC, lenienceOf(old)), ...errors]
  if (!same(before, after)) {
    const printed = (of: Spec): string => goJson(internal('PersistentVolumeClaimSpec', of), 1)
    const what =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    all.push(forbidden(SPEC, `${what}\n${unifiedDiff(printed(before), printed(after))}`))
  }
  all.push(...sizeErrors(claim, old))
  if (spec.volumeMode !== old.spec.volumeMode) all.push(invalidValue('volumeMode', spec.volumeMode, IMMUTABLE))
  return [...all, ...attributesClassChanges(spec.volumeAttributesClassName, old.spec.volumeAttributesClassName)]
}

const RESIZES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].toSorted()

/** `validatePersistentVolumeClaimResourceKey`: of Kubernetes' own names only `storage`. */
function resourceKeyErrors(name: string, at: Path): FieldError[] {
  const messages = qualifiedNameErrors(name)
  if (messages.length > 0) return messages.map((message) => invalidValue(at, name, message))
  const isNative = !name.includes('/') || name.includes('kubernetes.io/')
  return isNative && name !== 'storage' ? [notSupported(at, name, ['storage'])] : []
}

/** `ValidatePersistentVolumeClaimStatusUpdate`. */
function validateStatus({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const { capacity = {}, allocatedResourceStatuses = {}, allocatedResources = {} } = status
  const errors: FieldError[] = []
  if ((spec.accessModes ?? []).length === 0) errors.push(required(Path.of('Spec').child('accessModes')))
  for (const [name, text] of Object.entries(capacity)) {
    errors.push(...basicAmountErrors(text, STATUS.child('capacity').key(name)))
  }
  const at = STATUS.child('allocatedResourceStatus')
  for (const [name, resize] of Object.entries(allocatedResourceStatuses)) {
    errors.push(...resourceKeyErrors(name, at))
    if (!RESIZES.includes(resize)) errors.push(notSupported(at, name, RESIZES))
  }
  const allocated = STATUS.child('allocatedResources')
  for (const [name, text] of Object.entries(allocatedResources)) {
    const wrong = resourceKeyErrors(name, allocated)
    errors.push(...(wrong.length > 0 ? wrong : basicAmountErrors(text, allocated.key(name))))
  }
  return errors
}

/** `GetWarningsForPersistentVolumeClaim`. */
function warn({ metadata, spec }: PersistentVolumeClaim, _old?: PersistentVolumeClaim, operation?: string): string[] {
  if (operation === 'status') return []
  const annotation = Path.of('metadata').child('annotations').key(STORAGE_CLASS)
  const fractions = (['requests', 'limits'] as const).flatMap((list) => {
    const size = quantityOf(spec.resources?.[list]?.['storage'])
    if (milliValue(size) % 1000 === 0) return []
    const at = SPEC.child('resources').child(list).key('storage')
    return [`${at}: fractional byte value ${goQuote(formatQuantity(size))} is invalid, must be an integer`]
  })
  return metadata.annotations?.[STORAGE_CLASS] === undefined
    ? fractions
    : [`${annotation}: deprecated since v1.8; use "storageClassName" attribute instead`, ...fractions]
}

export const persistentvolumeclaims = declare<PersistentVolumeClaim>('persistentvolumeclaims', {
  prepareCreate: (claim) => ({ ...prepared(claim), status: { phase: 'Pending' } }),
  prepareUpdate: (claim, old, { operation }) => (operation === 'status' ? claim : prepared(claim, old)),
  validate: ({ spec }, { operation }) => (operation === 'create' ? claimSpecErrors(spec, SPEC) : []),
  validateUpdate: updateErrors,
  validateStatus,
  warn,
})
