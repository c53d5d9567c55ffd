import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

/** RBAC through the API, as the user jane of the group devs. */
const GROUP = 'rbac.authorization.k8s.io'
const API = `/apis/${GROUP}/v1`
const IN = `${API}/namespaces/default`
const JANE = { 'impersonate-user': 'jane', 'impersonate-group': 'devs' }
let t: TestApi

beforeEach(() => {
  t = testApi(kinds)
  t.defaultRoles()
})
afterEach(() => t.close())

const asJane = (method: string, path: string, body?: unknown) => t.call(method, path, body, { headers: JANE })
const make = async (path: string, body: object): Promise<void> => {
  const { status, text } = await t.call('POST', path, body)
  expect(status, text).toBe(201)
}
const role = (name: string, ...rules: object[]) => ({ metadata: { name }, rules })
const binding = (name: string, kind: string, of: string, subjects: object[] = [{ kind: 'User', name: 'jane' }]) => ({
  metadata: { name },
  roleRef: { apiGroup: GROUP, kind, name: of },
  subjects,
})
const RULE = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }
const MAPS = '/api/v1/namespaces/default/configmaps'

test('[GD55] a binding counts from the next request on, and no longer than it stands', async () => {
  expect((await asJane('GET', MAPS)).status).toBe(403)
  await make(`${IN}/roles`, role('reader', RULE))
  await make(`${IN}/rolebindings`, binding('b', 'Role', 'reader'))
  expect((await asJane('GET', MAPS)).status).toBe(200)
  await t.call('PUT', `${IN}/roles/reader`, role('reader', { ...RULE, verbs: ['get'] }))
  expect((await asJane('GET', MAPS)).status).toBe(403)
  await t.call('PUT', `${IN}/roles/reader`, role('reader', RULE))
  await t.call('PUT', `${IN}/rolebindings/b`, binding('b', 'Role', 'reader', [{ kind: 'Group', name: 'devs' }]))
  expect((await asJane('GET', MAPS)).status).toBe(200)
  await t.call('DELETE', `${IN}/roles/reader`)
  expect((await asJane('GET', MAPS)).text).toContain(`: RBAC: role.${GROUP} \\"reader\\" not found`)
  await t.call('DELETE', `${IN}/rolebindings/b`)
  expect((await asJane('GET', MAPS)).text).not.toContain('RBAC')
})

test('[GD55] authorisation writes no row', async () => {
  await make(`${IN}/rolebindings`, binding('b', 'ClusterRole', 'view'))
  const before = t.api.store.usage.rowsWritten
  for (const path of [MAPS, '/api/v1/nodes', '/api', '/metrics']) await asJane('GET', path)
  expect(t.api.store.usage.rowsWritten).toBe(before)
})

test('[GD53] a role with more than its author holds is refused, and one with less is made', async () => {
  await make(
    `${IN}/roles`,
    role('author', { apiGroups: [GROUP], resources: ['roles'], verbs: ['create', 'update'] }, RULE),
  )
  await make(`${IN}/rolebindings`, binding('b', 'Role', 'author'))
  const refused = await asJane('POST', `${IN}/roles`, role('new', { ...RULE, resources: ['secrets'] }))
  expect(refused.body).toMatchObject({
    code: 403,
    message:
      `roles.${GROUP} "new" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant ` +
      'RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    details: { name: 'new', group: GROUP, kind: 'roles' },
  })
  expect((await asJane('POST', `${IN}/roles`, role('less', { ...RULE, verbs: ['get'] }))).status).toBe(201)
  expect((await asJane('POST', `${IN}/roles`, role('more', { ...RULE, verbs: ['delete'] }))).status).toBe(403)
  expect((await asJane('PUT', `${IN}/roles/less`, role('less', { ...RULE, verbs: ['delete'] }))).status).toBe(403)
})

test('[GD53] who may escalate or bind need not hold what he gives', async () => {
  const verbs = ['create', 'escalate']
  await make(`${IN}/roles`, role('author', { apiGroups: [GROUP], resources: ['roles', 'rolebindings'], verbs }))
  await make(`${IN}/rolebindings`, binding('b', 'Role', 'author'))
  expect((await asJane('POST', `${IN}/roles`, role('new', { ...RULE, resources: ['secrets'] }))).status).toBe(201)
  const wanted = binding('mine', 'ClusterRole', 'view')
  expect((await asJane('POST', `${IN}/rolebindings`, wanted)).status).toBe(403)
  const bind = { apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] }
  await make(`${IN}/roles`, role('binder', bind))
  await make(`${IN}/rolebindings`, binding('c', 'Role', 'binder'))
  expect((await asJane('POST', `${IN}/rolebindings`, wanted)).status).toBe(201)
  expect((await asJane('POST', `${IN}/rolebindings`, binding('d', 'ClusterRole', 'edit'))).status).toBe(403)
  const ghost = await asJane('POST', `${IN}/rolebindings`, binding('e', 'ClusterRole', 'ghost'))
  expect([ghost.status, ghost.body['message']]).toEqual([404, `clusterroles.${GROUP} "ghost" not found`])
})

test('[GD53] only who may do everything may aggregate', async () => {
  await make(
    `${API}/clusterroles`,
    role('author', { apiGroups: [GROUP], resources: ['clusterroles'], verbs: ['create'] }),
  )
  await make(`${API}/clusterrolebindings`, binding('b', 'ClusterRole', 'author'))
  const wanted = { metadata: { name: 'all' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }
  const refused = await asJane('POST', `${API}/clusterroles`, wanted)
  expect(refused.text).toContain('must have cluster-admin privileges to use the aggregationRule')
})

test.each<[string, string, object, string]>([
  [
    'another role',
    'rolebindings/b',
    binding('b', 'Role', 'other'),
    'roleRef: Invalid value: {\\"APIGroup\\":\\"rbac.authorization.k8s.io\\",\\"Kind\\":\\"Role\\",\\"Name\\":\\"other\\"}: cannot change roleRef',
  ],
  [
    'no such subject',
    'rolebindings/b',
    binding('b', 'Role', 'r', [{ kind: 'Robot', name: 'x' }]),
    'subjects[0].kind: Unsupported value: \\"Robot\\"',
  ],
  [
    'no verbs',
    'roles/r',
    role('r', { apiGroups: [''], resources: ['pods'] }),
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
])('[GD56] a role or binding with %s is refused', async (_, path, body, message) => {
  await make(`${IN}/roles`, role('r', RULE))
  await make(`${IN}/rolebindings`, binding('b', 'Role', 'r'))
  const answer = await t.call('PUT', `${IN}/${path}`, body)
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(message)])
})

test('[GD54] a cluster begins with the default roles, and a start mends only what was broken', async () => {
  const written = () => t.api.store.usage.rowsWritten
  const before = written()
  t.defaultRoles()
  expect(written()).toBe(before)
  await t.call('DELETE', `${API}/clusterroles/system:basic-user`)
  t.defaultRoles()
  expect((await t.call('GET', `${API}/clusterroles/system:basic-user`)).status).toBe(200)
  expect((await t.call('GET', `${API}/clusterroles/admin`)).body['aggregationRule']).toBeDefined()
})
