import { expect, test } from 'vitest'
import { CHANNEL, exitStatus, LONGEST_FRAME, onChannel, WINDOW } from '../../api/stream.ts'
import { chooseProtocol, fromClient, toClient } from './channels.ts'
import { CLOSE, Session, type ClientState, type Leg } from './session.ts'

/** One end, whose other side reads only when the test lets it. */
class FakeLeg implements Leg {
  readyState = 1
  bufferedAmount = 0
  sent: (string | Uint8Array)[] = []
  closed: { code: number; reason: string } | undefined
  #attachment: unknown
  stuck = false
  constructor(attachment: unknown) {
    this.#attachment = attachment
  }
  send(data: string | Uint8Array): void {
    if (this.readyState !== 1) throw new Error('sent after close')
    this.sent.push(data)
    if (this.stuck) this.bufferedAmount += data.length
  }
  close(code: number, reason: string): void {
    this.readyState = 2
    this.closed = { code, reason }
  }
  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment)
  }
  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment)
  }
  texts = () => this.sent.filter((item) => typeof item === 'string').map((item) => JSON.parse(item) as unknown)
  frames = () => this.sent.filter((item) => item instanceof Uint8Array)
}

const exec: ClientState = { kind: 'exec', protocol: 'v5.channel.k8s.io', first: 1 }
function make(state: ClientState = exec) {
  const legs: { client?: FakeLeg; agent?: FakeLeg } = { client: new FakeLeg(state) }
  const session = new Session({
    client: () => (legs.client?.readyState === 1 ? legs.client : undefined),
    agent: () => (legs.agent?.readyState === 1 ? legs.agent : undefined),
  })
  session.arrived()
  const arrive = () => {
    legs.agent = new FakeLeg({ owed: 0, unread: 0 })
    session.arrived()
    return legs.agent
  }
  return { session, client: legs.client ?? expect.unreachable(), arrive, legs }
}
const buffer = (frame: Uint8Array): ArrayBuffer => new Uint8Array(frame).buffer
const data = (channel: number, bytes: number) => buffer(onChannel(channel, new Uint8Array(bytes)))
const credits = (agent: FakeLeg) => agent.texts().map((frame) => (frame as { bytes: number }).bytes)
const statusOf = (client: FakeLeg): unknown => {
  const frame = client.frames().at(-1) ?? expect.unreachable()
  expect(frame[0]).toBe(CHANNEL.error)
  return JSON.parse(new TextDecoder().decode(frame.subarray(1)))
}

test('[SM3] what the client says before the agent is there waits for it, in order', () => {
  const { session, client, arrive } = make()
  session.fromClient(client, buffer(onChannel(CHANNEL.resize, new TextEncoder().encode('{"Width":80,"Height":24}'))))
  session.fromClient(client, data(CHANNEL.stdin, 3))
  const agent = arrive()
  expect(credits(agent)).toEqual([WINDOW])
  expect(agent.frames().map((frame) => frame[0])).toEqual([CHANNEL.resize, CHANNEL.stdin])
})

test('[SM4] a client that reads gives credit as it goes; one that does not stops the agent at a window', () => {
  const { session, client, arrive } = make()
  const agent = arrive()
  for (let n = 0; n < 32; n++) session.fromAgent(agent, data(CHANNEL.stdout, LONGEST_FRAME))
  expect(credits(agent).reduce((sum, bytes) => sum + bytes)).toBe(WINDOW + 32 * LONGEST_FRAME)
  client.stuck = true
  const before = credits(agent).length
  for (let n = 0; n < 16; n++) session.fromAgent(agent, data(CHANNEL.stdout, LONGEST_FRAME))
  const whileStuck = credits(agent)
    .slice(before)
    .reduce((sum, bytes) => sum + bytes, 0)
  expect(whileStuck).toBeLessThanOrEqual(WINDOW / 2)
  session.fromAgent(agent, '{"type":"waiting"}')
  expect(credits(agent).length).toBe(before + whileStuck / (WINDOW / 8))
  client.bufferedAmount = 0
  session.fromAgent(agent, '{"type":"waiting"}')
  expect(
    credits(agent)
      .slice(before)
      .reduce((sum, bytes) => sum + bytes, 0),
  ).toBe(16 * LONGEST_FRAME)
})

test('[SM5] a client that sends faster than the process reads is read more and more slowly', () => {
  const { session, client, arrive } = make()
  const agent = arrive()
  const frames = WINDOW / 2 / LONGEST_FRAME
  const hold = () => session.fromClient(client, data(CHANNEL.stdin, LONGEST_FRAME))
  const holds = Array.from({ length: 2 * frames + 13 }, hold)
  expect(holds.slice(0, frames).every((ms) => ms === 0)).toBe(true)
  expect(holds.slice(frames, 2 * frames).every((ms) => ms === 2)).toBe(true)
  expect(holds.slice(2 * frames, 2 * frames + 3)).toEqual([4, 8, 16])
  expect(holds.at(-1)).toBe(5_000)
  // An empty output with each long hold: a client that died shows it only when it is written to.
  expect(client.frames().map((frame) => [...frame])).toEqual(
    holds.filter((ms) => ms === 5_000).map(() => [CHANNEL.stdout]),
  )
  session.fromAgent(agent, JSON.stringify({ type: 'credit', bytes: 2 * WINDOW }))
  expect(session.fromClient(client, data(CHANNEL.stdin, 1))).toBe(0)
})

test('[SM5] and in the end the session is over, saying why', () => {
  const { session, client, arrive } = make()
  const agent = arrive()
  for (let n = 0; n < 200 && client.readyState === 1; n++)
    session.fromClient(client, data(CHANNEL.stdin, LONGEST_FRAME))
  expect(statusOf(client)).toMatchObject({
    reason: 'InternalError',
    message: 'Internal error occurred: the process does not read its input',
  })
  expect(agent.closed).toMatchObject({ code: CLOSE.done })
})

test('[SM6] output, exit code and end reach the client; the opening is told on its first output', () => {
  const { session, client, arrive } = make()
  const agent = arrive()
  session.fromAgent(agent, '{"type":"opened"}')
  session.fromAgent(agent, data(CHANNEL.stderr, 4))
  session.fromAgent(agent, buffer(onChannel(CHANNEL.error, new TextEncoder().encode(exitStatus(3)))))
  session.fromAgent(agent, '{"type":"ended"}')
  expect(client.frames().map((frame) => [frame[0], frame.length])).toEqual([
    [1, 1],
    [2, 5],
    [3, expect.any(Number)],
  ])
  expect(statusOf(client)).toEqual({
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: command terminated with exit code 3',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  })
  expect(client.closed).toEqual({ code: 1000, reason: '' })
  session.agentGone()
  expect(client.frames()).toHaveLength(3)
})

test('[SM7] when one side vanishes the other is told and let go', () => {
  const first = make()
  const agent = first.arrive()
  first.session.clientGone()
  expect(agent.closed?.code).toBe(1000)
  const second = make()
  second.arrive()
  second.session.agentGone()
  expect(statusOf(second.client)).toMatchObject({ message: 'Internal error occurred: the agent of the node went away' })
  const third = make()
  third.session.agentMissing()
  expect(statusOf(third.client)).toMatchObject({
    message: 'Internal error occurred: the agent of the node did not answer in time',
  })
  const fourth = make()
  fourth.arrive()
  fourth.session.agentMissing()
  expect(fourth.client.closed).toBeUndefined()
})

test('[SM8] a log passes through: the reader gives the credit', () => {
  const { session, client, arrive } = make({ kind: 'logs' })
  session.fromClient(client, '{"type":"credit","bytes":7}')
  const agent = arrive()
  expect(agent.sent).toEqual(['{"type":"credit","bytes":7}'])
  session.fromAgent(agent, '{"type":"opened"}')
  session.fromAgent(agent, data(CHANNEL.stdout, 2))
  expect(client.sent).toEqual(['{"type":"opened"}', new Uint8Array([1, 0, 0])])
  session.agentGone()
  expect(client.closed?.code).toBe(CLOSE.agentGone)
})

test('[SM9] the client’s first protocol that is served is chosen', () => {
  expect(chooseProtocol('v5.channel.k8s.io, v4.channel.k8s.io')).toBe('v5.channel.k8s.io')
  expect(chooseProtocol('v4.channel.k8s.io,v5.channel.k8s.io')).toBe('v4.channel.k8s.io')
  expect(chooseProtocol('v9.channel.k8s.io,v4.base64.channel.k8s.io')).toBe('v4.base64.channel.k8s.io')
  expect(chooseProtocol('SPDY/3.1+portforward.k8s.io')).toBeUndefined()
  expect(chooseProtocol(null)).toBeUndefined()
})

test('[SM9] channels in bytes and in base64; what a client may not send is passed over', () => {
  const stdin = onChannel(CHANNEL.stdin, new TextEncoder().encode('hi'))
  expect(fromClient('v5.channel.k8s.io', buffer(stdin))).toEqual(stdin)
  expect(fromClient('v5.channel.k8s.io', buffer(new Uint8Array([255, 0])))).toEqual(new Uint8Array([255, 0]))
  expect(fromClient('v4.base64.channel.k8s.io', '0aGk=')).toEqual(stdin)
  for (const message of [new ArrayBuffer(0), data(CHANNEL.stdout, 1), data(CHANNEL.error, 1), data(9, 1)]) {
    expect(fromClient('v4.channel.k8s.io', message)).toBeUndefined()
  }
  for (const text of ['', 'x', '1aGk=']) expect(fromClient('v4.base64.channel.k8s.io', text)).toBeUndefined()
  expect(toClient('v4.base64.channel.k8s.io', onChannel(CHANNEL.stdout, new TextEncoder().encode('hi')))).toBe('1aGk=')
  expect(toClient('v5.channel.k8s.io', stdin)).toBe(stdin)
})
