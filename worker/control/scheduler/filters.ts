import type { Node, Pod, Taint } from '../../../api/schema/types.generated.ts'
import { isTolerated } from '../tolerations.ts'
import { conflicts, hostPortsOf, type Use } from './allocations.ts'
import { allowsNode } from './node-affinity.ts'
import { type Amounts, amountsOf, requestOf } from './request.ts'

/** A node and what is taken of it. */
export interface Candidate {
  readonly node: Node
  readonly use: Use
}

/** Why a node cannot take the Pod, in kube-scheduler's words, and whether deleting other Pods could change that. */
export interface Rejection {
  readonly reasons: readonly string[]
  readonly preemptionHelps: boolean
  /** Pods of lower priority stand on the node. */
  readonly victims?: boolean
}

type Filter = (pod: Pod, candidate: Candidate) => Rejection | undefined

const never = (reason: string): Rejection => ({ reasons: [reason], preemptionHelps: false })

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

const nodeUnschedulable: Filter = (pod, { node }) =>
  node.spec?.unschedulable === true && !isTolerated(pod.spec.tolerations, UNSCHEDULABLE)
    ? never('node(s) were unschedulable')
    : undefined

const nodeName: Filter = (pod, { node }) =>
  pod.spec.nodeName && pod.spec.nodeName !== node.metadata.name
    ? never("node(s) didn't match the requested node name")
    : undefined

const taintToleration: Filter = (pod, { node }) =>
  (node.spec?.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod.spec.tolerations, taint),
  )
    ? never('node(s) had untolerated taint(s)')
    : undefined

const nodeAffinity: Filter = (pod, { node }) =>
  allowsNode(pod, node) ? undefined : never("node(s) didn't match Pod's node affinity/selector")

const nodePorts: Filter = (pod, { use }) =>
  hostPortsOf(pod).some((port) => use.ports.some((taken) => conflicts(port, taken)))
    ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], preemptionHelps: true }
    : undefined

/** fitsRequest: every resource that is short is named. */
const nodeResourcesFit: Filter = (pod, { node, use }) => {
  const allocatable = amountsOf(node.status?.allocatable)
  const request = requestOf(pod)
  const crowded = use.pods + 1 > (allocatable['pods'] ?? 0)
  const short = Object.keys(request).filter((name) => lacks(name, request, allocatable, use))
  if (!crowded && short.length === 0) return undefined
  const tooBig = short.some((name) => (request[name] ?? 0) > (allocatable[name] ?? 0))
  const reasons = [...(crowded ? ['Too many pods'] : []), ...short.map((name) => `Insufficient ${name}`)]
  return { reasons, preemptionHelps: !tooBig }
}

const lacks = (name: string, request: Amounts, allocatable: Amounts, use: Use): boolean => {
  const wanted = request[name] ?? 0
  return wanted > 0 && wanted > (allocatable[name] ?? 0) - (use.requested[name] ?? 0)
}

/** In the order of kube-scheduler's default plugins; the first that rejects a node speaks for it. */
const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
]

export function rejectionOf(pod: Pod, candidate: Candidate): Rejection | undefined {
  for (const filter of FILTERS) {
    const rejection = filter(pod, candidate)
    if (rejection !== undefined) return rejection
  }
  return undefined
}

/**
 * What a Pod asks for that no filter knows yet; placing it without would break its word. The text stands where
 * kube-scheduler puts a pre-filter's message.
 */
export function unsupported(pod: Pod): string | undefined {
  const { affinity, topologySpreadConstraints } = pod.spec
  const field = [
    ['spec.affinity.podAffinity', affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution],
    ['spec.affinity.podAntiAffinity', affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution],
    [
      'spec.topologySpreadConstraints',
      topologySpreadConstraints?.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule'),
    ],
  ].find(([, rules]) => Array.isArray(rules) && rules.length > 0)?.[0]
  return field === undefined ? undefined : `podo does not place Pods by ${String(field)} yet`
}
