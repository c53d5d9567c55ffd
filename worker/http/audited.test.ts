import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

let t: TestApi
beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())
const last = () => JSON.parse(t.audit.at(-1) ?? '{}')

test('[AU1] a write, a denial and a wrong token are written down, and nothing that they carried', async () => {
  const MAPS = '/api/v1/namespaces/default/configmaps'
  await t.call('POST', `${MAPS}?fieldManager=hush`, { metadata: { name: 's' }, data: { a: 'hush-hush' } })
  expect(last()).toMatchObject({
    verb: 'create',
    requestURI: MAPS,
    user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    objectRef: { resource: 'configmaps', namespace: 'default', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  })
  const { token } = (await t.call('POST', '/podo/tokens', { user: 'jane' })).body as { token: string }
  await t.call('DELETE', `${MAPS}/s`, undefined, { token })
  expect(last()).toMatchObject({
    verb: 'delete',
    user: { username: 'jane' },
    objectRef: { resource: 'configmaps', name: 's' },
    responseStatus: { code: 403, reason: 'Forbidden' },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  })
  await t.call('GET', MAPS, undefined, { token: 'wrong' })
  expect(last()).toMatchObject({ verb: 'list', responseStatus: { code: 401, reason: 'Unauthorized' } })
  expect(last()).not.toHaveProperty('user')
  await t.call('POST', `${MAPS}/s/nothing`, {})
  expect(last()).toMatchObject({ responseStatus: { code: 404 } })
  const all = t.audit.join('\n')
  for (const secret of ['hush', token, 'wrong']) expect(all).not.toContain(secret)
})

test('[AU1] who acted as somebody else is written down with whom', async () => {
  const headers = { 'impersonate-user': 'joe' }
  await t.call('GET', '/api/v1/namespaces/default/configmaps', undefined, { headers })
  expect(last()).toMatchObject({
    user: { username: 'admin' },
    impersonatedUser: { username: 'joe' },
    responseStatus: { code: 403 },
  })
})
