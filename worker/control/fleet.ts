import type { Deployment, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { Change } from './controller.ts'
import { DESIRED_REPLICAS, MAX_REPLICAS } from './revision.ts'
import { mostReplicas, replicasOf } from './strategy.ts'
import { sameTemplate } from './template-hash.ts'

/** Whatever is asked of a Deployment's ReplicaSets while one reconcile plans: each ends in at most one update. */
export class Fleet {
  readonly deployment: Deployment
  readonly #sets: Map<string, ReplicaSet>
  readonly #edited = new Set<string>()
  readonly #events: Change[] = []
  readonly #newest: string | undefined

  constructor(deployment: Deployment, sets: readonly ReplicaSet[]) {
    this.deployment = deployment
    const sorted = [...sets].sort(byAge)
    this.#sets = new Map(sorted.map((rs) => [rs.metadata.uid, rs]))
    // FindNewReplicaSet: of several with the same template the oldest, so that the choice is stable.
    this.#newest = sorted.find((rs) => sameTemplate(rs.spec.template, deployment.spec.template))?.metadata.uid
  }

  /** The ReplicaSet of the current template, if there is one. */
  get newest(): ReplicaSet | undefined {
    return this.#newest === undefined ? undefined : this.#sets.get(this.#newest)
  }
  /** All others, oldest first. */
  get old(): ReplicaSet[] {
    return this.all.filter((rs) => rs.metadata.uid !== this.#newest)
  }
  get all(): ReplicaSet[] {
    return [...this.#sets.values()]
  }
  /** Whether anything was edited: its own change wakes the Deployment again. */
  get edited(): boolean {
    return this.#edited.size > 0
  }

  edit(rs: ReplicaSet): void {
    this.#sets.set(rs.metadata.uid, rs)
    this.#edited.add(rs.metadata.uid)
  }

  /** scaleReplicaSet of pkg/controller/deployment/sync.go. Answers whether the size changed. */
  scale(rs: ReplicaSet, replicas: number): boolean {
    const annotations = sizeAnnotations(this.deployment)
    const from = replicasOf(rs)
    const stale = Object.entries(annotations).some(([key, value]) => rs.metadata.annotations?.[key] !== value)
    if (from === replicas && !stale) return false
    this.edit({
      ...rs,
      metadata: { ...rs.metadata, annotations: { ...rs.metadata.annotations, ...annotations } },
      spec: { ...rs.spec, replicas },
    })
    if (from !== replicas) this.#events.push(scaledEvent(this.deployment, rs.metadata.name, from, replicas))
    return from !== replicas
  }

  changes(): Change[] {
    const updates = this.all
      .filter((rs) => this.#edited.has(rs.metadata.uid))
      .map((object): Change => ({ do: 'update', object }))
    return [...updates, ...this.#events]
  }
}

/** SetReplicasAnnotations: what proportional scaling reads later. */
export const sizeAnnotations = (d: Deployment): Record<string, string> => ({
  [DESIRED_REPLICAS]: String(replicasOf(d)),
  [MAX_REPLICAS]: String(mostReplicas(d)),
})

export const scaledEvent = (about: Deployment, name: string, from: number, to: number): Change => ({
  do: 'event',
  about,
  type: 'Normal',
  reason: 'ScalingReplicaSet',
  message: `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`,
})

/** Oldest first, ties by name: ReplicaSetsByCreationTimestamp. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (x !== y) return x < y ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0
}
