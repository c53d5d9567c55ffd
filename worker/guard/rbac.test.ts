import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PolicyRule, Subject } from '../../api/schema/types.generated.ts'
import type { User } from './credentials.ts'
import { defaultRoles, repair, TABLE_VERSION } from './default-roles.ts'
import { escalation } from './escalation.ts'
import { allowanceOf, type Binding, denialOf, judge, type RoleSource, subjectKey, userKeys } from './rbac.ts'
import { requestInfo } from './request-info.ts'
import { ruleAllows } from './rule.ts'

const asked = (method: string, url: string) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  return requestInfo(method, pathname, searchParams)
}
const rule = (fields: Partial<PolicyRule>): PolicyRule => ({ verbs: ['get'], ...fields })
const PODS = { apiGroups: [''], resources: ['pods'] }

test.each<[string, PolicyRule, string, string, boolean]>([
  ['its verb', rule(PODS), 'GET', '/api/v1/namespaces/n/pods/x', true],
  ['no other verb', rule(PODS), 'GET', '/api/v1/namespaces/n/pods', false],
  ['every verb', rule({ ...PODS, verbs: ['*'] }), 'DELETE', '/api/v1/namespaces/n/pods/x', true],
  ['no other group', rule({ ...PODS, apiGroups: ['apps'] }), 'GET', '/api/v1/namespaces/n/pods/x', false],
  ['every group', rule({ ...PODS, apiGroups: ['*'] }), 'GET', '/apis/x.io/v1/pods/x', true],
  ['no subresource', rule(PODS), 'GET', '/api/v1/namespaces/n/pods/x/log', false],
  ['a subresource', rule({ ...PODS, resources: ['pods/log'] }), 'GET', '/api/v1/namespaces/n/pods/x/log', true],
  ['not its resource', rule({ ...PODS, resources: ['pods/log'] }), 'GET', '/api/v1/namespaces/n/pods/x', false],
  ['no star behind', rule({ ...PODS, resources: ['pods/*'] }), 'GET', '/api/v1/namespaces/n/pods/x/log', false],
  [
    'a star before',
    rule({ apiGroups: ['*'], resources: ['*/scale'] }),
    'GET',
    '/apis/apps/v1/namespaces/n/x/y/scale',
    true,
  ],
  ['everything', rule({ apiGroups: ['*'], resources: ['*'] }), 'GET', '/api/v1/namespaces/n/pods/x/log', true],
  ['its names', rule({ ...PODS, resourceNames: ['x', 'y'] }), 'GET', '/api/v1/namespaces/n/pods/y', true],
  ['no other name', rule({ ...PODS, resourceNames: ['x'] }), 'GET', '/api/v1/namespaces/n/pods/z', false],
  [
    'a list of one name',
    rule({ ...PODS, verbs: ['list'], resourceNames: ['x'] }),
    'GET',
    '/api/v1/namespaces/n/pods?fieldSelector=metadata.name%3Dx',
    true,
  ],
  ['a list of all names', rule({ ...PODS, verbs: ['list'], resourceNames: ['x'] }), 'GET', '/api/v1/pods', false],
  ['its path', rule({ nonResourceURLs: ['/healthz'] }), 'GET', '/healthz', true],
  ['no longer path', rule({ nonResourceURLs: ['/healthz'] }), 'GET', '/healthz/etcd', false],
  ['all below', rule({ nonResourceURLs: ['/healthz/*'] }), 'GET', '/healthz/etcd', true],
  ['all paths', rule({ nonResourceURLs: ['*'] }), 'GET', '/metrics', true],
  ['no resource by its path', rule({ nonResourceURLs: ['*'] }), 'GET', '/api/v1/pods/x', false],
])('[GD50] a rule allows %s', (_, given, method, url, allowed) => {
  expect(ruleAllows(asked(method, url), given)).toBe(allowed)
})

const jane: User = { name: 'jane', groups: ['devs', 'system:authenticated'] }
const builder: User = { name: 'system:serviceaccount:n:builder', groups: ['system:serviceaccounts'] }

test.each<[string, Subject, string, User, boolean]>([
  ['a user by name', { kind: 'User', name: 'jane' }, '', jane, true],
  ['a group by membership', { kind: 'Group', name: 'devs' }, '', jane, true],
  ['no user by the name of a group', { kind: 'User', name: 'devs' }, '', jane, false],
  ['an account', { kind: 'ServiceAccount', name: 'builder', namespace: 'n' }, '', builder, true],
  ['an account of the binding', { kind: 'ServiceAccount', name: 'builder' }, 'n', builder, true],
  ['no account without a namespace', { kind: 'ServiceAccount', name: 'builder' }, '', builder, false],
  ['an account as a user', { kind: 'User', name: 'system:serviceaccount:n:builder' }, '', builder, true],
])('[GD51] a subject is %s', (_, subject, namespace, user, applies) => {
  expect(userKeys(user).includes(subjectKey(subject, namespace) ?? '')).toBe(applies)
})

/** Roles and bindings as plain data: `name: rules`, and bindings to jane. */
function sourceOf(
  roles: Record<string, PolicyRule[]>,
  bound: [name: string, kind: string, role: string, ns: string][],
): RoleSource {
  const bindings = bound.map(([name, kind, role, namespace]): Binding => ({
    name,
    namespace,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: [
      { kind: 'Group', name: 'devs' },
      { kind: 'User', name: 'jane' },
    ],
  }))
  return {
    bindings: (_user, namespace) => bindings.filter((binding) => binding.namespace === namespace),
    rules: (namespace, name) => roles[namespace === '' ? name : `${namespace}/${name}`],
  }
}
const READER = {
  reader: [rule({ ...PODS, verbs: ['get', 'list'] })],
  'n/local': [rule({ apiGroups: [''], resources: ['secrets'] })],
}

test('[GD51] a binding of a namespace reaches that namespace, one of the cluster all of them', () => {
  const source = sourceOf(READER, [
    ['all', 'ClusterRole', 'reader', ''],
    ['one', 'Role', 'local', 'n'],
  ])
  const allows = (url: string) => judge(source, jane, asked('GET', url)).by?.name
  expect(allows('/api/v1/pods')).toBe('all')
  expect(allows('/api/v1/namespaces/other/pods')).toBe('all')
  expect(allows('/api/v1/namespaces/n/secrets/x')).toBe('one')
  expect(allows('/api/v1/namespaces/other/secrets/x')).toBeUndefined()
  expect(allows('/api/v1/secrets')).toBeUndefined()
})

test('[GD52] a missing role is told, each once, and does not hide the others', () => {
  const bound: [string, string, string, string][] = [
    ['a', 'ClusterRole', 'ghost', ''],
    ['b', 'Role', 'spirit', 'n'],
    ['c', 'Role', 'spirit', 'n'],
  ]
  const info = asked('GET', '/api/v1/namespaces/n/pods')
  const judged = judge(sourceOf(READER, bound), jane, info)
  expect(denialOf(judged.by === undefined ? judged.missing : [])).toBe(
    'RBAC: [clusterrole.rbac.authorization.k8s.io "ghost" not found, role.rbac.authorization.k8s.io "spirit" not found]',
  )
  expect(judge(sourceOf(READER, [...bound, ['d', 'ClusterRole', 'reader', 'n']]), jane, info).by?.name).toBe('d')
})

test('[GD52] what allows is told: the binding, its role and its first subject that applies', () => {
  const source = sourceOf(READER, [['b', 'ClusterRole', 'reader', 'n']])
  const [binding] = source.bindings(jane, 'n')
  if (binding === undefined) throw new Error('no binding')
  expect(allowanceOf(binding, jane)).toBe('RBAC: allowed by RoleBinding "b/n" of ClusterRole "reader" to Group "devs"')
  const account = { ...binding, namespace: '', subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: 'n' }] }
  expect(allowanceOf(account, builder)).toBe(
    'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "reader" to ServiceAccount "builder/n"',
  )
})

describe('[GD53] nobody gives away what he does not hold', () => {
  const source = sourceOf(READER, [['a', 'ClusterRole', 'reader', '']])
  const why = (...wanted: PolicyRule[]) => escalation(source, jane, 'n', wanted)
  const missing = (...lines: string[]) =>
    `user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`

  test('a part of what is held may be given', () => {
    expect(why(rule(PODS))).toBeUndefined()
    expect(why(rule({ ...PODS, resourceNames: ['x'] }))).toBeUndefined()
  })
  test('the rest is told, compact and sorted', () => {
    const verbs = ['get', 'list', 'watch', 'delete']
    expect(why(rule({ apiGroups: [''], resources: ['secrets', 'pods'], verbs }))).toBe(
      missing(
        '{APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list" "watch" "delete"]}',
      ),
    )
  })
  test('paths and names are told apart', () => {
    expect(why(rule({ nonResourceURLs: ['/a', '/b'] }))).toBe(
      missing('{NonResourceURLs:["/a"], Verbs:["get"]}', '{NonResourceURLs:["/b"], Verbs:["get"]}'),
    )
    expect(why(rule({ apiGroups: [''], resources: ['secrets'], resourceNames: ['x'], verbs: ['get', 'list'] }))).toBe(
      missing('{APIGroups:[""], Resources:["secrets"], ResourceNames:["x"], Verbs:["get" "list"]}'),
    )
  })
  test('a star is covered by a star alone, a subresource by a star before it', () => {
    const own = sourceOf({ r: [rule({ apiGroups: ['*'], resources: ['*/scale'], verbs: ['*'] })] }, [
      ['a', 'ClusterRole', 'r', ''],
    ])
    expect(escalation(own, jane, '', [rule({ apiGroups: ['apps'], resources: ['deployments/scale'] })])).toBeUndefined()
    expect(escalation(own, jane, '', [rule({ apiGroups: ['apps'], resources: ['*'] })])).toContain('Resources:["*"]')
  })
  test('what could not be resolved is told', () => {
    const own = sourceOf({}, [['a', 'ClusterRole', 'ghost', '']])
    expect(escalation(own, jane, '', [rule(PODS)])).toContain(
      '; resolution errors: [clusterroles.rbac.authorization.k8s.io "ghost" not found]',
    )
  })
})

describe('[GD54] default roles', () => {
  const named = (name: string) => {
    const role = defaultRoles().find((found) => found.name === name)
    if (role === undefined) throw new Error(`no role ${name}`)
    return role
  }
  test('are those of the table, none of them OpenShift\u2019s', () => {
    const text = readFileSync(new URL('table/default-roles.json', import.meta.url), 'utf8')
    expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe(TABLE_VERSION)
    expect(text).not.toContain('openshift')
    expect(defaultRoles().length).toBe(135)
  })
  test('that aggregate are made with what they gather', () => {
    expect(named('admin').draft.rules?.length).toBe(29)
    expect(named('view').draft.rules).toEqual(named('system:aggregate-to-view').draft.rules)
  })
  test('lose nothing, and keep what was added', () => {
    const { draft } = named('system:basic-user')
    const extra = rule({ apiGroups: [''], resources: ['pods'] })
    const [first = extra, second = extra] = draft.rules ?? []
    expect(repair({ ...draft, rules: [first, second, extra] }, named('system:basic-user'))).toEqual({ do: 'nothing' })
    const lost = { ...draft, rules: [second, extra], metadata: { ...draft.metadata, labels: { mine: 'yes' } } }
    const mended = repair(lost, named('system:basic-user'))
    if (mended.do !== 'update') throw new Error(mended.do)
    const one = (resource: string) => ({
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: [resource],
    })
    expect(mended.object.rules).toEqual([
      second,
      extra,
      one('selfsubjectaccessreviews'),
      one('selfsubjectrulesreviews'),
    ])
    expect(mended.object.metadata?.labels).toMatchObject({
      mine: 'yes',
      'kubernetes.io/bootstrapping': 'rbac-defaults',
    })
  })
  test('are left alone where their owner says so', () => {
    const { draft } = named('system:basic-user')
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
    expect(repair({ ...draft, rules: [], metadata: { annotations } }, named('system:basic-user')).do).toBe('nothing')
  })
  test('get their subjects back, and a binding of another role is made anew', () => {
    const { draft } = named('system:discovery')
    expect(draft.roleRef === undefined).toBe(true)
    const binding = defaultRoles().find(
      ({ name, draft: it }) => name === 'system:discovery' && it.roleRef !== undefined,
    )
    if (binding === undefined) throw new Error('no binding')
    const bare = repair({ ...binding.draft, subjects: [] }, binding)
    expect(bare.do === 'update' && bare.object.subjects).toEqual(binding.draft.subjects)
    const other = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' }
    expect(repair({ ...binding.draft, roleRef: other }, binding).do).toBe('recreate')
  })
})
