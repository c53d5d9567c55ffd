import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeReady, startCluster, type TestCluster } from '../support/cluster.ts'
import { makeBed, UPLINK, type Bed, type Host } from '../support/bed.ts'
import { loadBusybox, until } from '../support/docker.ts'

/** A Pod on a machine of its own: what is outside it, and what its containers share. */
let bed: Bed
let host: Host
let cluster: TestCluster
let outside: Server
const visitors: string[] = []

beforeAll(async () => {
  bed = await makeBed()
  host = await bed.host()
  await loadBusybox(host.docker.socket)
  outside = createServer((request, response) => {
    visitors.push(request.socket.remoteAddress ?? '')
    response.end('hello from outside')
  }).listen(0, UPLINK)
  cluster = await startCluster({ listen: UPLINK })
  await cluster.addAgent({ name: 'one', socket: host.docker.socket, netns: host.netns })
  await nodeReady(cluster, 'one')
  await cluster.ok(['create', 'secret', 'generic', 's', '--from-literal=password=hunter2'])
  await cluster.ok(['create', 'configmap', 'c', '--from-literal=COLOUR=green', '--from-literal=size=9'])
  await cluster.ok(['apply', '-f', '-'], { stdin: JSON.stringify(POD) })
  await cluster.ok(['wait', '--for=condition=Ready', 'pod/p', '--timeout=60s'])
})
afterAll(async () => {
  outside?.close()
  await cluster?.stop()
  await bed?.down()
})

const container = (name: string): object => ({
  name,
  image: 'podo/busybox:1',
  command: ['sleep', '100000'],
  env: [
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
    { name: 'SIZE', valueFrom: { configMapKeyRef: { name: 'c', key: 'size' } } },
    { name: 'BOTH', value: '$(PASSWORD)-$(SIZE)' },
  ],
  envFrom: [{ configMapRef: { name: 'c' } }, { prefix: 'S_', secretRef: { name: 's' } }],
})
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { terminationGracePeriodSeconds: 1, containers: [container('a'), container('b')] },
}
const run = (name: string, script: string): Promise<string> =>
  cluster.ok(['exec', 'p', '-c', name, '--', 'sh', '-c', script], {
    env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true' },
  })

test('[AG90] a Pod reaches what is outside, with the address of its machine', async () => {
  await until(() => outside.listening, 5_000, 'the server outside listens')
  const address = outside.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(await run('a', `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc ${UPLINK} ${port}`)).toContain('hello from outside')
  expect(visitors).toEqual([host.address])
})

test('[AG91] the containers of a Pod share their memory, and see what Secrets and ConfigMaps say', async () => {
  await run('a', 'echo shared > /dev/shm/note')
  expect(await run('b', 'cat /dev/shm/note')).toBe('shared\n')
  const environment = (await run('a', 'env')).split('\n')
  const expected = ['PASSWORD=hunter2', 'SIZE=9', 'BOTH=hunter2-9', 'COLOUR=green', 'S_password=hunter2']
  expect(environment).toEqual(expect.arrayContaining(expected))
})
