import type { Resource } from '../../api/meta/object.ts'

/** Names one object. `resource` is the group resource (`pods`, `deployments.apps`), `namespace` is '' where cluster-scoped. */
export interface Key {
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** One stored object. `json` is the text that is served (managedFields spliced in, Secrets opened). */
export interface Row extends Key {
  readonly uid: string
  /** The resourceVersion, as an integer. */
  readonly version: number
  readonly json: string
  /** The object, parsed on first use and kept with the row. Callers must not change it. */
  readonly object: Resource
}

/** One change in the order of resourceVersions, as watches, resumption and controllers see it. */
export interface Change {
  readonly version: number
  readonly key: Key
  /** Absent when the object was created; of an Event also where its row has been overwritten since. */
  readonly before?: Row
  /** The object after the change. For a deletion it is the last state, with the deletion's resourceVersion in it. */
  readonly after: Row
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
}

export interface Query {
  readonly resource: string
  /** Absent: all namespaces. */
  readonly namespace?: string
  /** Only keys after this one, in (namespace, name) order of bytes (UTF-8), as etcd's. */
  readonly after?: { readonly namespace: string; readonly name: string }
  readonly limit?: number
  /**
   * The state as of this resourceVersion, rebuilt from the ring. Throws 410 Expired where it is older than the ring (with
   * `after` the text for a further page: the caller adds `metadata.continue`), 504 Timeout with the cause
   * ResourceVersionTooLarge where it lies ahead.
   */
  readonly at?: number
}

export interface Reader {
  /** The newest resourceVersion: that of the last write, never lower than any seen before. */
  readonly version: number
  get(key: Key): Row | undefined
  /** In (namespace, name) order. Never truncated silently: with `limit` at most that many, the caller pages by `after`. */
  list(query: Query): Row[]
  /** How many `list` would answer, without reading them: the database counts, and each counts as a row read. */
  count(query: Query): number
  /**
   * Objects whose ownerReferences name this uid (controller or not), in (resource, namespace, name) order; Events never.
   * The first call after a wake reads a row of every object, later ones only what they answer.
   */
  owned(uid: string): Row[]
  /** Pods whose spec.nodeName is this, in (namespace, name) order. The first call after a wake reads a row of every Pod. */
  onNode(node: string): Row[]
  /**
   * Objects of a resource of which there are few (classes, quotas, limit ranges), in order of name; `namespace` is ''
   * where they are cluster-scoped. Their keys stay in memory from the first call on, so asking where there is none
   * costs nothing.
   */
  few(resource: string, namespace: string): Row[]
  /**
   * Changes with a resourceVersion above `since`, oldest first, at most `limit`; none where `since` lies ahead. Throws 410
   * Expired when the ring no longer holds them all. Events have a ring of their own: with `resource` only that resource's
   * ring counts, without it both do. An Event that ends by its age is no change.
   */
  changes(since: number, resource?: string, namespace?: string, limit?: number): Change[]
  /** The oldest resourceVersion from which `changes` of all resources still answers. */
  readonly oldest: number
}

/** A unit of waiting work that survives an eviction. `key` is the driver's own text; `at` is milliseconds since the epoch. */
export interface Due {
  readonly key: string
  readonly at: number
}

/** A credential or setting: small named JSON beside the objects, without a resourceVersion and not watched. */
export interface Records {
  get(collection: string, id: string): string | undefined
  put(collection: string, id: string, json: string): void
  delete(collection: string, id: string): void
  all(collection: string): { id: string; json: string }[]
}

/** Everything that may happen inside one transaction. Nothing here waits. */
export interface Tx extends Reader {
  /**
   * Stores a new object: assigns the next resourceVersion, writes it into metadata.resourceVersion of what is stored
   * (the argument is not changed). Throws 409 AlreadyExists where the key is taken, 500 `etcdserver: request is too large`
   * above 1.5 MiB of JSON, as Kubernetes does. The caller has set uid and creationTimestamp. Where this (or `update`, or
   * `delete`) throws a StatusError, nothing of the call was done and the transaction may go on.
   */
  insert(resource: string, object: Resource): Row
  /**
   * Replaces an object that exists, whatever resourceVersion it carries (preconditions are the registry's); a text equal
   * to the stored one writes nothing and returns the row as it is. Throws 404 where there is none, 409 for another uid.
   */
  update(resource: string, object: Resource): Row
  /**
   * Removes it; the DELETED change, and the row that is returned, carry `last` (default: the stored state) with the
   * deletion's resourceVersion. Throws 404 where there is none.
   */
  delete(key: Key, last?: Resource): Row
  /** The changes made so far in this transaction, oldest first. */
  readonly changed: readonly Change[]
  readonly records: Records
  /** Puts work off until `at`, replacing an earlier time of the same key. */
  postpone(due: Due): void
  /** Forgets it. */
  settle(key: string): void
  /** Work due at or before `now`, oldest first, at most `limit`. */
  due(now: number, limit: number): Due[]
  /** The earliest time at which anything is due. */
  nextDue(): number | undefined
}

/** A value that is not a promise: an asynchronous transaction does not compile. */
export type Sync<T> = T extends PromiseLike<unknown> ? never : T

export interface Store extends Reader {
  /** Runs `work` atomically. A throw rolls back everything, this object's memory too, and is thrown on. Not reentrant. */
  transaction<T>(work: (tx: Tx) => Sync<T>): T
  /**
   * Called after each commit that changed objects, with the changes in order; may open transactions of its own, which
   * are told after everyone heard of this one. Listeners must not throw: what they throw reaches who made the commit.
   */
  subscribe(listener: (changes: readonly Change[]) => void): void
  /** Bytes of the database, and rows written and read since the store was opened: what the Free plan counts. */
  readonly usage: { bytes: number; rowsWritten: number; rowsRead: number }
}

/**
 * The platform refuses to read or write until 00:00 UTC, because the day of its free plan is spent. Not a StatusError:
 * it may come in the middle of a write, so it always takes back the whole transaction.
 */
export class DaySpentError extends Error {}

/** Turns Secrets to ciphertext and back. `context` (the key) is authenticated, so that a ciphertext cannot be moved. */
export interface Sealer {
  seal(plain: string, context: string): string
  /** Throws 500 InternalError that names the keys where it cannot. */
  open(sealed: string, context: string): string
  /** Whether the text is sealed with the newest key. One that is not is written again by an update that changes nothing. */
  current?(sealed: string): boolean
}
