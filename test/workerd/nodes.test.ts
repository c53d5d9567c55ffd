import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { CHANNEL, exitStatus, onChannel, WINDOW } from '../../api/stream.ts'
import type { FromAgent, FromControlPlane, NodeStatement, StreamOpen } from '../../api/wire.ts'
import worker from '../../worker/index.ts'

/** An agent of a few lines against the edge, the Cluster object and the Stream object, across their evictions. */
const secrets = { PODO_ADMIN_TOKEN: env.PODO_ADMIN_TOKEN, PODO_KEY: env.PODO_KEY }
const bindings = { CLUSTER: env.CONTROL_PLANE, STREAM: env.STREAM, ...secrets }
const cluster = () => env.CONTROL_PLANE.get(env.CONTROL_PLANE.idFromName('cluster'))
const PODS = '/api/v1/namespaces/default/pods'

const fetch = (path: string, token: string, init: { method?: string; body?: unknown; headers?: object } = {}) =>
  worker.fetch(
    // The handler's own type asks for a request as the runtime delivers it, which has `cf` besides.
    new Request(`https://podo.test${path}`, {
      method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    }) as never,
    bindings,
  )
const admin = async <T>(path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(path, env.PODO_ADMIN_TOKEN, body === undefined ? {} : { body })
  expect(answer.status).toBeLessThan(300)
  return answer.json<T>()
}

/** One end of a WebSocket, whose messages are taken one by one. */
class Line {
  readonly #socket: WebSocket
  readonly #waiting: (string | ArrayBuffer)[] = []
  #wake: () => void = () => undefined
  readonly closed: Promise<{ code: number; reason: string }>

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => {
      this.#waiting.push(data as string | ArrayBuffer) // binaryType says which
      this.#wake()
    })
    this.closed = new Promise((resolve) => socket.addEventListener('close', resolve))
    socket.accept()
  }
  async next(): Promise<string | ArrayBuffer> {
    for (;;) {
      const message = this.#waiting.shift()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => void (this.#wake = resolve))
    }
  }
  async json<T>(): Promise<T> {
    return JSON.parse((await this.next()) as string) as T // the caller knows what comes
  }
  async frame(): Promise<[channel: number, text: string]> {
    const bytes = new Uint8Array((await this.next()) as ArrayBuffer) // a channel frame comes
    return [bytes[0] ?? -1, new TextDecoder().decode(bytes.subarray(1))]
  }
  send = (message: string | Uint8Array): void => this.#socket.send(message)
  say = (message: FromAgent): void => this.send(JSON.stringify(message))
  close = (): void => this.#socket.close(1000)
}
async function open(path: string, token: string, headers: object = {}): Promise<Line> {
  const { webSocket, status } = await fetch(path, token, { headers: { upgrade: 'websocket', ...headers } })
  expect(status).toBe(101)
  return new Line(webSocket ?? expect.unreachable('no socket'))
}

const node: NodeStatement = {
  labels: { 'kubernetes.io/os': 'linux' },
  status: {
    capacity: { cpu: '2', memory: '1Gi', pods: '110' },
    allocatable: { cpu: '2', memory: '1Gi', pods: '110' },
    addresses: [{ type: 'InternalIP', address: '10.0.0.5' }],
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
  },
}
const versions = { version: 1, oldest: 1, agent: '0.1.0', name: 'n1', machine: 'm1' }
let credential: string
let link: Line

async function dial(): Promise<Line> {
  const line = await open('/podo/node', credential)
  line.say({ type: 'hello', ...versions, revision: 0, node })
  expect(await line.json()).toMatchObject({ type: 'welcome', version: 1 })
  expect(await line.json()).toMatchObject({ type: 'snapshot', node: { metadata: { name: 'n1' } } })
  return line
}
/** The next message of this type; others (deltas that other writes cause) are passed over. */
async function until<T extends FromControlPlane['type']>(type: T): Promise<FromControlPlane & { type: T }> {
  for (;;) {
    const message = await link.json<FromControlPlane>()
    if (message.type === type) return message as FromControlPlane & { type: T } // just compared
  }
}
async function podHere(name: string): Promise<{ namespace: string; name: string; uid: string }> {
  const containers = [{ name: 'c', image: 'i' }]
  await admin(PODS, { metadata: { name }, spec: { nodeName: 'n1', containers } })
  for (;;) {
    const { pods } = await until('delta')
    const found = pods.find(({ metadata }) => metadata.name === name)
    if (found !== undefined) return { namespace: 'default', name, uid: found.metadata.uid }
  }
}

beforeAll(async () => {
  const { token } = await admin<{ token: string }>('/podo/join-tokens', { ttlSeconds: 3600 })
  const joined = await fetch('/podo/join', token, { body: { ...versions, node } })
  expect(joined.status).toBe(201)
  ;({ credential } = await joined.json<{ credential: string }>())
  link = await dial()
})

test('[ND22] an eviction changes nothing for an agent: the next delta comes over the same line', async () => {
  await evictDurableObject(cluster())
  await podHere('a')
  await evictDurableObject(cluster())
  await podHere('b')
})

test('[ND27] the runtime answers heartbeats by itself, and the Lease tells the last', async () => {
  await evictDurableObject(cluster())
  link.send('ping')
  expect(await link.next()).toBe('pong')
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1'
  const { spec } = await admin<{ spec: { renewTime: string } }>(lease)
  expect(Math.abs(Date.now() - Date.parse(spec.renewTime))).toBeLessThan(30_000)
})

test('[ND23] a report is stored before it is received, and a Pod that ended in deletion goes', async () => {
  const pod = await podHere('c')
  const report = { type: 'report' as const, statuses: [], gone: [], events: [] }
  link.say({ ...report, id: 1, statuses: [{ pod, status: { phase: 'Running', conditions: [] } }] })
  expect(await until('received')).toEqual({ type: 'received', id: 1 })
  expect(await admin(`${PODS}/c`)).toMatchObject({ status: { phase: 'Running' } })
  const deleted = await fetch(`${PODS}/c`, env.PODO_ADMIN_TOKEN, { method: 'DELETE' })
  await deleted.body?.cancel()
  expect(await until('delta')).toMatchObject({ pods: [{ metadata: { deletionTimestamp: expect.any(String) } }] })
  link.say({ ...report, id: 2, gone: [{ pod, status: { phase: 'Succeeded' } }] })
  await until('received')
  const gone = await fetch(`${PODS}/c`, env.PODO_ADMIN_TOKEN)
  await gone.body?.cancel()
  expect(gone.status).toBe(404)
})

/** Begins an exec in Pod `a` as kubectl would, and answers its socket with the agent's. */
async function exec(protocols = 'v5.channel.k8s.io'): Promise<{ client: Line; agent: Line; wanted: StreamOpen }> {
  const path = `${PODS}/a/exec?command=sh&stdin=true&stdout=true&stderr=true`
  const opening = open(path, env.PODO_ADMIN_TOKEN, { 'sec-websocket-protocol': protocols })
  const wanted = await until('stream.open')
  const client = await opening
  const agent = await open(`/podo/streams/${encodeURIComponent(wanted.ticket)}`, credential)
  expect(await agent.json()).toEqual({ type: 'credit', bytes: WINDOW })
  return { client, agent, wanted }
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('[SM6] exec through the objects: input, output, exit code, also when the Stream object was evicted in between', async () => {
  const { client, agent, wanted } = await exec()
  expect(wanted).toMatchObject({ kind: 'exec', container: 'c', exec: { command: ['sh'], stdin: true, tty: false } })
  agent.send('{"type":"opened"}')
  expect(await client.frame()).toEqual([CHANNEL.stdout, ''])
  await evictDurableObject(env.STREAM.get(env.STREAM.idFromName(wanted.ticket)))
  client.send(onChannel(CHANNEL.stdin, bytes('in')))
  expect(await agent.frame()).toEqual([CHANNEL.stdin, 'in'])
  await evictDurableObject(env.STREAM.get(env.STREAM.idFromName(wanted.ticket)))
  agent.send(onChannel(CHANNEL.stderr, bytes('out')))
  expect(await client.frame()).toEqual([CHANNEL.stderr, 'out'])
  agent.send(onChannel(CHANNEL.error, bytes(exitStatus(3))))
  agent.send('{"type":"ended"}')
  expect(await client.frame()).toEqual([CHANNEL.error, exitStatus(3)])
  expect((await client.closed).code).toBe(1000)
})

test('[SM7] a client that goes ends the agent’s line, and an agent that goes is told to the client', async () => {
  const first = await exec()
  first.client.close()
  expect((await first.agent.closed).code).toBe(1000)
  const second = await exec('v4.channel.k8s.io')
  second.agent.close()
  const [channel, text] = await second.client.frame()
  expect(channel).toBe(CHANNEL.error)
  expect(JSON.parse(text)).toMatchObject({ message: 'Internal error occurred: the agent of the node went away' })
})

test('[SM1] a ticket is taken once, and by its node’s own credential only', async () => {
  const { wanted, client } = await exec()
  const path = `/podo/streams/${encodeURIComponent(wanted.ticket)}`
  const dialled = async (to: string, token: string): Promise<number> => {
    const answer = await fetch(to, token, { headers: { upgrade: 'websocket' } })
    await answer.body?.cancel()
    return answer.status
  }
  expect(await dialled(path, credential)).toBe(403)
  expect(await dialled(path, env.PODO_ADMIN_TOKEN)).toBe(401)
  expect(await dialled('/podo/streams/n2~guessed', credential)).toBe(403)
  client.close()
})

test('[SM8] a log is read to its end, and a refusal of the agent is the answer', async () => {
  const reading = fetch(`${PODS}/a/log?tailLines=2`, env.PODO_ADMIN_TOKEN)
  const wanted = await until('stream.open')
  expect(wanted).toMatchObject({ kind: 'logs', logs: { tailLines: 2, follow: false } })
  const agent = await open(`/podo/streams/${encodeURIComponent(wanted.ticket)}`, credential)
  expect(await agent.json()).toEqual({ type: 'credit', bytes: WINDOW })
  agent.send('{"type":"opened"}')
  agent.send(onChannel(CHANNEL.stdout, bytes('one\ntwo\n')))
  agent.send('{"type":"ended"}')
  expect(await (await reading).text()).toBe('one\ntwo\n')

  const refused = fetch(`${PODS}/a/log?previous=true`, env.PODO_ADMIN_TOKEN)
  const again = await open(`/podo/streams/${encodeURIComponent((await until('stream.open')).ticket)}`, credential)
  const message = 'previous terminated container "c" in pod "a" not found'
  again.send(JSON.stringify({ type: 'failed', code: 400, message }))
  expect(await (await refused).json()).toMatchObject({ kind: 'Status', reason: 'BadRequest', message })
})

test('[ND26] a line of the same machine replaces the first', async () => {
  const old = link
  link = await dial()
  let last = await old.json<FromControlPlane>()
  while (last.type !== 'refused') last = await old.json<FromControlPlane>()
  expect(last.reason).toBe('Replaced')
  expect((await old.closed).code).toBe(4001)
})
