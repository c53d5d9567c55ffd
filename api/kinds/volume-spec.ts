import { type FieldError, type Path, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { formatQuantity, sign, value } from '../meta/quantity.ts'
import type { PersistentVolumeSpec } from '../schema/types.generated.ts'
import { accessModeErrors, classNameErrors, volumeModeErrors } from './claim-spec.ts'
import { quantityOf } from './numbers.ts'
import { nodeSelector } from './pod/affinity.ts'
import { sortedMap } from './same.ts'
import { sourceErrors } from './volume-sources.ts'

/** `ValidatePersistentVolumeSpec` of pkg/apis/core/validation: of PersistentVolumes, and of those inside VolumeAttachments. */

const RECLAIM = ['Delete', 'Recycle', 'Retain']
const INLINE = 'may not be specified in the context of inline volumes'

/** `validateBasicResource`. */
export function basicAmountErrors(text: string, at: Path): FieldError[] {
  const amount = value(quantityOf(text))
  return amount < 0 ? [invalidValue(at, amount, 'must be a valid resource quantity')] : []
}

function capacityErrors(capacity: Record<string, string> | undefined, at: Path): FieldError[] {
  const entries = Object.entries(capacity ?? {})
  const isStorage = entries.length === 1 && entries[0]?.[0] === 'storage'
  return [
    ...(entries.length === 0 ? [required(at)] : []),
    ...(isStorage ? [] : [notSupported(at, sortedMap(capacity), ['storage'])]),
    ...entries.flatMap(([name, text]) => {
      const here = at.key(name)
      const amount = quantityOf(text)
      const isPositive = sign(amount) > 0
      return [
        ...basicAmountErrors(text, here),
        ...(isPositive ? [] : [invalidValue(here, formatQuantity(amount), 'must be greater than zero')]),
      ]
    }),
  ]
}

function affinityErrors({ nodeAffinity }: PersistentVolumeSpec, at: Path, anyLabelValue: boolean): FieldError[] {
  if (nodeAffinity === undefined) return []
  const here = at.child('nodeAffinity').child('required')
  if (nodeAffinity.required === undefined) return [required(here, 'must specify required node constraints')]
  const errors: FieldError[] = []
  nodeSelector(nodeAffinity.required, here, errors, anyLabelValue)
  return errors
}

/** `path.Clean` makes the root of it. */
const isRoot = (path: string | undefined): boolean =>
  path !== undefined && path.startsWith('/') && path.split('/').every((part) => ['', '.', '..'].includes(part))

function attributesErrors({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, at: Path): FieldError[] {
  if (name === undefined) return []
  const here = at.child('volumeAttributesClassName')
  return [
    ...(name === '' ? [required(here, 'an empty string is disallowed')] : classNameErrors(name, here)),
    ...(csi === undefined
      ? [required(at.child('csi'), 'has to be specified when using volumeAttributesClassName')]
      : []),
  ]
}

const modesOf = ({ accessModes = [] }: PersistentVolumeSpec, at: Path): FieldError[] => [
  ...(accessModes.length === 0 ? [required(at.child('accessModes'))] : []),
  ...accessModeErrors(accessModes, at.child('accessModes')),
]

/** `anyLabelValue`: values of the node affinity are those of an old object. */
export function volumeSpecErrors(
  spec: PersistentVolumeSpec,
  at: Path,
  name: string,
  anyLabelValue = false,
): FieldError[] {
  const reclaim = spec.persistentVolumeReclaimPolicy ?? ''
  const here = at.child('persistentVolumeReclaimPolicy')
  const recyclesRoot = isRoot(spec.hostPath?.path) && reclaim === 'Recycle'
  return [
    ...modesOf(spec, at),
    ...capacityErrors(spec.capacity, at.child('capacity')),
    ...(reclaim === '' || RECLAIM.includes(reclaim) ? [] : [notSupported(here, reclaim, RECLAIM)]),
    ...affinityErrors(spec, at, anyLabelValue),
    ...sourceErrors(spec, at, name),
    ...(recyclesRoot ? [forbidden(here, "may not be 'recycle' for a hostPath mount of '/'")] : []),
    ...classNameErrors(spec.storageClassName, at.child('storageClassName')),
    ...volumeModeErrors(spec.volumeMode, at.child('volumeMode')),
    ...attributesErrors(spec, at),
  ]
}

/** A volume that stands in a VolumeAttachment itself, as those of Pods that were migrated to CSI. */
export function inlineSpecErrors(spec: PersistentVolumeSpec, at: Path): FieldError[] {
  const { persistentVolumeReclaimPolicy: reclaim, volumeMode, storageClassName } = spec
  const errors: FieldError[] = []
  if (spec.claimRef !== undefined) errors.push(forbidden(at.child('claimRef'), INLINE))
  if (Object.keys(spec.capacity ?? {}).length > 0) errors.push(forbidden(at.child('capacity'), INLINE))
  if (spec.csi === undefined)
    errors.push(required(at.child('csi'), 'has to be specified in the context of inline volumes'))
  errors.push(...modesOf(spec, at))
  if (reclaim && reclaim !== 'Retain') {
    const why = 'may only be Retain in the context of inline volumes'
    errors.push(forbidden(at.child('persistentVolumeReclaimPolicy'), why))
  }
  if (spec.nodeAffinity !== undefined) errors.push(forbidden(at.child('nodeAffinity'), INLINE))
  errors.push(...sourceErrors(spec, at, ''))
  if (storageClassName) errors.push(forbidden(at.child('storageClassName'), INLINE))
  if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
    const why = 'may not specify volumeMode other than Filesystem in the context of inline volumes'
    errors.push(forbidden(at.child('volumeMode'), why))
  }
  return [...errors, ...attributesErrors(spec, at)]
}
