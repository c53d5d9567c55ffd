import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../meta/object.ts'
import { Live } from './testdata/live.ts'

const config = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({ metadata, data })
const deployment = (pod: JsonObject, more: JsonObject = {}): JsonObject => ({
  spec: { ...more, template: { spec: pod } },
})
const CONTAINERS = '.spec.template.spec.containers'
const liveConfig = (): Live => new Live('core.v1.ConfigMap')
const liveDeployment = (): Live => new Live('apps.v1.Deployment', 'apps/v1')
const podOf = (live: Live): JsonObject => live.object as never // tests look into what they made
const containersOf = (live: Live): { name: string; [field: string]: unknown }[] =>
  (podOf(live) as never as { spec: { template: { spec: { containers: never[] } } } }).spec.template.spec.containers

describe('leaves of a map', () => {
  test('[AP161] who applies owns what it says, and the same value is shared', () => {
    const live = liveConfig()
    expect(live.apply('a', config({ x: '1', y: '2' }))).toEqual([])
    expect(live.apply('b', config({ x: '1' }))).toEqual([])
    expect(live.owned).toEqual({ a: ['.data.x', '.data.y'], b: ['.data.x'] })
    expect(live.object).toEqual({ metadata: {}, data: { x: '1', y: '2' } })
  })

  test('[AP161] another value conflicts with every owner, whoever applied or updated', () => {
    const live = liveConfig()
    live.apply('a', config({ x: '1', y: '2' }))
    live.apply('c', config({ y: '2' }))
    live.update('u', config({ x: '1', y: '2', z: '3' }))
    expect(live.apply('b', config({ x: 'other', y: 'other', z: 'other' }))).toEqual([
      'a: .data.x',
      'a: .data.y',
      'c: .data.y',
      'u: .data.z',
    ])
    expect(live.owned).toEqual({ a: ['.data.x', '.data.y'], c: ['.data.y'], u: ['.data.z'] })
  })

  test('[AP162] with force the others lose what is taken, and entries that own nothing go', () => {
    const live = liveConfig()
    live.apply('a', config({ x: '1', y: '2' }))
    live.apply('c', config({ y: '2' }))
    expect(live.apply('b', config({ y: 'mine' }), true)).toEqual([])
    expect(live.owned).toEqual({ a: ['.data.x'], b: ['.data.y'] })
    expect(live.object).toMatchObject({ data: { x: '1', y: 'mine' } })
  })

  test('[AP163] what is applied no more is removed, unless somebody else owns it', () => {
    const live = liveConfig()
    live.apply('a', config({ x: '1', y: '2', z: '3' }))
    live.apply('b', config({ y: '2' }))
    live.update('u', config({ x: '1', y: '2', z: 'changed' }))
    live.apply('a', config({}))
    expect(live.object).toEqual({ metadata: {}, data: { y: '2', z: 'changed' } })
    expect(live.owned).toEqual({ a: ['.data'], b: ['.data.y'], u: ['.data.z'] })
  })

  test('[AP163] the last to give up a map takes it along', () => {
    const live = liveConfig()
    live.apply('a', config({ x: '1' }))
    live.apply('a', { metadata: {} })
    expect(live.object).toEqual({ metadata: {} })
    expect(live.entries).toEqual([])
  })

  test('[AP160] an update owns what it added or changed, and what it removed nobody owns', () => {
    const live = liveConfig()
    live.update('u', config({ x: '1', y: '2' }))
    live.update('v', config({ x: '1', y: 'two', z: '3' }))
    expect(live.owned).toEqual({ u: ['.data', '.data.x'], v: ['.data.y', '.data.z'] })
    live.update('w', config({ z: '3' }))
    expect(live.owned).toEqual({ u: ['.data'], v: ['.data.z'] })
  })

  test('[AP160] an update that changes nothing leaves all entries and their times alone', () => {
    const live = liveConfig()
    live.update('u', config({ x: '1' }))
    const { entries } = live
    live.update('v', config({ x: '1' }))
    expect(live.entries).toEqual(entries)
  })

  test('[AP170] an apply that changes nothing keeps its time, and one that only shares has none', () => {
    const live = liveConfig()
    live.apply('a', config({ x: '1' }))
    live.apply('a', config({ x: '1' }))
    live.apply('b', config({ x: '1' }))
    expect(live.entries.map(({ manager, time }) => [manager, time])).toEqual([
      ['b', undefined],
      ['a', '2026-01-01T00:00:00Z'],
    ])
  })
})

describe('lists', () => {
  const container = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more })

  test('[AP164] items of a list by keys are owned one by one, with their keys', () => {
    const live = liveDeployment()
    live.apply('a', deployment({ containers: [container('c', { image: 'i', ports: [{ containerPort: 80 }] })] }))
    expect(live.apply('b', deployment({ containers: [container('side', { image: 's' })] }))).toEqual([])
    expect(live.owned['a']).toEqual([
      `${CONTAINERS}[name="c"]`,
      `${CONTAINERS}[name="c"].image`,
      `${CONTAINERS}[name="c"].name`,
      `${CONTAINERS}[name="c"].ports[containerPort=80,protocol="TCP"]`,
      `${CONTAINERS}[name="c"].ports[containerPort=80,protocol="TCP"].containerPort`,
    ])
    expect(containersOf(live).map(({ name }) => name)).toEqual(['c', 'side'])
    expect(live.apply('b', deployment({ containers: [container('c', { image: 'other' })] }))).toEqual([
      `a: ${CONTAINERS}[name="c"].image`,
    ])
  })

  test('[AP164] a default of a key counts as said', () => {
    const live = liveDeployment()
    const port = (more: JsonObject): JsonObject =>
      deployment({ containers: [container('c', { ports: [{ containerPort: 80, ...more }] })] })
    live.apply('a', port({ name: 'http' }))
    expect(live.apply('b', port({ protocol: 'TCP', name: 'other' }))).toEqual([
      `a: ${CONTAINERS}[name="c"].ports[containerPort=80,protocol="TCP"].name`,
    ])
    expect(live.apply('b', port({ protocol: 'UDP' }))).toEqual([])
    expect(containersOf(live)[0]?.['ports']).toHaveLength(2)
  })

  test('[AP163] an item goes when nobody names anything in it', () => {
    const live = liveDeployment()
    live.apply('a', deployment({ containers: [container('c', { image: 'i' }), container('d', { image: 'j' })] }))
    live.apply('b', deployment({ containers: [container('d', { tty: true })] }))
    live.apply('a', deployment({ containers: [container('c', { image: 'i' })] }))
    expect(containersOf(live)).toEqual([
      { name: 'c', image: 'i', resources: {} },
      { name: 'd', resources: {}, tty: true },
    ])
    live.apply('b', deployment({}))
    expect(containersOf(live).map(({ name }) => name)).toEqual(['c'])
  })

  const orders: [live: string, applied: string, merged: string][] = [
    ['a b c', 'a b c', 'a b c'],
    ['a b c', 'c b a', 'c b a'],
    ['a b c', 'x', 'a b c x'],
    ['a b c', 'b x', 'a b c x'],
    ['a b c', 'x b', 'a x b c'],
    ['a b c d', 'd a', 'b c d a'],
    ['a b c', 'x a y b z c', 'x a y b z c'],
    ['', 'a b', 'a b'],
  ]
  test.each(orders)('[AP164] %j with %j applied stands as %j', (before, applied, merged) => {
    const list = (names: string): JsonObject[] =>
      names
        .split(' ')
        .filter((name) => name !== '')
        .map((name) => container(name))
    const live = liveDeployment()
    live.update('u', deployment({ containers: list(before) }))
    live.apply('a', deployment({ containers: list(applied) }))
    expect(
      containersOf(live)
        .map(({ name }) => name)
        .join(' '),
    ).toBe(merged)
  })

  test('[AP164] values of a set are owned one by one', () => {
    const live = liveConfig()
    live.apply('a', { metadata: { finalizers: ['x/1', 'x/2'] } })
    expect(live.apply('b', { metadata: { finalizers: ['x/2', 'x/3'] } })).toEqual([])
    expect(live.owned).toEqual({
      a: ['.metadata.finalizers[="x/1"]', '.metadata.finalizers[="x/2"]'],
      b: ['.metadata.finalizers[="x/2"]', '.metadata.finalizers[="x/3"]'],
    })
    live.apply('a', { metadata: { finalizers: ['x/1'] } })
    expect(live.object).toEqual({ metadata: { finalizers: ['x/1', 'x/2', 'x/3'] } })
    live.apply('b', { metadata: {} })
    expect(live.object).toEqual({ metadata: { finalizers: ['x/1'] } })
  })

  test('[AP164] atomic lists and maps are owned and replaced as a whole', () => {
    const live = liveDeployment()
    const selector = (labels: JsonObject): JsonObject => deployment({}, { selector: { matchLabels: labels } })
    live.apply('a', selector({ a: '1', b: '2' }))
    expect(live.apply('b', selector({ a: '1' }))).toEqual(['a: .spec.selector'])
    expect(live.apply('b', selector({ a: '1' }), true)).toEqual([])
    expect(podOf(live)).toMatchObject({ spec: { selector: { matchLabels: { a: '1' } } } })
    live.apply('a', deployment({ tolerations: [{ key: 'a' }, { key: 'b' }] }))
    expect(live.apply('b', deployment({ tolerations: [{ key: 'a' }] }))).toContain('a: .spec.template.spec.tolerations')
  })

  test('[AP164] items of a live list that share their keys are owned as one, and stay', () => {
    const live = liveDeployment()
    const env = (...values: string[]): JsonObject =>
      deployment({ containers: [container('c', { env: values.map((value) => ({ name: 'E', value })) })] })
    live.update('u', env('1', '2'))
    expect(live.owned['u']).toContain(`${CONTAINERS}[name="c"].env[name="E"]`)
    expect(live.apply('a', deployment({ containers: [container('c', { image: 'i' })] }))).toEqual([])
    expect(containersOf(live)[0]?.['env']).toHaveLength(2)
    live.update('u', env('3'))
    expect(containersOf(live)[0]?.['env']).toEqual([{ name: 'E', value: '3' }])
    expect(live.owned['u']).toContain(`${CONTAINERS}[name="c"].env[name="E"].value`)
  })

  test('[AP164] schemaless parts are owned as a whole', () => {
    const live = new Live('apps.v1.ControllerRevision', 'apps/v1')
    live.apply('a', { data: { a: { b: 1 } }, revision: 1 })
    expect(live.owned).toEqual({ a: ['.data', '.revision'] })
    expect(live.apply('b', { data: { a: { b: 1 }, c: 2 } })).toEqual(['a: .data'])
  })
})

test('[AP164] a null is applied as nothing that is owned', () => {
  const live = liveDeployment()
  live.apply('a', deployment({}, { replicas: 3 }))
  expect(live.apply('b', deployment({}, { replicas: null }), true)).toEqual([])
  expect(podOf(live)['spec']).not.toHaveProperty('replicas')
})

test('[AP165] beyond ten entries of updates the oldest are joined, version by version', () => {
  const live = liveConfig()
  const data: JsonObject = {}
  for (let i = 0; i < 14; i++) {
    data[`k${i}`] = String(i)
    live.update(`u${String(i).padStart(2, '0')}`, config({ ...data }))
  }
  const managers = live.entries.map(({ manager }) => manager)
  expect(managers).toHaveLength(10)
  expect(managers.filter((manager) => manager === 'ancient-changes')).toHaveLength(1)
  expect(live.owned['ancient-changes']).toEqual(['.data', '.data.k0', '.data.k1', '.data.k2', '.data.k3', '.data.k4'])
  live.apply('a', config({ k13: '13' }))
  expect(live.entries).toHaveLength(11)
})
