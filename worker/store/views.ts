import type { Journal } from './journal.ts'
import { keyText, type StoredRow } from './rows.ts'
import type { Database } from './sql.ts'
import type { Key } from './store.ts'

/** For each value (a uid, a node) the keys of the objects that name it. */
type View = Map<string, Map<string, Key>>

const words = (text: string | null): string[] => (text === null ? [] : text.split(' '))

function add(view: View, value: string, key: Key): void {
  const keys = view.get(value)
  if (keys === undefined) view.set(value, new Map([[keyText(key), key]]))
  else keys.set(keyText(key), key)
}

function remove(view: View, value: string, key: Key): void {
  const keys = view.get(value)
  keys?.delete(keyText(key))
  if (keys?.size === 0) view.delete(value)
}

/**
 * Children of an owner, Pods of a node, and the keys of resources of which there are few: built when first asked for, kept up with every write while the store is
 * open. An index in the database would write a row more for each create and each delete of an owned or bound object,
 * and rows written are what a small cluster runs out of first; building a view reads each object's row once a wake.
 */
export class Views {
  readonly #db: Database
  readonly #journal: Journal
  #owned: View | undefined
  #onNode: View | undefined
  /** By resource: the keys in each namespace. */
  readonly #few = new Map<string, View>()

  constructor(db: Database, journal: Journal) {
    this.#db = db
    this.#journal = journal
  }

  owned(uid: string): Key[] {
    this.#owned ??= this.#read(
      'SELECT resource, namespace, name, owners AS value FROM objects WHERE owners IS NOT NULL',
    )
    return sorted(this.#owned.get(uid))
  }

  onNode(node: string): Key[] {
    this.#onNode ??= this.#read(
      `SELECT resource, namespace, name, node AS value FROM objects WHERE resource = 'pods' AND node IS NOT NULL`,
    )
    return sorted(this.#onNode.get(node))
  }

  few(resource: string, namespace: string): Key[] {
    let view = this.#few.get(resource)
    if (view === undefined) {
      view = this.#read(
        'SELECT resource, namespace, name, namespace AS value FROM objects WHERE resource = ?',
        resource,
      )
      this.#few.set(resource, view)
    }
    return sorted(view.get(namespace))
  }

  replace(before: StoredRow | undefined, after: StoredRow | undefined): void {
    this.#replace(before, after)
    this.#journal.add(() => this.#replace(after, before))
  }

  #replace(before: StoredRow | undefined, after: StoredRow | undefined): void {
    const key = after ?? before
    if (key === undefined) return
    const plain = { resource: key.resource, namespace: key.namespace, name: key.name }
    for (const [view, column] of [
      [this.#owned, 'owners'],
      [this.#onNode, 'node'],
    ] as const) {
      if (view === undefined) continue
      const [old, fresh] = [before?.stored[column] ?? null, after?.stored[column] ?? null]
      if (old === fresh) continue
      for (const value of words(old)) remove(view, value, plain)
      for (const value of words(fresh)) add(view, value, plain)
    }
    const few = this.#few.get(key.resource)
    if (few === undefined) return
    if (after === undefined) remove(few, key.namespace, plain)
    else add(few, key.namespace, plain)
  }

  #read(text: string, ...bound: string[]): View {
    const view: View = new Map()
    for (const { value, ...key } of this.#db.all<{ resource: string; namespace: string; name: string; value: string }>(
      text,
      ...bound,
    ))
      for (const word of words(value)) add(view, word, key)
    return view
  }
}

/** In the order of resource, namespace, name, whatever the history. */
function sorted(keys: Map<string, Key> | undefined): Key[] {
  if (keys === undefined) return []
  const texts = [...keys.keys()].sort()
  return texts.flatMap((text) => keys.get(text) ?? [])
}
