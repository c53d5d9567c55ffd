import { expect, test } from 'vitest'
import { leaseOf, withHeartbeat, withHeartbeatJson } from './synthesise.ts'

const at = Date.parse('2026-11-24T10:00:00.500Z')
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'n1',
    uid: '0123abcd-1111-4222-8333-444455556666',
    resourceVersion: '7',
    creationTimestamp: '2026-11-24T00:00:00Z',
  },
  status: {
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        lastTransitionTime: '2026-11-24T09:00:00Z',
        reason: 'KubeletReady',
        message: 'm',
      },
      { type: 'example.com/other', status: 'True', lastTransitionTime: '2026-11-24T09:00:00Z' },
    ],
  },
}

test('[ND10] a condition of the node carries when it was last heard, in Kubernetes’ field order', () => {
  const read = withHeartbeat(node, at)
  expect(JSON.stringify(read.status.conditions[0])).toBe(
    '{"type":"Ready","status":"True","lastHeartbeatTime":"2026-11-24T10:00:00Z","lastTransitionTime":"2026-11-24T09:00:00Z","reason":"KubeletReady","message":"m"}',
  )
  expect(read.status.conditions[1]).toEqual(node.status.conditions[1])
  expect(node.status.conditions[0]).not.toHaveProperty('lastHeartbeatTime')
  expect(withHeartbeatJson(JSON.stringify(node), at)).toBe(JSON.stringify(read))
})

test('[ND10] never before the condition came about, nor later than it for a node that was never heard', () => {
  const beat = (heard: number | undefined) => withHeartbeat(node, heard).status.conditions[0]
  expect(beat(Date.parse('2026-11-24T08:00:00Z'))).toMatchObject({ lastHeartbeatTime: '2026-11-24T09:00:00Z' })
  expect(beat(undefined)).toMatchObject({ lastHeartbeatTime: '2026-11-24T09:00:00Z' })
})

test('[ND10] the Lease says the same, and is the same object at every read', () => {
  const lease = leaseOf(node, at)
  expect(lease?.spec).toEqual({
    holderIdentity: 'n1',
    leaseDurationSeconds: 40,
    renewTime: '2026-11-24T10:00:00.500000Z',
  })
  expect(lease?.metadata).toMatchObject({
    name: 'n1',
    namespace: 'kube-node-lease',
    uid: 'fedc5432-1111-4222-8333-444455556666',
    resourceVersion: '7',
  })
  expect(leaseOf(node, at + 5)?.metadata).toEqual(lease?.metadata)
  expect(leaseOf(node, undefined)).toBeUndefined()
})
