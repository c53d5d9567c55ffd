import { expect, test } from 'vitest'
import type { Happened } from './controller.ts'
import {
  ago,
  only,
  ownerName,
  podNamed,
  replicasetNamed,
  deploymentNamed,
  StillView,
} from '../../test/simulation/still-view.ts'
import { podAdoption, replicasetAdoption } from './adoption.ts'

test('[CT16] an orphan that a ReplicaSet selects gets it as its controller', () => {
  const [rs, pod] = [replicasetNamed('web'), podNamed('lonely')]
  const [update] = only(podAdoption.reconcile(pod, new StillView([rs, pod])), 'update')
  expect(update && ownerName(update.object)).toBe('web')
})

test('of several the oldest adopts', () => {
  const young = replicasetNamed('a-young', {}, {}, { creationTimestamp: ago(5) })
  const pod = podNamed('lonely')
  const [update] = only(podAdoption.reconcile(pod, new StillView([young, replicasetNamed('old'), pod])), 'update')
  expect(update && ownerName(update.object)).toBe('old')
})

test.for([
  ['another selector', replicasetNamed('web', { selector: { matchLabels: { app: 'other' } } }), podNamed('p')],
  ['another namespace', replicasetNamed('web', {}, {}, { namespace: 'shop' }), podNamed('p')],
  ['a ReplicaSet in deletion', replicasetNamed('web', {}, {}, { deletionTimestamp: ago(1) }), podNamed('p')],
  ['a selector that takes everything', replicasetNamed('web', { selector: {} }), podNamed('p')],
  ['a Pod with a controller', replicasetNamed('web'), podNamed('p', { owner: replicasetNamed('other') })],
  ['a Pod in deletion', replicasetNamed('web'), podNamed('p', { meta: { deletionTimestamp: ago(1) } })],
  ['a Pod that ended', replicasetNamed('web'), podNamed('p', { phase: 'Succeeded' })],
] as const)('%s adopts nothing', ([, rs, pod]) => {
  expect(podAdoption.reconcile(pod, new StillView([rs, pod]))).toEqual([])
})

test('[CT17] a new ReplicaSet wakes the orphans it selects, and only those', () => {
  const rs = replicasetNamed('web')
  const view = new StillView([
    rs,
    podNamed('lonely'),
    podNamed('owned', { owner: rs }),
    podNamed('other', { meta: { labels: { app: 'other' } } }),
  ])
  const happened = (type: Happened['type']): Happened => ({
    type,
    key: { resource: 'replicasets.apps', namespace: 'default', name: 'web' },
    before: undefined,
    after: rs,
  })
  const wakes = podAdoption.wakes?.['replicasets.apps']
  expect(wakes?.(happened('ADDED'), view)).toEqual([{ resource: 'pods', namespace: 'default', name: 'lonely' }])
  expect(wakes?.(happened('MODIFIED'), view)).toEqual([])
})

test('a Deployment adopts ReplicaSets in the same way', () => {
  const [d, rs] = [deploymentNamed('web'), replicasetNamed('web-1', {}, {}, { labels: { app: 'web' } })]
  const [update] = only(replicasetAdoption.reconcile(rs, new StillView([d, rs])), 'update')
  expect(update?.object.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web', controller: true }])
})
