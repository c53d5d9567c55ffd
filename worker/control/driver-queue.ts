import type { ObjectKey } from './controller.ts'
import { TimeHeap } from './time-heap.ts'

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

const controllerOf = (text: string): string => text.slice(0, text.indexOf('/'))

/** The key of a row is its text and the attempts. */
const textOfRow = (key: string): string => key.slice(0, key.lastIndexOf('/'))

/** A heap is made anew when most of it no longer counts. */
const isStale = (heap: TimeHeap, counting: number): boolean => heap.size > 2 * counting + 64

/** A row of the store's `due` table. */
export interface DueRow {
  readonly key: string
  readonly at: number
}

interface Difference {
  readonly settle: readonly string[]
  readonly postpone: readonly DueRow[]
}

/**
 * Keys that are to be looked at now (dirty) or at a time (waiting), and what of them the store's `due` table says. Rows
 * are written when a turn ends, and only for work that is left: a key that is dirty and done in one turn costs none.
 * What a turn costs depends on the keys that it touched, not on how many wait.
 */
export class Queue {
  readonly #order: ReadonlyMap<string, number>
  readonly #dirty: Map<string, { controller: string; key: ObjectKey }>[]
  readonly #waiting = new Map<string, Wait>()
  /** What the table holds: the row of each text. */
  readonly #rows = new Map<string, DueRow>()
  /** When the keys that wait ripen. One that has ripened is dirty and stands here no more. */
  readonly #ripening = new TimeHeap((text) => this.#waiting.get(text)?.at)
  /** When the rows are due. */
  readonly #due = new TimeHeap((text) => this.#rows.get(text)?.at)
  /** Texts of which something changed since the table was last brought up to date. */
  readonly #touched = new Set<string>()
  /** Texts whose rows are due already and stay, because the keys are still dirty. */
  readonly #late = new Set<string>()
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
      this.#setRow(text, row)
      this.#wait(text, { ...parsed, at: row.at })
    }
    return strangers
  }

  wake(controller: string, key: ObjectKey): void {
    const dirty = this.#of(controller)
    const text = textOf(controller, key)
    if (dirty === undefined || dirty.has(text)) return
    dirty.set(text, { controller, key })
    this.#touched.add(text)
    if (this.#sorted?.controller === controller) this.#sorted = undefined
  }

  /** Wakes all keys of the controller that wait for a time. */
  wakeWaiting(controller: string): void {
    for (const wait of this.#waiting.values()) if (wait.controller === controller) this.wake(controller, wait.key)
  }

  /** Makes dirty what has waited long enough. */
  ripen(now: number): void {
    for (let text = this.#ripening.take(now); text !== undefined; text = this.#ripening.take(now)) {
      const wait = this.#waiting.get(text)
      if (wait !== undefined) this.wake(wait.controller, wait.key)
    }
  }

  /** The controller whose keys go next. */
  get front(): string | undefined {
    for (const [name, place] of this.#order) if ((this.#dirty[place]?.size ?? 0) > 0) return name
    return undefined
  }

  /** The next job, or undefined where nothing is dirty. It is no longer dirty then. */
  take(): Job | undefined {
    for (const dirty of this.#dirty) {
      for (const [text, entry] of dirty) {
        dirty.delete(text)
        this.#touched.add(text)
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
      const text = textOf(controller, job.key)
      if (!dirty.delete(text)) continue
      this.#touched.add(text)
      return job
    }
    this.#sorted = undefined
    return this.take()
  }

  /** The job is done: it waits until `at`, or for nothing. */
  done(job: Job, at: number | undefined, attempts: number): void {
    const text = textOf(job.controller, job.key)
    this.#touched.add(text)
    if (at === undefined) this.#waiting.delete(text)
    else this.#wait(text, { controller: job.controller, key: job.key, at, attempts })
  }

  /** The object is gone, and its key has nothing to do with that. */
  forget(controller: string, key: ObjectKey): void {
    const text = textOf(controller, key)
    this.#touched.add(text)
    this.#waiting.delete(text)
    this.#of(controller)?.delete(text)
  }

  /** When a row is due next: asked when the table says all that waits. */
  get next(): number | undefined {
    const [late] = this.#late
    return (late === undefined ? undefined : this.#rows.get(late)?.at) ?? this.#due.next
  }

  /**
   * What must be written so that the table says what waits. A row that is due earlier than its key is left (a deadline
   * that moves on with every step): at worst it brings one look too many after an eviction.
   */
  difference(now: number): Difference {
    // A row that is due says something else once its time has come: its key is dirty, or waits for a later time.
    for (let text = this.#due.take(now); text !== undefined; text = this.#due.take(now)) this.#touched.add(text)
    const settle: string[] = []
    const postpone: DueRow[] = []
    for (const text of this.#touched) {
      const wanted = this.#wanted(text, now)
      const row = this.#rows.get(text)
      const key = `${text}/${wanted?.attempts ?? 0}`
      if (row !== undefined && (wanted === undefined || row.key !== key)) settle.push(row.key)
      if (wanted === undefined) continue
      const { at } = wanted
      if (row?.key !== key || row.at > at || (row.at <= now && at > now)) postpone.push({ key, at })
    }
    return { settle, postpone }
  }

  /** The difference is committed. */
  written({ settle, postpone }: Difference, now: number): void {
    for (const key of settle) this.#rows.delete(textOfRow(key))
    for (const row of postpone) this.#setRow(textOfRow(row.key), row)
    for (const text of this.#touched) {
      if ((this.#rows.get(text)?.at ?? Infinity) <= now) this.#late.add(text)
      else this.#late.delete(text)
    }
    this.#touched.clear()
  }

  /** Of a key that is left: since when, or from when on, it is to be looked at. */
  #wanted(text: string, now: number): { at: number; attempts: number } | undefined {
    const wait = this.#waiting.get(text)
    if (this.#of(controllerOf(text))?.has(text) !== true) return wait
    return { at: now, attempts: wait?.attempts ?? 0 }
  }

  #wait(text: string, wait: Wait): void {
    this.#waiting.set(text, wait)
    this.#ripening.push(text, wait.at)
    if (isStale(this.#ripening, this.#waiting.size)) this.#ripening.rebuild(timesOf(this.#waiting))
  }

  #setRow(text: string, row: DueRow): void {
    this.#rows.set(text, row)
    this.#due.push(text, row.at)
    if (isStale(this.#due, this.#rows.size)) this.#due.rebuild(timesOf(this.#rows))
  }

  #job({ controller, key }: { controller: string; key: ObjectKey }): Job {
    const wait = this.#waiting.get(textOf(controller, key))
    return { controller, key, attempts: wait?.attempts ?? 0, waiting: wait?.at }
  }

  #of(controller: string): Map<string, { controller: string; key: ObjectKey }> | undefined {
    return this.#dirty[this.#order.get(controller) ?? -1]
  }
}

function* timesOf(map: ReadonlyMap<string, { at: number }>): Generator<[string, number]> {
  for (const [text, { at }] of map) yield [text, at]
}
