import { expect, test } from 'vitest'
import type { Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { ago, nodeNamed, NOW, only, podNamed, statusIn, StillView } from '../../test/simulation/still-view.ts'
import { podGc, terminatedGc, unscheduledGc } from './pod-gc.ts'

const key = { resource: 'nodes', namespace: '', name: 'a' }
const gone = (...pods: Pod[]) => podGc.gone?.(key, new StillView(pods)) ?? []

test('[CT65] Pods of a node that is gone have failed and are removed', () => {
  const changes = gone(podNamed('web'))
  expect(statusIn<PodStatus>(changes)).toMatchObject({ phase: 'Failed' })
  expect(statusIn<PodStatus>(changes)?.conditions?.at(-1)).toMatchObject({
    type: 'DisruptionTarget',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  })
  expect(only(changes, 'delete')).toMatchObject([{ graceSeconds: 0 }])
  expect(gone(podNamed('done', { phase: 'Succeeded' })).map((change) => change.do)).toEqual(['delete'])
})

test('a Pod may wait 40 s for a node that comes later', () => {
  const young = podNamed('young', { meta: { creationTimestamp: ago(10) } })
  expect(gone(young)).toEqual([{ do: 'again', at: NOW + 30_000 }])
  const going = podNamed('going', { meta: { creationTimestamp: ago(10), deletionTimestamp: ago(1) } })
  expect(only(gone(going), 'delete')).toHaveLength(1)
})

test('it looks at nodes that went, and at Pods that name none that is there', () => {
  const pod = podNamed('web')
  const happened = { type: 'ADDED', key: { ...key, resource: 'pods' }, before: undefined, after: pod } as const
  const wakes = podGc.wakes?.['pods']
  expect(wakes?.(happened, new StillView([]))).toEqual([key])
  expect(wakes?.(happened, new StillView([nodeNamed('a')]))).toEqual([])
  expect(podGc.concerns?.({ type: 'DELETED', key, before: undefined, after: pod })).toBe(true)
  expect(podGc.concerns?.({ type: 'MODIFIED', key, before: undefined, after: pod })).toBe(false)
})

test('[CT66] a Pod in deletion that never got a node has nobody to wait for', () => {
  const meta = { deletionTimestamp: ago(1), deletionGracePeriodSeconds: 30 }
  const pod = podNamed('web', { node: '', meta })
  expect(unscheduledGc.reconcile(pod, new StillView([pod]))).toMatchObject([{ do: 'delete', graceSeconds: 0 }])
  const placed = podNamed('web', { meta })
  expect(unscheduledGc.reconcile(placed, new StillView([placed]))).toEqual([])
})

test('[CT67] of the Pods that ended, the oldest beyond the limit go, counted at most once an hour', () => {
  const gc = terminatedGc(2)
  const all = { resource: 'terminated', namespace: '', name: 'pods' }
  const pods = [5, 9, 7, 1].map((age) =>
    podNamed(`p${age}`, { phase: 'Failed', meta: { creationTimestamp: ago(age * 100) } }),
  )
  expect(gc.gone?.(all, new StillView(pods))).toEqual([{ do: 'again', at: NOW + 3_600_000 }])
  expect(gc.gone?.(all, new StillView(pods, { waiting: NOW + 5 }))).toEqual([{ do: 'again', at: NOW + 5 }])
  const changes = gc.gone?.(all, new StillView([...pods, podNamed('runs')], { waiting: NOW })) ?? []
  expect(only(changes, 'delete').map(({ object }) => object.metadata.name)).toEqual(['p9', 'p7'])
  const wakes = gc.wakes?.['pods']
  const ended = podNamed('p', { phase: 'Failed' })
  expect(wakes?.({ type: 'MODIFIED', key: all, before: podNamed('p'), after: ended }, new StillView([]))).toEqual([all])
  expect(wakes?.({ type: 'MODIFIED', key: all, before: ended, after: ended }, new StillView([]))).toEqual([])
})
