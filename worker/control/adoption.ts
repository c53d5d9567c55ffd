import { controllerOf, isDeleting, type Resource } from '../../api/meta/object.ts'
import { isEverything, matches, type LabelSelector, selectorOf } from '../../api/meta/selector.ts'
import type { Pod } from '../../api/schema/types.generated.ts'
import { type Change, type Controller, type Index, keyOf } from './controller.ts'
import { controllerReference } from './ownership.ts'
import { isActive } from './pod-state.ts'

type Parent = Resource & { spec: { selector?: LabelSelector | null } }

/**
 * Gives children without a controller to the parent whose selector matches them: the adopting half of
 * PodControllerRefManager and ReplicaSetControllerRefManager (pkg/controller/controller_ref_manager.go).
 *
 * The keys are the children, so that a parent's reconcile needs to look at nothing but what it owns, however many Pods
 * the namespace holds. Selectors never change, so only a new parent makes it look through the orphans.
 */
function adoption(name: string, children: string, parents: string, mayAdopt: (child: Resource) => boolean): Controller {
  const orphans = (): Orphans => new Orphans(children)
  const selectors = (): Selectors => new Selectors(parents)
  return {
    name,
    resource: children,
    concerns: ({ type, after }) => type !== 'DELETED' && isOrphan(after) && mayAdopt(after),
    wakes: {
      [parents]: ({ type, after }, view) => {
        if (type !== 'ADDED') return []
        return view
          .index(orphans)
          .of(after.metadata.namespace ?? '')
          .filter((child) => selects((after as Parent).spec.selector, child)) // both kinds of parents have one
          .map((child) => keyOf(children, child))
      },
    },
    reconcile(child, view) {
      if (!isOrphan(child) || !mayAdopt(child)) return []
      const namespace = child.metadata.namespace ?? ''
      const found = view.index(selectors).of(namespace, child)
      const stored = found.map((name) => view.get<Parent>(parents, namespace, name))
      return adopt(
        child,
        stored.filter((parent) => parent !== undefined),
      )
    },
  }
}

const isOrphan = (object: Resource): boolean => controllerOf(object) === undefined && !isDeleting(object)

function adopt(child: Resource, parents: readonly Parent[]): Change[] {
  const [parent] = parents.filter((parent) => !isDeleting(parent)).sort(byAge)
  if (parent === undefined) return []
  const others = (child.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== parent.metadata.uid)
  const ownerReferences = [...others, controllerReference(parent)]
  return [{ do: 'update', object: { ...child, metadata: { ...child.metadata, ownerReferences } } }]
}

/** An empty selector would take everything: validation refuses it, adoption ignores it. */
function selects(of: LabelSelector | null | undefined, child: Resource): boolean {
  const selector = selectorOf(of)
  return !isEverything(selector) && matches(selector, child.metadata.labels)
}

const byAge = (a: Resource, b: Resource): number => {
  const [x, y] = [a.metadata.creationTimestamp + a.metadata.name, b.metadata.creationTimestamp + b.metadata.name]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Children without a controller, by namespace. */
class Orphans implements Index {
  readonly resource: string
  readonly #byNamespace = new Map<string, Map<string, Resource>>()

  constructor(resource: string) {
    this.resource = resource
  }

  /** Quotes inside JSON texts are escaped, so this can only be an owner reference's own field. */
  skips(json: string): boolean {
    return json.includes('"controller":true')
  }

  apply(before: Resource | undefined, after: Resource | undefined): void {
    if (before !== undefined) this.#byNamespace.get(before.metadata.namespace ?? '')?.delete(before.metadata.name)
    if (after === undefined || !isOrphan(after)) return
    const namespace = after.metadata.namespace ?? ''
    const named = this.#byNamespace.get(namespace) ?? new Map<string, Resource>()
    named.set(after.metadata.name, after)
    this.#byNamespace.set(namespace, named)
  }

  of(namespace: string): Resource[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])]
  }
}

/** What the parents select, by namespace: an orphan asks this, instead of reading all of them. */
class Selectors implements Index {
  readonly resource: string
  readonly #byNamespace = new Map<string, Map<string, LabelSelector | null | undefined>>()

  constructor(resource: string) {
    this.resource = resource
  }

  apply(before: Resource | undefined, after: Resource | undefined): void {
    if (before !== undefined) this.#byNamespace.get(before.metadata.namespace ?? '')?.delete(before.metadata.name)
    if (after === undefined) return
    const namespace = after.metadata.namespace ?? ''
    const named = this.#byNamespace.get(namespace) ?? new Map<string, LabelSelector | null | undefined>()
    named.set(after.metadata.name, (after as Parent).spec.selector) // both kinds of parents have one
    this.#byNamespace.set(namespace, named)
  }

  /** The names of those that select the child. */
  of(namespace: string, child: Resource): string[] {
    const named = [...(this.#byNamespace.get(namespace) ?? [])]
    return named.filter(([, selector]) => selects(selector, child)).map(([name]) => name)
  }
}

/** Only Pods that count as replicas are worth adopting. */
export const podAdoption = adoption('replicaset-adoption', 'pods', 'replicasets.apps', (pod) => isActive(pod as Pod)) // keys are Pods

export const replicasetAdoption = adoption('deployment-adoption', 'replicasets.apps', 'deployments.apps', () => true)
