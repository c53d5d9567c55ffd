import type { PersistentVolumeClaim } from '../../api/schema/types.generated.ts'
import { defaultClass } from './default-class.ts'
import type { Plugin } from './plugin.ts'

const MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
const OLD_FIELD = 'volume.beta.kubernetes.io/storage-class'

/** A claim that names no class gets the default one; '' is a name. plugin/pkg/admission/storage/storageclass/setdefault. */
export const defaultStorageClass: Plugin = {
  name: 'DefaultStorageClass',
  of: ['persistentvolumeclaims'],
  admit(object, { operation, subresource }, tx) {
    if (operation !== 'CREATE' || subresource !== '') return object
    const claim = object as PersistentVolumeClaim // asked for claims only
    const { storageClassName } = claim.spec
    if ((storageClassName ?? undefined) !== undefined) return claim
    if (claim.metadata.annotations?.[OLD_FIELD] !== undefined) return claim
    const found = defaultClass(tx, 'storageclasses.storage.k8s.io', MARKS)
    if (found === undefined) return claim
    return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } } as PersistentVolumeClaim // a field of it
  },
}
