import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi } from '../../test/support/api.ts'
import { Gate, type Refusal, SENT_HEADER } from './gate.ts'
import { compressed, lengthHeaders } from './gzip.ts'

const get = (headers: Record<string, string> = {}) => new Request('https://podo.test/api/v1/pods', { headers })
const post = (length?: number) =>
  new Request('https://podo.test/api/v1/pods', {
    method: 'POST',
    body: '{}',
    headers: length === undefined ? {} : { 'content-length': String(length) },
  })
const MIB = 1024 * 1024

/** How many of these the gate lets in before it refuses. */
function room(gate: Gate, request: () => Request, asker: 'admin' | 'node' | 'other'): number {
  for (let count = 0; count < 1_000; count++) {
    try {
      gate.enter(request(), asker, 0)
    } catch (error) {
      expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } })
      return count
    }
  }
  return Infinity
}

test('[AP208] so many requests at a time, and a share of them is for nodes and admins', () => {
  const gate = new Gate()
  expect(room(gate, get, 'other')).toBe(200)
  expect(room(gate, get, 'node')).toBe(100)
  expect(room(gate, get, 'admin')).toBe(0)
  expect(gate.inflight).toEqual({ mutating: 0, readOnly: 300 })
})

test('[AP208] bodies that are being read take a bounded memory; one that does not say its length counts whole', () => {
  const gate = new Gate()
  const leave = gate.enter(post(2 * MIB), 'other', 0)
  expect(room(gate, () => post(), 'other')).toBe(7)
  expect(room(gate, () => post(2 * MIB), 'other')).toBe(0)
  expect(room(gate, () => post(3 * MIB), 'admin')).toBe(5)
  expect(room(gate, get, 'other')).toBeGreaterThan(100)
  leave()
  expect(gate.inflight.mutating).toBe(12)
})

test('[AP208] what waited for long is refused before it costs anything, later where nodes and admins ask', () => {
  const why: Refusal[] = []
  const gate = new Gate((reason) => why.push(reason))
  const sent = (ago: number) => get({ [SENT_HEADER]: String(100_000 - ago) })
  gate.enter(sent(2_900), 'other', 100_000)
  expect(() => gate.enter(sent(3_100), 'other', 100_000)).toThrow('Too many requests, please try again later.')
  gate.enter(sent(14_000), 'node', 100_000)
  expect(() => gate.enter(sent(16_000), 'admin', 100_000)).toThrow('Too many requests')
  expect(why).toEqual(['time-out', 'time-out'])
})

test('[AP208] an overloaded API answers 429 with Retry-After, counts it, and lets nobody stay in', async () => {
  const t = testApi(kinds)
  const headers = { [SENT_HEADER]: String(t.clock.now - 60_000) }
  const refused = await t.call('GET', '/api/v1/pods', undefined, { headers })
  expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
    429,
    '1',
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Too many requests, please try again later.',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 1 },
      code: 429,
    },
  ])
  expect((await t.call('POST', '/api/v1/pods', 'no JSON')).status).toBe(405)
  expect(t.api.gate.inflight).toEqual({ mutating: 0, readOnly: 0 })
  expect((await t.call('GET', '/metrics')).text).toContain(
    'apiserver_flowcontrol_rejected_requests_total{reason="time-out"} 1\n',
  )
})

test('[AP209] a long answer is compressed where that is asked for', async () => {
  const answer = (body: string) => new Response(body, { headers: { vary: 'Accept', ...lengthHeaders(body) } })
  // Three bytes each, so their bytes decide.
  const text = '…'.repeat(44_000)
  const zipped = compressed(get({ 'accept-encoding': 'br, gzip' }), answer(text))
  expect([zipped.headers.get('content-encoding'), zipped.headers.get('vary')]).toEqual([
    'gzip',
    'Accept, Accept-Encoding',
  ])
  const body = zipped.body!.pipeThrough(new DecompressionStream('gzip'))
  expect(await new Response(body).text()).toBe(text)
  for (const [accepts, sent] of [
    ['', answer(text)],
    ['br', answer(text)],
    ['gzip', answer('x'.repeat(131_072))],
    ['gzip', new Response(text)],
  ] as const) {
    const { headers } = compressed(get({ 'accept-encoding': accepts }), sent)
    expect([headers.get('content-encoding'), headers.get('podo-long')]).toEqual([null, null])
  }
})
