import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { requestInfo } from '../guard/request-info.ts'

/**
 * 244 requests that a running kube-apiserver 1.36 answered, each with its answer: what a client may rely on to the letter.
 * They are asked one after the other, as they were then, of a cluster that holds what they speak of.
 */
interface Case {
  readonly case: string
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly body?: unknown
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly details?: object
  readonly warnings?: readonly string[]
}

const cases: readonly Case[] = (
  JSON.parse(readFileSync(new URL('testdata/validation-cases.json', import.meta.url), 'utf8')) as { cases: Case[] }
).cases

/** Whether podo serves what a case is about; a path that Kubernetes does not serve either is asked like any other. */
function isServed({ method, path, code }: Case): boolean {
  const { resource, subresource, group, version } = requestInfo(method, path.split('?')[0] ?? '', new URLSearchParams())
  const kind = kinds.find((one) => one.plural === resource && one.group === group && one.version === version)
  if (kind === undefined) return code === 404
  return subresource === '' || kind.rules.subresources?.includes(subresource) === true
}

const NS = '/api/v1/namespaces/h1p'
const APPS = '/apis/apps/v1/namespaces/h1p'
const template = {
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'E', value: '1' }] }] },
}
const workload = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template }
const named = (name: string, rest: object): object => ({ metadata: { name }, ...rest })

const SETUP: readonly (readonly [path: string, body: object])[] = [
  ['/api/v1/namespaces', named('default', {})],
  ['/api/v1/namespaces', named('kube-system', {})],
  ['/api/v1/namespaces', named('h1p', {})],
  ['/api/v1/nodes', named('nn', {})],
  [`${NS}/configmaps`, named('imm', { data: { a: '1' }, immutable: true })],
  [`${NS}/configmaps?fieldManager=m0`, named('c', { data: { a: '1' } })],
  [`${NS}/configmaps`, named('c6', {})],
  [`${NS}/secrets`, named('x1', {})],
  [`${NS}/services`, named('s1', { spec: { ports: [{ port: 80 }] } })],
  [
    `${NS}/persistentvolumeclaims`,
    named('p1', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'q' },
    }),
  ],
  [
    `${NS}/pods`,
    named('p1', {
      spec: { activeDeadlineSeconds: 5, containers: [{ name: 'c', image: 'i' }], nodeName: 'nn' },
    }),
  ],
  ...['d1', 'd9'].map((name) => [`${APPS}/deployments`, named(name, { spec: workload })] as const),
  [`${APPS}/statefulsets`, named('w1', { spec: { ...workload, serviceName: 'x' } })],
  [
    '/apis/batch/v1/namespaces/h1p/jobs',
    named('j1', { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } }),
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/namespaces/h1p/rolebindings',
    named('rb1', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } }),
  ],
  ['/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', named('zz', { spec: {} })],
]

const APPLY = { headers: { 'content-type': 'application/apply-patch+yaml' } }
const LONG = 'x'.repeat(1_048_577)

/** What the recording leaves out: bodies that are too long to be written down. */
const BODIES: Readonly<Record<string, object>> = {
  'secret big': named('x', { data: { a: Buffer.from(LONG).toString('base64') } }),
  'cm big': named('x', { data: { a: LONG } }),
  'anno big': { metadata: { annotations: { a: LONG.slice(0, 262_144) } } },
  'fieldManager bad': { data: { a: '1' } },
}
const QUERIES: Readonly<Record<string, string>> = { 'fieldManager bad': `?fieldManager=${'m'.repeat(129)}` }

/** What was done between two cases: managers that take fields over. */
const BEFORE: Readonly<Record<string, (of: TestApi) => Promise<void>>> = {
  'ssa two conflict': async (of) => {
    const body = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data })
    const path = `${NS}/configmaps/c`
    await of.call('PATCH', `${path}?fieldManager=m1&force=true`, body({ a: '9', z: '1' }), APPLY)
    await of.call('PATCH', `${path}?fieldManager=m2`, body({ a: '9' }), APPLY)
  },
}

/** uids, versions and where a hunk of a diff begins are different in every cluster. */
const plain = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/\bcurrent: \d+/g, 'current: N')
    .replaceAll(/@@ -\d+,\d+ \+\d+,\d+ @@/g, '@@')
    // A patch that makes no object quotes all of it: versions, times and managers included.
    .replaceAll(/Invalid value: \\*"\{\\*"apiVersion.*\}\\*"/g, 'Invalid value: OBJECT')

let t: TestApi
beforeAll(async () => {
  t = testApi(kinds)
  for (const [path, body] of SETUP) {
    const { status, body: answer } = await t.call('POST', path, body)
    expect([path, status, answer['message']]).toEqual([path, 201, undefined])
  }
})
afterAll(() => t.close())

const spoken = cases.filter(isServed)

test.each(spoken.map((of) => [of.case, of] as const))('[AP151] %s', async (_name, of) => {
  const headers = {
    'content-type': of.type ?? 'application/json',
    // The recording leaves out what was accepted; it was nothing that is served.
    ...(of.code === 406 ? { accept: 'application/foo' } : {}),
  }
  await BEFORE[of.case]?.(t)
  const sent = BODIES[of.case] ?? of.body
  const path = of.path + (QUERIES[of.case] ?? '')
  const { status, body, text, headers: answered } = await t.call(of.method, path, sent, { headers })
  // The recording ends in the midst of this message; its causes are whole.
  const cut = of.case === 'pod spec immut'
  const details = body['details'] as { causes?: unknown } | undefined
  const causes = (of.details as { causes?: unknown } | undefined)?.causes
  // Managers in conflict come out of a map of Go, in any order.
  const ordered = (list: unknown): unknown =>
    of.reason === 'Conflict' && Array.isArray(list) ? list.map((one) => JSON.stringify(one)).sort() : list
  const json = (value: unknown): string => plain(JSON.stringify(ordered(value) ?? null))
  expect({
    code: status,
    ...(of.reason === undefined ? {} : { reason: body['reason'] }),
    ...(of.message === undefined
      ? {}
      : { message: plain(String(body['message'] ?? text)).slice(0, cut ? plain(of.message).length : undefined) }),
    ...(causes === undefined ? {} : { causes: json(details?.causes) }),
    ...(of.warnings === undefined ? {} : { warnings: answered.get('warning') }),
  }).toEqual({
    code: of.code,
    ...(of.reason === undefined ? {} : { reason: of.reason }),
    ...(of.message === undefined ? {} : { message: plain(of.message) }),
    ...(causes === undefined ? {} : { causes: json(causes) }),
    ...(of.warnings === undefined ? {} : { warnings: of.warnings.join(', ') }),
  })
})
