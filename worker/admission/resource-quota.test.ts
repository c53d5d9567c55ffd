import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const NS = '/api/v1/namespaces/n'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
let t: TestApi
beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })
})
afterEach(() => t.close())

/** A quota that its controller has counted, at the beginning of a namespace. */
async function quota(name: string, hard: Record<string, string>, spec: object = {}): Promise<void> {
  await t.call('POST', `${NS}/resourcequotas`, { metadata: { name }, spec: { hard, ...spec } })
  const used = Object.fromEntries(Object.keys(hard).map((of) => [of, '0']))
  await t.call('PATCH', `${NS}/resourcequotas/${name}/status`, { status: { hard, used } }, MERGE)
}
async function used(name: string): Promise<unknown> {
  const { status } = (await t.call('GET', `${NS}/resourcequotas/${name}`)).body as { status?: { used?: unknown } }
  return status?.used
}
const pod = (name: string, requests: object = {}, more: object = {}) =>
  t.call('POST', `${NS}/pods`, {
    metadata: { name, ...more },
    spec: { nodeName: 'a', containers: [{ name: 'c', image: 'i', resources: { requests } }] },
  })

test('[AP198] of many who ask at once only as many get something as the quota allows', async () => {
  await quota('q', { pods: '5', 'requests.cpu': '10' })
  const asked = Array.from({ length: 12 }, (_, i) => pod(`p${i}`, { cpu: '1' }))
  const answers = await Promise.all(asked)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(7)
  expect(await used('q')).toEqual({ pods: '5', 'requests.cpu': '5' })
  expect(answers.find(({ status }) => status === 403)?.body['message']).toMatch(
    /^pods "p\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5$/,
  )
})

test('[AP198] what is gone is given back in the transaction that lets it go, grace and finalizers included', async () => {
  await quota('q', { pods: '2', 'count/pods': '2', secrets: '1' })
  await pod('a')
  await pod('b', {}, { finalizers: ['example.com/keep'] })
  await t.call('DELETE', `${NS}/pods/a`)
  expect(await used('q')).toEqual({ 'count/pods': '2', pods: '2', secrets: '0' })
  await t.call('DELETE', `${NS}/pods/a?gracePeriodSeconds=0`)
  expect(await used('q')).toEqual({ 'count/pods': '1', pods: '1', secrets: '0' })
  await t.call('DELETE', `${NS}/pods/b?gracePeriodSeconds=0`)
  expect(await used('q')).toEqual({ 'count/pods': '1', pods: '1', secrets: '0' })
  await t.call('PATCH', `${NS}/pods/b`, { metadata: { finalizers: null } }, MERGE)
  expect((await t.call('GET', `${NS}/pods/b`)).status).toBe(404)
  expect(await used('q')).toEqual({ 'count/pods': '0', pods: '0', secrets: '0' })
})

test('[AP198] a Pod that ends takes nothing, though it is there', async () => {
  await quota('q', { pods: '1', 'count/pods': '2' })
  await pod('a')
  await t.call('PATCH', `${NS}/pods/a/status`, { status: { phase: 'Succeeded' } }, MERGE)
  expect(await used('q')).toEqual({ 'count/pods': '1', pods: '0' })
  expect((await pod('b')).status).toBe(201)
  await t.call('DELETE', `${NS}/pods/a?gracePeriodSeconds=0`)
  expect(await used('q')).toEqual({ 'count/pods': '1', pods: '1' })
})

test('[AP198] nothing is counted for what is refused or only tried', async () => {
  await quota('a', { pods: '5' })
  await quota('b', { pods: '0' })
  expect((await pod('x')).status).toBe(403)
  await t.call('DELETE', `${NS}/resourcequotas/b`)
  const tried = await t.call('POST', `${NS}/pods?dryRun=All`, {
    metadata: { name: 'x' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  })
  expect(tried.status).toBe(201)
  expect(await used('a')).toEqual({ pods: '0' })
})

test('[AP198] a write costs no row where there is no quota, and one object more where there is one', async () => {
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    const before = t.api.store.version
    await work()
    return t.api.store.version - before
  }
  expect(await cost(() => pod('a'))).toBe(1)
  await quota('q', { pods: '5' })
  expect(await cost(() => pod('b'))).toBe(2)
  const label = { metadata: { labels: { a: 'b' } } }
  expect(await cost(() => t.call('PATCH', `${NS}/pods/b`, label, MERGE))).toBe(1)
  expect(await cost(() => t.call('POST', `${NS}/configmaps`, { metadata: { name: 'c' } }))).toBe(1)
})

test('[AP198] the type of a Service may change as far as the quota goes', async () => {
  await quota('q', { 'services.nodeports': '1', 'services.loadbalancers': '0' })
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ]
  const url = `${NS}/services/s`
  await t.call('POST', `${NS}/services`, { metadata: { name: 's' }, spec: { ports } })
  const two = await t.call('PATCH', url, { spec: { type: 'NodePort' } }, MERGE)
  expect(two.body['message']).toBe(
    'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
  )
  await t.call('PATCH', url, { spec: { type: 'NodePort', ports: ports.slice(0, 1) } }, MERGE)
  expect(await used('q')).toEqual({ 'services.loadbalancers': '0', 'services.nodeports': '1' })
  const balanced = await t.call('PATCH', url, { spec: { type: 'LoadBalancer' } }, MERGE)
  expect(balanced.status).toBe(403)
})
