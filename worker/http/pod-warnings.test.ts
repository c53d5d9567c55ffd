import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

let t: TestApi
const PODS = '/api/v1/namespaces/default/pods'
const ARMOR = 'container.apparmor.security.beta.kubernetes.io/c'

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
  await t.call('POST', '/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
})
afterEach(() => t.close())

test('[AP265] who names a profile in an annotation is warned once, and reads it in the field', async () => {
  const made = await t.call('POST', PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', annotations: { [ARMOR]: 'runtime/default' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  })
  expect(made.status).toBe(201)
  const warning = `299 - "metadata.annotations[${ARMOR}]: deprecated since v1.30; use the \\"appArmorProfile\\" field instead"`
  expect(made.headers.get('warning')).toBe(warning)
  const field = { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }
  expect(made.body).toMatchObject({ spec: { containers: [field] } })
  const type = { headers: { 'content-type': 'application/merge-patch+json' } }
  const labelled = await t.call('PATCH', `${PODS}/x`, { metadata: { labels: { a: 'b' } } }, type)
  expect([labelled.status, labelled.headers.get('warning')]).toEqual([200, null])
})
