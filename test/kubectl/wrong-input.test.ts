import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeReady, startCluster, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'
import { isReady, type Seen } from '../support/watch.ts'

/** What people get wrong, and what goes wrong under them: each ends in one clear sentence where a person looks. */
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

const CONFIGMAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: "1"\n'
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: d
spec:
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec:
      containers: [{name: c, image: podo/busybox:1}]
`

describe('a body that is wrong', () => {
  const refused = async (yaml: string, args: string[] = []): Promise<string> => {
    const result = await cluster.kubectl(['apply', '-f', '-', ...args], { stdin: yaml })
    expect(result.code, result.out).not.toBe(0)
    return result.err
  }
  const server = ['--validate=false']

  test.each([
    ['a syntax error', `${CONFIGMAP}\tx`, [], /error (converting YAML|parsing)/],
    ['an unknown field', CONFIGMAP.replace('\ndata:', '\ndat:'), [], /unknown field "dat"/],
    [
      'a wrong type',
      CONFIGMAP.replace('"1"', '{}'),
      server,
      /cannot unmarshal object into Go struct field ConfigMap.data of type string/,
    ],
    [
      'a missing field',
      DEPLOYMENT.replace(', image: podo/busybox:1', ''),
      server,
      /spec.template.spec.containers\[0\].image: Required value/,
    ],
    [
      'a name too long',
      CONFIGMAP.replace('name: c', `name: ${'n'.repeat(254)}`),
      [],
      /metadata.name: Invalid value: .*must be no more than 253/,
    ],
    [
      'a selector that does not match',
      DEPLOYMENT.replace('labels: {app: d}', 'labels: {app: e}'),
      [],
      /`selector` does not match template `labels`/,
    ],
  ])('[AP101] %s', async (_, yaml, args, sentence) => {
    expect(await refused(yaml, args)).toMatch(sentence)
  })

  test('[AP101] over 3 MB, not UTF-8, half a JSON', async () => {
    const path = '/api/v1/namespaces/default/configmaps'
    const big = Buffer.from(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'big' },
        data: { a: 'x'.repeat(3_200_000) },
      }),
    )
    expect(await post(path, big)).toMatchObject({ code: 413, message: expect.stringMatching(/limit is 3145728/) })
    const whole = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'half' } })
    expect(await post(path, Buffer.from(whole.slice(0, -3)))).toMatchObject({
      code: 400,
      message: expect.stringMatching(/unexpected end of JSON input/),
    })
    const latin = Buffer.from(whole.replace('half', 'h\u00e4lf'), 'latin1')
    expect((await post(path, latin)).code).toBeGreaterThanOrEqual(400)
  })
})

const post = (path: string, data: Buffer): Promise<{ code: number; message: string }> =>
  new Promise((done, fail) => {
    const headers = {
      authorization: `Bearer ${cluster.state.adminToken}`,
      'content-type': 'application/json',
      'content-length': data.length,
    }
    const sent = request(
      `${cluster.server}${path}`,
      { method: 'POST', ca: cluster.state.authority, headers },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () =>
          done({ code: response.statusCode ?? 0, message: (JSON.parse(text) as { message: string }).message }),
        ) // a Status
      },
    )
    sent.on('error', fail)
    sent.end(data)
  })

describe('a Pod that cannot run', () => {
  const run = async (name: string, container: object, spec: object = {}): Promise<void> => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        containers: [{ name: 'c', image: 'podo/busybox:1', ...container }],
        terminationGracePeriodSeconds: 1,
        ...spec,
      },
    }
    await cluster.api.expect('POST', '/api/v1/namespaces/default/pods', pod)
  }
  const seen = (name: string): Promise<Seen> =>
    cluster.api.expect<Seen>('GET', `/api/v1/namespaces/default/pods/${name}`)
  const events = (name: string): Promise<string> => cluster.ok(['events', '--for', `pod/${name}`])
  const waits = async (name: string, reason: string): Promise<void> => {
    const state = async () => (await seen(name)).status?.containerStatuses?.[0]?.state?.waiting?.reason
    await until(async () => (await state()) === reason, 60_000, `${name} waits with ${reason}`)
  }

  test('[AG85] an image that does not exist', async () => {
    await run('no-image', { image: '127.0.0.1:1/nope:1' })
    await waits('no-image', 'ImagePullBackOff')
    expect(await events('no-image')).toMatch(/Failed to pull image "127.0.0.1:1\/nope:1"/)
  })

  test('[AG85] a command that does not exist', async () => {
    await run('no-command', { command: ['/no/such/program'] })
    const failed = async (): Promise<boolean> => /no such file or directory/.test(await events('no-command'))
    await until(failed, 60_000, 'an event says that the program is missing')
  })

  test('[AG85] a container that exits at once', async () => {
    await run('exits', { command: ['sh', '-c', 'exit 3'] })
    await waits('exits', 'CrashLoopBackOff')
    expect((await seen('exits')).status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    })
    expect(await events('exits')).toContain('Back-off restarting failed container c in pod exits_default')
  })

  test('[SC20] a Pod larger than any node', async () => {
    await run('huge', { resources: { requests: { cpu: '1000' } } })
    await until(async () => (await events('huge')).includes('1 Insufficient cpu'), 20_000, 'the scheduler says why')
    expect((await seen('huge')).status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
    )
  })

  test('[SC20] a hostPort that is taken', async () => {
    const port = { ports: [{ containerPort: 80, hostPort: 18_080 }] }
    await run('first', port)
    await until(async () => (await seen('first')).spec?.nodeName !== undefined, 20_000, 'the first is bound')
    await run('second', port)
    const why = "1 node(s) didn't have free ports for the requested pod ports"
    await until(async () => (await events('second')).includes(why), 20_000, 'the scheduler says why')
  })

  test('[AG86] a field that the agent does not know yet keeps the Pod waiting, by name, and it never runs without it', async () => {
    await run(
      'wants-more',
      { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      { volumes: [{ name: 'v', nfs: { server: '192.0.2.1', path: '/exports' } }] },
    )
    const named = async (): Promise<boolean> => (await events('wants-more')).includes('spec.volumes')
    await until(named, 20_000, 'an event names the field')
    const pod = await seen('wants-more')
    expect(pod.status?.phase).toBe('Pending')
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting).toBeDefined()
  })
})

describe('a machine that is in trouble', () => {
  test('[AG87] Docker stops and comes back: the node says so, the Pod runs again', { timeout: 180_000 }, async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stays' },
      spec: { containers: [{ name: 'c', image: 'podo/busybox:1', command: ['sleep', '100000'] }] },
    }
    await cluster.api.expect('POST', '/api/v1/namespaces/default/pods', pod)
    await cluster.ok(['wait', '--for=condition=Ready', 'pod/stays', '--timeout=60s'])
    await docker.crash()
    await nodeReady(cluster, 'one', 'False', 60_000)
    expect(await cluster.ok(['describe', 'node', 'one'])).toMatch(/docker/i)
    await docker.start()
    await nodeReady(cluster, 'one', 'True', 60_000)
    const again = async (): Promise<boolean> =>
      isReady(await cluster.api.expect<Seen>('GET', '/api/v1/namespaces/default/pods/stays'))
    await until(again, 90_000, 'the Pod is Ready again')
  })

  test('[ND34] a join token serves one machine, and a name has one machine', async () => {
    const { token } = await cluster.api.expect<{ token: string }>('POST', '/podo/join-tokens', { ttlSeconds: 600 })
    const join = (name: string, machineId: string): Promise<{ code: number; body: unknown }> =>
      joinAs(token, name, machineId)
    expect((await join('two', 'machine-2')).code).toBeLessThan(300)
    expect((await join('two', 'machine-2')).code).toBeLessThan(300)
    expect(JSON.stringify((await join('two', 'machine-3')).body)).toMatch(/machine-2.*machine-3|machine-3.*machine-2/)
    expect((await join('three', 'machine-3')).code).toBeGreaterThanOrEqual(400)
  })
})

const FACTS = { labels: {}, status: { capacity: { cpu: '1', memory: '1Gi', pods: '10' }, conditions: [] } }

async function joinAs(token: string, name: string, machine: string): Promise<{ code: number; body: unknown }> {
  const data = Buffer.from(JSON.stringify({ version: 1, oldest: 1, agent: '0.0.0', name, machine, node: FACTS }))
  return new Promise((done, fail) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': data.length,
    }
    const sent = request(
      `${cluster.server}/podo/join`,
      { method: 'POST', ca: cluster.state.authority, headers },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => done({ code: response.statusCode ?? 0, body: JSON.parse(text) as unknown }))
      },
    )
    sent.on('error', fail)
    sent.end(data)
  })
}
