import { parseFieldSelector } from '../../api/meta/field-selector.ts'
import type { Json, Resource } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { RequestInfo } from './request-info.ts'
import type { Reader } from '../store/store.ts'
import { ALLOWED, denied, type Verdict } from './verdict.ts'

/**
 * What a node may do: its own Node, its Pods and what they reference, its Lease, and its Events. Models: the Node
 * authoriser (plugin/pkg/auth/authorizer/node) and the ClusterRole `system:node`.
 * https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
export function authoriseNode(reader: Reader, node: string, info: RequestInfo): Verdict {
  const rule = RULES[info.group === '' ? info.resource : `${info.resource}.${info.group}`]
  return rule === undefined ? denied() : rule(reader, node, info)
}

type Rule = (reader: Reader, node: string, info: RequestInfo) => Verdict

const READS = new Set(['get', 'list', 'watch'])
const WRITES = new Set(['update', 'patch'])

const RULES: Readonly<Record<string, Rule>> = {
  nodes: ownNode,
  pods: ownPods,
  services: (_reader, _node, { verb, subresource }) => (READS.has(verb) && subresource === '' ? ALLOWED : denied()),
  configmaps: referenced('configMap'),
  secrets: referenced('secret'),
  serviceaccounts: podsAccount,
  events: (_reader, _node, { verb }) => (['create', 'update', 'patch'].includes(verb) ? ALLOWED : denied()),
  'leases.coordination.k8s.io': ownLease,
}

function ownNode(_reader: Reader, node: string, { verb, subresource, name }: RequestInfo): Verdict {
  if (READS.has(verb) && subresource === '') return ALLOWED
  // Its spec, labels and taints are stated over the control socket, where they are restricted.
  if (!WRITES.has(verb) || subresource !== 'status') return denied()
  return name === node ? ALLOWED : denied(`node '${node}' cannot modify node '${name}'`)
}

function ownPods(reader: Reader, node: string, info: RequestInfo): Verdict {
  const { verb, subresource, name } = info
  if (verb === 'list' || verb === 'watch') {
    return selectsNode(info, node) ? ALLOWED : denied(`can only list/watch pods with spec.nodeName field selector`)
  }
  const mine = isOn(reader.get({ resource: 'pods', namespace: info.namespace, name })?.object, node)
  const reads = verb === 'get' && subresource === ''
  const reports = WRITES.has(verb) && subresource === 'status'
  const removes = verb === 'delete' && subresource === ''
  if (!reads && !reports && !removes) return denied()
  return mine ? ALLOWED : denied(unrelated(node))
}

const unrelated = (node: string): string => `no relationship found between node '${node}' and this object`

/** RequestInfo carries no selectors but the one by name; the query of the request does. */
function selectsNode(info: RequestInfo, node: string): boolean {
  try {
    return parseFieldSelector(info.fieldSelector).some(
      ({ field, operator, value }) => field === 'spec.nodeName' && operator === '=' && value === node,
    )
  } catch {
    return false
  }
}

function isOn(pod: Resource | undefined, node: string): boolean {
  if (pod === undefined) return false
  // A stored object is JSON.
  const { spec } = pod as unknown as { spec?: Json }
  return isJsonObject(spec) && spec['nodeName'] === node
}

/** Only single objects, and only those that a Pod of this node names. */
function referenced(what: 'configMap' | 'secret'): Rule {
  return (reader, node, { verb, subresource, namespace, name }) => {
    if (verb !== 'get' || subresource !== '') return denied('can only read objects of this type')
    const found = reader.onNode(node).some((pod) => {
      const { spec } = pod.object as unknown as { spec?: Json }
      return pod.namespace === namespace && spec !== undefined && names(spec, what, name)
    })
    return found ? ALLOWED : denied(unrelated(node))
  }
}

/** The token of an account that a Pod of this node runs as, and the account itself: authorizeServiceAccount. */
function podsAccount(reader: Reader, node: string, { verb, subresource, namespace, name }: RequestInfo): Verdict {
  const reads = verb === 'get' && subresource === ''
  if (!reads) {
    if (verb !== 'create' || name === '') return denied('can only create tokens for individual service accounts')
    if (subresource !== 'token') return denied('can only create token subresource of serviceaccount')
  }
  const found = reader.onNode(node).some((pod) => {
    const { spec } = pod.object as unknown as { spec?: Json } // a stored object is JSON
    return pod.namespace === namespace && isJsonObject(spec) && spec['serviceAccountName'] === name
  })
  return found ? ALLOWED : denied(unrelated(node))
}

/** Whether a Pod's spec references this Secret or ConfigMap: volumes, projected sources, env, envFrom, pull secrets. */
function names(spec: Json, what: 'configMap' | 'secret', name: string, key = ''): boolean {
  if (Array.isArray(spec)) {
    return spec.some((item) =>
      names(item, what, name, key === 'imagePullSecrets' && what === 'secret' ? 'secretRef' : ''),
    )
  }
  if (!isJsonObject(spec)) return false
  if ([what, `${what}Ref`, `${what}KeyRef`].includes(key) && (spec['name'] === name || spec['secretName'] === name)) {
    return true
  }
  return Object.entries(spec).some(([inner, value]) => names(value, what, name, inner))
}

function ownLease(_reader: Reader, node: string, { verb, namespace, name }: RequestInfo): Verdict {
  if (namespace !== 'kube-node-lease') return denied(`can only access leases in the "kube-node-lease" system namespace`)
  if (!['get', 'update', 'patch', 'delete'].includes(verb)) return denied()
  return name === node ? ALLOWED : denied(`can only access node lease with the same name as the requesting node`)
}
