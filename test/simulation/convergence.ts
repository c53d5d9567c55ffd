import { controllerOf, isDeleting, type Resource } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type {
  Deployment,
  Endpoints,
  EndpointSlice,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  Service,
} from '../../api/schema/types.generated.ts'
import { BAD_IMAGE, isReady } from './agent.ts'
import type { World } from './world.ts'

const nameOf = ({ kind, metadata }: Resource): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
const RESOURCES = [
  'nodes',
  'namespaces',
  'pods',
  'replicasets.apps',
  'deployments.apps',
  'configmaps',
  'serviceaccounts',
]

/** What is not as it was asked for once everything has come to rest. */
export function converged(world: World): string[] {
  const all = RESOURCES.flatMap((resource) => world.list(resource))
  return [
    ...all.filter(isDeleting).map((object) => `${nameOf(object)} is still being deleted`),
    ...all.flatMap((object) => orphaned(world, object)),
    ...world.list<Deployment>('deployments.apps').flatMap((d) => deployed(world, d)),
    ...world.list<ReplicaSet>('replicasets.apps').flatMap((rs) => replicated(world, rs)),
    ...world.list<Pod>('pods').flatMap((pod) => placed(world, pod)),
    ...world.list<Namespace>('namespaces').flatMap((namespace) => furnished(world, namespace)),
    ...world.list<Service>('services').flatMap((service) => found(world, service)),
    ...nodesFine(world.list<Node>('nodes')),
    ...(world.failures > 0 ? [`${world.failures} reconciles threw`] : []),
  ]
}

const RESOURCE_OF: Readonly<Record<string, string>> = { Deployment: 'deployments.apps', ReplicaSet: 'replicasets.apps' }

function orphaned(world: World, object: Resource): string[] {
  const references = object.metadata.ownerReferences ?? []
  const gone = references.filter(({ kind, name, uid }) => {
    const owner = world.get(RESOURCE_OF[kind] ?? '', object.metadata.namespace ?? '', name)
    return owner?.metadata.uid !== uid
  })
  const problems = gone.map(({ kind, name }) => `${nameOf(object)} belongs to ${kind} ${name}, which is gone`)
  if (references.filter(({ controller }) => controller === true).length > 1) {
    problems.push(`${nameOf(object)} has two controllers`)
  }
  return problems
}

/** The ready Pods of a Service, its Endpoints and its EndpointSlices are the same addresses. */
function found(world: World, service: Service): string[] {
  const { namespace = '', name, uid } = service.metadata
  const pods = world.list<Pod>('pods', namespace).filter((pod) => !isDeleting(pod) && isReady(pod))
  const mine = pods.filter((pod) =>
    matches(selectorOf({ matchLabels: service.spec.selector ?? {} }), pod.metadata.labels),
  )
  const kept = world.get<Endpoints>('endpoints', namespace, name)
  const slices = world
    .list<EndpointSlice>('endpointslices.discovery.k8s.io', namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
  const told = {
    Pods: mine.map(({ status }) => status?.podIP ?? ''),
    Endpoints: (kept?.subsets ?? []).flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)),
    EndpointSlices: slices.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ addresses, conditions }) => (conditions.ready === true ? addresses : [])),
    ),
  }
  const texts = Object.entries(told).map(([of, ips]) => `${of} ${ips.toSorted().join(' ')}`)
  const alike = new Set(Object.values(told).map((ips) => ips.toSorted().join(' '))).size === 1
  return alike ? [] : [`Service ${namespace}/${name} has ${texts.join(', ')}`]
}

function deployed(world: World, d: Deployment): string[] {
  const replicas = d.spec.replicas ?? 1
  const { status } = d
  const counts = [
    status.replicas ?? 0,
    status.updatedReplicas ?? 0,
    status.readyReplicas ?? 0,
    status.availableReplicas ?? 0,
  ]
  const problems: string[] = []
  if (status.observedGeneration !== d.metadata.generation) problems.push('has not been observed')
  if (counts.some((count) => count !== replicas)) problems.push(`wants ${replicas} but has ${counts.join('/')}`)
  const condition = (type: string) => status.conditions?.find((found) => found.type === type)
  if (condition('Available')?.status !== 'True') problems.push('is not Available')
  const progress = condition('Progressing')?.reason
  if (progress !== 'NewReplicaSetAvailable') problems.push(`has progress ${progress}`)
  if (condition('ReplicaFailure') !== undefined) problems.push('has a ReplicaFailure')
  const sets = world
    .list<ReplicaSet>('replicasets.apps', d.metadata.namespace)
    .filter((rs) => controllerOf(rs)?.uid === d.metadata.uid)
  if (sets.length > (d.spec.revisionHistoryLimit ?? 10) + 1) problems.push(`keeps ${sets.length} ReplicaSets`)
  const running = sets.filter((rs) => (rs.spec.replicas ?? 0) > 0)
  if (running.length !== (replicas > 0 ? 1 : 0)) problems.push(`runs ${running.length} ReplicaSets`)
  const newest = Math.max(0, ...sets.map((rs) => revision(rs)))
  if (revision(d) !== newest) problems.push(`is at revision ${revision(d)}, its newest ReplicaSet at ${newest}`)
  const image = d.spec.template.spec.containers[0]?.image
  if (running.some((rs) => rs.spec.template.spec.containers[0]?.image !== image)) problems.push('runs an old template')
  return problems.map((problem) => `${nameOf(d)} ${problem}`)
}

const revision = (object: Resource): number =>
  Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)

function replicated(world: World, rs: ReplicaSet): string[] {
  const selector = selectorOf(rs.spec.selector)
  const pods = world.list<Pod>('pods', rs.metadata.namespace)
  const mine = pods.filter((pod) => controllerOf(pod)?.uid === rs.metadata.uid)
  const problems: string[] = []
  if (mine.length !== (rs.spec.replicas ?? 1)) problems.push(`wants ${rs.spec.replicas} Pods but has ${mine.length}`)
  if (mine.some((pod) => !matches(selector, pod.metadata.labels))) problems.push('keeps a Pod that it does not select')
  if (pods.some((pod) => controllerOf(pod) === undefined && matches(selector, pod.metadata.labels))) {
    problems.push('leaves an orphan that it selects')
  }
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, terminatingReplicas = 0 } = rs.status ?? {}
  const startable = rs.spec.template.spec.containers[0]?.image?.startsWith(BAD_IMAGE) !== true
  const counts = startable ? [replicas, readyReplicas, availableReplicas] : [replicas]
  if (counts.some((count) => count !== mine.length) || terminatingReplicas !== 0) {
    problems.push(`says ${counts.join('/')} of ${mine.length}, ${terminatingReplicas} terminating`)
  }
  return problems.map((problem) => `${nameOf(rs)} ${problem}`)
}

function placed(world: World, pod: Pod): string[] {
  if (!pod.spec.nodeName) return [`${nameOf(pod)} has no node`]
  if (world.get('nodes', '', pod.spec.nodeName) === undefined) return [`${nameOf(pod)} is on a node that is gone`]
  return isReady(pod) || pod.spec.containers[0]?.image?.startsWith(BAD_IMAGE) ? [] : [`${nameOf(pod)} is not ready`]
}

function furnished(world: World, { metadata: { name } }: Namespace): string[] {
  const wanted = [
    ['serviceaccounts', 'default'],
    ['configmaps', 'kube-root-ca.crt'],
  ] as const
  return wanted
    .filter(([resource, object]) => world.get(resource, name, object) === undefined)
    .map(([resource, object]) => `namespace ${name} has no ${resource} ${object}`)
}

function nodesFine(nodes: readonly Node[]): string[] {
  const ranges = nodes.map((node) => node.spec.podCIDR)
  return [
    ...(new Set(ranges).size === nodes.length && !ranges.includes(undefined) ? [] : [`podCIDRs ${ranges.join(' ')}`]),
    ...nodes.filter((node) => (node.spec.taints ?? []).length > 0).map((node) => `${nameOf(node)} is still tainted`),
  ]
}
