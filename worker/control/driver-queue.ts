import type { ObjectKey } from './controller.ts'

/** A key of one controller: what is reconciled. */
export interface Job {
  /** The controller's name. */
  readonly controller: string
  readonly key: ObjectKey
  /** Failures in a row, which set the back-off. */
  readonly attempts: number
  /** When it was to be looked at again, in milliseconds, where it waited. */
  readonly waiting: number | undefined
}

interface Wait {
  readonly controller: string
  readonly key: ObjectKey
  readonly at: number
  readonly attempts: number
}

/** No part of a name holds a slash, so the text reads back. Attempts stand in it: a due row has no other room. */
const textOf = (controller: string, key: ObjectKey): string =>
  `${controller}/${key.resource}/${key.namespace}/${key.name}`

function parse(text: string): { controller: string; key: ObjectKey; attempts: number } | undefined {
  const [controller, resource, namespace, name, attempts, ...rest] = text.split('/')
  if (controller === undefined || resource === undefined || namespace === undefined || name === undefined) {
    return undefined
  }
  if (attempts === undefined || rest.length > 0) return undefined
  return { controller, key: { resource, namespace, name }, attempts: Number(attempts) }
}

/** A row of the store's `due` table. */
export interface DueRow {
  readonly key: string
  readonly at: number
}

/**
 * Keys that are to be looked at now (dirty) or at a time (waiting), and what of them the store's `due` table says. Rows
 * are written when a turn ends, and only for work that is left: a key that is dirty and done in one turn costs none.
 */
export class Queue {
  readonly #order: ReadonlyMap<string, number>
  readonly #dirty: Map<string, { controller: string; key: ObjectKey }>[]
  readonly #waiting = new Map<string, Wait>()
  /** What the table holds: the row of each text. */
  readonly #rows = new Map<string, DueRow>()
  #sorted: { controller: string; jobs: Job[] } | undefined

  /** Keys of an earlier controller go first. */
  constructor(controllers: readonly string[]) {
    this.#order = new Map(controllers.map((name, i) => [name, i]))
    this.#dirty = controllers.map(() => new Map())
  }

  /** Takes over the table's rows. Those of controllers that do not exist any more are returned: they are to be settled. */
  load(rows: readonly DueRow[]): DueRow[] {
    const strangers: DueRow[] = []
    for (const row of rows) {
      const parsed = parse(row.key)
      if (parsed === undefined || !this.#order.has(parsed.controller)) {
        strangers.push(row)
        continue
      }
      const text = textOf(parsed.controller, parsed.key)
      this.#rows.set(text, row)
      this.#waiting.set(text, { ...parsed, at: row.at })
    }
    return strangers
  }

  wake(controller: string, key: ObjectKey): void {
    const dirty = this.#of(controller)
    const text = textOf(controller, key)
    if (dirty === undefined || dirty.has(text)) return
    dirty.set(text, { controller, key })
    if (this.#sorted?.controller === controller) this.#sorted = undefined
  }

  /** Wakes all keys of the controller that wait for a time. */
  wakeWaiting(controller: string): void {
    for (const wait of this.#waiting.values()) if (wait.controller === controller) this.wake(controller, wait.key)
  }

  /** Makes dirty what has waited long enough. */
  ripen(now: number): void {
    for (const wait of this.#waiting.values()) if (wait.at <= now) this.wake(wait.controller, wait.key)
  }

  /** The controller whose keys go next. */
  get front(): string | undefined {
    return [...this.#order.keys()].find((name) => (this.#of(name)?.size ?? 0) > 0)
  }

  /** The next job, or undefined where nothing is dirty. It is no longer dirty then. */
  take(): Job | undefined {
    for (const dirty of this.#dirty) {
      for (const [text, entry] of dirty) {
        dirty.delete(text)
        return this.#job(entry)
      }
    }
    return undefined
  }

  /** The first of this controller's dirty keys in an order, which is asked for again only when keys were added. */
  takeFirst(controller: string, sort: (jobs: Job[]) => Job[]): Job | undefined {
    const dirty = this.#of(controller)
    if (dirty === undefined) return undefined
    if (this.#sorted?.controller !== controller) {
      this.#sorted = { controller, jobs: sort([...dirty.values()].map((entry) => this.#job(entry))) }
    }
    for (let job = this.#sorted.jobs.shift(); job !== undefined; job = this.#sorted.jobs.shift()) {
      if (dirty.delete(textOf(controller, job.key))) return job
    }
    this.#sorted = undefined
    return this.take()
  }

  /** The job is done: it waits until `at`, or for nothing. */
  done(job: Job, at: number | undefined, attempts: number): void {
    const text = textOf(job.controller, job.key)
    if (at === undefined) this.#waiting.delete(text)
    else this.#waiting.set(text, { controller: job.controller, key: job.key, at, attempts })
  }

  /** The object is gone, and its key has nothing to do with that. */
  forget(controller: string, key: ObjectKey): void {
    const text = textOf(controller, key)
    this.#waiting.delete(text)
    this.#of(controller)?.delete(text)
  }

  /** When a row is due next: asked when the table says all that waits. */
  get next(): number | undefined {
    let next: number | undefined
    for (const { at } of this.#rows.values()) if (next === undefined || at < next) next = at
    return next
  }

  /**
   * What must be written so that the table says what waits. A row that is due earlier than its key is left (a deadline
   * that moves on with every step): at worst it brings one look too many after an eviction.
   */
  difference(now: number): { settle: string[]; postpone: DueRow[] } {
    const settle: string[] = []
    const postpone: DueRow[] = []
    const wanted = this.#wanted(now)
    for (const [text, row] of this.#rows) {
      if (!wanted.has(text)) settle.push(row.key)
    }
    for (const [text, { attempts, at }] of wanted) {
      const key = `${text}/${attempts}`
      const row = this.#rows.get(text)
      if (row !== undefined && row.key !== key) settle.push(row.key)
      if (row?.key === key && row.at <= at && (row.at > now || at <= now)) continue
      postpone.push({ key, at })
    }
    return { settle, postpone }
  }

  /** The difference is committed. */
  written({ settle, postpone }: { settle: readonly string[]; postpone: readonly DueRow[] }): void {
    for (const key of settle) this.#rows.delete(key.slice(0, key.lastIndexOf('/')))
    for (const row of postpone) this.#rows.set(row.key.slice(0, row.key.lastIndexOf('/')), row)
  }

  #wanted(now: number): Map<string, { at: number; attempts: number }> {
    const wanted = new Map<string, { at: number; attempts: number }>()
    for (const [text, { at, attempts }] of this.#waiting) wanted.set(text, { at, attempts })
    for (const dirty of this.#dirty) {
      for (const text of dirty.keys()) wanted.set(text, { at: now, attempts: this.#waiting.get(text)?.attempts ?? 0 })
    }
    return wanted
  }

  #job({ controller, key }: { controller: string; key: ObjectKey }): Job {
    const wait = this.#waiting.get(textOf(controller, key))
    return { controller, key, attempts: wait?.attempts ?? 0, waiting: wait?.at }
  }

  #of(controller: string): Map<string, { controller: string; key: ObjectKey }> | undefined {
    return this.#dirty[this.#order.get(controller) ?? -1]
  }
}
