import { expect, test } from 'vitest'
import { labelsOf, statusOf } from './node-status.ts'
import { mergedStatus } from './pod-status.ts'

const meta = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '' }
const NOW = Date.parse('2026-11-24T10:00:00Z')
const ready = (status: string, rest: object = {}) => ({ type: 'Ready', status, reason: 'r', message: 'm', ...rest })

test('[ND11] a Node’s transition times are the control plane’s, and move only with the status', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: meta }
  const stated = {
    labels: {},
    status: { capacity: { cpu: '2' }, conditions: [ready('True', { lastTransitionTime: '1999-01-01T00:00:00Z' })] },
  }
  const first = statusOf(node, stated, NOW)
  expect(first).toEqual({
    capacity: { cpu: '2' },
    conditions: [ready('True', { lastTransitionTime: '2026-11-24T10:00:00Z' })],
  })
  const again = statusOf({ ...node, status: first }, stated, NOW + 60_000)
  expect(again).toEqual(first)
  const down = statusOf(
    { ...node, status: first },
    { labels: {}, status: { conditions: [ready('False')] } },
    NOW + 60_000,
  )
  expect(down.conditions).toEqual([ready('False', { lastTransitionTime: '2026-11-24T10:01:00Z' })])
})

test('[ND11] conditions and labels of others stay', () => {
  const network = { type: 'NetworkUnavailable', status: 'False', lastTransitionTime: '2026-11-24T09:00:00Z' }
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta, labels: { mine: 'a', 'kubernetes.io/os': 'x' } },
    status: { conditions: [network] },
  }
  const stated = { labels: { 'kubernetes.io/os': 'linux' }, status: { conditions: [ready('True')] } }
  expect(statusOf(node, stated, NOW).conditions?.[0]).toEqual(network)
  expect(labelsOf(node, stated)).toEqual({ mine: 'a', 'kubernetes.io/os': 'linux' })
})

test('[ND12] a Pod’s status is the agent’s, but for what others keep in it', () => {
  const gate = { type: 'example.com/gate', status: 'True' }
  const scheduled = { type: 'PodScheduled', status: 'True' }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta,
    status: {
      phase: 'Running',
      reason: 'NodeLost',
      podIP: '10.0.0.1',
      qosClass: 'Burstable',
      conditions: [gate, scheduled, ready('False')],
    },
  }
  expect(mergedStatus(pod, { phase: 'Running', conditions: [ready('True')] })).toEqual({
    qosClass: 'Burstable',
    phase: 'Running',
    conditions: [ready('True'), gate, scheduled],
  })
})

test('[ND31] times of a Pod’s conditions are put right where the machine’s clock is off, and stay while nothing changes', () => {
  const before = (conditions: object[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta,
    status: { phase: 'Running', conditions: conditions as { type: string }[] }, // conditions all
  })
  const ahead = ready('True', { lastTransitionTime: '2026-11-24T11:00:00Z' })
  const right = ready('True', { lastTransitionTime: '2026-11-24T10:00:00Z' })
  const stated = { phase: 'Running', conditions: [ahead] }
  expect(mergedStatus(before([ready('False')]), stated, 3_600_000)).toMatchObject({ conditions: [right] })
  expect(mergedStatus(before([right]), stated, 3_601_000)).toMatchObject({ conditions: [right] })
  expect(mergedStatus(before([right]), stated)).toMatchObject({ conditions: [ahead] })
})

test('[ND12] a Pod that has ended does not begin again', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: meta, status: { phase: 'Succeeded' } }
  expect(mergedStatus(pod, { phase: 'Running' })).toBeUndefined()
  expect(mergedStatus(pod, { phase: 'Succeeded' })).toEqual({ phase: 'Succeeded', conditions: [] })
})
