import { kindOfObject } from '../../api/kinds/index.ts'
import { controllerOf, type OwnerReference, type Resource } from '../../api/meta/object.ts'
import type { Deployment, Node, Pod, PodSpec, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { Change, Index, View } from '../../worker/control/controller.ts'
import type { Liveness } from '../../worker/control/liveness.ts'

/** The clock of unit tests stands here unless they say otherwise. */
export const NOW = Date.parse('2026-03-01T12:00:00Z')
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z')

const resourceOf = ({ apiVersion, kind }: Resource): string | undefined => kindOfObject(apiVersion, kind)?.resource

/** A View over objects that do not change: what a controller's unit test looks at. */
export class StillView implements View {
  now = NOW
  waiting: number | undefined
  liveness: Liveness = { lastHeard: () => this.now, startedAt: 0 }
  readonly #objects: readonly Resource[]
  #suffix = 0

  constructor(objects: readonly Resource[], at: { now?: number; waiting?: number; liveness?: Liveness } = {}) {
    this.#objects = objects
    Object.assign(this, at)
  }

  get<T extends Resource>(resource: string, namespace: string, name: string): T | undefined {
    return this.list<T>(resource).find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
    )
  }

  list<T extends Resource>(resource: string, namespace?: string): T[] {
    return this.#objects.filter(
      (object) =>
        resourceOf(object) === resource && (namespace === undefined || object.metadata.namespace === namespace),
    ) as T[] // the resource is of that kind
  }

  owned<T extends Resource>(uid: string, resource?: string): T[] {
    return this.#objects.filter(
      (object) =>
        object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true &&
        (resource === undefined || resourceOf(object) === resource),
    ) as T[] // the resource is of that kind
  }

  onNode<T extends Resource>(node: string): T[] {
    return this.list<Pod>('pods').filter((pod) => pod.spec.nodeName === node) as Resource[] as T[] // Pods stand on nodes
  }

  index<I extends Index>(make: () => I): I {
    const index = make()
    for (const object of this.list(index.resource)) {
      if (index.skips?.(JSON.stringify(object)) !== true) index.apply(undefined, object)
    }
    return index
  }

  suffix(length: number): string {
    return 'bcdfg'.slice(0, length - 1) + String(++this.#suffix)
  }
}

let uids = 0
const meta = (name: string, more: Partial<Resource['metadata']> = {}): Resource['metadata'] => ({
  name,
  namespace: 'default',
  uid: `uid-${++uids}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: ago(3600),
  ...more,
})

export const ownedBy = (owner: Resource): OwnerReference[] => [
  {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  },
]

const podSpec = (image: string): PodSpec => ({ containers: [{ name: 'main', image, resources: {} }] })

export function replicasetNamed(
  name: string,
  spec: Partial<ReplicaSet['spec']> = {},
  status: Partial<ReplicaSet['status']> = {},
  more: Partial<Resource['metadata']> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta(name, more),
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: podSpec('nginx:1') },
      ...spec,
    },
    status: { replicas: 0, observedGeneration: 1, ...status },
  }
}

/** A Pod, running and ready for a minute on node `a` unless said otherwise. */
export function podNamed(
  name: string,
  how: {
    owner?: Resource
    ready?: boolean
    readyFor?: number
    phase?: string
    node?: string
    spec?: Partial<PodSpec>
    status?: Partial<Pod['status']>
    meta?: Partial<Resource['metadata']>
  } = {},
): Pod {
  const { owner, ready = true, readyFor = 60, phase = 'Running', node = 'a' } = how
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, {
      labels: { app: 'web' },
      ...(owner === undefined ? {} : { ownerReferences: ownedBy(owner) }),
      ...how.meta,
    }),
    spec: { ...podSpec('nginx:1'), ...(node === '' ? {} : { nodeName: node }), ...how.spec },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastProbeTime: null, lastTransitionTime: ago(readyFor) },
      ],
      ...how.status,
    },
  }
}

export function deploymentNamed(
  name: string,
  spec: Partial<Deployment['spec']> = {},
  status: Partial<Deployment['status']> = {},
  more: Partial<Resource['metadata']> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name, more),
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: podSpec('nginx:1') },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
    status: { ...status },
  }
}

/** A node that is Ready unless `ready` is another status; `null` is one that never posted any. */
export function nodeNamed(
  name: string,
  how: {
    ready?: string | null
    spec?: Partial<Node['spec']>
    labels?: Record<string, string>
    allocatable?: Record<string, string>
  } = {},
): Node {
  const { ready = 'True', spec = {}, labels = {} } = how
  const { namespace: _, ...metadata } = meta(name, { labels: { 'kubernetes.io/hostname': name, ...labels } })
  const allocatable = how.allocatable ?? { cpu: '4', memory: '8Gi', pods: '110' }
  const conditions =
    ready === null
      ? []
      : [{ type: 'Ready', status: ready, lastHeartbeatTime: null, lastTransitionTime: ago(30), reason: 'KubeletReady' }]
  return { apiVersion: 'v1', kind: 'Node', metadata, spec, status: { allocatable, conditions } } as Node // what a node's agent alone knows is left out
}

/** The changes of one kind. */
export const only = <D extends Change['do']>(changes: readonly Change[], what: D): Extract<Change, { do: D }>[] =>
  changes.filter((change): change is Extract<Change, { do: D }> => change.do === what)

/** The texts of events: `Reason: message`. */
export const eventTexts = (changes: readonly Change[]): string[] =>
  only(changes, 'event').map(({ reason, message }) => `${reason}: ${message}`)

/** The status that was asked for. */
export const statusIn = <S>(changes: readonly Change[]): S | undefined =>
  only(changes, 'status').at(-1)?.status as S | undefined // the test knows the kind

/** Names of ReplicaSets and the sizes that updates give them. */
export const sizes = (changes: readonly Change[]): Record<string, number> =>
  Object.fromEntries(
    only(changes, 'update').map(({ object }) => [object.metadata.name, (object as ReplicaSet).spec.replicas ?? 0]), // only ReplicaSets are updated
  )

export const ownerName = (object: Resource): string | undefined => controllerOf(object)?.name
