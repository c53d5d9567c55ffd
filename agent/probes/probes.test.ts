import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Container, Probe } from '../../api/schema/types.generated.ts'
import { fakeClock } from '../runtime/fake-clock.ts'
import { fakeImage, fakeRuntime } from '../runtime/fake.ts'
import { execProbe } from './exec.ts'
import { firstState, observe, type Outcome, type ProbeState } from './probe.ts'
import { startProber } from './prober.ts'
import { portOf, runProbe } from './run.ts'

const success: Outcome = { result: 'success', output: '' }
const failure: Outcome = { result: 'failure', output: 'no' }
const unknown: Outcome = { result: 'unknown', output: '?' }
const verdicts = (state: ProbeState, outcomes: Outcome[], thresholds: { success: number; failure: number }) => {
  let now = state
  return outcomes.map((outcome) => (now = observe(now, outcome, thresholds)).passing)
}

test('[AG60] a verdict changes only after its threshold in a row; an error changes nothing', () => {
  const thresholds = { success: 2, failure: 3 }
  expect(verdicts(firstState('readiness'), [success, failure, success, success], thresholds)).toEqual([
    false,
    false,
    false,
    true,
  ])
  const outcomes = [failure, failure, success, failure, failure, unknown, failure]
  expect(verdicts(firstState('liveness'), outcomes, { success: 1, failure: 3 })).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    false,
  ])
  expect(verdicts(firstState('startup'), [failure, failure, failure], { success: 1, failure: 3 })).toEqual([
    undefined,
    undefined,
    false,
  ])
})

const probe = (more: Partial<Probe> = {}): Probe => ({
  periodSeconds: 10,
  failureThreshold: 1,
  successThreshold: 1,
  timeoutSeconds: 1,
  ...more,
})
const container = (more: Partial<Container>): Container => ({ name: 'c', resources: {}, ...more })

function prober(of: Container, answer: (probe: Probe) => Outcome, known?: { ready: boolean; started: boolean }) {
  const clock = fakeClock()
  const runs: string[] = []
  const told: string[] = []
  const names = new Map([
    [of.startupProbe, 'startup'],
    [of.livenessProbe, 'liveness'],
    [of.readinessProbe, 'readiness'],
  ])
  const it = startProber({
    container: of,
    known,
    startedAt: clock.now(),
    clock,
    changed: () => undefined,
    tell: (reason, message) => told.push(`${reason} ${message}`),
    run: async (each) => {
      runs.push(names.get(each) ?? '')
      return answer(each)
    },
  })
  return { clock, runs, told, it }
}

test('[AG61] the startup probe holds the others back until it passes', async () => {
  const startupProbe = probe({ periodSeconds: 1, failureThreshold: 10 })
  const of = container({ startupProbe, livenessProbe: probe(), readinessProbe: probe() })
  let isUp = false
  const { clock, runs, it } = prober(of, (each) => (each === startupProbe && !isUp ? failure : success))
  await clock.advance(3000)
  expect(new Set(runs)).toEqual(new Set(['startup']))
  expect(it.verdict()).toMatchObject({ started: false, failed: undefined })
  isUp = true
  await clock.advance(1000)
  expect(it.verdict()).toEqual({ started: true, ready: true, failed: undefined })
  const startups = runs.filter((run) => run === 'startup').length
  await clock.advance(60_000)
  expect(runs.filter((run) => run === 'startup').length).toBe(startups)
})

test('a startup probe that never passes, and a liveness probe that fails, ask for a kill', async () => {
  const one = prober(container({ startupProbe: probe({ failureThreshold: 2 }) }), () => failure)
  await one.clock.advance(9000)
  expect(one.it.verdict().failed).toBeUndefined()
  await one.clock.advance(1000)
  expect(one.it.verdict().failed).toBe('startup')
  const two = prober(container({ livenessProbe: probe() }), () => failure)
  await two.clock.advance(0)
  expect(two.it.verdict().failed).toBe('liveness')
  expect(two.told).toEqual(['Unhealthy Liveness probe failed: no'])
})

test('initialDelaySeconds wait; in deletion only readiness goes on', async () => {
  const of = container({ livenessProbe: probe(), readinessProbe: probe({ initialDelaySeconds: 5 }) })
  const { clock, runs, it } = prober(of, () => success)
  await clock.advance(4999)
  expect(runs).toEqual(['liveness'])
  await clock.advance(1)
  it.terminating()
  await clock.advance(20_000)
  expect(runs).toEqual(['liveness', 'readiness', 'readiness', 'readiness'])
  it.stop()
  await clock.advance(60_000)
  expect(runs.length).toBe(4)
})

test('[AG62] after the agent’s restart one failure does not make a ready container unready', async () => {
  const of = container({ readinessProbe: probe({ failureThreshold: 3 }) })
  const { clock, it } = prober(of, () => failure, { ready: true, started: true })
  await clock.advance(10_000)
  expect(it.verdict().ready).toBe(true)
  await clock.advance(10_000)
  expect(it.verdict().ready).toBe(false)
})

const servers: { close(): unknown }[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))
async function listen(server: http.Server | net.Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const runtime = fakeRuntime({
  node: 'n',
  clock: fakeClock(),
  program: () => ({}),
  exec: (command) => (command[0] === 'hang' ? {} : { code: Number(command[1]), stdout: 'said' }),
})
const run = (of: Probe, id = 'x') =>
  runProbe(
    { container: container({ ports: [{ name: 'web', containerPort: 8080 }] }), id, address: '127.0.0.1', runtime },
    { timeoutSeconds: 1, ...of },
  )

test('[AG63] http: 200 to 399 pass, the agent says who it is, redirects stay on the host', async () => {
  const seen: http.IncomingHttpHeaders[] = []
  const port = await listen(
    http.createServer((request, response) => {
      seen.push(request.headers)
      if (request.url === '/hang') return
      if (request.url === '/here') return response.writeHead(302, { location: '/bad' }).end()
      if (request.url === '/there') return response.writeHead(302, { location: 'http://example.invalid/' }).end()
      return response.writeHead(request.url === '/bad' ? 500 : 204).end('body')
    }),
  )
  const of = (path: string) => run({ httpGet: { path, port, httpHeaders: [{ name: 'X-Own', value: '1' }] } })
  expect(await of('/ok')).toMatchObject({ result: 'success' })
  expect(seen[0]).toMatchObject({
    'user-agent': 'kube-probe/1.36',
    accept: '*/*',
    'x-own': '1',
    host: `127.0.0.1:${port}`,
  })
  expect(await of('/bad')).toEqual({ result: 'failure', output: 'HTTP probe failed with statuscode: 500' })
  expect(await of('/here')).toMatchObject({ result: 'failure' })
  expect(await of('/there')).toMatchObject({
    result: 'warning',
    output: expect.stringContaining('Probe terminated redirects'),
  })
  expect(await of('/hang')).toEqual({
    result: 'failure',
    output: `Get "http://127.0.0.1:${port}/hang": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  })
})

test('tcp: a port that takes a connection passes, a closed one says so', async () => {
  const port = await listen(net.createServer())
  expect(await run({ tcpSocket: { port } })).toEqual(success)
  servers.splice(0).forEach((server) => server.close())
  expect(await run({ tcpSocket: { port } })).toEqual({
    result: 'failure',
    output: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
  })
})

test('[AG64] exec: the exit code decides; one that takes too long is killed', async () => {
  runtime.images.set('web:1', fakeImage('web:1'))
  const id = await runtime.create({ name: 'probed', image: 'web:1', labels: {}, sandboxId: '', pid: 'own' })
  await runtime.start(id)
  expect(await run({ exec: { command: ['exit', '0'] } }, id)).toEqual({ result: 'success', output: 'said' })
  expect(await run({ exec: { command: ['exit', '3'] } }, id)).toEqual({ result: 'failure', output: 'said' })
  expect(await execProbe(runtime, id, ['hang'], 10)).toEqual({
    result: 'failure',
    output: 'command timed out: "hang" timed out after 0.01s',
  })
})

test('named ports are the container’s; an unknown name is an error, not a failure', async () => {
  const of = container({ ports: [{ name: 'web', containerPort: 8080 }] })
  expect(portOf(of, 'web')).toBe(8080)
  expect(portOf(of, '81')).toBe(81)
  expect(await run({ tcpSocket: { port: 'nope' } })).toEqual({
    result: 'unknown',
    output: "couldn't find port: nope in container c",
  })
})
