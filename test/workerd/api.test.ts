import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { Cluster } from '../../worker/cluster.ts'
import worker, { type Env } from '../../worker/index.ts'
import { readFrames } from '../support/frames.ts'

/** The edge and the object together, in the runtime. One object serves the file: each test has a namespace of its own. */
const secrets = { PODO_ADMIN_TOKEN: env.PODO_ADMIN_TOKEN, PODO_KEY: env.PODO_KEY }
const bindings = { CLUSTER: env.CONTROL_PLANE, STREAM: env.STREAM, ...secrets }
const stub = () => env.CONTROL_PLANE.get(env.CONTROL_PLANE.idFromName('cluster'))

const AUTH = { authorization: `Bearer ${env.PODO_ADMIN_TOKEN}`, 'content-type': 'application/json' }
const call = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = AUTH,
  given: Env = bindings,
) =>
  worker.fetch(
    // The handler's own type asks for a request as the runtime delivers it, which has `cf` besides.
    new Request(`https://podo.test${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }) as never,
    given,
  )

async function namespaceOf(name: string): Promise<string> {
  const made = await call('POST', '/api/v1/namespaces', { metadata: { name } })
  expect(made.status).toBe(201)
  await made.body?.cancel()
  return `/api/v1/namespaces/${name}/configmaps`
}
const configMap = (name: string) => ({ metadata: { name }, data: { a: '1' } })
async function post(base: string, name: string): Promise<void> {
  const made = await call('POST', base, configMap(name))
  expect(made.status).toBe(201)
  await made.body?.cancel()
}

/** Reads a watch line by line, with a deadline for each. */
function lines(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  return {
    async next(): Promise<
      { type: string; object: { metadata: { name: string; resourceVersion: string } } } | undefined
    > {
      for (;;) {
        const end = rest.indexOf('\n')
        if (end > 0) {
          const line = rest.slice(0, end)
          rest = rest.slice(end + 1)
          return JSON.parse(line)
        }
        if (end === 0) rest = rest.slice(1)
        else {
          const { value, done } = await reader.read()
          if (done) return undefined
          rest += value
        }
      }
    },
    cancel: () => reader.cancel(),
  }
}

test('[AP11] without its secrets a deployment answers 503 to everything, and says which is missing', async () => {
  for (const path of ['/api', '/livez', '/version', '/podo/node']) {
    const { PODO_ADMIN_TOKEN: _, ...incomplete } = bindings
    const answer = await call('GET', path, undefined, {}, incomplete)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      kind: 'Status',
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('PODO_ADMIN_TOKEN'),
    })
  }
})

test('[GD3] noise does not wake the object: no token and a wrong one are answered by the edge', async () => {
  const woken: string[] = []
  const namespace = { idFromName: () => woken.push('woken'), get: () => woken.push('woken') } as never // never to be called
  const given = { ...bindings, CLUSTER: namespace, STREAM: namespace }
  const status = async (path: string, headers: Record<string, string>) => {
    const answer = await call('GET', path, undefined, headers, given)
    await answer.body?.cancel()
    return answer.status
  }
  expect(await status('/api/v1/pods', {})).toBe(403)
  expect(await status('/api/v1/pods', { authorization: 'Bearer nope' })).toBe(401)
  expect(await status('/podo/node', { authorization: 'Bearer podo-node.bg.0.c2VjcmV0.bWFj' })).toBe(401)
  expect(await status('/podo/join', { authorization: 'Bearer nope' })).toBe(401)
  expect(await status('/livez', {})).toBe(200)
  expect(woken).toEqual([])
})

test('[GD46] a token of a ServiceAccount passes the edge, and a forged one wakes no object', async () => {
  await namespaceOf('accounts')
  const account = '/api/v1/namespaces/accounts/serviceaccounts/default'
  const made = await call('POST', `${account}/token`, { spec: {} })
  expect(made.status).toBe(201)
  const { status } = await made.json<{ status: { token: string } }>()
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const answer = await call('POST', path, review, bearer(status.token))
  expect(await answer.json()).toMatchObject({
    status: { userInfo: { username: 'system:serviceaccount:accounts:default' } },
  })
  const never = { idFromName: () => expect.fail('woken'), get: () => expect.fail('woken') } as never // never to be called
  const [head, , signature] = status.token.split('.')
  const claims = Buffer.from(JSON.stringify({ iss: 'kubernetes/serviceaccount' })).toString('base64url')
  const voucher = { 'podo-voucher': `${Buffer.from('{"type":"user","user":{}}').toString('base64url')}.x` }
  for (const headers of [{}, voucher]) {
    const forged = { ...bearer(`${head}.${claims}.${signature}`), ...headers }
    expect((await call('POST', path, review, forged, { ...bindings, CLUSTER: never })).status).toBe(401)
  }
})

test('[GD47] keys are public where the issuer was given a name, and not otherwise', async () => {
  const named = { ...bindings, PODO_ISSUER: 'https://podo.example' }
  const answer = await call('GET', '/.well-known/openid-configuration', undefined, {}, named)
  expect(await answer.json()).toMatchObject({
    issuer: 'https://podo.example',
    jwks_uri: 'https://podo.example/openid/v1/jwks',
  })
  expect((await call('GET', '/openid/v1/jwks', undefined, {}, named)).status).toBe(200)
  expect((await call('GET', '/openid/v1/jwks', undefined, {})).status).toBe(403)
})

test('[AP12] a bridged watch outlives the eviction of its object, and gets the next event', async () => {
  const base = await namespaceOf('evicted')
  const watch = lines(await call('GET', `${base}?watch=1&timeoutSeconds=60`))
  const root = await watch.next()
  expect(root?.object.metadata.name).toBe('kube-root-ca.crt')
  await post(base, 'a')
  expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } })
  await evictDurableObject(stub())
  await post(base, 'b')
  expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'b' } } })
  await watch.cancel()
})

test('[AP204] a protobuf watch reaches the client as frames, and outlives the eviction of its object', async () => {
  const base = await namespaceOf('binary')
  const accept = 'application/vnd.kubernetes.protobuf;stream=watch,application/json'
  const query =
    'watch=1&timeoutSeconds=2&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true'
  const answer = await call('GET', `${base}?${query}`, undefined, { ...AUTH, accept })
  expect(answer.headers.get('content-type')).toBe('application/vnd.kubernetes.protobuf;stream=watch')
  await post(base, 'a')
  await evictDurableObject(stub())
  await post(base, 'b')
  const seen = readFrames(new Uint8Array(await answer.arrayBuffer()), 'io.k8s.api.core.v1.ConfigMap')
  const told = seen.map(({ type, object }) => `${type} ${String((object['metadata'] as { name?: string }).name ?? '')}`)
  expect(told).toEqual(['ADDED kube-root-ca.crt', 'BOOKMARK ', 'ADDED a', 'ADDED b', 'BOOKMARK '])
})

test('[AP13] a client that goes takes its socket with it', async () => {
  const base = await namespaceOf('left')
  const open = () =>
    runInDurableObject(
      stub(),
      (_, ctx) => ctx.getWebSockets('watch:configmaps').filter((s) => s.readyState === 1).length,
    )
  const before = await open()
  const watch = lines(await call('GET', `${base}?watch=1&timeoutSeconds=60`))
  await watch.next()
  expect(await open()).toBe(before + 1)
  await watch.cancel()
  await expect.poll(open, { timeout: 5_000 }).toBe(before)
})

test('[AP14] a watch ends at its timeoutSeconds, with a bookmark where they were asked for', async () => {
  const base = await namespaceOf('timed')
  const query = 'watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion='
  const listed = await call('GET', base)
  const { metadata } = await listed.json<{ metadata: { resourceVersion: string } }>()
  const answer = await call('GET', `${base}?${query}${metadata.resourceVersion}`)
  expect(answer.headers.get('cache-control')).toContain('no-transform')
  const watch = lines(answer)
  expect(await watch.next()).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } })
  expect(await watch.next()).toBeUndefined()
})

test('[AP15] a refused watch is answered as any other request', async () => {
  const bad = await call('GET', '/api/v1/pods?watch=1&timeoutSeconds=x')
  expect([bad.status, (await bad.json<{ message: string }>()).message]).toEqual([
    400,
    'strconv.ParseInt: parsing "x": invalid syntax',
  ])
  const missing = await call('GET', '/api/v1/nothings?watch=1')
  expect(missing.status).toBe(404)
  await missing.body?.cancel()
})

test('[AP16] every write is answered after the controllers took their turn', async () => {
  await namespaceOf('turned')
  const account = await call('GET', '/api/v1/namespaces/turned/serviceaccounts/default')
  expect(account.status).toBe(200)
  await account.body?.cancel()
})

test('[AP17] an idle cluster sets no alarm of its own', async () => {
  await runInDurableObject(stub(), async (instance, ctx) => {
    expect(instance).toBeInstanceOf(Cluster)
    const alarm = await ctx.storage.getAlarm()
    // Controllers may wait for something; nothing may fire within the second.
    expect(alarm === null || alarm > Date.now() + 1_000).toBe(true)
  })
})
