import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { type Answer, testApi, type TestApi } from '../../test/support/api.ts'

const HOOKS = '/apis/admissionregistration.k8s.io/v1'
const NS = '/api/v1/namespaces/default'
let t: TestApi
beforeEach(() => {
  t = testApi(kinds)
  t.defaultRoles()
})
afterEach(() => t.close())

async function watch(sort: 'validating' | 'mutating', operation: string, resource: string, more = {}): Promise<void> {
  const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: [operation], resources: [resource] }]
  const webhooks = [
    {
      name: 'a.example.com',
      clientConfig: { url: 'https://h/x' },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules,
      ...more,
    },
  ]
  const made = await t.call('POST', `${HOOKS}/${sort}webhookconfigurations`, { metadata: { name: 'w' }, webhooks })
  expect(made.status, made.text).toBe(201)
}
const isAsked = ({ text }: Answer): boolean => text.includes('failed calling webhook')

const body: Readonly<Record<string, object>> = {
  eviction: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'gone' } },
  binding: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'gone' }, target: { name: 'n1' } },
}

const CALLS: readonly (readonly [operation: string, resource: string, method: string, path: string])[] = [
  ['CONNECT', 'pods/exec', 'POST', `${NS}/pods/gone/exec?command=sh`],
  ['CONNECT', 'pods/exec', 'GET', `${NS}/pods/gone/exec?command=sh`],
  ['CONNECT', 'pods/attach', 'POST', `${NS}/pods/gone/attach`],
  ['CONNECT', 'pods/portforward', 'GET', `${NS}/pods/gone/portforward`],
  ['CONNECT', 'pods/proxy', 'GET', `${NS}/pods/gone/proxy/a`],
  ['CONNECT', 'services/proxy', 'DELETE', `${NS}/services/gone/proxy`],
  ['CONNECT', 'nodes/proxy', 'GET', '/api/v1/nodes/gone/proxy/metrics'],
  ['CREATE', 'pods/eviction', 'POST', `${NS}/pods/gone/eviction`],
  ['CREATE', 'pods/binding', 'POST', `${NS}/pods/gone/binding`],
]

test.each(CALLS.flatMap((call) => (['validating', 'mutating'] as const).map((sort) => [...call, sort] as const)))(
  '[AP290] %s of %s (%s %s) is told to a %s webhook, before a 404',
  async (operation, resource, method, path, sort) => {
    const call = () => t.call(method, path, body[path.split('/').at(-1) ?? ''])
    const [plural = ''] = resource.split('/')
    expect((await call()).status).toBe(404)
    await watch(sort, operation, resource)
    expect(isAsked(await call())).toBe(true)
    await t.call('DELETE', `${HOOKS}/${sort}webhookconfigurations/w`)
    await watch(sort, operation, plural)
    expect((await call()).status).toBe(404)
  },
)

test('[AP290] a log is read, not connected to, and what is connected to has no labels', async () => {
  await watch('validating', 'CONNECT', '*/*')
  expect(isAsked(await t.call('GET', `${NS}/pods/gone/log`))).toBe(false)
  expect(isAsked(await t.call('POST', `${NS}/pods/gone/exec?command=sh`))).toBe(true)
  await t.call('DELETE', `${HOOKS}/validatingwebhookconfigurations/w`)
  await watch('validating', 'CONNECT', '*/*', { objectSelector: { matchLabels: { a: 'b' } } })
  expect((await t.call('POST', `${NS}/pods/gone/exec?command=sh`)).status).toBe(404)
})

test('[AP290] a token that is asked for is told to both sorts of webhooks', async () => {
  await t.call('POST', `${NS}/serviceaccounts`, { metadata: { name: 'a' } })
  for (const sort of ['mutating', 'validating'] as const) {
    const ask = () => t.call('POST', `${NS}/serviceaccounts/a/token`, { spec: { audiences: [] } })
    expect((await ask()).status).toBe(201)
    await watch(sort, 'CREATE', 'serviceaccounts/token')
    expect(isAsked(await ask())).toBe(true)
    await t.call('DELETE', `${HOOKS}/${sort}webhookconfigurations/w`)
  }
})
