import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import { openNodeStore } from '../store/node.ts'
import { NodeReads } from './node-reads.ts'

const LEASES = 'leases.coordination.k8s.io'
const meta = (name: string, namespace?: string) => ({
  name,
  uid: '0123abcd-0000-4000-8000-000000000000',
  resourceVersion: '',
  creationTimestamp: '2026-11-24T00:00:00Z',
  ...(namespace === undefined ? {} : { namespace }),
})

test('[AP28] heartbeats and leases are made on read and write nothing', () => {
  const store = openNodeStore(':memory:')
  store.transaction((tx) => {
    const status = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T00:00:00Z' }] }
    tx.insert('nodes', { apiVersion: 'v1', kind: 'Node', metadata: meta('n1'), status } as Resource)
    tx.insert('nodes', { apiVersion: 'v1', kind: 'Node', metadata: meta('never-heard') })
    tx.insert(LEASES, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: meta('a', 'default') })
  })
  const { rowsWritten } = store.usage
  const heard = Date.parse('2026-11-24T12:00:00Z')
  const reads = new NodeReads(store, (node) => (node === 'n1' ? heard : undefined))
  expect(reads.get({ resource: 'nodes', namespace: '', name: 'n1' })?.json).toContain(
    '"lastHeartbeatTime":"2026-11-24T12:00:00Z"',
  )
  const lease = reads.get({ resource: LEASES, namespace: 'kube-node-lease', name: 'n1' })
  expect(lease?.object).toMatchObject({
    metadata: { namespace: 'kube-node-lease' },
    spec: { renewTime: '2026-11-24T12:00:00.000000Z' },
  })
  expect(lease?.json.startsWith('{"kind":"Lease","apiVersion":"coordination.k8s.io/v1",')).toBe(true)
  expect(reads.get({ resource: LEASES, namespace: 'kube-node-lease', name: 'never-heard' })).toBeUndefined()
  expect(reads.list({ resource: LEASES }).map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
    'default/a',
    'kube-node-lease/n1',
  ])
  expect(reads.list({ resource: LEASES, namespace: 'default' })).toHaveLength(1)
  expect(
    reads.list({ resource: LEASES, after: { namespace: 'default', name: 'a' }, limit: 5 }).map(({ name }) => name),
  ).toEqual(['n1'])
  expect(reads.list({ resource: LEASES, after: { namespace: 'kube-node-lease', name: 'n1' } })).toEqual([])
  expect(store.usage.rowsWritten).toBe(rowsWritten)
  store.close()
})
