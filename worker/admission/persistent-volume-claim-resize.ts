import { compareQuantity, parseQuantity } from '../../api/meta/quantity.ts'
import { STORAGE_CLASS } from '../../api/kinds/persistentvolumeclaim.ts'
import type { PersistentVolumeClaim, StorageClass } from '../../api/schema/types.generated.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

/** A claim grows only where it is bound and its class lets it. plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: Plugin = {
  name: 'PersistentVolumeClaimResize',
  of: ['persistentvolumeclaims'],
  validate(attributes, tx) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== '') return
    const claim = attributes.object as PersistentVolumeClaim // asked for claims only
    const old = attributes.old as PersistentVolumeClaim // as it was
    if (compareQuantity(sizeOf(claim), sizeOf(old)) <= 0) return
    if (old.status?.phase !== 'Bound') throw forbid(attributes, 'Only bound persistent volume claims can be expanded')
    if (mayGrow(claim, old, tx)) return
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
    throw forbid(attributes, why)
  },
}

const sizeOf = ({ spec }: PersistentVolumeClaim) => parseQuantity(spec.resources?.requests?.['storage'] ?? '0')

/** GetPersistentVolumeClaimClass: the annotation from before there was a field goes first. */
const classOf = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata.annotations?.[STORAGE_CLASS] ?? spec.storageClassName ?? ''

function mayGrow(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, tx: Tx): boolean {
  const name = classOf(claim)
  if (name === '' || name !== classOf(old)) return false
  const row = tx.get({ resource: 'storageclasses.storage.k8s.io', namespace: '', name })
  return (row?.object as StorageClass | undefined)?.allowVolumeExpansion === true // by the key
}
