import { afterEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

let t: TestApi
afterEach(() => t.close())

const USER = { user: 'jane', groups: ['devs'] }

async function nearlySpent(rowsWritten: number): Promise<{ token: string }> {
  t = testApi(kinds, 16_384, `{"rowsWritten":${rowsWritten}}`)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  const role = { metadata: { name: 'all' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }
  await t.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', role)
  await t.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  })
  return (await t.call('POST', '/podo/tokens', USER)).body
}

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string) => ({ metadata: { name } })

test('[QT3] a user may read and admins may write when nine tenths of a day are spent', async () => {
  const { token } = await nearlySpent(1000)
  const { rowsWritten } = t.api.store.usage
  t.api.governor.wrote(899 - rowsWritten)
  expect((await t.call('POST', CONFIGMAPS, configMap('a'), { token })).status).toBe(201)
  const refused = await t.call('POST', CONFIGMAPS, configMap('b'), { token })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null])
  expect(refused.body['message']).toMatch(
    /^the quota of this cluster refuses it: 90 % of today's 1,000 rows written are spent: /,
  )
  expect((await t.call('GET', CONFIGMAPS, undefined, { token })).status).toBe(200)
  expect((await t.call('POST', CONFIGMAPS, configMap('b'))).status).toBe(201)
  t.clock.now += 86_400_000
  expect((await t.call('POST', CONFIGMAPS, configMap('c'), { token })).status).toBe(201)
})

test('[QT6] what is spent can be asked for', async () => {
  await nearlySpent(1000)
  const { body } = await t.call('GET', '/podo/quota')
  expect(body).toEqual({
    day: '2026-11-24',
    pressure: 'calm',
    shares: [{ what: 'rowsWritten', used: t.api.store.usage.rowsWritten, limit: 1000 }],
  })
})
