import { globSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../api/meta/object.ts'
import { nodeSql } from '../../worker/store/node.ts'
import { raiseFloor } from '../../worker/store/sqlite.ts'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { type Reflector, startReflector } from '../support/reflector.ts'

/** Informers as client-go has them, against the production bundle on workerd. */
const BASE = '/api/v1/namespaces/default/configmaps'
const MODEL = 'io.k8s.api.core.v1.ConfigMap'
let cluster: TestCluster
const running: Reflector[] = []

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => {
  for (const reflector of running) reflector.stop()
  await cluster?.stop()
})

function reflect(timeoutSeconds?: number): Reflector {
  const of = { path: BASE, model: MODEL, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }
  const reflector = startReflector(cluster, of)
  running.push(reflector)
  return reflector
}
const put = (name: string, data: Record<string, string>) =>
  cluster.api.expect('POST', BASE, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
const patch = (name: string, data: Record<string, string>) =>
  cluster.api.call('PATCH', `${BASE}/${name}`, { data }, 'application/json', 'application/merge-patch+json')
const remove = (name: string) => cluster.api.expect('DELETE', `${BASE}/${name}`)

/** What a reflector holds, and what the server lists: name, version and data of each. */
const facts = (objects: Iterable<JsonObject>) =>
  [...objects]
    .map(({ metadata, data }) => {
      const { name, resourceVersion } = metadata as { name: string; resourceVersion: string }
      return `${name} ${resourceVersion} ${JSON.stringify(data ?? {})}`
    })
    .sort()
const listed = async () => facts((await cluster.api.expect<{ items: JsonObject[] }>('GET', BASE)).items)
const agrees = (reflector: Reflector) =>
  until(
    async () => reflector.synced && JSON.stringify(facts(reflector.store.values())) === JSON.stringify(await listed()),
    20_000,
    'the reflector holds what the server lists',
  )

test('[AP216] a reflector streams the state in protobuf and follows it', async () => {
  for (let i = 0; i < 120; i++) await put(`a${String(i).padStart(3, '0')}`, { i: String(i), text: 'ü€'.repeat(i) })
  const reflector = reflect()
  await agrees(reflector)
  await patch('a000', { more: '1' })
  await remove('a001')
  await put('b', { new: 'yes' })
  await agrees(reflector)
  expect(reflector.log.slice(-3)).toEqual(['MODIFIED a000', 'DELETED a001', 'ADDED b'])
  expect([reflector.lists, reflector.watches]).toEqual([1, 1])
  reflector.stop()
})

test('[AP216] a watch that ends tells its version, and the next one begins there', async () => {
  const reflector = reflect(1)
  await until(() => reflector.watches >= 3, 20_000, 'three watches')
  await put('later', {})
  await agrees(reflector)
  await until(() => reflector.watches >= 5, 20_000, 'five watches')
  expect(reflector.lists).toBe(1)
  expect(reflector.log.filter((line) => line.endsWith(' later'))).toEqual(['ADDED later'])
  const marks = reflector.log.filter((line) => line.startsWith('BOOKMARK')).map((line) => Number(line.split(' ')[1]))
  expect(marks.length).toBeGreaterThanOrEqual(4)
  expect(marks).toEqual(marks.toSorted((a, b) => a - b))
  reflector.stop()
})

test('[AP216] after a dropped connection a reflector misses nothing and sees nothing twice', async () => {
  const reflector = reflect()
  await agrees(reflector)
  const before = reflector.log.length
  for (let i = 0; i < 10; i++) {
    reflector.cut()
    await put(`drop${i}`, { i: String(i) })
    await patch(`drop${i}`, { again: 'yes' })
  }
  await agrees(reflector)
  const changes = reflector.log.slice(before).filter((line) => !line.startsWith('BOOKMARK'))
  expect(changes).toEqual(Array.from({ length: 10 }, (_, i) => [`ADDED drop${i}`, `MODIFIED drop${i}`]).flat())
  expect(reflector.lists).toBe(1)
  reflector.stop()
})

test('[AP216] a reflector outlives a crash of the control plane, and begins anew behind a 410', async () => {
  const reflector = reflect()
  await agrees(reflector)
  await cluster.crash()
  await cluster.restart()
  await put('after-the-crash', {})
  await agrees(reflector)
  expect(reflector.lists).toBe(1)
  await cluster.crash()
  // As after a restore from a backup: what was known before is no longer.
  for (const file of globSync(join(cluster.state.dir, '**/*.sqlite'))) {
    const sql = nodeSql(file)
    const isStore = sql.exec("SELECT name FROM sqlite_master WHERE name = 'meta'").rows.length > 0
    if (isStore) raiseFloor(sql, reflector.version + 1_000)
    sql.close()
  }
  await cluster.restart()
  await put('after-the-restore', {})
  await agrees(reflector)
  expect(reflector.log).toContain('ERROR 410')
  expect(reflector.lists).toBe(2)
  expect(reflector.version).toBeGreaterThan(1_000)
  reflector.stop()
})
