import { COMMON_NAME } from '../../api/kinds/certificate/request.ts'
import { notFound } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type { Json, Resource } from '../../api/meta/object.ts'
import type {
  CertificateSigningRequest,
  Node,
  PersistentVolumeClaim,
  Pod,
  ResourceSlice,
  TokenRequest,
} from '../../api/schema/types.generated.ts'
import { NODES } from '../guard/credentials.ts'
import type { Attributes } from '../registry/attributes.ts'
import { printed, same } from '../registry/stored.ts'
import type { Tx } from '../store/store.ts'
import type { Authoriser } from './authoriser.ts'
import { subjectOf } from './csr-subject.ts'
import { forbid } from './forbid.ts'
import { strangeMirror } from './mirror-pod.ts'
import { forbiddenLabels } from './node-labels.ts'
import { strangeToken } from './node-token.ts'
import type { Plugin } from './plugin.ts'
import { CSRS } from './signer.ts'

const USER = 'system:node:'
const LEASES = 'kube-node-lease'

/** One request of a node. */
interface Asked {
  readonly node: string
  /** The node's name as Go quotes it. */
  readonly quoted: string
  readonly attributes: Attributes
  readonly tx: Tx
  readonly may: Authoriser
}
/** Why the node may not do it; undefined where it may. The resource of the rule says what the objects are. */
type Rule = (asked: Asked) => string | undefined

/**
 * A node writes what is its own and nothing else, whatever else it was allowed: what it asks for by content is known only
 * here (its Lease on create, labels and taints of its Node). plugin/pkg/admission/noderestriction.
 */
export const nodeRestriction = (may: Authoriser): Plugin => ({
  name: 'NodeRestriction',
  admit(object, attributes, tx) {
    if ('object' in attributes) check({ ...attributes, object }, tx, may)
    return object
  },
  validate(attributes, tx) {
    if (attributes.operation === 'DELETE') check(attributes, tx, may)
  },
})

function check(attributes: Attributes, tx: Tx, may: Authoriser): void {
  const { name, groups } = attributes.caller.user
  if (!name.startsWith(USER) || !groups.includes(NODES)) return
  const node = name.slice(USER.length)
  if (node === '') throw forbid(attributes, `could not determine node from user ${goQuote(name)}`)
  const why = RULES[attributes.kind.resource]?.({ node, quoted: goQuote(node), attributes, tx, may })
  if (why !== undefined) throw forbid(attributes, why)
}

const RULES: Readonly<Record<string, Rule>> = {
  pods: checkPod,
  nodes: checkNode,
  persistentvolumeclaims: checkClaim,
  serviceaccounts({ node, attributes, tx, may }) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return undefined
    // What is created by this subresource.
    return strangeToken(attributes.object as unknown as TokenRequest, node, attributes, tx, may)
  },
  'leases.coordination.k8s.io'({ node, attributes: { namespace, name } }) {
    if (namespace !== LEASES) return `can only access leases in the ${goQuote(LEASES)} system namespace`
    return name === node ? undefined : 'can only access node lease with the same name as the requesting node'
  },
  'csinodes.storage.k8s.io': ({ node, attributes: { name } }) =>
    name === node ? undefined : 'can only access CSINode with the same name as the requesting node',
  'resourceslices.resource.k8s.io': checkSlice,
  [CSRS]: checkCsr,
}

function checkPod(asked: Asked): string | undefined {
  const { attributes } = asked
  switch (attributes.subresource) {
    case '':
      return checkPodItself(asked)
    case 'status':
      return checkPodStatus(asked)
    case 'eviction':
      return runs(asked) ? undefined : `node ${asked.node} can only evict pods with spec.nodeName set to itself`
    default: {
      const given = goQuote(attributes.subresource)
      return `unexpected pod subresource ${given}, only 'status' and 'eviction' are allowed`
    }
  }
}

/** Whether the Pod that the request names is on the node. Throws 404. */
function runs({ node, attributes: { namespace, name }, tx }: Asked): boolean {
  const row = tx.get({ resource: 'pods', namespace, name })
  if (row === undefined) throw notFound('pods', name)
  return (row.object as Pod).spec.nodeName === node // by the key
}

function checkPodItself(asked: Asked): string | undefined {
  const { node, quoted, attributes, tx } = asked
  if (attributes.operation === 'CREATE') return strangeMirror(attributes.object as Pod, node, tx)
  if (attributes.operation === 'DELETE') {
    return runs(asked) ? undefined : `node ${quoted} can only delete pods with spec.nodeName set to itself`
  }
  return `unexpected operation ${goQuote(attributes.operation)}, node ${quoted} can only create and delete mirror pods`
}

function checkPodStatus({ node, quoted, attributes }: Asked): string | undefined {
  if (attributes.operation !== 'UPDATE') return `unexpected operation ${goQuote(attributes.operation)}`
  const [old, pod] = [attributes.old as Pod, attributes.object as Pod]
  if (old.spec.nodeName !== node) {
    return `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`
  }
  if (!same(pod.metadata.labels ?? {}, old.metadata.labels ?? {})) {
    return `node ${quoted} cannot update labels through pod status`
  }
  if (!same(claimsOf(pod), claimsOf(old))) return `node ${quoted} cannot update resource claim statues`
  if (!same(extended(pod), extended(old))) return `node ${quoted} cannot update extended resource claim status`
  return undefined
}

const claimsOf = ({ status }: Pod): Json =>
  (status?.resourceClaimStatuses ?? []).map(({ name, resourceClaimName }) => [name, resourceClaimName ?? null])
/** A part of a stored object, which is JSON. */
const extended = ({ status }: Pod): Json => (status?.extendedResourceClaimStatus ?? null) as Json

function checkNode({ node, quoted, attributes }: Asked): string | undefined {
  const { name } = attributes
  if (name !== node) return `node ${quoted} is not allowed to modify node ${goQuote(name)}`
  if (attributes.operation === 'CREATE') {
    const { metadata, spec } = attributes.object as Node
    if (spec?.configSource) return `node ${quoted} is not allowed to create pods with a non-nil configSource`
    const labels = forbiddenLabels(metadata.labels)
    if (labels.length > 0) return `node ${quoted} is not allowed to set the following labels: ${labels.join(', ')}`
  }
  if (attributes.operation === 'UPDATE') return changedNode(attributes.object as Node, attributes.old as Node, quoted)
  return undefined
}

function changedNode(changed: Node, old: Node, quoted: string): string | undefined {
  const differs = (part: (of: Node) => object | undefined | null, none: Json): boolean =>
    !same((part(changed) ?? none) as Json, (part(old) ?? none) as Json) // parts of stored objects are JSON
  if (changed.spec?.configSource && differs(({ spec }) => spec?.configSource, null)) {
    return `node ${quoted} is not allowed to update configSource to a new non-nil configSource`
  }
  if (differs(({ spec }) => spec?.taints, [])) return `node ${quoted} is not allowed to modify taints`
  if (differs(({ metadata }) => metadata.ownerReferences, [])) {
    return `node ${quoted} is not allowed to modify ownerReferences`
  }
  const labels = forbiddenLabels(changed.metadata.labels, old.metadata.labels)
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(', ')}`
}

/** Only what comes of a resize. Kubernetes appends the difference in a form that it does not keep stable. */
function checkClaim({ quoted, attributes }: Asked): string | undefined {
  if (attributes.subresource !== 'status') return 'may only update PVC status'
  if (attributes.operation !== 'UPDATE') return `unexpected operation ${goQuote(attributes.operation)}`
  const { kind, object, old } = attributes
  const rest = (of: Resource): Json => withoutResize(printed(kind, of) as PersistentVolumeClaim) // the kind's form of it
  if (same(rest(object), rest(old))) return undefined
  return `node ${quoted} is not allowed to update fields other than status.quantity and status.conditions`
}

function withoutResize({ metadata, status = {}, ...claim }: PersistentVolumeClaim): Json {
  const { resourceVersion: _, managedFields: __, ...kept } = metadata
  const {
    capacity: ___,
    conditions: ____,
    allocatedResourceStatuses: _____,
    allocatedResources: ______,
    ...rest
  } = status
  return { ...claim, metadata: kept, status: rest } as unknown as Json // a part of a stored object
}

/** Of other requests the guard has looked at the slice itself. */
function checkSlice({ node, attributes }: Asked): string | undefined {
  const { operation } = attributes
  if (operation !== 'CREATE' && operation !== 'DELETE') return undefined
  const slice = (operation === 'CREATE' ? attributes.object : attributes.old) as ResourceSlice
  if (slice.spec.nodeName === node) return undefined
  return `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`
}

const NODE_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

function checkCsr({ node, attributes }: Asked): string | undefined {
  if (attributes.operation !== 'CREATE') return undefined
  const csr = attributes.object as CertificateSigningRequest
  if (!NODE_SIGNERS.includes(csr.spec?.signerName)) return undefined
  const names = subjectOf(csr, COMMON_NAME, (why) => forbid(attributes, `unable to parse csr: ${why}`))
  return names.at(-1) === USER + node ? undefined : `can only create a node CSR with CN=${USER}${node}`
}
