import type { Resource } from '../../api/meta/object.ts'
import type { SqliteStore, StoreOptions } from '../../worker/store/sqlite.ts'
import type { Sql } from '../../worker/store/sql.ts'

/** One database of an implementation under test, and the process (or object) that has it open. */
export interface Bed {
  /** Works with the store, opened with these options by the first call after a restart. */
  use<T>(work: (store: SqliteStore, sql: Sql) => T, options?: StoreOptions): Promise<T>
  /** `evict`: an orderly end that keeps nothing in memory; `crash`: the process is gone in the middle. */
  restart(how: 'evict' | 'crash'): Promise<void>
  close(): Promise<void>
}

export type MakeBed = () => Promise<Bed>

/** An object with what the store looks at; `more` is laid over it. */
export function object(kind: string, name: string, more: object = {}, namespace = 'default'): Resource {
  const { metadata, ...rest } = more as { metadata?: object }
  const made = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...(namespace === '' ? {} : { namespace }),
      uid: `uid-${namespace}-${name}`,
      creationTimestamp: '2026-11-24T00:00:00Z',
      ...metadata,
    },
    ...rest,
  }
  // Before it is stored an object has no resourceVersion: the store gives it one.
  return made as unknown as Resource
}

export const pod = (name: string, more: object = {}, namespace?: string): Resource =>
  object('Pod', name, more, namespace)
export const config = (name: string, value = '', namespace?: string): Resource =>
  object('ConfigMap', name, { data: { value } }, namespace)
export const names = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name)
export const key = (resource: string, name: string, namespace = 'default') => ({ resource, namespace, name })
