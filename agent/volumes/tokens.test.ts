import { expect, test } from 'vitest'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod } from '../../api/schema/types.generated.ts'
import { fakeClock } from '../runtime/fake-clock.ts'
import { renewalOf } from './token-life.ts'
import { TokenError, Tokens, type PostToApi } from './tokens.ts'

const HOUR = 3_600_000
const MADE = Date.UTC(2026, 0, 1)

test.each([
  ['an hour: with a fifth left', 3600, 0, 0.8 * HOUR],
  ['ten minutes', 600, 0, 480_000],
  ['up to ten seconds earlier, in whole ones', 3600, 0.99, 0.8 * HOUR - 9000],
  ['at the latest after a day', 7 * 24 * 3600, 0, 24 * HOUR],
])('[AG75] a token is renewed in time: %s', (_, seconds, chance, after) => {
  expect(renewalOf({ text: '', seconds, expiresAt: MADE + seconds * 1000 }, chance)).toBe(MADE + after)
})

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'ns', uid: 'u1', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [], serviceAccountName: 'robot' },
  status: {},
}

function bed(seconds = 3600) {
  const clock = fakeClock(MADE)
  const asked: { path: string; body: unknown }[] = []
  const it = {
    clock,
    asked,
    /** Instead of a token. */
    answer: undefined as PostToApi | undefined, // set by the tests
    open: 0,
    most: 0,
    tokens: new Tokens({
      clock,
      random: () => 0,
      async post(path, body): ReturnType<PostToApi> {
        const number = asked.push({ path, body: JSON.parse(body) })
        it.open += 1
        it.most = Math.max(it.most, it.open)
        await new Promise((resolve) => setImmediate(resolve))
        it.open -= 1
        if (it.answer !== undefined) return it.answer(path, body)
        const status = { token: `T${number}`, expirationTimestamp: rfc3339(clock.now() + seconds * 1000) }
        return { status: 201, text: JSON.stringify({ spec: { expirationSeconds: seconds }, status }) }
      },
    }),
  }
  return it
}

test('[AG75] a token is bound to its Pod, asked for once, and again when it is due', async () => {
  const it = bed()
  const want = { path: 'token', audience: 'vault', expirationSeconds: 3600 }
  const first = await it.tokens.get(pod, want)
  expect(first).toMatchObject({ text: 'T1', renewAt: MADE + 0.8 * HOUR })
  expect(it.asked).toEqual([
    {
      path: '/api/v1/namespaces/ns/serviceaccounts/robot/token',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: ['vault'],
          expirationSeconds: 3600,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u1' },
        },
      },
    },
  ])
  await it.clock.advance(0.8 * HOUR - 1)
  expect((await it.tokens.get(pod, want)).text).toBe('T1')
  await it.clock.advance(1)
  expect((await it.tokens.get(pod, want)).text).toBe('T2')
  expect((await it.tokens.get(pod, { path: 'token' })).text).toBe('T3')
  expect(it.asked[2]?.body).toMatchObject({ spec: { audiences: [] } })
  it.tokens.forget('u1')
  expect((await it.tokens.get(pod, want)).text).toBe('T4')
})

const failure = (it: ReturnType<typeof bed>) =>
  it.tokens.get(pod, { path: 'token' }).then(
    () => undefined,
    (error: unknown) => error as TokenError, // it throws no other
  )

test.each([
  [
    404,
    '{"kind":"Status","message":"serviceaccounts \\"robot\\" not found"}',
    'serviceaccounts "robot" not found',
    false,
  ],
  [403, 'no', 'HTTP 403', false],
  [503, '{"message":"not yet"}', 'not yet', true],
  [429, '{}', 'HTTP 429', true],
  [201, '{}', 'the answer holds none', false],
])('[AG75] an answer %i %s is told in its words', async (status, text, message, isSilence) => {
  const it = bed()
  it.answer = async () => ({ status, text })
  const error = await failure(it)
  expect(error?.message).toBe(`failed to fetch token: ${message}`)
  expect(error?.isSilence).toBe(isSilence)
})

test('[AG75] nobody answers: the next try asks again, and an expired token says so', async () => {
  const it = bed()
  await it.tokens.get(pod, { path: 'token' })
  it.answer = async () => {
    throw new Error('connect ECONNREFUSED 192.0.2.1:443')
  }
  await it.clock.advance(0.9 * HOUR)
  expect(await failure(it)).toMatchObject({
    message: 'failed to fetch token: connect ECONNREFUSED 192.0.2.1:443',
    isSilence: true,
  })
  await it.clock.advance(0.2 * HOUR)
  expect((await failure(it))?.message).toMatch(/^token u1.* expired and refresh failed: failed to fetch token: connect/)
  it.answer = undefined
  expect((await it.tokens.get(pod, { path: 'token' })).text).toBe('T4')
})

test('[AG75] a machine that starts with many Pods asks for few tokens at once', async () => {
  const it = bed()
  const pods = Array.from({ length: 20 }, (_, i) => ({ ...pod, metadata: { ...pod.metadata, uid: `u${i}` } }))
  const all = await Promise.all(pods.map((each) => it.tokens.get(each, { path: 'token' })))
  expect(new Set(all.map(({ text }) => text)).size).toBe(20)
  expect(it.most).toBe(4)
})
