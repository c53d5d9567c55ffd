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

test('[QT6] what is spent can be asked for', async () => {
  await nearlySpent(1000)
  const { body } = await t.call('GET', '/podo/quota')
  expect(body).toEqual({
    day: '2026-11-24',
    pressure: 'calm',
    shares: [{ what: 'rowsWritten', used: t.api.store.usage.rowsWritten, limit: 1000 }],
  })
})
