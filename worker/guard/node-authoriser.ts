import { parseFieldSelector } from '../../api/meta/field-selector.ts'
import type { Json, Resource } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/schema/types.generated.ts'
import type { Reader } from '../store/store.ts'
import { names } from './pod-names.ts'
import type { RequestInfo } from './request-info.ts'
import { ruleAllows } from './rule.ts'
import table from './table/default-roles.json' with { type: 'json' }
import { ALLOWED, denied, type Verdict } from './verdict.ts'

/**
 * What a node may do: its own Node, its Pods and what they reference, its Lease, and what the ClusterRole `system:node`
 * gives to all nodes alike. Model: plugin/pkg/auth/authorizer/node; of Nodes and Pods it gives less, for an agent states
 * both over its control socket. https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
export function authoriseNode(reader: Reader, node: string, info: RequestInfo): Verdict {
  if (!info.isResourceRequest) return denied()
  const rule = RULES[info.group === '' ? info.resource : `${info.resource}.${info.group}`]
  if (rule !== undefined) return rule(reader, node, info)
  return NODE_RULES.some((given) => ruleAllows(info, given)) ? ALLOWED : denied()
}

const NODE_RULES = table.clusterroles.find(({ name }) => name === 'system:node')?.rules ?? []

type Rule = (reader: Reader, node: string, info: RequestInfo) => Verdict

const READS = new Set(['get', 'list', 'watch'])
const WRITES = new Set(['update', 'patch'])

const RULES: Readonly<Record<string, Rule>> = {
  nodes: ownNode,
  pods: ownPods,
  configmaps: readOf(podNames('configMap')),
  secrets: readOf((reader, node, info) => podNames('secret')(reader, node, info) || volumeNames(reader, node, info)),
  serviceaccounts: podsAccount,
  persistentvolumeclaims: ownClaim,
  persistentvolumes: getOf(podVolume),
  'resourceclaims.resource.k8s.io': getOf(podResourceClaim),
  'volumeattachments.storage.k8s.io': getOf(namesNode('volumeattachments.storage.k8s.io')),
  'leases.coordination.k8s.io': ownLease,
  'csinodes.storage.k8s.io': ownCsiNode,
  'resourceslices.resource.k8s.io': ownSlices,
  'podcertificaterequests.certificates.k8s.io': () => denied(),
}

/** Whether a Pod of the node leads to the object that the request names. */
type Relation = (reader: Reader, node: string, info: RequestInfo) => boolean

function related(relation: Relation): Rule {
  return (reader, node, info) => {
    if (info.name === '') return denied('No Object name found')
    return relation(reader, node, info) ? ALLOWED : denied(unrelated(node))
  }
}

const unrelated = (node: string): string => `no relationship found between node '${node}' and this object`

/** authorizeGet. */
function getOf(relation: Relation): Rule {
  return (reader, node, info) => {
    if (info.verb !== 'get') return denied('can only get individual resources of this type')
    if (info.subresource !== '') return denied('cannot get subresource')
    return related(relation)(reader, node, info)
  }
}

/** authorizeReadNamespacedObject: single objects, also by a list or a watch of one name. */
function readOf(relation: Relation): Rule {
  return (reader, node, info) => {
    if (!READS.has(info.verb)) return denied('can only read resources of this type')
    if (info.subresource !== '') return denied('cannot read subresource')
    if (info.namespace === '') return denied('can only read namespaced object of this type')
    return related(relation)(reader, node, info)
  }
}

function ownNode(_reader: Reader, node: string, { verb, subresource, name }: RequestInfo): Verdict {
  if (READS.has(verb) && subresource === '') {
    if (name === node) return ALLOWED
    if (name === '') return denied(`node '${node}' cannot read all nodes, only its own Node object`)
    return denied(`node '${node}' cannot read '${name}', only its own Node object`)
  }
  // Its spec, labels and taints are stated over the control socket, where they are restricted.
  if (!WRITES.has(verb) || subresource !== 'status') return denied()
  return name === node ? ALLOWED : denied(`node '${node}' cannot modify node '${name}'`)
}

function ownPods(reader: Reader, node: string, info: RequestInfo): Verdict {
  const { verb, subresource, name } = info
  if (verb === 'list' || verb === 'watch') {
    if (selects(info, 'spec.nodeName', node)) return ALLOWED
    if (name === '') return denied('can only list/watch pods with spec.nodeName field selector')
  }
  const reads = READS.has(verb) && subresource === ''
  const reports = WRITES.has(verb) && subresource === 'status'
  const removes = verb === 'delete' && subresource === ''
  const evicts = verb === 'create' && subresource === 'eviction'
  if (!reads && !reports && !removes && !evicts) return denied()
  return related(namesNode('pods'))(reader, node, info)
}

/** Whether the query's field selector asks for this value of the field alone. */
function selects(info: RequestInfo, wanted: string, node: string): boolean {
  try {
    return parseFieldSelector(info.fieldSelector).some(
      ({ field, operator, value }) => field === wanted && operator === '=' && value === node,
    )
  } catch {
    return false
  }
}

/** Objects that say in spec.nodeName which node they are of. */
function namesNode(resource: string): Relation {
  return (reader, node, { namespace, name }) => {
    const spec = specOf(reader.get({ resource, namespace: resource === 'pods' ? namespace : '', name })?.object)
    return isJsonObject(spec) && spec['nodeName'] === node
  }
}

/** A stored object is JSON. */
const specOf = (object: Resource | undefined): Json | undefined => (object as { spec?: Json } | undefined)?.spec

const podsOf = (reader: Reader, node: string, namespace: string): Pod[] =>
  reader
    .onNode(node)
    .filter((pod) => pod.namespace === namespace)
    .map(({ object }) => object as Pod) // onNode gives Pods

function podNames(what: 'configMap' | 'secret'): Relation {
  return (reader, node, { namespace, name }) =>
    podsOf(reader, node, namespace).some((pod) => names(specOf(pod) ?? null, what, name))
}

/** The token of an account that a Pod of this node runs as, and the account itself: authorizeServiceAccount. */
function podsAccount(reader: Reader, node: string, info: RequestInfo): Verdict {
  const runsAs: Relation = (_, __, { namespace, name }) =>
    podsOf(reader, node, namespace).some(({ spec }) => spec.serviceAccountName === name)
  if (info.verb === 'get' && info.subresource === '') return readOf(runsAs)(reader, node, info)
  if (info.verb !== 'create' || info.name === '') {
    return denied('can only create tokens for individual service accounts')
  }
  if (info.subresource !== 'token') return denied('can only create token subresource of serviceaccount')
  return related(runsAs)(reader, node, info)
}

function ownClaim(reader: Reader, node: string, info: RequestInfo): Verdict {
  const claimed: Relation = (_, __, { namespace, name }) => hasClaim(reader, node, namespace, name)
  if (info.subresource !== 'status') return getOf(claimed)(reader, node, info)
  if (!WRITES.has(info.verb)) return denied('can only get/update/patch this type')
  return related(claimed)(reader, node, info)
}

const hasClaim = (reader: Reader, node: string, namespace: string, claim: string): boolean =>
  podsOf(reader, node, namespace).some(({ metadata, spec }) =>
    spec.volumes?.some(({ name, persistentVolumeClaim, ephemeral }) => {
      if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName === claim
      return ephemeral !== undefined && `${metadata.name}-${name}` === claim
    }),
  )

/** A volume is the node's where its claim is. */
function podVolume(reader: Reader, node: string, { name }: RequestInfo): boolean {
  const volume = reader.get({ resource: 'persistentvolumes', namespace: '', name })?.object as
    | PersistentVolume
    | undefined // the key names one
  const claim = volume?.spec.claimRef
  return claim !== undefined && hasClaim(reader, node, claim.namespace ?? '', claim.name ?? '')
}

/** Secrets that the volumes of the node's claims name, for what the node itself does with them. */
function volumeNames(reader: Reader, node: string, { namespace, name }: RequestInfo): boolean {
  const claims = podsOf(reader, node, namespace).flatMap(({ spec }) =>
    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []),
  )
  return claims.some((claim) => {
    const key = { resource: 'persistentvolumeclaims', namespace, name: claim }
    const { spec } = (reader.get(key)?.object ?? { spec: {} }) as PersistentVolumeClaim // the key names one
    const volume = reader.get({ resource: 'persistentvolumes', namespace: '', name: spec.volumeName ?? '' })?.object
    return names(specOf(volume) ?? null, 'secret', name)
  })
}

function podResourceClaim(reader: Reader, node: string, { namespace, name }: RequestInfo): boolean {
  return podsOf(reader, node, namespace).some(({ spec, status }) =>
    [...(spec.resourceClaims ?? []), ...(status?.resourceClaimStatuses ?? [])].some(
      ({ resourceClaimName }) => resourceClaimName === name,
    ),
  )
}

const OWN_VERBS = new Set(['get', 'create', 'update', 'patch', 'delete'])

/** On create the name is in the body, which the NodeRestriction admission plugin reads. */
function ownLease(_reader: Reader, node: string, { verb, namespace, name }: RequestInfo): Verdict {
  if (!OWN_VERBS.has(verb)) return denied('can only get, create, update, patch, or delete a node lease')
  if (namespace !== 'kube-node-lease') return denied(`can only access leases in the "kube-node-lease" system namespace`)
  if (verb === 'create' || name === node) return ALLOWED
  return denied(`can only access node lease with the same name as the requesting node`)
}

function ownCsiNode(_reader: Reader, node: string, { verb, subresource, name }: RequestInfo): Verdict {
  if (!OWN_VERBS.has(verb)) return denied('can only get, create, update, patch, or delete a CSINode')
  if (subresource !== '') return denied('cannot authorize CSINode subresources')
  if (verb === 'create' || name === node) return ALLOWED
  return denied('can only access CSINode with the same name as the requesting node')
}

function ownSlices(reader: Reader, node: string, info: RequestInfo): Verdict {
  if (info.subresource !== '') return denied('cannot authorize ResourceSlice subresources')
  switch (info.verb) {
    case 'create':
      return ALLOWED
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related(namesNode('resourceslices.resource.k8s.io'))(reader, node, info)
    case 'watch':
    case 'list':
    case 'deletecollection':
      if (selects(info, 'spec.nodeName', node)) return ALLOWED
      return denied('can only list/watch/deletecollection resourceslices with nodeName field selector')
    default:
      return denied(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      )
  }
}
