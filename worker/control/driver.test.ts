import { beforeEach, expect, test } from 'vitest'
import { kindOfObject, kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { conflict } from '../../api/meta/failures.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { ConfigMap } from '../../api/schema/types.generated.ts'
import { Chance } from '../../test/simulation/chance.ts'
import { NOW } from '../../test/simulation/still-view.ts'
import { EventRecorder } from '../registry/events.ts'
import { makeAdmission } from '../admission/index.ts'
import { makeRegistry } from '../registry/index.ts'
import { nodeSql } from '../store/node.ts'
import { openStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import type { Change, Controller, View } from './controller.ts'
import { Driver } from './driver.ts'

/** The driver over the real store and registry, with controllers of ConfigMaps that are written for each test. */
const kind = (resource: string): Kind => kindOfResource(resource) as Kind // a kind that is served
const registry = makeRegistry(kinds, makeAdmission())
const chance = new Chance(1)
let sql = nodeSql(':memory:')
let store: Store
let seen: string[]
let now = NOW

beforeEach(() => {
  sql = nodeSql(':memory:')
  store = openStore(sql, { freeze: true })
  seen = []
  now = NOW
  create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
})

const caller = () => ({ user: { name: 'admin', groups: [] }, now, warnings: [], dice: chance })
function create(resource: string, namespace: string, object: Parameters<typeof registry.create>[4]): void {
  store.transaction((tx) => {
    registry.create(tx, caller(), kind(resource), namespace, object)
  })
}
const configMap = (name: string, data: Record<string, string> = {}): void => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
  create('configmaps', 'default', object)
}
const get = (name: string): ConfigMap =>
  store.get({ resource: 'configmaps', namespace: 'default', name })?.object as ConfigMap // the key names a ConfigMap
const due = (): { key: string; at: number }[] => store.transaction((tx) => tx.due(Number.MAX_SAFE_INTEGER, 1000))

/** A driver made anew over the same store, as after an eviction. */
function driver(controllers: readonly Controller<never>[], budget = 100): Driver {
  const made = new Driver({
    store,
    registry,
    kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
    controllers: controllers as readonly Controller[], // each is given objects of its own resource only
    recorder: new EventRecorder(registry, kind('events')),
    dice: chance,
    liveness: { lastHeard: () => undefined, startedAt: 0 },
    budget,
  })
  store.subscribe((changes) => made.changed(changes))
  return made
}

const controller = (
  reconcile: (object: ConfigMap, view: View) => Change[],
  more: Partial<Controller<ConfigMap>> = {},
): Controller<ConfigMap> => ({
  name: 'test-controller',
  resource: 'configmaps',
  reconcile: (object, view) => {
    seen.push(object.metadata.name)
    return reconcile(object, view)
  },
  ...more,
})
const withData = (object: ConfigMap, data: Record<string, string>): Change => ({
  do: 'update',
  object: { ...object, data } as ConfigMap,
})

test('[CT1] what a controller changes wakes others in the same turn, until nothing is left', () => {
  const count = controller((object) => {
    const n = Number(object.data?.['n'] ?? 0)
    return n < 5 ? [withData(object, { n: String(n + 1) })] : []
  })
  const made = driver([count])
  configMap('a')
  expect(made.turn(now)).toBeUndefined()
  expect(get('a').data).toEqual({ n: '5' })
  expect(seen).toHaveLength(6)
  expect(due()).toEqual([])
})

test('[CT2] a turn is bounded; what is left stands in `due`, and a driver made anew goes on with it', () => {
  const made = driver([controller(() => [])], 3)
  for (const name of ['a', 'b', 'c', 'd', 'e']) configMap(name)
  expect(made.turn(now)).toBe(now)
  expect(seen).toEqual(['a', 'b', 'c'])
  expect(due()).toEqual([
    { key: 'test-controller/configmaps/default/d/0', at: now },
    { key: 'test-controller/configmaps/default/e/0', at: now },
  ])
  store = openStore(sql, { freeze: true })
  expect(driver([controller(() => [])], 3).turn(now + 5)).toBeUndefined()
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(due()).toEqual([])
})

test('writes count towards the bound', () => {
  const many = controller((object) =>
    object.metadata.name === 'a'
      ? Array.from({ length: 5 }, (_, i): Change => ({
          do: 'create',
          object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `made-${i}`, namespace: 'default' } },
        }))
      : [],
  )
  const made = driver([many], 6)
  configMap('a')
  expect(made.turn(now)).toBe(now)
  expect(seen).toEqual(['a'])
})

test('[CT3] `again` comes back at its time, also in a driver made anew', () => {
  const later = controller((_, view) => (view.now < NOW + 60_000 ? [{ do: 'again', at: NOW + 60_000 }] : []))
  const made = driver([later])
  configMap('a')
  expect(made.turn(now)).toBe(NOW + 60_000)
  expect(made.turn(NOW + 59_000)).toBe(NOW + 60_000)
  expect(seen).toEqual(['a'])
  store = openStore(sql, { freeze: true })
  const next = driver([later])
  expect(next.turn(NOW + 60_000)).toBeUndefined()
  expect(seen).toEqual(['a', 'a'])
  expect(due()).toEqual([])
})

test('[CT4] a time that moves on writes no row each time, and none is written for what is done within the turn', () => {
  const moving = controller((_, view) => [{ do: 'again', at: view.now + 600_000 }])
  const made = driver([moving])
  configMap('a')
  made.turn(now)
  const written = store.usage.rowsWritten
  store.transaction((tx) => {
    registry.update(
      tx,
      caller(),
      kind('configmaps'),
      { resource: 'configmaps', namespace: 'default', name: 'a' },
      '',
      (old) => ({
        ...old,
        metadata: { ...old.metadata, labels: { a: 'b' } },
      }),
    )
  })
  const own = store.usage.rowsWritten - written
  // The row stays where it is: at worst it brings one look too many.
  expect(made.turn(now + 5000)).toBe(now + 600_000)
  expect(store.usage.rowsWritten - written).toBe(own)
  expect(made.turn(now + 600_000)).toBe(now + 605_000)
})

test('[CT5] a key whose work throws backs off by itself, twice as long each time, and says so in one event', () => {
  let healed = false
  const broken = controller((object) => {
    if (object.metadata.name === 'bad' && !healed) throw new Error('out of order')
    return []
  })
  let made = driver([broken])
  configMap('bad')
  configMap('good')
  expect(made.turn(now)).toBe(now + 1000)
  expect(seen).toEqual(['bad', 'good'])
  expect(made.failures).toBe(1)
  now += 1000
  expect(made.turn(now)).toBe(now + 2000)
  // The count of failures survives an eviction.
  store = openStore(sql, { freeze: true })
  made = driver([broken])
  now += 2000
  expect(made.turn(now)).toBe(now + 4000)
  const events = store
    .list({ resource: 'events' })
    .map(({ object }) => object as Resource & { reason: string; message: string }) // the key names Events
  expect(events).toMatchObject([{ reason: 'ReconcileError', message: 'out of order', involvedObject: { name: 'bad' } }])
  healed = true
  now += 4000
  expect(made.turn(now)).toBeUndefined()
  expect(due()).toEqual([])
})

test('the pause is capped', () => {
  const broken = controller(() => {
    throw new Error('never')
  })
  const made = driver([broken])
  configMap('bad')
  for (let i = 0; i < 15; i++) now = made.turn(now) ?? now
  expect(made.turn(now)).toBe(now + 300_000)
})

test('[CT6] what a throw interrupts is taken back as a whole', () => {
  const half = controller((object) => [
    withData(object, { half: 'done' }),
    {
      do: 'create',
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not A Name', namespace: 'default' } },
    },
  ])
  const made = driver([half])
  configMap('a')
  made.turn(now)
  expect(get('a').data).toBeUndefined()
  expect(made.failures).toBe(1)
})

test('a refused create says what to do instead of the rest', () => {
  const refused = controller((object) =>
    object.data?.['refused'] === undefined
      ? [
          {
            do: 'create',
            object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } },
            failed: (refusal) => [withData(object, { refused: refusal.reason })],
          },
          withData(object, { rest: 'done' }),
        ]
      : [],
  )
  const made = driver([refused])
  configMap('a')
  made.turn(now)
  expect(get('a').data).toEqual({ refused: 'AlreadyExists' })
})

test('`retry` backs off without an event', () => {
  const made = driver([controller(() => [{ do: 'retry' }])])
  configMap('a')
  expect(made.turn(now)).toBe(now + 1000)
  expect(store.list({ resource: 'events' })).toEqual([])
})

test('[CT7] a status that changes nothing writes nothing', () => {
  const namespaces: Controller = {
    name: 'test-controller',
    resource: 'namespaces',
    reconcile: (object) => [
      { do: 'status', object, status: { phase: 'Active', conditions: [] } },
      { do: 'again', at: NOW + 9000 },
    ],
  }
  const made = driver([namespaces])
  create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const { version } = store
  expect(made.turn(now)).toBe(NOW + 9000)
  expect(store.version).toBe(version)
})

test('a status is compared with what is stored, not with what the controller made of the object', () => {
  const notes: Controller = {
    name: 'test-controller',
    resource: 'namespaces',
    reconcile: (object) => {
      const annotations = { seen: 'yes' }
      const made = { ...object, metadata: { ...object.metadata, annotations } }
      return [{ do: 'status', object: made, status: { phase: 'Active' }, annotations }]
    },
  }
  const made = driver([notes])
  create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  made.turn(now)
  const stored = store.get({ resource: 'namespaces', namespace: '', name: 'shop' })?.object
  expect(stored?.metadata.annotations).toEqual({ seen: 'yes' })
})

test("[CT8] keys of an earlier controller go first; an order of its own sorts a controller's keys", () => {
  const named = (name: string, order?: Controller<ConfigMap>['order']): Controller<ConfigMap> => ({
    name,
    resource: 'configmaps',
    reconcile: (object) => {
      seen.push(`${name}:${object.metadata.name}`)
      return []
    },
    ...(order === undefined ? {} : { order }),
  })
  const made = driver([named('first'), named('second', (a, b) => (a.metadata.name < b.metadata.name ? 1 : -1))])
  for (const name of ['b', 'c', 'a']) configMap(name)
  made.turn(now)
  expect(seen).toEqual(['first:b', 'first:c', 'first:a', 'second:c', 'second:b', 'second:a'])
})

test('two controllers that undo each other rest now and then, instead of holding everybody up', () => {
  const flip = controller((object) => [withData(object, { on: object.data?.['on'] === 'yes' ? 'no' : 'yes' })])
  const made = driver([flip], 100_000)
  configMap('a')
  expect(made.turn(now)).toBe(now + 1000)
  expect(seen).toHaveLength(100)
})

test('a key that is gone is forgotten, unless its controller asks for it', () => {
  const gone: string[] = []
  const [waits, asks] = [
    controller(() => [{ do: 'again', at: NOW + 9000 }], { name: 'waits' }),
    controller(() => [], {
      name: 'asks',
      gone: (key) => {
        gone.push(key.name)
        return []
      },
    }),
  ]
  const made = driver([waits, asks])
  configMap('a')
  made.turn(now)
  store.transaction((tx) => {
    registry.delete(tx, caller(), kind('configmaps'), { resource: 'configmaps', namespace: 'default', name: 'a' })
  })
  expect(made.turn(now)).toBeUndefined()
  expect(gone).toEqual(['a'])
  expect(due()).toEqual([])
})

test('`waiting` wakes all keys of the controller that wait', () => {
  const waits = controller(() => [{ do: 'again', at: NOW + 9000 }], {
    concerns: ({ type, after }) => type === 'ADDED' && after.metadata.name !== 'bell',
    wakes: { configmaps: ({ after }) => (after.metadata.name === 'bell' ? 'waiting' : []) },
  })
  const made = driver([waits])
  configMap('a')
  configMap('b')
  made.turn(now)
  configMap('bell')
  made.turn(now)
  expect(seen).toEqual(['a', 'b', 'a', 'b'])
})

test('[CT9] a clock that stands is asked in every turn and needs no row', () => {
  const key = { resource: 'configmaps', namespace: 'default', name: 'a' }
  const clock = controller(() => [], {
    concerns: () => false,
    standing: (view) => ({
      keys: view.now >= NOW + 5000 && view.now < NOW + 6000 && !seen.includes('a') ? [key] : [],
      next: NOW + 5000,
    }),
  })
  const made = driver([clock])
  configMap('a')
  expect(made.turn(now)).toBe(NOW + 5000)
  expect(due()).toEqual([])
  made.turn(NOW + 5000)
  expect(seen).toEqual(['a'])
})

test('rows of controllers that do not exist any more are dropped', () => {
  store.transaction((tx) => {
    tx.postpone({ key: 'retired-controller/pods/default/a/0', at: NOW + 5 })
    tx.postpone({ key: 'not one of ours', at: NOW + 5 })
  })
  expect(driver([controller(() => [])]).turn(now)).toBeUndefined()
  expect(due()).toEqual([])
})

test('a change that nobody told of does not leave an old list behind', () => {
  const sizes: number[] = []
  const lists = controller((_, view) => {
    sizes.push(view.list('nodes').length)
    return []
  })
  const deaf = new Driver({
    store,
    registry,
    kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
    controllers: [lists as Controller], // it is given ConfigMaps only
    recorder: new EventRecorder(registry, kind('events')),
    dice: chance,
    liveness: { lastHeard: () => undefined, startedAt: 0 },
  })
  let told = true
  store.subscribe((changes) => {
    if (told) deaf.changed(changes)
  })
  configMap('a')
  deaf.turn(now)
  told = false
  create('nodes', '', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
  told = true
  configMap('b')
  deaf.turn(now)
  expect(sizes).toEqual([0, 1])
})

test('a conflict is a failure like any other', () => {
  const made = driver([
    controller(() => {
      throw conflict('configmaps', 'a')
    }),
  ])
  configMap('a')
  expect(made.turn(now)).toBe(now + 1000)
})
