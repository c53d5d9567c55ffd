import { MIRROR } from '../../api/kinds/pod/annotations.ts'
import { notFound } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type { Json, OwnerReference } from '../../api/meta/object.ts'
import type { Pod, Volume } from '../../api/schema/types.generated.ts'
import { names } from '../guard/pod-names.ts'
import type { Tx } from '../store/store.ts'

/**
 * Why a node may not create this Pod: it makes only mirrors of what it runs on its own account, which are its Node's and
 * reach nothing of the API (admitPodCreate of plugin/pkg/admission/noderestriction). 404 without the Node.
 */
export function strangeMirror(pod: Pod, node: string, tx: Tx): string | undefined {
  const quoted = goQuote(node)
  if (pod.metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have ${goQuote(MIRROR)} annotation, node ${quoted} can only create mirror pods`
  }
  if (pod.spec.nodeName !== node) return `node ${quoted} can only create pods with spec.nodeName set to itself`
  const [owner, ...others] = pod.metadata.ownerReferences ?? []
  if (others.length > 0) return `node ${quoted} can only create pods with a single owner reference set to itself`
  const stranger = strangeOwner(owner, node, tx)
  if (stranger !== undefined) return stranger
  const reached = apiReference(pod)
  return reached === undefined ? undefined : `node ${quoted} can not create pods that reference ${reached}`
}

function strangeOwner(owner: OwnerReference | undefined, node: string, tx: Tx): string | undefined {
  const only = `node ${goQuote(node)} can only create pods with`
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `${only} an owner reference set to itself`
  }
  if (owner.controller !== true) return `${only} a controller owner reference set to itself`
  if (owner.blockOwnerDeletion === true) {
    return `node ${goQuote(node)} must not set blockOwnerDeletion on an owner reference`
  }
  const row = tx.get({ resource: 'nodes', namespace: '', name: node })
  if (row === undefined) throw notFound('nodes', node)
  return owner.uid === row.uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${row.uid}`
}

const VOLUMES: readonly (readonly [keyof Volume, string])[] = [
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets'],
]

/** HasAPIObjectReference of pkg/api/pod: what of the API the Pod needs, in the words of the refusal. */
function apiReference(pod: Pod): string | undefined {
  const { serviceAccountName, resourceClaims = [], volumes = [] } = pod.spec
  if (serviceAccountName) return 'serviceaccounts'
  const spec = pod.spec as unknown as Json // a part of an object, which is JSON
  if (names(spec, 'secret')) return 'secrets'
  if (names(spec, 'configMap')) return 'configmaps'
  if (resourceClaims.length > 0) return 'resourceclaims'
  for (const volume of volumes) {
    const found = VOLUMES.find(([source]) => volume[source] !== undefined)
    if (found !== undefined) return found[1]
    for (const source of volume.projected?.sources ?? []) {
      if (source.serviceAccountToken !== undefined) return 'serviceaccounts (via projected volumes)'
      if (source.clusterTrustBundle !== undefined) return 'clustertrustbundles'
      if (source.podCertificate !== undefined) return 'podcertificates'
    }
  }
  return undefined
}
