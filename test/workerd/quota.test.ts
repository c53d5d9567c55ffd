import { createScheduledController, evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import worker from '../../worker/index.ts'

/** The counts of a day, across evictions of the object, and the edge's call at midnight. */
const secrets = { PODO_ADMIN_TOKEN: env.PODO_ADMIN_TOKEN, PODO_KEY: env.PODO_KEY }
const bindings = { CLUSTER: env.CONTROL_PLANE, STREAM: env.STREAM, ...secrets }
const stub = () => env.CONTROL_PLANE.get(env.CONTROL_PLANE.idFromName('cluster'))
const headers = { authorization: `Bearer ${env.PODO_ADMIN_TOKEN}`, 'content-type': 'application/json' }
const call = (method: string, path: string, body?: unknown) =>
  worker.fetch(
    // The handler's own type asks for a request as the runtime delivers it, which has `cf` besides.
    new Request(`https://podo.test${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }) as never,
    bindings,
  )
async function spent(): Promise<{ rowsWritten: number; requests: number }> {
  const { shares } = await (await call('GET', '/podo/quota')).json<{ shares: { what: string; used: number }[] }>()
  const of = (name: string) => shares.find(({ what }) => what === name)?.used ?? 0
  return { rowsWritten: of('rowsWritten'), requests: of('requests') }
}
const write = async (name: string) => {
  const made = await call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } })
  expect(made.status).toBe(201)
  await made.body?.cancel()
}

test('[QT5] what was counted is known after an eviction, where a watch is open', async () => {
  const watch = await call('GET', '/api/v1/namespaces/default/configmaps?watch=1')
  await write('a')
  const before = await spent()
  expect(before.rowsWritten).toBeGreaterThan(2)
  await evictDurableObject(stub())
  const after = await spent()
  expect(after.rowsWritten).toBeGreaterThanOrEqual(before.rowsWritten)
  expect(after.requests).toBeGreaterThan(before.requests)
  await watch.body?.cancel()
})

test('[QT8] the edge wakes the object at midnight', async () => {
  const before = await spent()
  await worker.scheduled(createScheduledController(), bindings)
  expect((await spent()).requests).toBe(before.requests + 2)
})
