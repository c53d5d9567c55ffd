import type { Resource } from '../../api/meta/object.ts'
import type { Index } from './controller.ts'

/** Objects of one resource by their namespace, so that a change of something else finds those beside it without a read. */
export class ByNamespace<T extends Resource> implements Index {
  readonly resource: string
  readonly skips?: (json: string) => boolean
  readonly #holds: (object: T) => boolean
  readonly #all = new Map<string, Map<string, T>>()

  /** Only what `holds` says is kept; `skips` may say from the text alone that it would not be. */
  constructor(resource: string, holds: (object: T) => boolean = () => true, skips?: (json: string) => boolean) {
    this.resource = resource
    this.#holds = holds
    if (skips !== undefined) this.skips = skips
  }

  apply(before: Resource | undefined, after: Resource | undefined): void {
    const { namespace = '', name } = (after ?? before)?.metadata ?? { name: '' }
    const inside = this.#all.get(namespace) ?? new Map<string, T>()
    const object = after as T | undefined // the index is of that resource
    if (object === undefined || !this.#holds(object)) inside.delete(name)
    else inside.set(name, object)
    if (inside.size === 0) this.#all.delete(namespace)
    else this.#all.set(namespace, inside)
  }
  of(namespace: string): T[] {
    return [...(this.#all.get(namespace)?.values() ?? [])]
  }
}
