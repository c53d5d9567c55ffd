import { controllerOf, isDeleting, type Resource } from '../../api/meta/object.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttributesClass,
} from '../../api/schema/types.generated.ts'
import type { Change, Controller, Happened, ObjectKey, View } from './controller.ts'

/**
 * What is in use is not deleted: a finalizer keeps it, and these release it (pkg/controller/volume/pvcprotection,
 * pvprotection, vacprotection).
 */
const CLAIMS = 'persistentvolumeclaims'
const VOLUMES = 'persistentvolumes'
const CLASSES = 'volumeattributesclasses.storage.k8s.io'

/** The finalizer is there while the object lives, and goes with the last use of one that is to go. */
function protect(object: Resource, finalizer: string, used: () => boolean): Change[] {
  const finalizers = object.metadata.finalizers ?? []
  const kept = finalizers.includes(finalizer)
  const write = (list: readonly string[]): Change[] => [
    { do: 'update', object: { ...object, metadata: { ...object.metadata, finalizers: [...list] } } },
  ]
  if (!isDeleting(object)) return kept ? [] : write([...finalizers, finalizer])
  return kept && !used() ? write(finalizers.filter((name) => name !== finalizer)) : []
}

/** `podIsShutDown`: nothing of the Pod runs any more. */
const isShutDown = ({ metadata }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0

/** Names of the claims that a Pod uses: those that it names, and those that its ephemeral volumes made. */
const claimsOf = (pod: Pod): string[] =>
  (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [persistentVolumeClaim.claimName]
    return ephemeral === undefined ? [] : [`${pod.metadata.name}-${name}`]
  })

/** `podUsesPVC`: only a Pod that has a node uses anything. */
function uses(pod: Pod, { metadata }: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false
  return (pod.spec.volumes ?? []).some(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim?.claimName === metadata.name) return true
    if (ephemeral === undefined || isShutDown(pod) || `${pod.metadata.name}-${name}` !== metadata.name) return false
    return controllerOf({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata })?.uid === pod.metadata.uid
  })
}

/** Claims that may be released by what happened to a Pod. */
function claimKeys({ type, key, after }: Happened, view: View): ObjectKey[] {
  const pod = after as Pod // the resource that was asked for
  if (type === 'ADDED' || (type === 'MODIFIED' && !isShutDown(pod))) return []
  return claimsOf(pod)
    .filter((name) => {
      const claim = view.get<PersistentVolumeClaim>(CLAIMS, key.namespace, name)
      return claim !== undefined && isDeleting(claim)
    })
    .map((name) => ({ resource: CLAIMS, namespace: key.namespace, name }))
}

export const claimProtection: Controller<PersistentVolumeClaim> = {
  name: 'pvc-protection-controller',
  resource: CLAIMS,
  concerns: ({ type }) => type !== 'DELETED',
  wakes: { pods: claimKeys },
  reconcile: (claim, view) =>
    protect(claim, 'kubernetes.io/pvc-protection', () =>
      view.list<Pod>('pods', claim.metadata.namespace).some((pod) => uses(pod, claim)),
    ),
}

export const volumeProtection: Controller<PersistentVolume> = {
  name: 'pv-protection-controller',
  resource: VOLUMES,
  concerns: ({ type }) => type !== 'DELETED',
  reconcile: (volume) => protect(volume, 'kubernetes.io/pv-protection', () => volume.status?.phase === 'Bound'),
}

const classOf = (object: Resource): (string | undefined)[] => {
  const { spec, status } = object as PersistentVolumeClaim | PersistentVolume // the two that name a class
  const current = status !== undefined && 'currentVolumeAttributesClassName' in status
  return [spec?.volumeAttributesClassName, current ? status.currentVolumeAttributesClassName : undefined]
}

const classKeys = ({ before, after }: Happened): ObjectKey[] =>
  [...new Set([...(before === undefined ? [] : classOf(before)), ...classOf(after)])].flatMap((name) =>
    name ? [{ resource: CLASSES, namespace: '', name }] : [],
  )

export const attributesClassProtection: Controller<VolumeAttributesClass> = {
  name: 'volumeattributesclass-protection-controller',
  resource: CLASSES,
  concerns: ({ type }) => type !== 'DELETED',
  wakes: { [CLAIMS]: classKeys, [VOLUMES]: classKeys },
  reconcile: (object, view) =>
    protect(object, 'kubernetes.io/vac-protection', () =>
      [...view.list(CLAIMS), ...view.list(VOLUMES)].some((user) => classOf(user).includes(object.metadata.name)),
    ),
}
