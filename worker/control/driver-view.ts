import type { Resource } from '../../api/meta/object.ts'
import type { Dice } from '../registry/registry.ts'
import type { Change, Reader, Row } from '../store/store.ts'
import type { Index, View } from './controller.ts'
import type { Liveness } from './liveness.ts'

/**
 * Lists that are kept beyond a turn: few objects, asked for in every turn (the clock for silence). Others are read anew.
 */
const KEPT: ReadonlySet<string> = new Set(['nodes'])

/**
 * What controllers see of the store. The store keeps rows and views (owners, nodes) in memory itself; kept here are whole
 * lists and indexes, which every committed change brings up to date and which an eviction drops.
 */
export class StoreView implements View {
  now = 0
  waiting: number | undefined
  readonly liveness: Liveness
  readonly #reader: Reader
  readonly #dice: Dice
  readonly #lists = new Map<string, readonly Resource[]>()
  readonly #indexes = new Map<() => Index, Index>()
  /** The version up to which lists and indexes are true. */
  #seen: number

  constructor(reader: Reader, liveness: Liveness, dice: Dice) {
    this.#reader = reader
    this.liveness = liveness
    this.#dice = dice
    this.#seen = reader.version
  }

  get<T extends Resource>(resource: string, namespace: string, name: string): T | undefined {
    return this.#reader.get({ resource, namespace, name })?.object as T | undefined // the resource is of that kind
  }

  list<T extends Resource>(resource: string, namespace?: string): readonly T[] {
    const name = `${resource}/${namespace ?? ''}`
    let list = this.#lists.get(name)
    if (list === undefined) {
      const rows = this.#reader.list(namespace === undefined ? { resource } : { resource, namespace })
      this.#lists.set(name, (list = rows.map((row) => row.object)))
    }
    return list as readonly T[] // the resource is of that kind
  }

  owned<T extends Resource>(uid: string, resource?: string): readonly T[] {
    const rows = this.#reader.owned(uid)
    return objects(resource === undefined ? rows : rows.filter((row) => row.resource === resource))
  }

  onNode<T extends Resource>(node: string): readonly T[] {
    return objects(this.#reader.onNode(node))
  }

  index<I extends Index>(make: () => I): I {
    const found = this.#indexes.get(make)
    if (found !== undefined) return found as I // it was made by this very function
    const index = make()
    for (const row of this.#reader.list({ resource: index.resource })) {
      if (index.skips?.(row.json) !== true) index.apply(undefined, row.object)
    }
    this.#indexes.set(make, index)
    return index
  }

  suffix(length: number): string {
    return this.#dice.suffix(length)
  }

  /** Brings what is kept up to these committed changes. */
  follow(changes: readonly Change[]): void {
    for (const { key, before, after, type, version } of changes) {
      // Every write takes the next version, so a gap is a change that went by untold.
      if (version !== this.#seen + 1) this.#forget()
      this.#seen = version
      this.#lists.delete(`${key.resource}/`)
      this.#lists.delete(`${key.resource}/${key.namespace}`)
      for (const index of this.#indexes.values()) {
        if (index.resource === key.resource) index.apply(before?.object, type === 'DELETED' ? undefined : after.object)
      }
    }
  }

  /** A turn begins: what was kept is only true if no change went by untold. */
  begin(now: number): void {
    this.now = now
    if (this.#reader.version === this.#seen) return
    this.#forget()
    this.#seen = this.#reader.version
  }

  #forget(): void {
    this.#lists.clear()
    this.#indexes.clear()
  }

  /** A turn ends: long lists are not held while nothing happens. */
  end(): void {
    for (const name of this.#lists.keys()) if (!KEPT.has(name.slice(0, name.indexOf('/')))) this.#lists.delete(name)
  }
}

const objects = <T extends Resource>(rows: readonly Row[]): readonly T[] => rows.map((row) => row.object as T) // the caller names the kind
