import { notFound } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type {
  CSIDriver,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  TokenRequest,
  Volume,
} from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import type { Authoriser } from './authoriser.ts'

/**
 * Why a node may not have this token: it asks for those of Pods that it runs, and only for an audience that the Pod names
 * (admitServiceAccount of plugin/pkg/admission/noderestriction). 404 without the Pod.
 */
export function strangeToken(
  { spec }: TokenRequest,
  node: string,
  attributes: Attributes,
  tx: Tx,
  may: Authoriser,
): string | undefined {
  const { apiVersion, kind, name = '', uid = '' } = spec.boundObjectRef ?? {}
  if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') return 'node requested token not bound to a pod'
  if (uid === '') return 'node requested token with a pod binding without a uid'
  const row = tx.get({ resource: 'pods', namespace: attributes.namespace, name })
  if (row === undefined) throw notFound('pods', name)
  if (uid !== row.uid) {
    return `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
  }
  const pod = row.object as Pod // by the key
  if (pod.spec.nodeName !== node) return 'node requested token bound to a pod scheduled on a different node'
  return strangeAudience(spec.audiences ?? [], pod, attributes, tx, may)
}

/** ServiceAccountNodeAudienceRestriction. No audience at all is the API's own, which the Pod names by ''. */
function strangeAudience(
  [audience = '', ...more]: readonly string[],
  pod: Pod,
  { caller: { user }, namespace, name }: Attributes,
  tx: Tx,
  may: Authoriser,
): string | undefined {
  if (more.length > 0) return 'node may only request 0 or 1 audiences'
  if ((pod.spec.volumes ?? []).some((volume) => wantsAudience(volume, pod, audience, tx))) return undefined
  const verb = 'request-serviceaccounts-token-audience'
  if (may(tx, user, { verb, group: '', resource: audience, namespace, name })) return undefined
  return `audience ${goQuote(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`
}

function wantsAudience(volume: Volume, pod: Pod, audience: string, tx: Tx): boolean {
  const tokens = (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? [])
  if (tokens.some((token) => (token.audience ?? '') === audience)) return true
  const name = driverOf(volume, pod, tx)
  if (name === undefined) return false
  const driver = tx.get({ resource: 'csidrivers.storage.k8s.io', namespace: '', name })?.object as CSIDriver | undefined // by the key
  return (driver?.spec.tokenRequests ?? []).some((request) => request.audience === audience)
}

/** The driver that a volume leads to, through its claim where it has one. */
function driverOf(volume: Volume, { metadata }: Pod, tx: Tx): string | undefined {
  if (volume.csi !== undefined) return volume.csi.driver
  const claimName =
    volume.ephemeral === undefined ? volume.persistentVolumeClaim?.claimName : `${metadata.name}-${volume.name}`
  if (claimName === undefined) return undefined
  const key = { resource: 'persistentvolumeclaims', namespace: metadata.namespace ?? '', name: claimName }
  const claim = tx.get(key)?.object as PersistentVolumeClaim | undefined // by the key
  const name = claim?.spec.volumeName
  if (!name) return undefined
  const found = tx.get({ resource: 'persistentvolumes', namespace: '', name })?.object as PersistentVolume | undefined // by the key
  return found?.spec.csi?.driver
}
