import { expect, test } from 'vitest'
import type { Resource } from '../api/meta/object.ts'
import type { FromAgent, FromControlPlane } from '../api/wire.ts'
import type { Held } from './held.ts'
import { Link, type LineEvents } from './link.ts'
import { Outbox } from './outbox.ts'

const pod = { namespace: 'd', name: 'a', uid: 'uid-a' }
const NOTHING = { pods: [], configMaps: [], secrets: [] }
const event = { about: { kind: 'Pod', ...pod }, kind: 'Normal', reason: 'R', message: 'm' } as const
const object = (kind: string, name: string): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
})

/** A control plane and a clock whose hands the test turns. */
function bench() {
  let now = 1_000_000
  let timers: { at: number; call: () => void }[] = []
  const dials: { events: LineEvents; sent: string[]; ended: boolean }[] = []
  const seen = { held: [] as Held[], refused: [] as string[], log: [] as string[], streams: 0, skew: [] as number[] }
  const outbox = new Outbox()
  const link = new Link({
    dial(events) {
      const line = { events, sent: [] as string[], ended: false }
      dials.push(line)
      return { send: (text) => void line.sent.push(text), end: () => void (line.ended = true) }
    },
    clock: {
      now: () => now,
      after(milliseconds, call) {
        const timer = { at: now + milliseconds, call }
        timers.push(timer)
        return () => void (timers = timers.filter((other) => other !== timer))
      },
    },
    random: () => 1,
    log: (_, message) => void seen.log.push(message),
    outbox,
    identity: { name: 'n', machine: 'm', agent: '0.1.0' },
    statement: () => ({ labels: {}, status: {} }),
    held: undefined,
    desired: (held) => void seen.held.push(held),
    stream: () => void seen.streams++,
    refused: (sentence) => void seen.refused.push(sentence),
    skew: (milliseconds) => void seen.skew.push(milliseconds),
  })
  const pass = (milliseconds: number) => {
    const until = now + milliseconds
    for (;;) {
      const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      timers = timers.filter((timer) => timer !== next)
      now = Math.max(now, next.at)
      next.call()
    }
    now = until
  }
  const line = () => dials.at(-1) ?? expect.unreachable('nothing was dialled')
  const tell = (message: FromControlPlane) => line().events.message(JSON.stringify(message))
  const said = () =>
    line()
      .sent.filter((text) => text !== 'ping')
      .map((text) => JSON.parse(text) as FromAgent)
  const greet = () => {
    line().events.opened()
    tell({ type: 'welcome', version: 1, uid: 'u', now: now - 3_600_000 })
    tell({
      type: 'snapshot',
      revision: 5,
      node: object('Node', 'n'),
      clusterCIDR: 'c',
      pods: [object('Pod', 'a')],
      configMaps: [],
      secrets: [],
    })
  }
  /** Somebody sets the machine's clock; timers go by another. */
  const setClock = (by: number) => {
    now += by
    timers = timers.map((timer) => ({ ...timer, at: timer.at + by }))
  }
  link.start()
  return { link, outbox, dials, line, tell, said, pass, greet, seen, setClock, now: () => now }
}

test('[AG49] a link begins with hello; the snapshot is taken and acknowledged', () => {
  const { line, said, greet, seen, link } = bench()
  greet()
  expect(said()[0]).toMatchObject({ type: 'hello', name: 'n', machine: 'm', revision: 0, now: 1_000_000 })
  expect(said()[1]).toEqual({ type: 'ack', revision: 5 })
  expect(seen.held[0]?.desired.pods).toHaveLength(1)
  expect(seen.skew).toEqual([3_600_000])
  expect(link.linked).toBe(true)
  expect(line().ended).toBe(false)
})

test('[AG49] a ping goes out every ten seconds, and a line that stays silent for 25 s is given up', () => {
  const { line, greet, pass, dials } = bench()
  greet()
  const first = line()
  for (let n = 0; n < 6; n++) {
    pass(10_000)
    first.events.message('pong')
  }
  expect(first.sent.filter((text) => text === 'ping')).toHaveLength(7)
  pass(31_000)
  expect(first.ended).toBe(true)
  expect(dials.length).toBeGreaterThan(1)
})

test('[ND32] a clock that was set is told by a new hello', () => {
  const { line, greet, pass, dials, said, setClock, now } = bench()
  for (const by of [-3_600_000, 3_600_000]) {
    greet()
    pass(5_000)
    line().events.message('pong')
    const before = dials.length
    setClock(by)
    pass(10_500)
    expect(dials).toHaveLength(before + 1)
    line().events.opened()
    expect(said()[0]).toMatchObject({ type: 'hello' })
    const { now: told } = said()[0] as { now?: number } // a hello
    expect(told).toBe(now())
  }
})

test('[ND32] a clock that NTP moves a little is no reason to dial', () => {
  const { line, greet, pass, dials, setClock } = bench()
  greet()
  line().events.message('pong')
  setClock(-4_000)
  pass(10_000)
  expect(dials).toHaveLength(1)
})

test('[AG40] it dials again for ever, waiting longer, and begins anew after a healthy link', () => {
  const { line, dials, pass, greet } = bench()
  const waits: number[] = []
  for (let n = 0; n < 9; n++) {
    line().events.closed('refused')
    const count = dials.length
    let waited = 0
    while (dials.length === count) {
      pass(250)
      waited += 250
    }
    waits.push(waited)
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  greet()
  pass(21_000)
  line().events.message('pong')
  line().events.closed('gone')
  pass(500)
  line().events.opened()
  expect(dials).toHaveLength(11)
})

test('[AG40] a link that breaks at once does not count as healthy', () => {
  const { line, dials, pass, greet } = bench()
  for (let n = 0; n < 4; n++) {
    greet()
    line().events.closed('gone')
    pass(500 * 2 ** n)
    expect(dials).toHaveLength(n + 2)
  }
})

test('[AG43] what somebody waits for goes out at once, with all of its turn, also right after an event', () => {
  const { outbox, link, said, greet, pass, tell } = bench()
  const reports = () => said().filter(({ type }) => type === 'report')
  const ready = { type: 'Ready', status: 'True' }
  const put = (status: object) => {
    outbox.status(pod, status)
    link.flush()
  }
  greet()
  pass(0)
  put({ phase: 'Running' })
  put({ phase: 'Running', conditions: [ready] })
  pass(0)
  const status = { phase: 'Running', conditions: [ready] }
  expect(reports()).toEqual([{ type: 'report', id: 1, statuses: [{ pod, status }], gone: [], events: [] }])
  tell({ type: 'received', id: 1 })
  outbox.event(event)
  link.flush()
  pass(3)
  put({ phase: 'Running', conditions: [{ ...ready, status: 'False' }] })
  pass(0)
  expect(reports()).toHaveLength(2)
  expect(reports().at(-1)).toMatchObject({ id: 2, events: [event] })
  tell({ type: 'received', id: 2 })
  outbox.gone(pod, { phase: 'Failed' })
  link.flush()
  pass(0)
  expect(reports().at(-1)).toMatchObject({ id: 3, gone: [{ pod }] })
})

test('[QT8] a report that is not received is said again, with all statuses, until it is', () => {
  const { outbox, link, said, greet, pass, tell } = bench()
  const reports = () => said().filter(({ type }) => type === 'report')
  greet()
  outbox.status(pod, { phase: 'Running' })
  outbox.event(event)
  link.flush()
  pass(20_000)
  tell({ type: 'delta', from: 5, revision: 6, pods: [], configMaps: [], secrets: [], removed: NOTHING })
  pass(24_000)
  expect(reports()).toHaveLength(1)
  tell({ type: 'delta', from: 6, revision: 7, pods: [], configMaps: [], secrets: [], removed: NOTHING })
  pass(2_000)
  expect(reports()).toMatchObject([{ id: 1 }, { id: 2, statuses: [{ pod }], events: [event] }])
  tell({ type: 'received', id: 2 })
  for (let i = 0; i < 10; i++) {
    pass(10_000)
    tell({ type: 'delta', from: 7 + i, revision: 8 + i, pods: [], configMaps: [], secrets: [], removed: NOTHING })
  }
  expect(reports()).toHaveLength(2)
})

test('[AG43] the steps in between and events gather for a second, and no longer', () => {
  const { outbox, link, said, greet, pass } = bench()
  const reports = () => said().filter(({ type }) => type === 'report')
  greet()
  pass(1_000)
  outbox.event(event)
  link.flush()
  pass(600)
  outbox.status(pod, { phase: 'Pending', podIP: '10.0.0.1' })
  link.flush()
  pass(399)
  expect(reports()).toEqual([])
  pass(1)
  expect(reports()).toMatchObject([{ statuses: [{ pod }], events: [event] }])
})

test('[AG44] a report that was not received goes out again on the next link', () => {
  const { outbox, link, said, greet, pass, line } = bench()
  greet()
  outbox.status(pod, { n: 1 })
  link.flush()
  pass(0)
  line().events.closed('cut')
  pass(500)
  greet()
  pass(100)
  expect(said().at(-1)).toMatchObject({ type: 'report', statuses: [{ pod, status: { n: 1 } }] })
})

test('[AG41] a delta that does not follow asks for a snapshot', () => {
  const { tell, said, greet, seen } = bench()
  greet()
  const empty = { pods: [], configMaps: [], secrets: [], removed: { pods: [], configMaps: [], secrets: [] } }
  tell({ type: 'delta', from: 5, revision: 7, ...empty })
  expect(said().at(-1)).toEqual({ type: 'ack', revision: 7 })
  tell({ type: 'delta', from: 9, revision: 10, ...empty })
  expect(said().at(-1)).toEqual({ type: 'resync' })
  expect(seen.held.at(-1)?.desired.revision).toBe(7)
})

test('[AG50] a control plane that says no is asked again slowly, and people are told why', () => {
  const { tell, line, pass, dials, seen, greet } = bench()
  line().events.opened()
  tell({ type: 'refused', reason: 'NodeGone', message: 'node "n" was deleted: join again with a token' })
  line().events.closed('4000')
  expect(seen.refused).toEqual(['node "n" was deleted: join again with a token'])
  pass(59_000)
  expect(dials).toHaveLength(1)
  pass(1_000)
  expect(dials).toHaveLength(2)
  line().events.closed('Unexpected server response: 401', 401)
  expect(seen.refused).toHaveLength(2)
  pass(60_000)
  greet()
  expect(seen.held).toHaveLength(1)
})

test('[ND3] a malformed message ends the line', () => {
  const { line, greet, pass, dials } = bench()
  greet()
  const first = line()
  first.events.message('{"type":"nonsense"}')
  expect(first.ended).toBe(true)
  pass(1_000)
  expect(dials).toHaveLength(2)
  first.events.message('{"type":"received","id":1}')
  first.events.closed('late')
  expect(dials).toHaveLength(2)
})

test('[AG49] a control plane that never answers is given up', () => {
  const { line, pass, dials } = bench()
  const first = line()
  pass(31_000)
  expect(first.ended).toBe(true)
  expect(dials.length).toBeGreaterThan(1)
})
