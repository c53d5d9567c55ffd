import { expect, test } from 'vitest'
import { kindOfObject } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import {
  ago,
  deploymentNamed,
  NOW,
  only,
  ownedBy,
  podNamed,
  replicasetNamed,
  StillView,
} from '../../test/simulation/still-view.ts'
import type { Change } from './controller.ts'
import { garbageCollector } from './garbage-collector.ts'

const gc = garbageCollector(kindOfObject)
const goneOwner = (uid: string, ...objects: Resource[]): Change[] =>
  gc.gone?.({ resource: 'uid', namespace: '', name: uid }, new StillView(objects)) ?? []
const held = (finalizer: string) => ({ deletionTimestamp: ago(1), finalizers: [finalizer] })
const names = (changes: readonly { object: Resource }[]): string[] => changes.map(({ object }) => object.metadata.name)

test('[CT70] background: what a gone owner alone owned is deleted', () => {
  const rs = replicasetNamed('web')
  const changes = goneOwner(
    rs.metadata.uid,
    podNamed('a', { owner: rs }),
    podNamed('going', { owner: rs, meta: { deletionTimestamp: ago(1) } }),
  )
  expect(only(changes, 'delete')).toMatchObject([{ object: { metadata: { name: 'a' } }, propagation: 'Background' }])
})

test('[CT71] an owner that lives keeps the object, without its reference to the one that is gone', () => {
  const [rs, other] = [replicasetNamed('gone'), replicasetNamed('lives')]
  const pod = podNamed('a', { meta: { ownerReferences: [...ownedBy(rs), ...ownedBy(other)] } })
  const changes = goneOwner(rs.metadata.uid, pod, other)
  expect(names(only(changes, 'delete'))).toEqual([])
  expect(only(changes, 'update')[0]?.object.metadata.ownerReferences).toEqual(ownedBy(other))
})

test('[CT72] an object whose owner never was goes; one of a kind that is not served here stays', () => {
  const pod = podNamed('a', { owner: replicasetNamed('never') })
  expect(only(gc.reconcile(pod, new StillView([pod])), 'delete')).toHaveLength(1)
  const foreign = podNamed('b', { owner: { ...replicasetNamed('x'), apiVersion: 'example.com/v1', kind: 'Thing' } })
  expect(gc.reconcile(foreign, new StillView([foreign]))).toEqual([])
})

test('an owner of the same name but another uid is another', () => {
  const pod = podNamed('a', { owner: replicasetNamed('web') })
  expect(only(gc.reconcile(pod, new StillView([pod, replicasetNamed('web')])), 'delete')).toHaveLength(1)
})

test('[CT73] foreground: dependents go first, those with dependents of their own in the same way', () => {
  const d = deploymentNamed('web', {}, {}, held('foregroundDeletion'))
  const rs = replicasetNamed('web-1', {}, {}, { ownerReferences: ownedBy(d) })
  const view = new StillView([d, rs, podNamed('a', { owner: rs })])
  const changes = gc.reconcile(d, view)
  expect(only(changes, 'delete')).toMatchObject([
    { object: { metadata: { name: 'web-1' } }, propagation: 'Foreground' },
  ])
  expect(only(changes, 'update')).toEqual([])
})

test('[CT74] foreground: the owner goes when nothing blocks it any more', () => {
  const rs = replicasetNamed('web', {}, {}, held('foregroundDeletion'))
  const blocking = podNamed('a', { owner: rs, meta: { deletionTimestamp: ago(1) } })
  expect(gc.reconcile(rs, new StillView([rs, blocking]))).toEqual([])
  const [reference] = ownedBy(rs)
  const free = podNamed('b', {
    meta: { ownerReferences: reference === undefined ? [] : [{ ...reference, blockOwnerDeletion: false }] },
  })
  const changes = gc.reconcile(rs, new StillView([rs, free]))
  expect(only(changes, 'update')[0]?.object.metadata.finalizers).toEqual([])
})

test('[CT75] orphan: dependents lose their reference, then the owner its finalizer', () => {
  const rs = replicasetNamed('web', {}, {}, held('orphan'))
  const changes = gc.reconcile(rs, new StillView([rs, podNamed('a', { owner: rs })]))
  expect(
    only(changes, 'update').map(({ object: { metadata } }) => [
      metadata.name,
      metadata.ownerReferences,
      metadata.finalizers,
    ]),
  ).toEqual([
    ['a', undefined, undefined],
    ['web', undefined, []],
  ])
})

test('many dependents are done in pieces', () => {
  const rs = replicasetNamed('web')
  const pods = Array.from({ length: 60 }, (_, i) => podNamed(`p${i}`, { owner: rs }))
  const changes = goneOwner(rs.metadata.uid, ...pods)
  expect(only(changes, 'delete')).toHaveLength(50)
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW }])
  const owner = replicasetNamed('web', {}, {}, held('orphan'))
  const orphans = Array.from({ length: 60 }, (_, i) => podNamed(`p${i}`, { owner }))
  const part = gc.reconcile(owner, new StillView([owner, ...orphans]))
  expect(names(only(part, 'update'))).not.toContain('web')
})

test('what it is woken by', () => {
  const rs = replicasetNamed('web', {}, {}, held('foregroundDeletion'))
  const pod = podNamed('a', { owner: rs })
  const key = { resource: 'pods', namespace: 'default', name: 'a' }
  const wakes = gc.wakes?.['*']?.({ type: 'DELETED', key, before: pod, after: pod }, new StillView([rs]))
  expect(wakes).toEqual([
    { resource: 'uid', namespace: '', name: pod.metadata.uid },
    { resource: 'replicasets.apps', namespace: 'default', name: 'web' },
  ])
  expect(gc.concerns?.({ type: 'ADDED', key, before: undefined, after: pod })).toBe(true)
  expect(gc.concerns?.({ type: 'MODIFIED', key, before: pod, after: pod })).toBe(false)
  expect(gc.concerns?.({ type: 'MODIFIED', key, before: undefined, after: podNamed('free') })).toBe(false)
})
