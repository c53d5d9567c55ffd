import { expect, test } from 'vitest'
import { forbidden } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Pod, ReplicaSetStatus } from '../../api/schema/types.generated.ts'
import {
  ago,
  eventTexts,
  NOW,
  only,
  podNamed,
  replicasetNamed,
  statusIn,
  StillView,
} from '../../test/simulation/still-view.ts'
import { replicaset } from './replicaset.ts'

test('[CT10] a ReplicaSet creates the Pods it lacks, from its template and as their controller', () => {
  const rs = replicasetNamed('web')
  const changes = replicaset.reconcile(rs, new StillView([rs, podNamed('web-1', { owner: rs })]))
  const [first, second, ...others] = only(changes, 'create')
  expect(others).toEqual([])
  expect(first?.object).toMatchObject({
    kind: 'Pod',
    metadata: {
      name: 'web-bcdf1',
      generateName: 'web-',
      labels: { app: 'web' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true }],
    },
    spec: rs.spec.template.spec,
  })
  expect(eventTexts(changes)).toEqual([
    'SuccessfulCreate: Created pod: web-bcdf1',
    `SuccessfulCreate: Created pod: ${second?.object.metadata.name}`,
  ])
  // The Pods wake it again, and its status is written then.
  expect(only(changes, 'status')).toEqual([])
})

test('a long name is cut so that the suffix fits', () => {
  const rs = replicasetNamed('w'.repeat(80), { replicas: 1 })
  const [create] = only(replicaset.reconcile(rs, new StillView([rs])), 'create')
  expect(create?.object.metadata.name).toBe(`${'w'.repeat(58)}bcdf1`)
})

test('at most fifty Pods are made or deleted in one transaction', () => {
  const rs = replicasetNamed('web', { replicas: 500 })
  expect(only(replicaset.reconcile(rs, new StillView([rs])), 'create')).toHaveLength(50)
  const none = replicasetNamed('web', { replicas: 0 })
  const pods = Array.from({ length: 70 }, (_, i) => podNamed(`web-${i}`, { owner: none }))
  expect(only(replicaset.reconcile(none, new StillView([none, ...pods])), 'delete')).toHaveLength(50)
})

test('[CT11] Pods in deletion and Pods that ended are replaced', () => {
  const rs = replicasetNamed('web', { replicas: 2 })
  const view = new StillView([
    rs,
    podNamed('going', { owner: rs, meta: { deletionTimestamp: ago(1) } }),
    podNamed('failed', { owner: rs, phase: 'Failed' }),
  ])
  expect(only(replicaset.reconcile(rs, view), 'create')).toHaveLength(2)
})

test('too many Pods: the worst go, with an event each', () => {
  const rs = replicasetNamed('web', { replicas: 1 })
  const pods = [podNamed('good', { owner: rs }), podNamed('unready', { owner: rs, ready: false })]
  const changes = replicaset.reconcile(rs, new StillView([rs, ...pods]))
  expect(only(changes, 'delete').map(({ object }) => object.metadata.name)).toEqual(['unready'])
  expect(eventTexts(changes)).toEqual(['SuccessfulDelete: Deleted pod: unready'])
})

test('a Pod beside many of the same Deployment goes before one that stands alone', () => {
  const rs = replicasetNamed('web', { replicas: 2 })
  const pods = [
    podNamed('alone', { owner: rs, node: 'a' }),
    podNamed('crowded-1', { owner: rs, node: 'b' }),
    podNamed('crowded-2', { owner: rs, node: 'b' }),
  ]
  const [victim] = only(replicaset.reconcile(rs, new StillView([rs, ...pods])), 'delete')
  expect(victim?.object.metadata.name).toMatch(/^crowded/)
})

test('[CT12] a Pod whose labels no longer match is let go and not counted', () => {
  const rs = replicasetNamed('web', { replicas: 1 })
  const other = podNamed('other', { owner: rs, meta: { labels: { app: 'debug' } } })
  const changes = replicaset.reconcile(rs, new StillView([rs, other]))
  expect(only(changes, 'update')[0]?.object.metadata.ownerReferences).toBeUndefined()
  expect(only(changes, 'create')).toHaveLength(1)
})

test('[CT13] the status counts what is there, and time alone makes a Pod available', () => {
  const rs = replicasetNamed('web', { replicas: 3, minReadySeconds: 30 })
  const view = new StillView([
    rs,
    podNamed('available', { owner: rs, readyFor: 60 }),
    podNamed('ready', { owner: rs, readyFor: 10 }),
    podNamed('starting', { owner: rs, ready: false, meta: { labels: { app: 'web', more: 'x' } } }),
    podNamed('going', { owner: rs, meta: { deletionTimestamp: ago(1) } }),
  ])
  const changes = replicaset.reconcile(rs, view)
  expect(statusIn<ReplicaSetStatus>(changes)).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 1,
  })
  // Only time makes the second one available.
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + 20_000 }])
})

test('[CT14] a refused create ends the batch: condition, event, back-off', () => {
  const rs = replicasetNamed('web')
  const [create] = only(replicaset.reconcile(rs, new StillView([rs])), 'create')
  const refusal = forbidden('pods', 'web-x', 'exceeded quota: q')
  const changes = create?.failed?.(refusal) ?? []
  expect(eventTexts(changes)).toEqual(['FailedCreate: Error creating: pods "web-x" is forbidden: exceeded quota: q'])
  expect(statusIn<ReplicaSetStatus>(changes)?.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refusal.message },
  ])
  expect(only(changes, 'retry')).toHaveLength(1)
})

test('a refused create does not stop the clock of minReadySeconds', () => {
  const rs = replicasetNamed('web', { minReadySeconds: 30 })
  const view = new StillView([rs, podNamed('web-1', { owner: rs, readyFor: 10 })])
  const [create] = only(replicaset.reconcile(rs, view), 'create')
  expect(only(create?.failed?.(forbidden('pods', 'x', 'no')) ?? [], 'again')).toEqual([
    { do: 'again', at: NOW + 20_000 },
  ])
})

test('a namespace that goes away refuses for good', () => {
  const rs = replicasetNamed('web')
  const [create] = only(replicaset.reconcile(rs, new StillView([rs])), 'create')
  const refusal = new StatusError('Forbidden', 'ending', { causes: [{ reason: 'NamespaceTerminating', message: '' }] })
  expect(create?.failed?.(refusal)).toEqual([])
})

test('a failure that is over leaves the status', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', lastTransitionTime: ago(9) }]
  const rs = replicasetNamed('web', { replicas: 0 }, { conditions })
  expect(statusIn<ReplicaSetStatus>(replicaset.reconcile(rs, new StillView([rs])))?.conditions).toBeUndefined()
})

test('in deletion it only counts', () => {
  const rs = replicasetNamed('web', {}, {}, { deletionTimestamp: ago(1), finalizers: ['foregroundDeletion'] })
  const pod: Pod = podNamed('web-1', { owner: rs, meta: { labels: { app: 'debug' } } })
  const changes = replicaset.reconcile(rs, new StillView([rs, pod]))
  expect(changes.map((change) => change.do)).toEqual(['status'])
})
