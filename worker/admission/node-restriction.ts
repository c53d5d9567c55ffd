import { MIRROR } from '../../api/kinds/pod/annotations.ts'
import { same } from '../../api/kinds/same.ts'
import { notFound } from '../../api/meta/failures.ts'
import type { Resource } from '../../api/meta/object.ts'
import { referencesOf } from '../../api/references.ts'
import type { Node, PersistentVolumeClaim, Pod, ResourceSlice, TokenRequest } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import type { Authoriser } from './authoriser.ts'
import { forbid } from './forbid.ts'
import { forbiddenLabels } from './node-labels.ts'
import type { Plugin } from './plugin.ts'

/** A node as it asks: who it is, what for, and whom to ask about others. */
interface Asking {
  readonly node: string
  readonly attributes: Attributes
  readonly tx: Tx
  readonly may: Authoriser
}
/** Why not, where it may not. */
type Rule = (asking: Asking) => string | undefined

const RULES: Readonly<Record<string, Rule>> = {
  pods: ofPods,
  nodes: ofNodes,
  persistentvolumeclaims: ofClaims,
  serviceaccounts: ofAccounts,
  'leases.coordination.k8s.io': ofLeases,
  'csinodes.storage.k8s.io': ({ node, attributes }) =>
    attributes.name === node ? undefined : 'can only access CSINode with the same name as the requesting node',
  'resourceslices.resource.k8s.io': ofSlices,
}

/**
 * A node writes its own Node and its own Pods, and nothing that would draw other Pods to it. What a credential of a node
 * may name at all is the Node authoriser's to say; this looks at what it writes. plugin/pkg/admission/noderestriction.
 */
export function nodeRestriction(may: Authoriser): Plugin {
  const check = (attributes: Attributes, tx: Tx): void => {
    const { name, groups } = attributes.caller.user
    if (!groups.includes('system:nodes') || !name.startsWith('system:node:')) return
    const node = name.slice('system:node:'.length)
    const why =
      node === ''
        ? `could not determine node from user "${name}"`
        : RULES[attributes.kind.resource]?.({ node, attributes, tx, may })
    if (why !== undefined) throw forbid(attributes, why)
  }
  return {
    name: 'NodeRestriction',
    of: Object.keys(RULES),
    admit(object, attributes, tx) {
      // The body of a subresource is looked at below, where all of them come by.
      if (attributes.operation === 'UPDATE' || attributes.subresource === '') check(attributes, tx)
      return object
    },
    validate(attributes, tx) {
      const { operation, subresource } = attributes
      if (operation === 'DELETE' || (operation === 'CREATE' && subresource !== '')) check(attributes, tx)
    },
  }
}

function ofPods({ node, attributes, tx }: Asking): string | undefined {
  const { operation, subresource, namespace, name } = attributes
  const found = (): Pod => {
    const row = tx.get({ resource: 'pods', namespace, name })
    if (row === undefined) throw notFound('pods', name)
    return row.object as Pod // by the key
  }
  switch (subresource) {
    case '':
      if (operation === 'CREATE') return mirrored(attributes.object as Pod, node, tx) // by the resource
      if (operation !== 'DELETE') {
        return `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`
      }
      return found().spec.nodeName === node
        ? undefined
        : `node "${node}" can only delete pods with spec.nodeName set to itself`
    case 'status':
      return operation === 'UPDATE' ? reported(attributes, node) : `unexpected operation "${operation}"`
    case 'eviction':
      if (operation !== 'CREATE') return `unexpected operation ${operation}`
      return found().spec.nodeName === node
        ? undefined
        : `node ${node} can only evict pods with spec.nodeName set to itself`
    default:
      return `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`
  }
}

/** A node makes only mirrors of what it runs on its own account, which reach nothing of the API. */
function mirrored({ metadata, spec }: Pod, node: string, tx: Tx): string | undefined {
  if (metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`
  }
  const can = `node "${node}" can only create pods with`
  if (spec.nodeName !== node) return `${can} spec.nodeName set to itself`
  const [owner, ...others] = metadata.ownerReferences ?? []
  if (others.length > 0) return `${can} a single owner reference set to itself`
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `${can} an owner reference set to itself`
  }
  if (owner.controller !== true) return `${can} a controller owner reference set to itself`
  if (owner.blockOwnerDeletion === true) {
    return `node "${node}" must not set blockOwnerDeletion on an owner reference`
  }
  const uid = tx.get({ resource: 'nodes', namespace: '', name: node })?.uid
  if (uid === undefined) throw notFound('nodes', node)
  if (uid !== owner.uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`
  const reached = reachedBy({ metadata, spec } as Pod) // these two are all that is looked at
  return reached === undefined ? undefined : `node "${node}" can not create pods that reference ${reached}`
}

function reachedBy(pod: Pod): string | undefined {
  const { spec } = pod
  const { secrets, configMaps } = referencesOf(pod)
  if (spec.serviceAccountName) return 'a service account'
  if (secrets.size > 0) return 'secrets'
  if (configMaps.size > 0) return 'configmaps'
  if (spec.volumes?.some((volume) => volume.persistentVolumeClaim !== undefined)) return 'persistentvolumeclaims'
  return (spec.resourceClaims ?? []).length > 0 ? 'resourceclaims' : undefined
}

function reported({ object, old }: Attributes & { operation: 'UPDATE' }, node: string): string | undefined {
  const [pod, before] = [object as Pod, old as Pod] // by the resource
  if (before.spec.nodeName !== node) {
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`
  }
  if (!same(pod.metadata.labels ?? {}, before.metadata.labels ?? {})) {
    return `node "${node}" cannot update labels through pod status`
  }
  return same(pod.status?.resourceClaimStatuses ?? [], before.status?.resourceClaimStatuses ?? [])
    ? undefined
    : `node "${node}" cannot update resource claim statuses`
}

function ofNodes({ node, attributes }: Asking): string | undefined {
  if (attributes.name !== node) return `node "${node}" is not allowed to modify node "${attributes.name}"`
  if (attributes.operation === 'CREATE') {
    const labels = forbiddenLabels(attributes.object.metadata.labels)
    if (labels.length === 0) return undefined
    return `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`
  }
  if (attributes.operation !== 'UPDATE') return undefined
  const [now, old] = [attributes.object as Node, attributes.old as Node] // by the resource
  if (!same(now.spec?.taints ?? [], old.spec?.taints ?? [])) return `node "${node}" is not allowed to modify taints`
  if (!same(now.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) {
    return `node "${node}" is not allowed to modify ownerReferences`
  }
  const labels = forbiddenLabels(now.metadata.labels, old.metadata.labels)
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(', ')}`
}

function ofClaims({ node, attributes }: Asking): string | undefined {
  if (attributes.subresource !== 'status') return 'may only update PVC status'
  if (attributes.operation !== 'UPDATE') return `unexpected operation "${attributes.operation}"`
  const kept = (object: Resource): object => {
    const { metadata, status, ...rest } = object as PersistentVolumeClaim // by the resource
    const {
      capacity: _,
      conditions: __,
      allocatedResources: ___,
      allocatedResourceStatuses: ____,
      ...other
    } = status ?? {}
    const { managedFields: _____, ...meta } = metadata
    return { ...rest, metadata: meta, status: other }
  }
  return same(kept(attributes.object), kept(attributes.old))
    ? undefined
    : `node "${node}" is not allowed to update fields other than status.capacity and status.conditions`
}

/** A node asks for tokens of its Pods alone, and for the audiences that they name. */
function ofAccounts({ node, attributes, tx, may }: Asking): string | undefined {
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return undefined
  const { namespace, name } = attributes
  const { boundObjectRef: ref, audiences } = (attributes.object as TokenRequest).spec // by the subresource
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) return 'node requested token not bound to a pod'
  if (!ref.uid) return 'node requested token with a pod binding without a uid'
  const row = tx.get({ resource: 'pods', namespace, name: ref.name })
  if (row === undefined) throw notFound('pods', ref.name)
  if (row.uid !== ref.uid) {
    const end = 'does not match the UID in record. The object might have been deleted and then recreated'
    return `the UID in the bound object reference (${ref.uid}) ${end}`
  }
  const { spec } = row.object as Pod // by the key
  if (spec.nodeName !== node) return 'node requested token bound to a pod scheduled on a different node'
  if ((audiences ?? []).length > 1) return 'node may only request 0 or 1 audiences'
  const audience = audiences?.[0] ?? ''
  const projected = (spec.volumes ?? [])
    .flatMap((volume) => volume.projected?.sources ?? [])
    .flatMap((source) => (source.serviceAccountToken === undefined ? [] : [source.serviceAccountToken.audience ?? '']))
  const verb = 'request-serviceaccounts-token-audience'
  if (projected.includes(audience)) return undefined
  if (may(tx, attributes.caller.user, { verb, group: '', resource: audience, namespace, name })) return undefined
  return `audience "${audience}" not found in pod spec volume`
}

const LEASES = 'kube-node-lease'

function ofLeases({ node, attributes }: Asking): string | undefined {
  if (attributes.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`
  return attributes.name === node ? undefined : 'can only access node lease with the same name as the requesting node'
}

function ofSlices({ node, attributes }: Asking): string | undefined {
  if (attributes.operation === 'CONNECT') return undefined
  const object = attributes.operation === 'DELETE' ? attributes.old : attributes.object
  if ((object as ResourceSlice).spec.nodeName === node) return undefined // by the resource
  const verb = attributes.operation.toLowerCase()
  return `can only ${verb} ResourceSlice with the same NodeName as the requesting node`
}
