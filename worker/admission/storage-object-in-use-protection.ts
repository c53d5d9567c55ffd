import type { Plugin } from './plugin.ts'

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
}

/**
 * What Pods or claims may come to use carries from its first moment the finalizer that keeps it while it is in use;
 * `worker/control/storage-protection.ts` lets go. plugin/pkg/admission/storage/storageobjectinuseprotection.
 */
export const storageObjectInUseProtection: Plugin = {
  name: 'StorageObjectInUseProtection',
  of: Object.keys(FINALIZERS),
  admit(object, { kind, operation, subresource }) {
    const finalizer = FINALIZERS[kind.resource]
    const finalizers = object.metadata.finalizers ?? []
    if (operation !== 'CREATE' || subresource !== '') return object
    if (finalizer === undefined || finalizers.includes(finalizer)) return object
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } }
  },
}
