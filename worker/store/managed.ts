import { createHash } from 'node:crypto'
import type { Resource } from '../../api/meta/object.ts'
import type { Journal } from './journal.ts'
import type { Database } from './sql.ts'

/** How many bodies stay in memory. */
const KEPT = 256

/** A text without its managedFields: `body` stood at `at`. */
export interface Extracted {
  readonly text: string
  readonly at: number
  readonly body: string
}

/** What stands at `at` of the full text, given how the text without it looks there. */
function fragment(without: string, at: number, body: string): string {
  if (without[at - 1] !== '{') return `,"managedFields":${body}`
  return `"managedFields":${body}${without[at] === '}' ? '' : ','}`
}

/** Takes metadata.managedFields out of `text`, which is the JSON of `object`. */
export function extract(object: Resource, text: string): Extracted | undefined {
  const fields = object.metadata.managedFields
  if (fields === undefined || fields.length === 0) return undefined
  const at = JSON.stringify(upToManagedFields(object)).length - 2
  const body = JSON.stringify(fields)
  const length = body.length + ',"managedFields":'.length
  const first = text[at - 1] === '{'
  const last = text[at + length - 1] === '}'
  const cut = first && last ? length - 1 : length
  return { text: text.slice(0, at) + text.slice(at + cut), at, body }
}

/** The object as far as its text stands before managedFields. */
function upToManagedFields(object: Resource): object {
  const before = (value: object, stop: string): [string, unknown][] => {
    const entries = Object.entries(value)
    return entries.slice(
      0,
      entries.findIndex(([key]) => key === stop),
    )
  }
  const metadata = Object.fromEntries(before(object.metadata, 'managedFields'))
  return Object.fromEntries([...before(object, 'metadata'), ['metadata', metadata]])
}

/** Puts them back: the text that `extract` was given. */
export const splice = (text: string, at: number, body: string): string =>
  text.slice(0, at) + fragment(text, at, body) + text.slice(at)

/** Bodies of managedFields, each stored once: the Pods of a ReplicaSet share theirs. */
export class ManagedFields {
  readonly #db: Database
  readonly #journal: Journal
  /** hash → body, in the order of last use. */
  readonly #kept = new Map<string, string>()

  constructor(db: Database, journal: Journal) {
    this.#db = db
    this.#journal = journal
  }

  intern(body: string): string {
    const hash = createHash('sha256').update(body).digest('hex')
    if (this.#kept.has(hash)) return hash
    this.#db.run('INSERT INTO managed (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', hash, body)
    this.#keep(hash, body)
    this.#journal.add(() => this.#kept.delete(hash))
    return hash
  }

  body(hash: string): string {
    const kept = this.#kept.get(hash)
    if (kept !== undefined) {
      this.#kept.delete(hash)
      this.#kept.set(hash, kept)
      return kept
    }
    const row = this.#db.first<{ body: string }>('SELECT body FROM managed WHERE hash = ?', hash)
    if (row === undefined)
      throw new Error(`The store names managedFields ${hash} and does not have them: it is damaged.`)
    this.#keep(hash, row.body)
    return row.body
  }

  #keep(hash: string, body: string): void {
    this.#kept.set(hash, body)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}
