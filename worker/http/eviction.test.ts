import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const PODS = '/api/v1/namespaces/default/pods'
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const labels = { app: 'a' }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

/** A Pod on a node, in this phase, ready or not. */
async function pod(phase = 'Running', ready = 'True'): Promise<void> {
  await t.call('POST', PODS, {
    metadata: { name: 'x', labels },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  })
  await t.call(
    'PATCH',
    `${PODS}/x/status`,
    { status: { phase, conditions: [{ type: 'Ready', status: ready }] } },
    MERGE,
  )
}
/** A budget with a status that a controller would have written. */
async function budget(status: object, spec: object = { minAvailable: 1 }, name = 'b'): Promise<void> {
  await t.call('POST', BUDGETS, { metadata: { name }, spec: { selector: { matchLabels: labels }, ...spec } })
  const counts = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 }
  await t.call('PATCH', `${BUDGETS}/${name}/status`, { status: { ...counts, ...status } }, MERGE)
}
const evict = (more: object = {}, query = '') =>
  t.call('POST', `${PODS}/x/eviction${query}`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'x' },
    ...more,
  })
const find = async () => (await t.call('GET', `${PODS}/x`)).body

const FALSE = { type: 'DisruptionAllowed', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }
test.each<[string, object, string, number | undefined]>([
  ['too few healthy', {}, 'The disruption budget b needs 1 healthy pods and has 1 currently', undefined],
  ['not counted yet', { observedGeneration: 0 }, 'The disruption budget b is still being processed by the server.', 10],
  [
    'not countable',
    { conditions: [{ ...FALSE, reason: 'SyncFailed', message: 'no' }] },
    'The disruption budget b does not allow evicting pods currently because it failed sync: no',
    undefined,
  ],
  [
    'nothing allowed though enough are there',
    { currentHealthy: 2 },
    'The disruption budget b does not allow evicting pods currently',
    undefined,
  ],
  [
    'nothing allowed for a reason',
    { currentHealthy: 2, conditions: [{ ...FALSE, reason: 'R', message: 'm' }] },
    'The disruption budget b does not allow evicting pods currently (R): m',
    undefined,
  ],
])('[AP110] a budget that refuses: %s', async (_, status, message, seconds) => {
  await pod()
  await budget(status)
  const answer = await evict()
  expect([answer.status, answer.body]).toMatchObject([
    429,
    { message: "Cannot evict pod as it would violate the pod's disruption budget.", reason: 'TooManyRequests' },
  ])
  const causes = [{ reason: 'DisruptionBudget', message }]
  expect(answer.body['details']).toEqual({ causes, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) })
  expect(answer.headers.get('retry-after')).toBe(seconds === undefined ? null : String(seconds))
  expect(await find()).not.toHaveProperty('metadata.deletionTimestamp')
})

test('[AP110] an eviction that is allowed takes its place in the budget, and the Pod says why it goes', async () => {
  await pod()
  await budget({ disruptionsAllowed: 1, currentHealthy: 2 })
  const answer = await evict()
  expect([answer.status, answer.body]).toEqual([
    201,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  ])
  expect(await find()).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 30 },
    status: {
      conditions: [
        { type: 'Ready' },
        { type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
      ],
    },
  })
  expect((await t.call('GET', `${BUDGETS}/b`)).body).toMatchObject({
    status: {
      disruptionsAllowed: 0,
      disruptedPods: { x: '2026-11-24T12:00:00Z' },
      conditions: [{ reason: 'InsufficientPods' }],
    },
  })
  expect((await evict()).status).toBe(201)
})

test.each<[string, string, string, object, number]>([
  ['a Pod that waits', 'Pending', 'False', {}, 201],
  ['a Pod that has ended', 'Failed', 'False', {}, 201],
  ['a sick Pod beside enough healthy ones', 'Running', 'False', {}, 201],
  ['a sick Pod beside too few', 'Running', 'False', { currentHealthy: 0 }, 429],
])('[AP110] %s', async (_, phase, ready, status, code) => {
  await pod(phase, ready)
  await budget(status)
  expect((await evict()).status).toBe(code)
})

test('[AP110] a sick Pod goes always where the budget says so', async () => {
  await pod('Running', 'False')
  await budget({ currentHealthy: 0 }, { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })
  expect((await evict()).status).toBe(201)
})

test('[AP110] two budgets are too many', async () => {
  await pod()
  await budget({})
  await budget({}, { minAvailable: 1 }, 'c')
  const { status, body } = await evict()
  expect([status, body]).toEqual([
    500,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      code: 500,
    },
  ])
})

test('[AP110] a dry run and a precondition that fails change nothing', async () => {
  await pod()
  await budget({ disruptionsAllowed: 1 })
  for (const answer of [await evict({ deleteOptions: { dryRun: ['All'] } }), await evict({}, '?dryRun=All')]) {
    expect(answer.status).toBe(201)
  }
  const other = await evict({ deleteOptions: { preconditions: { uid: 'zz' } } })
  expect([other.status, other.body['message']]).toEqual([
    409,
    expect.stringMatching(
      /^Operation cannot be fulfilled on Pod "x": the UID in the precondition \(zz\) does not match the UID in record/,
    ),
  ])
  expect(await find()).not.toHaveProperty('metadata.deletionTimestamp')
  expect((await t.call('GET', `${BUDGETS}/b`)).body).toMatchObject({ status: { disruptionsAllowed: 1 } })
  const unsafe = await evict({ deleteOptions: { ignoreStoreReadErrorWithClusterBreakingPotential: true } })
  expect(unsafe.body['message']).toBe(
    'Eviction.policy "x" is invalid: deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential: Invalid value: true: can not be set for pod eviction, try after removing the option',
  )
})

test('[AP110] the old version of an Eviction is read, a wrong name and a missing Pod are refused', async () => {
  const missing = await evict()
  expect([missing.status, missing.body['message']]).toEqual([404, 'pods "x" not found'])
  const named = await evict({ metadata: { name: 'y' } })
  expect([named.status, named.body['message']]).toEqual([400, 'name in URL does not match name in Eviction object'])
  await pod()
  expect((await evict({ apiVersion: 'policy/v1beta1' })).status).toBe(201)
  expect((await t.call('GET', `${PODS}/x/eviction`)).status).toBe(405)
})
