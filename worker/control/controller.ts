import type { ObjectMeta, Resource } from '../../api/meta/object.ts'
import type { StatusError } from '../../api/meta/status-error.ts'
import type { Liveness } from './liveness.ts'

/** Names one object; the store's Key, said here because decisions do not know the store. */
export interface ObjectKey {
  /** `pods`, `deployments.apps`. */
  readonly resource: string
  /** '' where cluster-scoped. */
  readonly namespace: string
  readonly name: string
}

/** One committed change of an object. `after` of a deletion is the last state. */
export interface Happened<T extends Resource = Resource> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly key: ObjectKey
  readonly before: T | undefined
  readonly after: T
}

/**
 * Something computed from all objects of one resource, built on first use after a wake and kept up with every change
 * from then on. It holds nothing that the objects do not say.
 */
export interface Index {
  readonly resource: string
  /** An object came (`before` undefined), changed, or went (`after` undefined). */
  apply(before: Resource | undefined, after: Resource | undefined): void
  /** Whether an object's text alone says that the index does not hold it, so that building it need not parse. */
  skips?(json: string): boolean
}

/** What a controller may look at: one consistent state, inside one transaction. Reads cost nothing twice. */
export interface View {
  /** Milliseconds since the epoch. The only clock that a decision may use. */
  readonly now: number
  readonly liveness: Liveness
  /** When the key at hand was to be looked at again, where it waited for a time (`again`). */
  readonly waiting: number | undefined
  get<T extends Resource>(resource: string, namespace: string, name: string): T | undefined
  list<T extends Resource>(resource: string, namespace?: string): readonly T[]
  /** Objects of `resource` (all resources when left out) whose ownerReferences name this uid, controller or not. */
  owned<T extends Resource>(uid: string, resource?: string): readonly T[]
  /** Pods whose spec.nodeName is this. */
  onNode<T extends Resource>(node: string): readonly T[]
  /** The index that `make` begins; the function itself is its name. */
  index<I extends Index>(make: () => I): I
  /** Letters of `bcdfghjklmnpqrstvwxz2456789` from the driver's dice (seeded in simulation). */
  suffix(length: number): string
}

/** An object to be created: the registry fills in the rest of its metadata, and the status that a new one has. */
export type Fresh = Omit<Resource, 'metadata'> & { metadata: Partial<ObjectMeta>; spec?: object; data?: object }

/** What a controller wants done, as data. The driver does it, in order, through the path that HTTP writes take. */
export type Change =
  /** Where the API refuses, `failed` says what to do in place of the rest of the list; without it the key backs off. */
  | { do: 'create'; object: Fresh; failed?: (refusal: StatusError) => Change[] }
  | { do: 'update'; object: Resource }
  /** `annotations`, where given, replace the object's: Deployments carry their revision through /status. */
  | { do: 'status'; object: Resource; status: object; annotations?: Record<string, string> }
  | {
      do: 'delete'
      object: Resource
      propagation?: 'Background' | 'Foreground' | 'Orphan'
      /** Seconds; the object's own where left out. */
      graceSeconds?: number
    }
  | { do: 'event'; about: Resource; type: 'Normal' | 'Warning'; reason: string; message: string; action?: string }
  | { do: 'bind'; pod: Resource; node: string }
  /** Replaces a namespace's spec.finalizers (`namespaces/finalize`). */
  | { do: 'finalize'; object: Resource; finalizers: readonly string[] }
  /** Look at this key again then, in milliseconds since the epoch, even if nothing changes. Without it nothing waits. */
  | { do: 'again'; at: number }
  /** Something failed that a later try may heal: the key backs off as one whose work throws. */
  | { do: 'retry' }

/** Work that follows from state alone, which no row needs to remember. */
export interface Standing {
  /** Keys that must be looked at now. */
  readonly keys: readonly ObjectKey[]
  /** When to ask again, in milliseconds since the epoch. */
  readonly next: number | undefined
}

/** Keys to wake, or `waiting`: all keys of this controller that wait for a time. */
export type Wakes = readonly ObjectKey[] | 'waiting'

/**
 * One controller: a pure function from the state to what should change. Level-triggered: it is told which object to look
 * at, never what happened. A thrown error backs its key off with an event; it never stops the others.
 */
export interface Controller<T extends Resource = Resource> {
  /** `replicaset-controller`: the source of its events, its user (`system:controller:…`) and the prefix of its due keys. */
  readonly name: string
  /** The resource whose objects are its keys: `replicasets.apps`; `*` for every resource. */
  readonly resource: string
  /** Whether a change of a key's own object wakes the key; every change does where this is left out. */
  concerns?(change: Happened<T>): boolean
  /** A changed object of one of these resources wakes the owners of kind `resource` that its references name. */
  readonly owns?: readonly string[]
  /** What a change of another resource wakes (`*`: of any). Reads only what it is given. */
  readonly wakes?: Readonly<Record<string, (change: Happened, view: View) => Wakes>>
  /** Which of two keys goes first; in the order of their waking where left out. */
  order?(a: T, b: T): number
  reconcile(object: T, view: View): Change[]
  /** For keys whose object does not exist (any more). Where left out there is nothing to do. */
  gone?(key: ObjectKey, view: View): Change[]
  /** Asked at the beginning and at the end of every turn; must be cheap. */
  standing?(view: View): Standing
}

/** The key of a namespaced or cluster-scoped object. */
export const keyOf = (resource: string, object: Resource): ObjectKey => ({
  resource,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
})
