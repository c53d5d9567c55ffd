import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject, ObjectMeta, Resource } from '../../api/meta/object.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import type { Attributes } from './attributes.ts'

/**
 * The API server's generic registry: what a write means, between HTTP (or a controller, or an agent) and the store.
 * Everything here is synchronous and runs inside one transaction. Defaulting, admission, validation, generation,
 * finalizers, grace and preconditions happen here and nowhere else, so controllers and kubectl go the same way.
 * Models: k8s.io/apiserver/pkg/registry/generic/registry/store.go and k8s.io/apiserver/pkg/registry/rest.
 */

/** Who asks, and when. */
export interface Caller {
  readonly user: {
    readonly name: string
    readonly uid?: string
    readonly groups: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  /** Who writes, as managedFields name it: `kubectl`, `kube-controller-manager`; `unknown` where it is left out. */
  readonly manager?: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Texts for `Warning: 299` headers, collected while the request runs. */
  readonly warnings: string[]
  readonly dice: Dice
  /** What admission plugins note for the line of the audit (audit.AddAuditAnnotation), where one is kept. */
  readonly notes?: Record<string, string>
}

/** Randomness as a seam: names from generateName, uids. */
export interface Dice {
  /** A random UUID. */
  uid(): string
  /** Letters of `bcdfghjklmnpqrstvwxz2456789`, as k8s.io/apimachinery/pkg/util/rand. */
  suffix(length: number): string
}

/** An object that is about to be created: decoded, its metadata not yet filled. */
export type Draft = Omit<Resource, 'metadata'> & { metadata?: Partial<ObjectMeta> }

export interface WriteOptions {
  /** Everything happens but the write; the answer carries no new resourceVersion. */
  readonly dryRun?: boolean
  /** The object comes with the managedFields that it is to have: an apply, or a Scale's. */
  readonly isTracked?: boolean
}
/** What is applied by server-side apply. */
export interface Application {
  readonly body: JsonObject
  /** Takes fields from their owners instead of refusing. */
  readonly force: boolean
}
export interface UpdateOptions extends WriteOptions {
  /** The uid that the object must have, else 409 Conflict. */
  readonly uid?: string
}
export interface DeleteOptions extends WriteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** What became of an object that was to be deleted. */
export interface Deletion {
  /** Its last state, or the state in which it waits. */
  readonly row: Row
  /** False while grace or finalizers keep it. */
  readonly gone: boolean
}

/** One file for each operation. Objects passed in are decoded; defaults are applied here. */
export interface Registry {
  /** Creates; 404 without its namespace, 403 in one that is going, 409 AlreadyExists, 422 Invalid. */
  create(tx: Tx, caller: Caller, kind: Kind, namespace: string, object: Draft, options?: WriteOptions): Row
  /**
   * Reads, lets `change` make the new object from the old (a PUT returns the body, a PATCH applies it), validates, stores.
   * `subresource` is '' for the object itself; `status`, `finalize` isolate what may change. An object whose last
   * finalizer goes with this write is deleted. Answers the row, also where nothing changed (then the old one).
   */
  update(
    tx: Tx,
    caller: Caller,
    kind: Kind,
    key: Key,
    subresource: string,
    change: (old: Resource) => Draft,
    options?: UpdateOptions,
  ): Row
  /**
   * Server-side apply: merges the body into the object, or creates it. 409 with a cause for each field that somebody else
   * owns, 500 in the words of structured-merge-diff for a body that does not fit its type.
   */
  apply(
    tx: Tx,
    caller: Caller,
    kind: Kind,
    key: Key,
    subresource: string,
    application: Application,
    options?: WriteOptions,
  ): { row: Row; created: boolean }
  delete(tx: Tx, caller: Caller, kind: Kind, key: Key, options?: DeleteOptions): Deletion
  /** Admission alone, its first half, for what stores no object of its own: answers the object as plugins made it. */
  mutate(tx: Tx, attributes: Attributes & { readonly object: Resource }): Resource
  /** Its second half (`serviceaccounts/token`, `pods/exec`). Both throw what a plugin throws. */
  validate(tx: Tx, attributes: Attributes): void
  /** Gives a Pod its node (`pods/binding`). 409 where it has one already or is going. */
  bind(tx: Tx, caller: Caller, key: Key, node: string, options?: UpdateOptions): Row
}
