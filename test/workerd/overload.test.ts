import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { SENT_HEADER } from '../../worker/http/gate.ts'
import worker from '../../worker/index.ts'

/** The real edge and the real object, brought to their limits. */
const secrets = { PODO_ADMIN_TOKEN: env.PODO_ADMIN_TOKEN, PODO_KEY: env.PODO_KEY }
const bindings = { CLUSTER: env.CONTROL_PLANE, STREAM: env.STREAM, ...secrets }
const stub = () => env.CONTROL_PLANE.get(env.CONTROL_PLANE.idFromName('cluster'))
const AUTH = { authorization: `Bearer ${env.PODO_ADMIN_TOKEN}`, 'content-type': 'application/json' }

const call = (method: string, path: string, headers: Record<string, string> = AUTH, body?: string) =>
  // The handler's own type asks for a request as the runtime delivers it, which has `cf` besides.
  worker.fetch(
    new Request(`https://podo.test${path}`, { method, headers, ...(body === undefined ? {} : { body }) }) as never,
    bindings,
  )

async function userToken(name: string): Promise<string> {
  const made = await call('POST', '/podo/tokens', AUTH, JSON.stringify({ user: name, groups: ['devs'] }))
  return (await made.json<{ token: string }>()).token
}

test('[AP208] a request that waited too long for the object is sent away, an admin’s is still answered', async () => {
  const token = await userToken('waits')
  const ask = async (bearer: string, waited: number) => {
    const headers = { authorization: `Bearer ${bearer}`, [SENT_HEADER]: String(Date.now() - waited) }
    const answer = await stub().fetch(new Request('https://podo.test/api', { headers }))
    await answer.body?.cancel()
    return [answer.status, answer.headers.get('retry-after')]
  }
  expect(await ask(token, 0)).toEqual([200, null])
  expect(await ask(token, 10_000)).toEqual([429, '1'])
  expect(await ask(env.PODO_ADMIN_TOKEN, 10_000)).toEqual([200, null])
  expect(await ask(env.PODO_ADMIN_TOKEN, 60_000)).toEqual([429, '1'])
})

test('[AP208] bodies that never end leave room for admins, and all of it is given back', async () => {
  const token = await userToken('uploads')
  const open: { end: () => void; answer: Promise<Response> }[] = []
  const upload = (bearer: string) => {
    const { readable, writable } = new TransformStream<Uint8Array>()
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
    const request = new Request('https://podo.test/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      headers,
      body: readable,
    })
    open.push({ end: () => void writable.close(), answer: stub().fetch(request) })
    return open.at(-1)!.answer
  }
  for (let i = 0; i < 8; i++) void upload(token)
  const ninth = await upload(token)
  expect([ninth.status, ninth.headers.get('retry-after')]).toEqual([429, '1'])
  const review = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })
  const admin = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', AUTH, review)
  expect(admin.status).toBe(201)
  for (const { end } of open.slice(0, 8)) end()
  for (const { answer } of open) await (await answer).body?.cancel()
  const headers = { ...AUTH, authorization: `Bearer ${token}` }
  const again = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', headers, review)
  expect(again.status).toBe(201)
})

test('[AP209] the edge compresses long answers and leaves short ones alone', async () => {
  const gzip = { ...AUTH, 'accept-encoding': 'gzip' }
  const long = await call('GET', '/openapi/v2', gzip)
  expect([long.status, long.headers.get('content-encoding'), long.headers.get('vary')]).toEqual([
    200,
    'gzip',
    'Accept, Accept-Encoding',
  ])
  const unpacked = long.body!.pipeThrough(new DecompressionStream('gzip'))
  expect(await new Response(unpacked).json()).toMatchObject({ swagger: '2.0' })
  const short = await call('GET', '/api', gzip)
  expect(short.headers.get('content-encoding')).toBeNull()
  await short.body?.cancel()
})
