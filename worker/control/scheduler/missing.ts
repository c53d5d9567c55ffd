import { isDeleting } from '../../../api/meta/object.ts'
import type {
  PersistentVolumeClaim,
  Pod,
  PodResourceClaim,
  ResourceResourceClaim,
  Volume,
} from '../../../api/schema/types.generated.ts'
import type { View } from '../controller.ts'

/**
 * What a Pod uses that is not there, or that no node of podo can give: volumes behind claims and drivers, and devices. The
 * texts are those of kube-scheduler's VolumeBinding and DynamicResources where they have one.
 */

type Look = Pick<View, 'get'>

function ofClaim(name: string, namespace: string, view: Look): string {
  const claim = view.get<PersistentVolumeClaim>('persistentvolumeclaims', namespace, name)
  if (claim === undefined) return `persistentvolumeclaim "${name}" not found`
  if (isDeleting(claim)) return `persistentvolumeclaim "${name}" is being deleted`
  if (!claim.spec.volumeName) return 'pod has unbound immediate PersistentVolumeClaims'
  return `podo does not mount the volume of persistentvolumeclaim "${name}" yet`
}

function ofVolume({ name, persistentVolumeClaim, ephemeral, csi }: Volume, pod: Pod, view: Look): string | undefined {
  const { namespace = '' } = pod.metadata
  if (persistentVolumeClaim !== undefined) return ofClaim(persistentVolumeClaim.claimName, namespace, view)
  if (csi !== undefined) return `podo has no CSI driver "${csi.driver}"`
  if (ephemeral === undefined) return undefined
  const claim = `${pod.metadata.name}-${name}`
  return view.get('persistentvolumeclaims', namespace, claim) === undefined
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claim}"`
    : ofClaim(claim, namespace, view)
}

function ofDevice({ name, resourceClaimName }: PodResourceClaim, namespace: string, view: Look): string {
  if (resourceClaimName === undefined) return `pod claim "${name}": waiting for its resourceclaim to be created`
  const claim = view.get<ResourceResourceClaim>('resourceclaims.resource.k8s.io', namespace, resourceClaimName)
  if (claim === undefined) return `resourceclaim "${resourceClaimName}" not found`
  return `cannot allocate resourceclaim "${resourceClaimName}": podo has no drivers of devices`
}

/** The first thing that is missing, volumes before devices; undefined where nothing is. */
export function missing(pod: Pod, view: Look): string | undefined {
  const { volumes = [], resourceClaims = [] } = pod.spec
  for (const volume of volumes) {
    const why = ofVolume(volume, pod, view)
    if (why !== undefined) return why
  }
  const [device] = resourceClaims
  return device === undefined ? undefined : ofDevice(device, pod.metadata.namespace ?? '', view)
}
