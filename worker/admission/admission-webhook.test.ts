import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const HOOKS = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/a/configmaps'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'a', labels: { team: 'red' } } })
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'b' } })
  await t.call('POST', MAPS, { metadata: { name: 'old', labels: { l: '1' } } })
})
afterEach(() => t.close())

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }
async function register(sort: 'validating' | 'mutating', change: object): Promise<void> {
  const hook = {
    name: 'a.example.com',
    clientConfig: { url: 'https://h/x' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 1,
    rules: [rule],
    ...change,
  }
  const made = await t.call('POST', `${HOOKS}/${sort}webhookconfigurations`, {
    metadata: { name: 'w' },
    webhooks: [hook],
  })
  expect(made.status).toBe(201)
}
const create = (name = 'x', path = MAPS, labels = {}) => t.call('POST', path, { metadata: { name, labels } })

test.each(['validating', 'mutating'] as const)('[AP147] a %s webhook that is meant fails the request', async (sort) => {
  await register(sort, {})
  const answer = await create()
  const why =
    'failed calling webhook "a.example.com": failed to call webhook: Post "https://h/x?timeout=1s": podo does not call webhooks yet'
  expect(answer.body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: why }] },
    code: 500,
  })
  expect((await t.call('GET', `${MAPS}/x`)).status).toBe(404)
})

test('[AP147] a webhook behind a Service is named by its address', async () => {
  await register('validating', { clientConfig: { service: { name: 's', namespace: 'n', path: '/p' } } })
  expect((await create()).text).toContain(String.raw`Post \"https://s.n.svc:443/p?timeout=1s\"`)
})

test.each<[what: string, hook: object, refused: boolean]>([
  ['failurePolicy Ignore', { failurePolicy: 'Ignore' }, false],
  ['another operation', { rules: [{ ...rule, operations: ['DELETE'] }] }, false],
  ['any operation', { rules: [{ ...rule, operations: ['*'] }] }, true],
  ['another resource', { rules: [{ ...rule, resources: ['pods'] }] }, false],
  ['a subresource of it', { rules: [{ ...rule, resources: ['configmaps/status'] }] }, false],
  ['any resource', { rules: [{ ...rule, resources: ['*'] }] }, true],
  ['any resource and subresource', { rules: [{ ...rule, resources: ['*/*'] }] }, true],
  ['another group', { rules: [{ ...rule, apiGroups: ['apps'] }] }, false],
  ['another version', { rules: [{ ...rule, apiVersions: ['v2'] }] }, false],
  ['the cluster', { rules: [{ ...rule, scope: 'Cluster' }] }, false],
  ['namespaces', { rules: [{ ...rule, scope: 'Namespaced' }] }, true],
  ['its namespace', { namespaceSelector: { matchLabels: { team: 'red' } } }, true],
  ['another namespace', { namespaceSelector: { matchLabels: { team: 'blue' } } }, false],
  ['its labels', { objectSelector: { matchExpressions: [{ key: 'l', operator: 'Exists' }] } }, true],
  ['other labels', { objectSelector: { matchLabels: { l: '2' } } }, false],
  ['conditions in CEL', { matchConditions: [{ name: 'never', expression: 'false' }] }, true],
])('[AP147] a webhook for %s', async (_what, hook, refused) => {
  await register('validating', hook)
  expect((await create('x', MAPS, { l: '1' })).status).toBe(refused ? 500 : 201)
})

test('[AP147] both sides of an update, and what is deleted, are looked at', async () => {
  const rules = [{ ...rule, operations: ['UPDATE', 'DELETE'] }]
  await register('mutating', { rules, objectSelector: { matchLabels: { l: '1' } } })
  expect((await t.call('PATCH', `${MAPS}/old`, { metadata: { labels: null } }, MERGE)).status).toBe(500)
  expect((await t.call('DELETE', `${MAPS}/old`)).status).toBe(500)
})

test('[AP147] another version of the same objects is meant too, unless it is to be exact', async () => {
  const events = { ...rule, apiGroups: ['events.k8s.io'], resources: ['events'] }
  const event = { involvedObject: { namespace: 'a' }, metadata: { name: 'e' } }
  await register('validating', { rules: [events], matchPolicy: 'Exact' })
  expect((await t.call('POST', '/api/v1/namespaces/a/events', event)).status).toBe(201)
  await t.call(
    'PATCH',
    `${HOOKS}/validatingwebhookconfigurations/w`,
    [{ op: 'replace', path: '/webhooks/0/matchPolicy', value: 'Equivalent' }],
    {
      headers: { 'content-type': 'application/json-patch+json' },
    },
  )
  event.metadata.name = 'e2'
  expect((await t.call('POST', '/api/v1/namespaces/a/events', event)).status).toBe(500)
})

test('[AP147] webhooks are never asked about webhooks', async () => {
  const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }]
  await register('validating', { rules })
  expect((await create()).status).toBe(500)
  expect((await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'c' } })).status).toBe(500)
  expect((await t.call('DELETE', `${HOOKS}/validatingwebhookconfigurations/w`)).status).toBe(200)
  expect((await create()).status).toBe(201)
})
