import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

/** Objects that two groups or versions serve: events.k8s.io beside the core group, autoscaling/v1 beside v2. */
const CORE = '/api/v1/namespaces/default/events'
const NEW = '/apis/events.k8s.io/v1/namespaces/default/events'
const V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers'
const V2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const TABLE = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }
let t: TestApi

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const event = (name: string) => ({
  metadata: { name },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'a.io/c',
  reportingInstance: 'i',
  action: 'A',
  reason: 'R',
  regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
  note: 'n',
  type: 'Normal',
})

test('[AP108] an Event of either group is read, listed, selected, patched and deleted by both', async () => {
  const made = await t.call('POST', NEW, event('x'))
  expect([made.status, made.body]).toMatchObject([
    201,
    { apiVersion: 'events.k8s.io/v1', note: 'n', regarding: { name: 'p' } },
  ])
  const old = await t.call('GET', `${CORE}/x`)
  expect(old.body).toMatchObject({
    apiVersion: 'v1',
    message: 'n',
    involvedObject: { name: 'p' },
    reportingComponent: 'a.io/c',
  })
  expect((await t.call('GET', `${NEW}/x`)).text).toBe(made.text)
  const listed = await t.call('GET', `${NEW}?fieldSelector=regarding.name%3Dp`)
  expect(listed.body).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1', items: [{ note: 'n' }] })
  expect((await t.call('GET', `${NEW}?fieldSelector=involvedObject.name%3Dp`)).status).toBe(400)
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' }
  const patched = await t.call('PATCH', `${NEW}/x`, { series }, MERGE)
  expect([patched.status, patched.body]).toMatchObject([200, { series, note: 'n' }])
  expect((await t.call('GET', `${CORE}/x`)).body).toMatchObject({ series: { count: 2 } })
  const table = await t.call('GET', NEW, undefined, TABLE)
  expect(table.body).toMatchObject({ rows: [{ object: { kind: 'PartialObjectMetadata' } }] })
  const gone = await t.call('DELETE', NEW)
  expect(gone.body).toMatchObject({ items: [{ note: 'n' }] })
  expect((await t.call('GET', `${CORE}/x`)).status).toBe(404)
  const missing = await t.call('DELETE', `${NEW}/x`)
  expect(missing.body['message']).toBe('events.events.k8s.io "x" not found')
})

test('[AP108] a watch is told in the form that it asked for, and again after the object has slept', async () => {
  await t.call('GET', `${NEW}?watch=true`)
  await t.call('GET', `${CORE}?watch=true`)
  await t.call('POST', NEW, event('x'))
  t.hibernate()
  await t.call('POST', CORE, { metadata: { name: 'y' }, involvedObject: { namespace: 'default' }, message: 'm' })
  t.flush()
  const [fresh, old] = t.sockets
  expect(fresh?.events().map(({ object }) => object)).toMatchObject([
    { apiVersion: 'events.k8s.io/v1', note: 'n' },
    { apiVersion: 'events.k8s.io/v1', note: 'm' },
  ])
  expect(old?.events().map(({ object }) => object)).toMatchObject([
    { apiVersion: 'v1', message: 'n' },
    { apiVersion: 'v1', message: 'm' },
  ])
})

test('[AP109] events.k8s.io asks for more than the core group, and lets only the series go on', async () => {
  const bare = await t.call('POST', NEW, {
    metadata: { name: 'e' },
    regarding: { namespace: 'default' },
    deprecatedCount: 1,
  })
  expect(bare.body['message']).toBe(
    'Event "e" is invalid: [eventTime: Required value, type: Invalid value: "": has invalid value: , count: Invalid value: "": needs to be unset]',
  )
  const { reportingController: _, ...nobody } = event('e')
  const unnamed = await t.call('POST', NEW, nobody)
  expect(unnamed.body['message']).toMatch(/reportingController: Required value/)
  await t.call('POST', NEW, event('e'))
  const changed = await t.call(
    'PATCH',
    `${NEW}/e`,
    { note: 'other', reason: 'S', eventTime: '2026-01-02T00:00:00.000000Z' },
    MERGE,
  )
  expect([changed.status, changed.body['message']]).toEqual([
    422,
    'Event "e" is invalid: [reason: Invalid value: "S": field is immutable, message: Invalid value: "other": field is immutable, eventTime: Invalid value: 2026-01-02 00:00:00 +0000 UTC: field is immutable]',
  ])
  const once = await t.call('PATCH', `${NEW}/e`, { series: { count: 1 } }, MERGE)
  expect(once.body['message']).toBe(
    'Event "e" is invalid: [series.count: Invalid value: "": should be at least 2, series.lastObservedTime: Required value]',
  )
  expect((await t.call('PATCH', `${CORE}/e`, { message: 'other' }, MERGE)).status).toBe(200)
})

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'

test('[AP108] autoscaling/v1 shows an autoscaler of v2 without loss', async () => {
  const metrics = [
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
    { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '5' } } },
    { type: 'Pods', pods: { metric: { name: 'r' }, target: { type: 'AverageValue', averageValue: '3' } } },
    {
      type: 'Object',
      object: { describedObject: TARGET, metric: { name: 's' }, target: { type: 'Value', value: '2' } },
    },
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
  ]
  const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 5 }] } }
  const made = await t.call('POST', V2, {
    metadata: { name: 'x', annotations: { own: '1' } },
    spec: { maxReplicas: 5, scaleTargetRef: TARGET, metrics, behavior },
  })
  expect(made.status).toBe(201)
  const seen = await t.call('GET', `${V1}/x`)
  expect(seen.body).toMatchObject({
    apiVersion: 'autoscaling/v1',
    spec: { targetCPUUtilizationPercentage: 60, maxReplicas: 5 },
  })
  expect(seen.body['spec']).not.toHaveProperty('metrics')
  const { annotations } = seen.body['metadata'] as { annotations: Record<string, string> }
  expect(annotations['own']).toBe('1')
  expect(annotations[METRICS]).toBe(
    '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},{"type":"External","external":{"metricName":"q","targetValue":"5"}},{"type":"Pods","pods":{"metricName":"r","targetAverageValue":"3"}},{"type":"Object","object":{"target":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"metricName":"s","targetValue":"2"}}]',
  )
  expect(annotations[BEHAVIOR]).toMatch(
    /^\{"ScaleUp":\{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":\[\{"Type":"Pods","Value":1,"PeriodSeconds":5\}\],"Tolerance":null\},"ScaleDown":/,
  )
  const put = await t.call('PUT', `${V1}/x`, seen.body)
  expect(put.status).toBe(200)
  const after = await t.call('GET', `${V2}/x`)
  expect(after.body['spec']).toEqual(made.body['spec'])
  expect(after.body['metadata']).toMatchObject({ annotations: { own: '1' } })
})

test('[AP108] an autoscaler of autoscaling/v1 has the metric of v2, and its own defaults', async () => {
  const made = await t.call('POST', V1, { metadata: { name: 'x' }, spec: { maxReplicas: 5, scaleTargetRef: TARGET } })
  expect([made.status, made.body]).toMatchObject([
    201,
    {
      spec: { minReplicas: 1, targetCPUUtilizationPercentage: 80 },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    },
  ])
  const patched = await t.call('PATCH', `${V1}/x`, { spec: { targetCPUUtilizationPercentage: 50 } }, MERGE)
  expect(patched.body).toMatchObject({ spec: { targetCPUUtilizationPercentage: 50 } })
  expect((await t.call('GET', `${V2}/x`)).body).toMatchObject({
    spec: {
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    },
  })
  const status = await t.call('PATCH', `${V1}/x/status`, { status: { currentCPUUtilizationPercentage: 70 } }, MERGE)
  expect(status.body).toMatchObject({ status: { currentCPUUtilizationPercentage: 70 } })
  const wrong = await t.call('PATCH', `${V1}/x`, { spec: { maxReplicas: 0 } }, MERGE)
  expect(wrong.body['message']).toMatch(
    /^HorizontalPodAutoscaler.autoscaling "x" is invalid: \[spec.maxReplicas: Required/,
  )
})

test('[AP108] who writes or applies a form owns its fields, and both forms keep them apart', async () => {
  const APPLY = { headers: { 'content-type': 'application/apply-patch+yaml' } }
  const spec = { maxReplicas: 5, scaleTargetRef: TARGET, targetCPUUtilizationPercentage: 50 }
  const body = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'x' }, spec }
  const made = await t.call('PATCH', `${V1}/x?fieldManager=a`, body, APPLY)
  expect([made.status, made.body]).toMatchObject([201, { spec: { targetCPUUtilizationPercentage: 50 } }])
  const entries = async () =>
    ((await t.call('GET', `${V2}/x`)).body['metadata'] as { managedFields: object[] }).managedFields
  expect(await entries()).toMatchObject([
    {
      manager: 'a',
      operation: 'Apply',
      apiVersion: 'autoscaling/v1',
      fieldsV1: { 'f:spec': { 'f:targetCPUUtilizationPercentage': {} } },
    },
  ])
  await t.call('PATCH', `${V2}/x?fieldManager=b`, { spec: { maxReplicas: 6 } }, MERGE)
  expect(await entries()).toMatchObject([
    { manager: 'a', apiVersion: 'autoscaling/v1' },
    { manager: 'b', apiVersion: 'autoscaling/v2', fieldsV1: { 'f:spec': { 'f:maxReplicas': {} } } },
  ])
  const again = await t.call('PATCH', `${V1}/x?fieldManager=a`, body, APPLY)
  expect([again.status, again.body['message']]).toEqual([
    409,
    expect.stringMatching(/conflict with "b" using autoscaling\/v2: \.spec\.maxReplicas/),
  ])
})
