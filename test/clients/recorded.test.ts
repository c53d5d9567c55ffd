import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCases } from '../recorded/case.ts'
import { needsLater } from '../recorded/later.ts'
import { KNOWN } from '../recorded/known.ts'
import { replay, type Result } from '../recorded/replay.ts'
import { startCluster, type TestCluster } from '../support/cluster.ts'

/** What a kube-apiserver 1.36.2 answered to the same requests, but where later issues must come first (later.ts). */
const all = readCases(join(import.meta.dirname, '../recorded/cases'))
const cases = all.filter((recorded) => needsLater(recorded) === undefined)
let cluster: TestCluster
let results: Result[]

beforeAll(async () => {
  cluster = await startCluster()
  const user = { user: 'plain', groups: ['devs'] }
  const { token: userToken } = await cluster.api.expect<{ token: string }>('POST', '/podo/tokens', user)
  const { authority: ca, adminToken: token } = cluster.state
  results = await replay({ server: cluster.server, ca, token, userToken, cases })
}, 600_000)
afterAll(() => cluster?.stop())

test('[AP60] recorded requests are answered as Kubernetes answers them, but for the known differences', () => {
  const unknown = results.filter((result) => !result.same && !(result.id in KNOWN))
  expect(unknown.map(({ id, differences }) => `${id}\n${differences.slice(0, 12).join('\n')}`).join('\n\n')).toBe('')
  expect(results).toHaveLength(cases.length)
})

test('[AP60] all 959 conversations are here, and only custom resources and CEL wait for a later issue', () => {
  expect(all).toHaveLength(959)
  const waiting = Map.groupBy(all, (recorded) => needsLater(recorded) ?? 'nothing')
  expect([...waiting].map(([why, of]) => [why, of.length]).toSorted()).toEqual([
    ['CEL', 2],
    ['custom resources', 61],
    ['nothing', 896],
  ])
})

test('[AP60] at most 15 differences are known, and each of them still exists', () => {
  const same = new Set(results.filter((result) => result.same).map((result) => result.id))
  expect(Object.keys(KNOWN).filter((id) => same.has(id))).toEqual([])
  expect(Object.keys(KNOWN).length).toBeLessThanOrEqual(15)
})
