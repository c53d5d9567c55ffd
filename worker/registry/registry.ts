import type { Resource } from '../../api/meta/object.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { Key, Row, Tx } from '../store/store.ts'

/**
 * The API server's generic registry: what a write means, between HTTP (or a controller, or an agent) and the store.
 * Everything here is synchronous and runs inside one transaction. Admission, defaulting, validation, generation,
 * finalizers, grace and preconditions happen here and nowhere else, so controllers and kubectl go the same way.
 * Models: k8s.io/apiserver/pkg/registry/generic/registry/store.go and .../rest.
 */

/** Who asks, and when. */
export interface Caller {
  readonly user: { readonly name: string; readonly uid?: string; readonly groups: readonly string[]; readonly extra?: Readonly<Record<string, readonly string[]>> }
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Texts for `Warning: 299` headers, collected while the request runs. */
  readonly warnings: string[]
  /** Six-byte-or-more randomness as a seam: names from generateName, uids. */
  readonly dice: Dice
}
export interface Dice {
  uid(): string
  /** Letters of `bcdfghjklmnpqrstvwxz2456789`. */
  suffix(length: number): string
}

export interface WriteOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
}
export interface DeleteOptions extends WriteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** The operations; one file each (`create.ts`, `update.ts`, `delete.ts` …). Objects passed in are decoded and defaulted. */
export interface Registry {
  create(tx: Tx, caller: Caller, kind: Kind, namespace: string, object: Resource, options?: WriteOptions): Row
  /**
   * Reads, lets `change` make the new object from the old (a PUT returns the body, a PATCH applies it), validates, stores.
   * `subresource` is '' for the object itself, `status` etc. isolate what may change.
   */
  update(tx: Tx, caller: Caller, kind: Kind, key: Key, subresource: string, change: (old: Resource) => Resource, options?: WriteOptions): Row
  /** Row as deleted, or as marked for deletion with `gone: false`. */
  delete(tx: Tx, caller: Caller, kind: Kind, key: Key, options?: DeleteOptions): { row: Row; gone: boolean }
}
