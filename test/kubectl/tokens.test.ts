import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DIST, startCluster, type TestCluster } from '../support/cluster.ts'

/** Who may do what, as kubectl and `podo token` show it. */
let cluster: TestCluster
let kubeconfig: string

beforeAll(async () => {
  cluster = await startCluster()
  kubeconfig = join(cluster.state.kubeconfig, '..', 'jane.kubeconfig')
})
afterAll(async () => {
  await cluster?.stop()
})

const run = promisify(execFile)
const podo = (...args: string[]) =>
  run(process.execPath, [join(DIST, 'podo.mjs'), '--kubeconfig', cluster.state.kubeconfig, 'token', ...args]).then(
    ({ stdout }) => ({ code: 0, out: stdout, err: '' }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  )

/** kubectl as the bearer of a token; its own kubeconfig has no other user. */
async function as(token: string, args: readonly string[]) {
  const admin = await readFile(cluster.state.kubeconfig, 'utf8')
  await writeFile(kubeconfig, admin.replace(/token: .*/, `token: ${token}`))
  const result = await cluster.kubectl(['--kubeconfig', kubeconfig, ...args])
  await rm(kubeconfig)
  return result
}

test('[CL40] podo token: a token is made, listed and revoked', async () => {
  const made = await podo('create', 'jane', '--group', 'devs', '--ttl', '1h')
  expect(made.code, made.err).toBe(0)
  const token = made.out.trim()
  const me = await as(token, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username} {.status.userInfo.groups}'])
  expect(me.out, me.err).toBe('jane ["devs","system:authenticated"]')
  const list = (await podo('list')).out
  expect(list).not.toContain(token)
  const [, row = ''] = list.split('\n')
  expect(row).toMatch(/jane\s+devs\s/)
  const id = row.split(/\s+/)[0] ?? ''
  expect(await podo('revoke', id)).toMatchObject({ code: 0, out: `The token ${id} of user jane is revoked.\n` })
  expect((await as(token, ['auth', 'whoami'])).code).not.toBe(0)
  expect(await podo('revoke', id)).toMatchObject({ code: 1, err: expect.stringContaining(`tokens "${id}" not found`) })
  expect((await podo('revoke', '--help')).out).toMatch(/from the next request on it is\s+worth nothing/)
})

test('[GD63] kubectl create token, auth whoami and auth can-i say what an account may', async () => {
  await cluster.ok(['create', 'serviceaccount', 'reader'])
  const bind = ['create', 'rolebinding', 'reader', '--clusterrole=view', '--serviceaccount=default:reader']
  await cluster.ok(bind)
  const token = (await cluster.ok(['create', 'token', 'reader', '--duration=1h'])).trim()
  const me = await as(token, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])
  expect(me.out, me.err).toBe('system:serviceaccount:default:reader')
  expect((await as(token, ['get', 'configmaps'])).code).toBe(0)
  const denied = await as(token, ['get', 'secrets'])
  expect(denied.err).toContain('User "system:serviceaccount:default:reader" cannot list resource "secrets"')
  const yes = await as(token, ['auth', 'can-i', 'list', 'pods'])
  expect(yes.out.trim(), `${yes.code} ${yes.err}`).toBe('yes')
  const no = await as(token, ['auth', 'can-i', 'delete', 'pods'])
  expect([no.code, no.out.trim()]).toEqual([1, 'no'])
  const all = (await as(token, ['auth', 'can-i', '--list'])).out
  expect(all).toMatch(/configmaps\s+\[\]\s+\[\]\s+\[get list watch\]/)
  expect(all).toMatch(/\[\/healthz\]/)
  const acting = await cluster.ok(['auth', 'can-i', 'get', 'pods', '--as=system:serviceaccount:default:reader'])
  expect(acting.trim()).toBe('yes')
})

test('[GD63] kubectl auth reconcile adds what a role lacks', async () => {
  const manifest = (verbs: string[]) =>
    JSON.stringify({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'mine', namespace: 'default' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
    })
  const reconcile = (verbs: string[]) => cluster.ok(['auth', 'reconcile', '-f', '-'], { stdin: manifest(verbs) })
  await reconcile(['get'])
  await reconcile(['list'])
  const rules = await cluster.ok(['get', 'role', 'mine', '-o', 'jsonpath={.rules[*].verbs}'])
  expect(rules).toBe('["get"] ["list"]')
})

test('[GD48] a token Secret is filled, lets in, and ends with itself', async () => {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name: 'legacy', annotations: { 'kubernetes.io/service-account.name': 'default' } },
  }
  await cluster.ok(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) })
  const encoded = await cluster.ok(['get', 'secret', 'legacy', '-o', 'jsonpath={.data.token}'])
  const token = Buffer.from(encoded, 'base64').toString()
  const me = await as(token, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])
  expect(me.out, me.err).toBe('system:serviceaccount:default:default')
  await cluster.ok(['delete', 'secret', 'legacy'])
  expect((await as(token, ['auth', 'whoami'])).code).not.toBe(0)
})
