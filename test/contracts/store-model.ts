import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { comparePlaces } from '../../worker/store/order.ts'
import { keyText, stamp } from '../../worker/store/rows.ts'
import { sealer } from '../../worker/store/seal.ts'
import type { SqliteStore } from '../../worker/store/sqlite.ts'
import type { Key, Tx } from '../../worker/store/store.ts'
import { names, object, type Bed, type MakeBed } from './store-bed.ts'

const HOUR = 3_600_000
const RESOURCES = ['pods', 'configmaps', 'secrets', 'events'] as const
const NAMESPACES = ['a', 'b'] as const
const SIZES = [3, 5, 8] as const

type Write = { do: 'insert' | 'update' | 'delete'; key: Key; value: number }
type Step =
  | { do: 'transaction'; writes: Write[]; fails: boolean }
  | { do: 'tick'; minutes: number }
  | { do: 'restart'; how: 'evict' | 'crash'; ring: number; events: number }
  | { do: 'look'; back: number; limit: number; skip: number }

const key = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  namespace: fc.constantFrom(...NAMESPACES),
  name: fc.constantFrom('x', 'y', 'z'),
})
const write: fc.Arbitrary<Write> = fc.record({
  do: fc.constantFrom('insert', 'update', 'delete'),
  key,
  value: fc.integer({ min: 0, max: 2 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('transaction' as const),
      writes: fc.array(write, { minLength: 1, maxLength: 4 }),
      fails: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick' as const), minutes: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      how: fc.constantFrom('evict', 'crash'),
      ring: fc.constantFrom(...SIZES),
      events: fc.constantFrom(...SIZES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      back: fc.integer({ min: 0, max: 10 }),
      limit: fc.integer({ min: 1, max: 4 }),
      skip: fc.integer({ min: 0, max: 3 }),
    }),
  },
)

const made = ({ resource, namespace, name }: Key, value: number): Resource =>
  object(
    resource,
    name,
    {
      metadata: {
        ...(value === 0 ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: `u${value}` }] }),
        ...(value === 2 ? { managedFields: [{ manager: 'two' }] } : {}),
      },
      spec: value === 1 ? {} : { nodeName: `n${value}` },
    },
    namespace,
  )

interface Entry {
  version: number
  type: string
  key: Key
  before?: Entry
  value: number
  json: string
  written: number
}

/** The store as one would explain it: all history, and slots that are filled round and round. */
class Model {
  version = 0
  floor = 0
  now = 0
  history: Entry[] = []
  slots: Record<'ring' | 'events', (Entry | undefined)[]> = { ring: [], events: [] }
  next = { ring: 0, events: 0 }
  sizes: Record<'ring' | 'events', number> = { ring: 3, events: 3 }

  /** The newest entry of each key as of a version; Events as long as they live. */
  state(at: number): Map<string, Entry> {
    const state = new Map<string, Entry>()
    for (const entry of this.history) if (entry.version <= at) state.set(keyText(entry.key), entry)
    for (const [text, entry] of state) if (entry.type === 'DELETED' || !this.#lives(entry)) state.delete(text)
    return state
  }

  #lives(entry: Entry): boolean {
    if (entry.key.resource !== 'events') return true
    return entry.written > this.now - HOUR && this.slots.events.includes(entry)
  }

  list(resource: string, at: number): Entry[] {
    return [...this.state(at).values()]
      .filter(({ key }) => key.resource === resource)
      .sort((a, b) => comparePlaces(a.key, b.key))
  }

  oldest(ring: 'ring' | 'events'): number {
    const first = this.slots[ring][this.next[ring]]
    return first === undefined ? this.floor : Math.max(this.floor, first.version - 1)
  }

  changes(since: number, ring: 'ring' | 'events'): Entry[] {
    const held = this.slots[ring].filter((entry) => entry !== undefined && entry.version > since) as Entry[]
    return held.sort((a, b) => a.version - b.version)
  }

  write({ do: what, key, value }: Write): string {
    const before = this.state(this.version).get(keyText(key))
    if (what === 'insert' ? before !== undefined : before === undefined)
      return what === 'insert' ? 'AlreadyExists' : 'NotFound'
    if (what === 'update' && before?.value === value) return before.json
    const version = ++this.version
    const as = what === 'delete' ? before!.value : value
    const entry: Entry = {
      version,
      key,
      type: { insert: 'ADDED', update: 'MODIFIED', delete: 'DELETED' }[what],
      value: as,
      json: JSON.stringify(stamp(made(key, as), version)),
      written: this.now,
      ...(before === undefined ? {} : { before }),
    }
    const ring = key.resource === 'events' ? 'events' : 'ring'
    this.slots[ring][this.next[ring]] = entry
    this.next[ring] = (this.next[ring] + 1) % this.sizes[ring]
    this.history.push(entry)
    return entry.json
  }

  resize(sizes: Record<'ring' | 'events', number>): void {
    for (const ring of ['ring', 'events'] as const) {
      const slots = this.slots[ring]
      if (sizes[ring] < this.sizes[ring]) {
        this.slots[ring] = []
        this.next[ring] = 0
        this.floor = this.version
      }
      const first = slots[0]
      if (sizes[ring] <= this.sizes[ring] || first === undefined || slots.length < this.sizes[ring]) continue
      // A ring that grows goes on behind its newest entry and gives up the lap before.
      this.floor = Math.max(this.floor, first.version - 1)
      if (this.next[ring] === 0) this.next[ring] = this.sizes[ring]
    }
    this.sizes = sizes
  }

  copy(): Model {
    const copy = Object.assign(new Model(), this)
    copy.history = [...this.history]
    copy.slots = { ring: [...this.slots.ring], events: [...this.slots.events] }
    copy.next = { ...this.next }
    return copy
  }
}

function apply(tx: Tx, { do: what, key, value }: Write): string {
  try {
    if (what === 'delete') return tx.delete(key).json
    return tx[what](key.resource, made(key, value)).json
  } catch (error) {
    if (error instanceof StatusError) return error.reason
    throw error
  }
}

class Rollback extends Error {}

/** Runs the writes on both; the model that results. */
function transact(store: SqliteStore, model: Model, writes: Write[], fails: boolean): Model {
  const next = model.copy()
  try {
    store.transaction((tx) => {
      for (const write of writes) expect(apply(tx, write)).toBe(next.write(write))
      compareNow(store, next)
      if (fails) throw new Rollback()
    })
  } catch (error) {
    if (error instanceof Rollback) return model
    throw error
  }
  return next
}

function compareNow(store: SqliteStore, model: Model): void {
  expect(store.version).toBe(model.version)
  const entries = [...model.state(model.version).values()]
  for (const { key, json } of entries) expect(store.get(key)?.json).toBe(json)
  for (const resource of RESOURCES)
    expect(store.list({ resource }).map(({ json }) => json)).toEqual(
      model.list(resource, model.version).map(({ json }) => json),
    )
  const named = (wanted: (entry: Entry) => boolean) =>
    entries
      .filter(wanted)
      .map(({ key }) => key.name)
      .sort()
  const owned = store.owned('u1').filter(({ resource }) => resource !== 'events')
  expect(names(owned).sort()).toEqual(named(({ key, value }) => value === 1 && key.resource !== 'events'))
  for (const resource of RESOURCES.filter((one) => one !== 'events')) {
    expect(names(store.few(resource, 'default'))).toEqual(names(store.list({ resource, namespace: 'default' })))
  }
  expect(names(store.onNode('n2')).sort()).toEqual(named(({ key, value }) => value === 2 && key.resource === 'pods'))
}

/** What was true `back` versions ago, by pages and by changes. */
function comparePast(store: SqliteStore, model: Model, { back, limit, skip }: Extract<Step, { do: 'look' }>): void {
  const at = Math.max(0, model.version - back)
  for (const ring of ['ring', 'events'] as const) {
    const resources = ring === 'events' ? ['events'] : RESOURCES.filter((resource) => resource !== 'events')
    const oldest = model.oldest(ring)
    for (const resource of resources) {
      if (at < oldest && at < model.version) {
        expect(() => store.list({ resource, at })).toThrow('too old')
        expect(() => store.changes(at, resource)).toThrow(`too old resource version: ${at} (${oldest})`)
        continue
      }
      const all = model.list(resource, at)
      const after = all[skip]?.key
      const page = store.list({ resource, at, limit, ...(after === undefined ? {} : { after }) })
      const expected = after === undefined ? all.slice(0, limit) : all.slice(skip + 1, skip + 1 + limit)
      expect(page.map(({ json }) => json)).toEqual(expected.map(({ json }) => json))
      const changes = model.changes(at, ring).filter(({ key }) => key.resource === resource)
      expect(
        store
          .changes(at, resource)
          .map(({ version, type, before, after }) => [version, type, before?.json, after.json]),
      ).toEqual(
        changes.map(({ version, type, before, json }) => [version, type, heldBefore(model, ring, before), json]),
      )
    }
  }
}

/** An Event's row before is told while it is held; that of another object stands in the change. */
const heldBefore = (model: Model, ring: 'ring' | 'events', before: Entry | undefined): string | undefined =>
  before !== undefined && (ring === 'ring' || model.slots.events.includes(before)) ? before.json : undefined

async function run(bed: Bed, steps: Step[]): Promise<void> {
  let model = new Model()
  const sealed = sealer('a key for tests, of at least 32 characters')
  const options = () => ({ ...model.sizes, cacheBytes: 4_000, sealer: sealed, now: () => model.now })
  for (const step of steps) {
    if (step.do === 'restart') {
      await bed.restart(step.how)
      model.resize({ ring: step.ring, events: step.events })
    }
    await bed.use((store) => {
      if (step.do === 'transaction') model = transact(store, model, step.writes, step.fails)
      if (step.do === 'tick') model.now += step.minutes * 60_000
      compareNow(store, model)
      if (step.do === 'look') comparePast(store, model, step)
    }, options())
  }
}

export function modelRules(_: () => Bed, makeBed: MakeBed): void {
  test('[ST38] whatever is done, the store says what a simple model says', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const bed = await makeBed()
        try {
          await bed.use(() => {}, { ring: 3, events: 3, sealer: sealer('a key for tests, of at least 32 characters') })
          await bed.restart('evict')
          await run(bed, steps)
        } finally {
          await bed.close()
        }
      }),
      { numRuns: 60 },
    ),
  )
}
