import type { Resource } from '../../api/meta/object.ts'

/** What a controller may look at: one consistent state, inside one transaction. Reads cost nothing twice. */
export interface View {
  /** Milliseconds since the epoch. The only clock that a decision may use. */
  readonly now: number
  get<T extends Resource>(resource: string, namespace: string, name: string): T | undefined
  list<T extends Resource>(resource: string, namespace?: string): T[]
  /** Objects of `resource` whose ownerReferences name this uid. */
  owned<T extends Resource>(resource: string, uid: string): T[]
  onNode<T extends Resource>(node: string): T[]
  /** A fresh random text of lower-case letters and digits without vowels, from the driver's dice (seeded in simulation). */
  suffix(length: number): string
}

/** What a controller wants done, as data. The driver does it, in order, through the path that HTTP writes take. */
export type Change =
  | { do: 'create'; object: Resource; onFail?: 'stop' }
  | { do: 'update'; object: Resource }
  | { do: 'status'; object: Resource; status: object }
  | { do: 'delete'; object: Resource; propagation?: 'Background' | 'Foreground' | 'Orphan'; graceSeconds?: number; precondition?: 'uid' }
  | { do: 'event'; about: Resource; type: 'Normal' | 'Warning'; reason: string; message: string; action?: string }
  | { do: 'bind'; pod: Resource; node: string }
  | { do: 'again'; at: number }

/**
 * One controller: a pure function from the state to what should change. Level-triggered: it is told which object to look
 * at, never what happened. A thrown error backs its key off with an event; it never stops the others.
 */
export interface Controller<T extends Resource = Resource> {
  /** `replicaset-controller`: events' source and the prefix of its due keys. */
  readonly name: string
  /** The resource whose objects are its keys: `replicasets.apps`. */
  readonly resource: string
  /** A changed object of one of these wakes its owners of `resource`. */
  readonly owns?: readonly string[]
  /** Which keys (`namespace/name`) a change of another resource wakes. Reads only what it is given. */
  readonly wakes?: Readonly<Record<string, (changed: Resource, before: Resource | undefined, view: View) => readonly string[]>>
  /** `object` is undefined where it no longer exists (only called so when `seesGone`). */
  readonly seesGone?: boolean
  reconcile(object: T, view: View): Change[]
}
