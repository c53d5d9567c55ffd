import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { ResourceQuota } from '../../api/schema/types.generated.ts'
import { StillView } from '../../test/simulation/still-view.ts'
import { resourceQuota } from './resource-quota.ts'

const controller = resourceQuota(kinds.filter(({ namespaced }) => namespaced))
const quota = (hard: object, status: object = {}): ResourceQuota =>
  ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'n' },
    spec: { hard },
    status,
  }) as unknown as ResourceQuota
const secret = (name: string, namespace: string): Resource =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } }) as unknown as Resource

test('[CT120] a quota that is new or changed is counted over its namespace', () => {
  const object = quota({ secrets: '9', pods: '1', 'count/x.y': '1' })
  const view = new StillView([object, secret('a', 'n'), secret('b', 'n'), secret('c', 'other')])
  expect(controller.reconcile(object, view)).toEqual([
    {
      do: 'status',
      object,
      status: { hard: { secrets: '9', pods: '1', 'count/x.y': '1' }, used: { pods: '0', secrets: '2' } },
    },
  ])
})

test('[CT120] what admission counts on makes nobody count again', () => {
  const key = { resource: 'resourcequotas', namespace: 'n', name: 'q' }
  const before = quota({ pods: '1' }, { hard: { pods: '1' }, used: { pods: '0' } })
  const counted = quota({ pods: '1' }, { hard: { pods: '1' }, used: { pods: '1' } })
  const asked = (type: 'ADDED' | 'MODIFIED' | 'DELETED', after: ResourceQuota, old: ResourceQuota | undefined) =>
    controller.concerns?.({ type, key, before: old, after })
  expect(asked('ADDED', before, undefined)).toBe(true)
  expect(asked('MODIFIED', counted, before)).toBe(false)
  expect(asked('MODIFIED', quota({ pods: '2' }), before)).toBe(true)
  expect(asked('DELETED', before, before)).toBe(false)
})
