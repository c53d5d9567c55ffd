import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

/** Impersonation, asked for by joe, whose rights each test gives. */
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const AUTHENTICATION = 'authentication.k8s.io'
let t: TestApi
let token: string

beforeEach(async () => {
  t = testApi(kinds)
  t.defaultRoles()
  token = String((await t.call('POST', '/podo/tokens', { user: 'joe' })).body['token'])
})
afterEach(() => t.close())

async function allow(...rules: object[]): Promise<void> {
  await t.call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'r' }, rules })
  const roleRef = { kind: 'ClusterRole', name: 'r' }
  await t.call('POST', `${RBAC}/clusterrolebindings`, {
    metadata: { name: 'b' },
    roleRef,
    subjects: [{ kind: 'User', name: 'joe' }],
  })
}
const as = (headers: Record<string, string>, holder = token) => t.call('POST', WHO, {}, { token: holder, headers })
const userOf = async (headers: Record<string, string>, holder = token) => {
  const { body, status, text } = await as(headers, holder)
  expect(status, text).toBe(201)
  return (body as { status: { userInfo: object } }).status.userInfo
}
const rule = (resource: string, names: string[], verb = 'impersonate', group = '') => ({
  apiGroups: [group],
  resources: [resource],
  resourceNames: names,
  verbs: [verb],
})

test('[GD64] who may impersonate a user is that user, with the groups, uid and fields that he may give it', async () => {
  await allow(
    rule('users', ['jane']),
    rule('groups', ['devs']),
    rule('uids', ['7'], 'impersonate', AUTHENTICATION),
    rule('userextras/scopes', ['view'], 'impersonate', AUTHENTICATION),
  )
  expect(await userOf({ 'impersonate-user': 'jane' })).toEqual({ username: 'jane', groups: ['system:authenticated'] })
  const all = {
    'impersonate-user': 'jane',
    'impersonate-group': 'devs',
    'impersonate-uid': '7',
    'impersonate-extra-scopes': 'view',
  }
  expect(await userOf(all)).toEqual({
    username: 'jane',
    uid: '7',
    groups: ['devs', 'system:authenticated'],
    extra: { scopes: ['view'] },
  })
  for (const more of [
    { 'impersonate-group': 'admins' },
    { 'impersonate-uid': '8' },
    { 'impersonate-extra-scopes': 'edit' },
  ]) {
    expect((await as({ ...all, ...more })).status).toBe(403)
  }
})

test('[GD64] the narrowest way is asked for first, and its refusal is told', async () => {
  const message = async (user: string) => (await as({ 'impersonate-user': user })).body['message']
  const about = 'selfsubjectreviews.authentication.k8s.io is forbidden: User "joe" cannot impersonate-on:'
  expect(await message('jane')).toContain(`${about}user-info:create resource "selfsubjectreviews"`)
  expect(await message('system:node:n1')).toContain(`${about}arbitrary-node:create resource`)
  expect(await message('system:serviceaccount:default:a')).toContain(`${about}serviceaccount:create resource`)
  await allow({
    apiGroups: [AUTHENTICATION],
    resources: ['selfsubjectreviews'],
    verbs: ['impersonate-on:user-info:create'],
  })
  expect(await message('jane')).toBe(
    'users.authentication.k8s.io "jane" is forbidden: User "joe" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  )
})

test('[GD65] constrained impersonation holds for one verb and one kind of user', async () => {
  await allow(
    {
      apiGroups: [AUTHENTICATION],
      resources: ['selfsubjectreviews'],
      verbs: ['impersonate-on:serviceaccount:create', 'impersonate-on:arbitrary-node:create'],
    },
    rule('serviceaccounts', ['a'], 'impersonate:serviceaccount', AUTHENTICATION),
    rule('nodes', ['n1'], 'impersonate:arbitrary-node', AUTHENTICATION),
  )
  expect(await userOf({ 'impersonate-user': 'system:serviceaccount:default:a' })).toEqual({
    username: 'system:serviceaccount:default:a',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
  })
  expect(await userOf({ 'impersonate-user': 'system:node:n1' })).toEqual({
    username: 'system:node:n1',
    groups: ['system:nodes', 'system:authenticated'],
  })
  expect((await as({ 'impersonate-user': 'system:serviceaccount:default:b' })).status).toBe(403)
  expect((await as({ 'impersonate-user': 'system:node:n2' })).status).toBe(403)
  const list = await t.call('GET', '/api/v1/pods', undefined, {
    token,
    headers: { 'impersonate-user': 'system:node:n1' },
  })
  expect(list.text).toContain('cannot impersonate-on:arbitrary-node:list resource \\"pods\\"')
})

test('[GD65] an account in a Pod may act as the node of that Pod', async () => {
  await t.call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'a' } })
  for (const name of ['n1', 'n2']) await t.call('POST', '/api/v1/nodes', { metadata: { name } })
  const spec = { serviceAccountName: 'a', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] }
  await t.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec })
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' }
  const made = await t.call('POST', '/api/v1/namespaces/default/serviceaccounts/a/token', { spec: { boundObjectRef } })
  const account = (made.body['status'] as { token: string }).token
  await t.call('POST', `${RBAC}/clusterroles`, {
    metadata: { name: 'r' },
    rules: [
      {
        apiGroups: [AUTHENTICATION],
        resources: ['selfsubjectreviews'],
        verbs: ['impersonate-on:associated-node:create'],
      },
      { apiGroups: [AUTHENTICATION], resources: ['nodes'], verbs: ['impersonate:associated-node'] },
    ],
  })
  const subjects = [{ kind: 'ServiceAccount', name: 'a', namespace: 'default' }]
  await t.call('POST', `${RBAC}/clusterrolebindings`, {
    metadata: { name: 'b' },
    roleRef: { kind: 'ClusterRole', name: 'r' },
    subjects,
  })
  expect(await userOf({ 'impersonate-user': 'system:node:n1' }, account)).toMatchObject({ username: 'system:node:n1' })
  expect((await as({ 'impersonate-user': 'system:node:n2' }, account)).status).toBe(403)
})

test('[GD64] masters may be anybody, also of their own group; a group without a user is a bad request', async () => {
  const admin = (headers: Record<string, string>) => t.call('POST', WHO, {}, { headers })
  const masters = await admin({ 'impersonate-user': 'root', 'impersonate-group': 'system:masters' })
  expect(masters.body).toMatchObject({
    status: { userInfo: { username: 'root', groups: ['system:masters', 'system:authenticated'] } },
  })
  const odd = await admin({ 'impersonate-group': 'g' })
  expect([odd.status, odd.body['message']]).toEqual([
    400,
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
  ])
})
