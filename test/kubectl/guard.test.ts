import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { get, request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'

/** The guard from the first day: who gets in, with what, and what lies on the disk. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => {
  await cluster?.stop()
})

function ask(
  path: string,
  token?: string,
  method = 'GET',
): Promise<{ code: number; body: { reason?: string; message?: string } | string }> {
  return new Promise((done, fail) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const sent = request(`${cluster.server}${path}`, { ca: cluster.state.authority, headers, method }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => {
        const json = response.headers['content-type']?.includes('json') === true
        done({ code: response.statusCode ?? 0, body: json ? (JSON.parse(text) as { reason?: string }) : text }) // a Status
      })
    })
    sent.on('error', fail)
    sent.end()
  })
}

test('[GD20] only the certificate of the cluster’s authority is trusted, over https', async () => {
  const refused = new Promise((done) => get(`${cluster.server}/livez`).on('error', (error) => done(error.message)))
  expect(await refused).toMatch(/certificate/)
  expect((await ask('/livez')).code).toBe(200)
})

test('[GD21] without a token nothing is told but health and version', async () => {
  for (const path of ['/livez', '/readyz', '/healthz', '/version']) expect((await ask(path)).code, path).toBe(200)
  for (const path of ['/api', '/apis', '/api/v1/nodes', '/openapi/v2', '/podo/tokens', '/nothing', '/']) {
    const { code, body } = await ask(path)
    expect({ path, code, body }).toMatchObject({ path, code: 403, body: { reason: 'Forbidden' } })
    expect((body as { message: string }).message).toContain('User "system:anonymous" cannot') // a Status
  }
})

test('[GD22] a wrong, cut or altered token is 401', async () => {
  const good = cluster.state.adminToken
  for (const token of ['x', good.slice(0, -1), `${good}x`, good.toUpperCase(), `podo1.user.x.y`]) {
    expect((await ask('/api/v1/nodes', token)).code, token).toBe(401)
  }
  expect((await ask('/api/v1/nodes', good)).code).toBe(200)
})

test('[GD23] a token of a user without groups may see itself and nothing else', async () => {
  const { token } = await cluster.api.expect<{ token: string }>('POST', '/podo/tokens', {
    user: 'ann',
    groups: ['devs'],
  })
  expect(await ask('/api/v1/namespaces/default/pods', token)).toMatchObject({
    code: 403,
    body: {
      message: 'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    },
  })
  const me = await cluster.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}', '--token', token])
  expect(me.out).toBe('ann')
})

test('[GD24] a token past its time is 401', async () => {
  const { token } = await cluster.api.expect<{ token: string }>('POST', '/podo/tokens', {
    user: 'bob',
    groups: ['system:masters'],
    ttlSeconds: 1,
  })
  const expired = async (): Promise<boolean> => (await ask('/api/v1/nodes', token)).code === 401
  await expect.poll(expired, { timeout: 5_000 }).toBe(true)
})

test('[GD25] a Secret’s value is nowhere in the files of the store, plain or base64', async () => {
  const value = `hunter2-${'correct-horse-battery'.repeat(3)}`
  await cluster.ok(['create', 'secret', 'generic', 's', `--from-literal=p=${value}`])
  await cluster.ok(['create', 'configmap', 'c', `--from-literal=p=visible-${'x'.repeat(20)}`])
  const plain = await cluster.ok(['get', 'secret', 's', '-o', 'jsonpath={.data.p}'])
  expect(Buffer.from(plain, 'base64').toString()).toBe(value)
  await cluster.ok(['delete', 'secret', 's'])
  const files = await databases(cluster.state.store)
  const has = (text: string): boolean => files.some((file) => file.includes(text))
  expect(has('visible-xxxxx')).toBe(true)
  // Base64 depends on where the value begins in its line: any of the three phases would show.
  const phases = [0, 1, 2].map((shift) => Buffer.from(value.slice(shift)).toString('base64').slice(0, 40))
  for (const text of [value, ...phases]) expect(has(text)).toBe(false)
})

test('[GD26] neither the admin token nor a made one is in the store or in a log', async () => {
  const { token } = await cluster.api.expect<{ token: string }>('POST', '/podo/tokens', { user: 'eve', groups: [] })
  expect((await ask('/api/v1/nodes', token)).code).toBe(403)
  const files = [
    ...(await databases(cluster.state.store)),
    await readFile(join(cluster.state.dir, 'control-plane.log')),
  ]
  const secret = token.split('.').at(-1) ?? token
  for (const text of [cluster.state.adminToken, token, secret])
    expect(files.some((file) => file.includes(text))).toBe(false)
})

test('[GD27] files with secrets are for their owner only', async () => {
  const { stdout } = await promisify(execFile)('find', [
    cluster.state.dir,
    '-type',
    'f',
    '-perm',
    '/077',
    '-not',
    '-path',
    '*/store/*',
    '-not',
    '-path',
    '*/.kube/*',
  ])
  expect(stdout).toBe('')
})

async function databases(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  expect(files.length).toBeGreaterThan(0)
  return Promise.all(files.map((file) => readFile(file)))
}
