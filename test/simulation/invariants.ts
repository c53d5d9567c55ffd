import { controllerOf, isDeleting, type Resource } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { Deployment, Node, Pod, ReplicaSet } from '../../api/schema/types.generated.ts'
import { bounds, isRolling, mostReplicas, replicasOf } from '../../worker/control/strategy.ts'
import { evictedFrom } from '../../worker/control/taint-eviction.ts'
import { isTolerated } from '../../worker/control/tolerations.ts'
import { availableFrom, isActive, isReady, isTerminal } from '../../worker/control/pod-state.ts'
import { amountsOf, plus, requestOf, type Amounts } from '../../worker/control/scheduler/request.ts'
import { sameTemplate } from '../../worker/control/template-hash.ts'
import type { Change } from '../../worker/store/store.ts'
import { miscounted } from './quota-count.ts'
import type { World } from './world.ts'

const REPLICASET = 'system:controller:replicaset-controller'
const DEPLOYMENT = 'system:controller:deployment-controller'
const NAMESPACE = 'system:controller:namespace-controller'
const EVICTION = 'system:controller:taint-eviction-controller'

/** What must hold after every commit and every step, whatever happened. Collects sentences about what does not. */
export class Invariants {
  readonly problems: string[] = []
  readonly #world: World
  #version = 0
  #recounted = 0

  constructor(world: World) {
    this.#world = world
    world.watch((changes, actor) => this.#witness(changes, actor))
  }

  /** The earliest row of the `due` table. */
  nextDue(): number | undefined {
    return this.#world.store.transaction((tx) => tx.nextDue())
  }

  /** The keys that wait, with the seconds until they are due. */
  waiting(): string[] {
    const rows = this.#world.store.transaction((tx) => tx.due(Number.MAX_SAFE_INTEGER, 10))
    return rows.map(({ key, at }) => `${key} in ${(at - this.#world.now) / 1000} s`)
  }

  /** After every turn nothing waits without an alarm, and the alarm is no later than what waits. */
  afterStep(): void {
    const next = this.nextDue()
    const { alarm } = this.#world
    if (next !== undefined && (alarm === undefined || alarm > next)) {
      this.#say(`work is due at ${next} but the alarm is at ${alarm}`)
    }
    if (this.#recounted === this.#version) return
    this.#recounted = this.#version
    for (const problem of miscounted(this.#world)) this.#say(problem)
  }

  #say(problem: string): void {
    this.problems.push(`${new Date(this.#world.now).toISOString()}: ${problem}`)
  }

  #witness(changes: readonly Change[], actor: string): void {
    for (const change of changes) {
      if (change.version <= this.#version) this.#say(`version ${change.version} after ${this.#version}`)
      this.#version = Math.max(this.#version, change.version)
      switch (change.key.resource) {
        case 'pods':
          this.#pod(change, actor)
          break
        case 'replicasets.apps':
          this.#owners(change, 'Deployment', 'deployments.apps', actor)
          this.#released(change)
          break
        case 'deployments.apps':
          this.#released(change)
          break
        default:
      }
      if (actor === NAMESPACE) this.#namespaceOrder(change)
    }
    if (actor === DEPLOYMENT) this.#rollout(changes)
    if (actor === REPLICASET) this.#victims(changes)
  }

  #pod(change: Change, actor: string): void {
    const pod = change.after.object as Pod // the key names a Pod
    const old = change.before?.object as Pod | undefined // the key names a Pod
    this.#owners(change, 'ReplicaSet', 'replicasets.apps', actor)
    if (change.type === 'DELETED') return
    if (old?.spec.nodeName && old.spec.nodeName !== pod.spec.nodeName) {
      this.#say(`Pod ${pod.metadata.name} moved from ${old.spec.nodeName} to ${pod.spec.nodeName}`)
    }
    if (old !== undefined && !old.spec.nodeName && pod.spec.nodeName) this.#binding(pod)
    if (actor === EVICTION && old !== undefined && !isDeleting(old) && isDeleting(pod)) this.#eviction(pod)
    if (change.type === 'ADDED' && actor === REPLICASET) this.#recreation(pod)
  }

  /** A controller's reference is only put where the owner lives and selects the object. */
  #owners({ before, after, type }: Change, kind: string, resource: string, actor: string): void {
    const object = after.object
    const owner = controllerOf(object)
    if (type === 'DELETED' || owner === undefined || owner.kind !== kind || actor === 'admin') return
    if (before !== undefined && controllerOf(before.object)?.uid === owner.uid) return
    const parent = this.#world.get<ReplicaSet | Deployment>(resource, object.metadata.namespace ?? '', owner.name)
    const good = parent?.metadata.uid === owner.uid && matches(selectorOf(parent.spec.selector), object.metadata.labels)
    if (!good) this.#say(`${object.kind} ${object.metadata.name} was given to ${owner.name}, which does not select it`)
  }

  /** Only an owner without dependents that wait may leave foreground deletion; an orphaning one has let all go. */
  #released({ type, before, after }: Change): void {
    if (type !== 'DELETED') return
    const finalizers = before?.object.metadata.finalizers ?? []
    const { uid, name } = after.object.metadata
    const dependents = finalizers.length === 0 ? [] : this.#world.store.owned(uid).map((row) => row.object)
    const blocking = dependents.filter((object) =>
      object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
    )
    if (finalizers.includes('foregroundDeletion') && blocking.length > 0)
      this.#say(`${name} went before its dependents`)
    if (finalizers.includes('orphan') && dependents.length > 0) this.#say(`${name} went and still owns its orphans`)
  }

  /** Pods are gone before anything else of a namespace is deleted. */
  #namespaceOrder({ key, type, after }: Change): void {
    if (key.namespace === '' || key.resource === 'pods' || key.resource === 'events') return
    const begins = type === 'DELETED' || isDeleting(after.object)
    const pods = begins ? this.#world.list<Pod>('pods', key.namespace) : []
    if (pods.length > 0) this.#say(`${key.resource} ${key.name} is deleted before ${pods.length} Pods of its namespace`)
  }

  #binding(pod: Pod): void {
    const name = pod.spec.nodeName ?? ''
    const node = this.#world.get<Node>('nodes', '', name)
    if (node === undefined) return this.#say(`Pod ${pod.metadata.name} was bound to ${name}, which does not exist`)
    const hostile = (node.spec.taints ?? []).find(
      (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod.spec.tolerations, taint),
    )
    if (hostile !== undefined) this.#say(`Pod ${pod.metadata.name} was bound in spite of ${hostile.key}`)
    if (node.spec.unschedulable === true) this.#say(`Pod ${pod.metadata.name} was bound to cordoned ${name}`)
    const others = this.#world.store.onNode(name).map((row) => row.object as Pod) // Pods stand on nodes
    const running = others.filter((other) => !isTerminal(other))
    const taken = running.map(requestOf).reduce<Amounts>(plus, {})
    const size = amountsOf(node.status.allocatable)
    if (running.length > (size['pods'] ?? 0)) this.#say(`${name} got ${running.length} Pods`)
    if ((taken['cpu'] ?? 0) > (size['cpu'] ?? 0)) this.#say(`${name} got ${taken['cpu']}m of CPU`)
  }

  /** Only what a taint's time is up for, and nothing at all for silence while no machine is heard. */
  #eviction(pod: Pod): void {
    const node = this.#world.get<Node>('nodes', '', pod.spec.nodeName ?? '')
    const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
    const { now } = this.#world
    if (evictedFrom(pod, taints, now) > now) this.#say(`Pod ${pod.metadata.name} was evicted before its time`)
    const byHand = taints.some((taint) => taint.key === 'drain' && !isTolerated(pod.spec.tolerations, taint))
    const ready = this.#world.list<Node>('nodes').some((other) => readiness(other) === 'True')
    if (!ready && !byHand) this.#say(`Pod ${pod.metadata.name} was evicted while no node is ready`)
  }

  /** Recreate: nothing of the new template begins while anything of an old one runs. */
  #recreation(pod: Pod): void {
    const rs = this.#world.get<ReplicaSet>(
      'replicasets.apps',
      pod.metadata.namespace ?? '',
      controllerOf(pod)?.name ?? '',
    )
    const d = rs === undefined ? undefined : this.#deploymentOf(rs)
    // A paused Deployment only keeps its size, as in Kubernetes, whatever still runs.
    if (rs === undefined || d === undefined || isRolling(d) || d.spec.paused === true) return
    const current = (of: ReplicaSet): boolean => sameTemplate(of.spec.template, d.spec.template)
    if (!current(rs)) return
    // What was begun in a pause stays beside the old ones, and a new size is given to it at once: scale() of sync.go asks
    // for nothing but the size.
    if (this.#podsOf(rs).some((other) => other.metadata.uid !== pod.metadata.uid && !isTerminal(other))) return
    const running = this.#setsOf(d)
      .filter((other) => !current(other))
      .flatMap((other) => this.#podsOf(other))
      .filter((other) => !isTerminal(other))
    if (running.length > 0) this.#say(`Pod ${pod.metadata.name} was created while ${running.length} old ones run`)
  }

  /** Sizes that the Deployment controller gives stay within the bounds of the rollout. */
  #rollout(changes: readonly Change[]): void {
    const sizes = changes.filter(({ key, type }) => key.resource === 'replicasets.apps' && type !== 'DELETED')
    const first = sizes[0]
    const d = first === undefined ? undefined : this.#deploymentOf(first.after.object as ReplicaSet) // the key names a ReplicaSet
    if (first === undefined || d === undefined) return
    const before = new Map(sizes.map((change) => [change.after.uid, change.before?.object as ReplicaSet | undefined]))
    const sets = this.#setsOf(d)
    const old = (rs: ReplicaSet): ReplicaSet | undefined =>
      before.has(rs.metadata.uid) ? before.get(rs.metadata.uid) : rs
    const size = (rs: ReplicaSet | undefined): number => (rs === undefined ? 0 : replicasOf(rs))
    const grew = sets.some((rs) => size(rs) > size(old(rs)))
    const total = sets.reduce((sum, rs) => sum + size(rs), 0)
    if (grew && total > mostReplicas(d))
      this.#say(`${d.metadata.name} may have ${mostReplicas(d)} Pods but asks for ${total}`)
    const resized = sets.some(
      (rs) => size(old(rs)) > 0 && desired(old(rs)) !== undefined && desired(old(rs)) !== replicasOf(d),
    )
    if (!resized && isRolling(d) && d.spec.paused !== true) this.#availability(d, sets, old)
  }

  #availability(d: Deployment, sets: readonly ReplicaSet[], old: (rs: ReplicaSet) => ReplicaSet | undefined): void {
    const { now } = this.#world
    const kept = (rs: ReplicaSet, most: number): number => {
      const available = this.#podsOf(rs).filter((pod) => {
        const from = availableFrom(pod, rs.spec.minReadySeconds ?? 0)
        return isActive(pod) && from !== undefined && from <= now
      })
      return Math.min(available.length, most)
    }
    const after = sets.reduce((sum, rs) => sum + kept(rs, replicasOf(rs)), 0)
    const before = sets.reduce((sum, rs) => sum + kept(rs, replicasOf(old(rs) ?? rs)), 0)
    const least = replicasOf(d) - bounds(d).unavailable
    if (after < before && after < least) {
      this.#say(`${d.metadata.name} needs ${least} available Pods and is brought from ${before} to ${after}`)
    }
  }

  /** A ReplicaSet deletes no more than its excess, and none that is ready while one that is not remains. */
  #victims(changes: readonly Change[]): void {
    const begun = changes
      .filter(
        ({ key, before, after, type }) =>
          key.resource === 'pods' &&
          before !== undefined &&
          !isDeleting(before.object) &&
          (type === 'DELETED' || isDeleting(after.object)),
      )
      .map(({ before }) => before?.object as Pod) // the key names a Pod
    const [first] = begun
    const owner = first === undefined ? undefined : controllerOf(first)
    if (first === undefined || owner === undefined) return
    const rs = this.#world.get<ReplicaSet>('replicasets.apps', first.metadata.namespace ?? '', owner.name)
    if (rs === undefined) return
    const left = this.#podsOf(rs).filter(
      (pod) => isActive(pod) && matches(selectorOf(rs.spec.selector), pod.metadata.labels),
    )
    if (left.length < replicasOf(rs)) this.#say(`${rs.metadata.name} wants ${replicasOf(rs)} and kept ${left.length}`)
    const [readyGone, unready] = [begun.find(isReady), left.find((pod) => !isReady(pod))]
    if (readyGone !== undefined && unready !== undefined) {
      this.#say(`${rs.metadata.name} deleted ready ${readyGone.metadata.name} before unready ${unready.metadata.name}`)
    }
  }

  #deploymentOf(rs: Resource): Deployment | undefined {
    const owner = controllerOf(rs)
    const d = this.#world.get<Deployment>('deployments.apps', rs.metadata.namespace ?? '', owner?.name ?? '')
    return d?.metadata.uid === owner?.uid ? d : undefined
  }

  #setsOf(d: Deployment): ReplicaSet[] {
    return this.#owned<ReplicaSet>(d, 'replicasets.apps')
  }

  #podsOf(rs: ReplicaSet): Pod[] {
    return this.#owned<Pod>(rs, 'pods')
  }

  #owned<T extends Resource>(owner: Resource, resource: string): T[] {
    return this.#world.store
      .owned(owner.metadata.uid)
      .filter((row) => row.resource === resource && controllerOf(row.object)?.uid === owner.metadata.uid)
      .map((row) => row.object as T) // the resource is of that kind
  }
}

const readiness = (node: Node): string | undefined =>
  node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status

function desired(rs: ReplicaSet | undefined): number | undefined {
  const text = rs?.metadata.annotations?.['deployment.kubernetes.io/desired-replicas']
  return text === undefined ? undefined : Number(text)
}
