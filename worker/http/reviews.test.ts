import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

/** The reviews: who am I, whose token is this, may somebody do that, what may I do. */
const AUTHORIZATION = '/apis/authorization.k8s.io/v1'
const TOKENS = '/apis/authentication.k8s.io/v1/tokenreviews'
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
const JANE = { 'impersonate-user': 'jane' }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  t.defaultRoles()
  await t.call('POST', `${RBAC}/roles`, {
    metadata: { name: 'r' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
  })
  await t.call('POST', `${RBAC}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'jane' }],
  })
})
afterEach(() => t.close())

const LIST = { verb: 'list', resource: 'configmaps', namespace: 'default' }
const statusOf = async (path: string, body: object, headers = {}) =>
  (await t.call('POST', path, body, { headers })).body['status'] as Record<string, unknown>

test.each<[string, string, object, object, object]>([
  [
    'for another',
    'subjectaccessreviews',
    { user: 'jane', resourceAttributes: LIST },
    {},
    { allowed: true, reason: 'RBAC: allowed by RoleBinding "b/default" of Role "r" to User "jane"' },
  ],
  [
    'of another namespace',
    'subjectaccessreviews',
    { user: 'jane', resourceAttributes: { ...LIST, namespace: 'x' } },
    {},
    { allowed: false },
  ],
  [
    'of a path',
    'subjectaccessreviews',
    { groups: ['system:masters'], nonResourceAttributes: { path: '/x', verb: 'get' } },
    {},
    { allowed: true },
  ],
  ['of oneself', 'selfsubjectaccessreviews', { resourceAttributes: LIST }, JANE, { allowed: true }],
  [
    'of the admin',
    'selfsubjectaccessreviews',
    { resourceAttributes: { verb: 'x', resource: 'y' } },
    {},
    { allowed: true },
  ],
  [
    'of a node',
    'subjectaccessreviews',
    {
      user: 'system:node:n',
      groups: ['system:nodes'],
      resourceAttributes: {
        verb: 'list',
        resource: 'pods',
        fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n'] }] },
      },
    },
    {},
    { allowed: true },
  ],
  [
    'with a selector that is odd',
    'selfsubjectaccessreviews',
    { resourceAttributes: { ...LIST, labelSelector: { rawSelector: 'a in' } } },
    JANE,
    { allowed: true, evaluationError: 'spec.resourceAttributes.labelSelector ignored due to parse error' },
  ],
])('[GD57] an access review %s', async (_, plural, spec, headers, status) => {
  expect(await statusOf(`${AUTHORIZATION}/${plural}`, { spec }, headers)).toMatchObject(status)
})

test.each<[string, string, object, string]>([
  [
    'nothing',
    'selfsubjectaccessreviews',
    { spec: {} },
    '.authorization.k8s.io \\"\\" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of',
  ],
  [
    'both',
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: LIST, nonResourceAttributes: { path: '/' } } },
    '{\\"Path\\":\\"/\\",\\"Verb\\":\\"\\"}: cannot be specified in combination',
  ],
  [
    'nobody',
    'subjectaccessreviews',
    { spec: { resourceAttributes: LIST } },
    'spec.user: Invalid value: \\"\\": at least one of user or group must be specified',
  ],
  [
    'a name',
    'selfsubjectaccessreviews',
    { metadata: { name: 'x' }, spec: { resourceAttributes: LIST } },
    'must be empty',
  ],
  [
    'two selectors',
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: { ...LIST, fieldSelector: {} } } },
    'when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  ],
  [
    'an unknown label operator is let through, a bare key not',
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: { ...LIST, labelSelector: { requirements: [{ key: 'a', operator: 'In' }] } } } },
    'spec.resourceAttributes.labelSelector.requirements[0].values: Required value',
  ],
  [
    'another namespace',
    'namespaces/default/localsubjectaccessreviews',
    { spec: { user: 'jane', resourceAttributes: { ...LIST, namespace: 'x' } } },
    'spec.resourceAttributes.namespace: Invalid value: \\"x\\": must match metadata.namespace',
  ],
])('[GD57] an access review that asks %s is refused', async (_, plural, body, message) => {
  const answer = await t.call('POST', `${AUTHORIZATION}/${plural}`, body)
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(message)])
})

test('[GD58] a rules review lists what the roles give, and names those that are missing', async () => {
  await t.call('POST', `${RBAC}/rolebindings`, {
    metadata: { name: 'ghost' },
    roleRef: { kind: 'ClusterRole', name: 'ghost' },
    subjects: [{ kind: 'User', name: 'jane' }],
  })
  const status = await statusOf(`${AUTHORIZATION}/selfsubjectrulesreviews`, { spec: { namespace: 'default' } }, JANE)
  expect(status['resourceRules']).toContainEqual({ verbs: ['list'], apiGroups: [''], resources: ['configmaps'] })
  expect(status['nonResourceRules']).toContainEqual(expect.objectContaining({ verbs: ['get'] }))
  expect(status['incomplete']).toBe(false)
  expect(status['evaluationError']).toBe('clusterrole.rbac.authorization.k8s.io "ghost" not found')
  const none = await t.call('POST', `${AUTHORIZATION}/selfsubjectrulesreviews`, { spec: {} })
  expect([none.status, none.body['message']]).toEqual([400, 'no namespace on request'])
})

test('[GD59] a token review says whose token it is, and for which of the audiences', async () => {
  await t.call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'a' } })
  const request = { spec: { audiences: ['vault', 'x'] } }
  const made = await t.call('POST', '/api/v1/namespaces/default/serviceaccounts/a/token', request)
  const { token } = made.body['status'] as { token: string }
  const review = (spec: object) => statusOf(TOKENS, { spec })
  expect(await review({ token, audiences: ['y', 'vault'] })).toMatchObject({
    authenticated: true,
    audiences: ['vault'],
    user: { username: 'system:serviceaccount:default:a' },
  })
  const refused = { error: 'invalid bearer token', user: {} }
  expect(await review({ token })).toEqual(refused)
  expect(await review({ token: 'nope' })).toEqual(refused)
  const user = await t.call('POST', '/podo/tokens', { user: 'joe', groups: ['g'] })
  expect(await review({ token: user.body['token'] })).toMatchObject({
    authenticated: true,
    audiences: ['https://kubernetes.default.svc.cluster.local'],
    user: { username: 'joe', groups: ['g', 'system:authenticated'] },
  })
  expect(await review({ token: user.body['token'], audiences: ['vault'] })).toEqual(refused)
  const empty = await t.call('POST', TOKENS, { spec: {} })
  expect([empty.status, empty.body['message']]).toEqual([400, 'token is required for TokenReview in authentication'])
})

test('[GD59] reviews know POST alone, and one of a namespace needs it', async () => {
  expect((await t.call('GET', TOKENS)).status).toBe(405)
  expect((await t.call('POST', `${AUTHORIZATION}/localsubjectaccessreviews`, {})).status).toBe(405)
  expect((await t.call('GET', `${TOKENS}/x`)).status).toBe(404)
})
