import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { startDocker, until, type TestDocker } from '../support/docker.ts'
import { loadClients } from '../support/node-image.ts'

/** The API from inside a Pod: official clients with nothing but their defaults. */
const program = fileURLToPath(new URL('in-pod.ts', import.meta.url))
let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent

beforeAll(async () => {
  docker = await startDocker()
  await loadClients(docker.socket, { client: program })
  cluster = await startCluster()
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
  await cluster.ok(['create', 'serviceaccount', 'reader'])
  await cluster.api.expect('POST', '/api/v1/namespaces/default/pods', pod('client', 'reader'))
  await cluster.ok(['wait', '--for=condition=Ready', 'pod/client', '--timeout=60s'])
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})

const SECRETS = '/var/run/secrets/kubernetes.io/serviceaccount'
/** The volume that ServiceAccount admission gives every Pod, with a token that is renewed soon. */
const pod = (name: string, serviceAccountName: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    serviceAccountName,
    terminationGracePeriodSeconds: 1,
    volumes: [
      {
        name: 'access',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
    ],
    containers: [
      {
        name: 'c',
        image: 'podo/clients:1',
        command: ['node', '/app/client.cjs'],
        volumeMounts: [{ name: 'access', mountPath: SECRETS, readOnly: true }],
      },
    ],
  },
})
const token = async (): Promise<string> =>
  (await inside('node', '-p', `fs.readFileSync('${SECRETS}/token', 'utf8')`)).out
const lists = async (): Promise<boolean> => (await lines()).includes('pods client')
const lines = async (): Promise<string[]> => (await cluster.ok(['logs', 'client', '--tail=3'])).trim().split('\n')
const inside = (...command: string[]) =>
  cluster.kubectl(['exec', 'client', '--', ...command], { env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true' } })

test('[ND41] a client in a Pod finds the API, which knows its ServiceAccount, and gives what it may see', async () => {
  const server = `server https://169.254.1.1:${cluster.port} namespace default`
  await until(async () => (await cluster.ok(['logs', 'client'])).startsWith(server), 20_000, 'it says whom it asks')
  const denied = async (): Promise<boolean> =>
    (await lines()).some((line) => line.includes('system:serviceaccount:default:reader'))
  await until(denied, 20_000, 'the API refuses it by its name')
  await cluster.ok(['create', 'rolebinding', 'reads', '--clusterrole=view', '--serviceaccount=default:reader'])
  await until(lists, 20_000, 'it lists the Pods')
})

test('[ND41] so does kubectl', async () => {
  const { code, out, err } = await inside('kubectl', 'get', 'pods', '-o', 'name')
  expect({ code, out, err }).toEqual({ code: 0, out: 'pod/client\n', err: '' })
})

test('[ND42] nothing else of the machine’s loopback is reached', async () => {
  const dial = (host: string, port: number): string => {
    const say = (what: string): string => `{ console.log(${what}); process.exit() }`
    const socket = `require('net').connect(${port}, '${host}')`
    return `${socket}.on('connect', () => ${say("'connected'")}).on('error', (error) => ${say('error.code')})`
  }
  expect((await inside('node', '-e', dial('169.254.1.1', cluster.port))).out).toBe('connected\n')
  expect((await inside('node', '-e', dial('169.254.1.1', 22))).out).toBe('ECONNREFUSED\n')
  expect((await inside('node', '-e', dial('127.0.0.1', cluster.port))).out).toBe('ECONNREFUSED\n')
})

test('[AG77] without a control plane a restarted agent brings back what dies, with the token that it had', async () => {
  const before = await token()
  await cluster.crash()
  await agent.kill()
  await agent.start()
  const http = dockerHttp(docker.socket)
  const running = async (): Promise<string[]> => {
    const filters = JSON.stringify({ label: ['podo.container=c'] })
    const rows = await http.call('GET', '/containers/json', { query: { filters } })
    return (rows as { Id: string }[]).map(({ Id }) => Id) // Docker's list
  }
  const [old = ''] = await running()
  await http.call('POST', `/containers/${old}/kill`)
  const isBack = async (): Promise<boolean> => (await running()).some((id) => id !== old)
  await until(isBack, 60_000, 'the container runs again')
  await cluster.restart()
  await nodeReady(cluster, 'one')
  // [AG75] The agent has forgotten the old token, and gives the Pod a fresh one in its place.
  await until(async () => (await token().catch(() => before)) !== before, 60_000, 'the token is another one')
  await until(lists, 30_000, 'the client goes on')
})
