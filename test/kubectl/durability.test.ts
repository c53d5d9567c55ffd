import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { nodeReady, startCluster, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'

/** workerd is killed in the middle of writes, twenty times: what it acknowledged is there, what runs goes on. */
const KILLS = 20
const WRITES = 5_000
const WRITERS = 16

let docker: TestDocker
let cluster: TestCluster
beforeAll(async () => {
  docker = await startDocker()
  await loadBusybox(docker.socket)
  cluster = await startCluster()
  await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})

const running = async (): Promise<string[]> => {
  const rows = (await dockerHttp(docker.socket).call('GET', '/containers/json')) as { Id: string }[] // Docker's list
  return rows.map((row) => row.Id).sort()
}

test(
  '[ST1] no acknowledged write is lost by twenty kills, and no container is touched',
  { timeout: 300_000 },
  async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'podo/busybox:1', command: ['sleep', '100000'] }] },
    }
    await cluster.api.expect('POST', '/api/v1/namespaces/default/pods', pod)
    await cluster.ok(['wait', '--for=condition=Ready', 'pod/p', '--timeout=30s'])
    const before = await running()

    const acknowledged = new Map<string, string>()
    const perKill = Math.ceil(WRITES / KILLS)
    let next = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const writers = Array.from({ length: WRITERS }, () => writeUntilGone(() => next++, acknowledged))
      await until(() => acknowledged.size >= kill * perKill, 60_000, `${kill * perKill} writes are acknowledged`)
      await cluster.crash()
      await Promise.all(writers)
      await cluster.restart()
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(WRITES)

    const found = await readBack()
    const lost = [...acknowledged].filter(([name, value]) => found.get(name) !== value)
    expect(lost).toEqual([])
    expect(await running()).toEqual(before)
    await nodeReady(cluster, 'one', 'True', 60_000)
    await cluster.api.expect('DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=1')
    await until(async () => (await running()).length === 0, 30_000, 'the agent is back and takes the Pod down')
  },
)

/** Creates ConfigMaps one after another until the server is gone; notes only what a 201 acknowledged. */
async function writeUntilGone(number: () => number, acknowledged: Map<string, string>): Promise<void> {
  for (;;) {
    const name = `w${number()}`
    const value = `${name}-${Math.random()}`
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }
    const answer = await cluster.api.call('POST', '/api/v1/namespaces/default/configmaps', body).catch(() => undefined)
    if (answer === undefined) return
    if (answer.code === 201) acknowledged.set(name, value)
  }
}

async function readBack(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  let token = ''
  do {
    const path = `/api/v1/namespaces/default/configmaps?limit=500${token === '' ? '' : `&continue=${token}`}`
    const list = await cluster.api.expect<{
      metadata: { continue?: string }
      items: { metadata: { name: string }; data?: { value?: string } }[]
    }>('GET', path)
    for (const item of list.items) found.set(item.metadata.name, item.data?.value ?? '')
    token = encodeURIComponent(list.metadata.continue ?? '')
  } while (token !== '')
  return found
}
