import { expect, test } from 'vitest'
import { alreadyExists, forbidden } from '../../api/meta/failures.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/schema/types.generated.ts'
import {
  ago,
  deploymentNamed,
  eventTexts,
  NOW,
  only,
  ownedBy,
  podNamed,
  replicasetNamed,
  sizes,
  statusIn,
  StillView,
} from '../../test/simulation/still-view.ts'
import type { Change } from './controller.ts'
import { deployment } from './deployment.ts'
import { mostReplicas } from './strategy.ts'

const template = (image: string): ReplicaSet['spec']['template'] => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image, resources: {} }] },
})
const hashed = (image: string, hash: string): ReplicaSet['spec']['template'] => ({
  ...template(image),
  metadata: { labels: { app: 'web', 'pod-template-hash': hash } },
})

/** A ReplicaSet of the Deployment: `of` Pods asked for, `available` of them there. */
function setOf(
  d: Deployment,
  image: string,
  revision: number,
  of: number,
  available = of,
  annotations: Record<string, string> = {},
): ReplicaSet {
  const desired = String(d.spec.replicas)
  return replicasetNamed(
    `web-${revision}`,
    { replicas: of, template: hashed(image, String(revision)) },
    { replicas: of, readyReplicas: available, availableReplicas: available },
    {
      labels: { app: 'web' },
      ownerReferences: ownedBy(d),
      creationTimestamp: ago(1000 - revision),
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'deployment.kubernetes.io/desired-replicas': desired,
        'deployment.kubernetes.io/max-replicas': String(mostReplicas(d)),
        ...annotations,
      },
    },
  )
}

const progressing = (reason: string, seconds: number, status = 'True'): DeploymentStatus => ({
  conditions: [
    {
      type: 'Progressing',
      status,
      reason,
      message: '',
      lastUpdateTime: ago(seconds),
      lastTransitionTime: ago(seconds),
    },
  ],
})
const reconcile = (d: Deployment, ...others: (ReplicaSet | ReturnType<typeof podNamed>)[]): Change[] =>
  deployment.reconcile(d, new StillView([d, ...others]))
const progress = (changes: Change[]) =>
  statusIn<DeploymentStatus>(changes)?.conditions?.find(({ type }) => type === 'Progressing')

test('[CT20] a new template gets a ReplicaSet of its own, named and labelled by its hash', () => {
  const d = deploymentNamed(
    'web',
    {},
    {},
    { annotations: { note: 'mine', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
  )
  const changes = reconcile(d)
  const [create] = only(changes, 'create')
  const name = create?.object.metadata.name ?? ''
  const hash = name.slice('web-'.length)
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
  expect(create?.object).toMatchObject({
    metadata: {
      labels: { app: 'web', 'pod-template-hash': hash },
      annotations: {
        note: 'mine',
        'deployment.kubernetes.io/revision': '1',
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
      },
    },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
  })
  expect(create?.object.metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration')
  expect(eventTexts(changes)).toEqual([`ScalingReplicaSet: Scaled up replica set ${name} from 0 to 3`])
  expect(progress(changes)).toMatchObject({
    status: 'True',
    reason: 'NewReplicaSetCreated',
    message: `Created new replica set "${name}"`,
  })
  expect(only(changes, 'status')[0]?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' })
})

test('[CT21] a name that another template has counts a collision, and the next hash differs', () => {
  const d = deploymentNamed('web')
  const [create] = only(reconcile(d), 'create')
  const failed = create?.failed?.(alreadyExists('replicasets.apps', 'web-x')) ?? []
  expect(statusIn<DeploymentStatus>(failed)?.collisionCount).toBe(1)
  const [again] = only(reconcile({ ...d, status: { collisionCount: 1 } }), 'create')
  expect(again?.object.metadata.name).not.toBe(create?.object.metadata.name)
})

test('a ReplicaSet that cannot be created is told and tried again', () => {
  const [create] = only(reconcile(deploymentNamed('web')), 'create')
  const changes = create?.failed?.(forbidden('replicasets.apps', 'x', 'no')) ?? []
  const message = `Failed to create new replica set "${create?.object.metadata.name}": replicasets.apps "x" is forbidden: no`
  expect(eventTexts(changes)).toEqual([`ReplicaSetCreateError: ${message}`])
  expect(progress(changes)).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message })
  expect(only(changes, 'retry')).toHaveLength(1)
})

const STEPS: readonly (readonly [
  step: string,
  maxSurge: number | string,
  maxUnavailable: number | string,
  old: readonly [number, number],
  fresh: readonly [number, number],
  sizes: Readonly<Record<string, number>>,
])[] = [
  ['grows within surge', 1, 0, [3, 3], [0, 0], { 'web-2': 1 }],
  ['waits until the new Pod is available', 1, 0, [3, 3], [1, 0], {}],
  ['then an old one goes', 1, 0, [3, 3], [1, 1], { 'web-1': 2 }],
  ['without surge an old one goes first', 0, 1, [3, 3], [0, 0], { 'web-1': 2 }],
  ['and the new one takes its place', 0, 1, [2, 2], [0, 0], { 'web-2': 1 }],
  ['old Pods that are not available go at once', 1, 0, [3, 1], [1, 1], { 'web-1': 2 }],
  ['percentages round up for surge and down for unavailable', '34%', '34%', [3, 3], [0, 0], { 'web-2': 2 }],
  ['the last old one goes when all new ones are there', 1, 0, [1, 1], [3, 3], { 'web-1': 0 }],
]

test.for(STEPS)('[CT22] rolling: %s', ([, maxSurge, maxUnavailable, old, fresh, expected]) => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } }
  const d = deploymentNamed('web', { template: template('nginx:2'), strategy })
  expect(sizes(reconcile(d, setOf(d, 'nginx:1', 1, ...old), setOf(d, 'nginx:2', 2, ...fresh)))).toEqual(expected)
})

test('[CT23] undo finds the ReplicaSet of the old template and notes its earlier revision', () => {
  const d = deploymentNamed('web', { template: template('nginx:1') })
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 0), setOf(d, 'nginx:2', 2, 3))
  const rs = only(changes, 'update').find(({ object }) => object.metadata.name === 'web-1')?.object
  expect(rs?.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  })
})

const recreate = { strategy: { type: 'Recreate' }, template: template('nginx:2') }

test('[CT24] Recreate stops the old ones, waits for the last of their Pods, and only then starts the new ones', () => {
  const d = deploymentNamed('web', recreate)
  expect(sizes(reconcile(d, setOf(d, 'nginx:1', 1, 3)))).toEqual({ 'web-1': 0 })
  const old = setOf(d, 'nginx:1', 1, 0)
  const going = podNamed('web-1-x', { owner: old, meta: { deletionTimestamp: ago(1) } })
  expect(only(reconcile(d, old, going), 'create')).toEqual([])
  expect(only(reconcile(d, old, podNamed('ended', { owner: old, phase: 'Failed' })), 'create')).toHaveLength(1)
})

test('[CT25] paused: it is scaled, but nothing is rolled out', () => {
  const d = deploymentNamed('web', { paused: true, replicas: 5, template: template('nginx:2') })
  const old = setOf({ ...d, spec: { ...d.spec, replicas: 3 } }, 'nginx:1', 1, 3)
  const changes = reconcile(d, old)
  expect(only(changes, 'create')).toEqual([])
  expect(sizes(changes)).toEqual({ 'web-1': 5 })
  const settled = reconcile(d, setOf(d, 'nginx:1', 1, 5))
  expect(progress(settled)).toMatchObject({
    status: 'Unknown',
    reason: 'DeploymentPaused',
    message: 'Deployment is paused',
  })
})

test('resuming starts the clock of the deadline anew', () => {
  const d = deploymentNamed('web', {}, progressing('DeploymentPaused', 900, 'Unknown'))
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 3, 1))
  const condition = progress(changes)
  expect(condition?.lastUpdateTime).toBe(ago(0))
})

test('[CT26] scaled in the middle of a rollout, every ReplicaSet gets its share', () => {
  const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 }
  const d = deploymentNamed('web', {
    replicas: 30,
    template: template('nginx:2'),
    strategy: { type: 'RollingUpdate', rollingUpdate },
  })
  const before = { 'deployment.kubernetes.io/desired-replicas': '10', 'deployment.kubernetes.io/max-replicas': '13' }
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 8, 8, before), setOf(d, 'nginx:2', 2, 5, 5, before))
  expect(sizes(changes)).toEqual({ 'web-1': 20, 'web-2': 13 })
  expect(eventTexts(changes)).toEqual([
    'ScalingReplicaSet: Scaled up replica set web-1 from 8 to 20',
    'ScalingReplicaSet: Scaled up replica set web-2 from 5 to 13',
  ])
})

const done = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 }

test('[CT27] the status adds up its ReplicaSets', () => {
  const d = deploymentNamed('web', { template: template('nginx:2') }, progressing('ReplicaSetUpdated', 5))
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 2, 2), setOf(d, 'nginx:2', 2, 2, 1))
  expect(statusIn<DeploymentStatus>(changes)).toMatchObject({
    observedGeneration: 1,
    replicas: 4,
    updatedReplicas: 2,
    readyReplicas: 3,
    availableReplicas: 3,
    unavailableReplicas: 1,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetUpdated',
        message: 'ReplicaSet "web-2" is progressing.',
      },
    ],
  })
})

test('too few available Pods', () => {
  const d = deploymentNamed('web', {}, progressing('ReplicaSetUpdated', 5))
  const available = statusIn<DeploymentStatus>(reconcile(d, setOf(d, 'nginx:1', 1, 3, 2)))?.conditions?.[0]
  expect(available).toMatchObject({
    status: 'False',
    reason: 'MinimumReplicasUnavailable',
    message: 'Deployment does not have minimum availability.',
  })
})

test('[CT28] a rollout that is over says so, and nothing waits', () => {
  const d = deploymentNamed('web', {}, progressing('ReplicaSetUpdated', 5))
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 3))
  expect(progress(changes)).toMatchObject({
    reason: 'NewReplicaSetAvailable',
    message: 'ReplicaSet "web-1" has successfully progressed.',
  })
  expect(only(changes, 'again')).toEqual([])
})

test('[CT29] a rollout that does not move is looked at after its deadline, and told then', () => {
  const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 1 }
  const stuck = deploymentNamed('web', {}, { ...progressing('ReplicaSetUpdated', 100), ...counts })
  const waiting = reconcile(stuck, setOf(stuck, 'nginx:1', 1, 3, 1))
  expect(progress(waiting)).toMatchObject({ reason: 'ReplicaSetUpdated' })
  expect(only(waiting, 'again')).toEqual([{ do: 'again', at: NOW + 501_000 }])
  const late = deploymentNamed('web', {}, { ...progressing('ReplicaSetUpdated', 601), ...counts })
  const changes = reconcile(late, setOf(late, 'nginx:1', 1, 3, 1))
  expect(progress(changes)).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'ReplicaSet "web-1" has timed out progressing.',
  })
  expect(only(changes, 'again')).toEqual([])
})

test('a Deployment that was complete does not time out when Pods die later', () => {
  const d = deploymentNamed('web', {}, { ...done, ...progressing('NewReplicaSetAvailable', 9000) })
  expect(progress(reconcile(d, setOf(d, 'nginx:1', 1, 3, 2)))).toMatchObject({ reason: 'NewReplicaSetAvailable' })
})

test('without a deadline there is no Progressing condition', () => {
  const d = deploymentNamed('web', { progressDeadlineSeconds: 2147483647 }, progressing('ReplicaSetUpdated', 5))
  expect(progress(reconcile(d, setOf(d, 'nginx:1', 1, 3)))).toBeUndefined()
})

test('a failure of its ReplicaSet is its own', () => {
  const d = deploymentNamed('web', {}, progressing('ReplicaSetUpdated', 5))
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'no',
    lastTransitionTime: ago(9),
  }
  const set = setOf(d, 'nginx:1', 1, 3, 0)
  const changes = reconcile(d, { ...set, status: { ...set.status, conditions: [failure] } })
  expect(statusIn<DeploymentStatus>(changes)?.conditions).toContainEqual({ ...failure, lastUpdateTime: ago(9) })
})

test('[CT30] of the old ReplicaSets without Pods the newest ones are kept, when the rollout is over', () => {
  const d = deploymentNamed(
    'web',
    { revisionHistoryLimit: 1, template: template('nginx:4') },
    { ...done, ...progressing('NewReplicaSetAvailable', 9) },
  )
  const sets = [1, 2, 3].map((revision) => setOf(d, `nginx:${revision}`, revision, 0))
  const changes = reconcile(d, ...sets, setOf(d, 'nginx:4', 4, 3))
  expect(only(changes, 'delete').map(({ object }) => object.metadata.name)).toEqual(['web-1', 'web-2'])
  const busy = { ...d, status: { ...d.status, availableReplicas: 2 } }
  expect(only(reconcile(busy, ...sets, setOf(d, 'nginx:4', 4, 3, 2)), 'delete')).toEqual([])
})

test('nothing is kept of a Deployment with replicas zero either', () => {
  const status = { observedGeneration: 1, ...progressing('NewReplicaSetAvailable', 9) }
  const d = deploymentNamed('web', { replicas: 0, revisionHistoryLimit: 0, template: template('nginx:2') }, status)
  const changes = reconcile(d, setOf(d, 'nginx:1', 1, 0), setOf(d, 'nginx:2', 2, 0))
  expect(only(changes, 'delete')).toHaveLength(1)
})

test('a ReplicaSet whose labels no longer match is let go', () => {
  const d = deploymentNamed('web')
  const set = setOf(d, 'nginx:1', 1, 3)
  const changes = reconcile(d, { ...set, metadata: { ...set.metadata, labels: { app: 'other' } } })
  expect(only(changes, 'update')[0]?.object.metadata.ownerReferences).toBeUndefined()
})

test('in deletion it only counts', () => {
  const d = deploymentNamed('web', { template: template('nginx:2') }, {}, { deletionTimestamp: ago(1) })
  expect(reconcile(d, setOf(d, 'nginx:1', 1, 3)).map((change) => change.do)).toEqual(['status'])
})

test('minReadySeconds go on to the ReplicaSet', () => {
  const d = deploymentNamed('web', { minReadySeconds: 7 })
  const [update] = only(reconcile(d, setOf(d, 'nginx:1', 1, 3)), 'update')
  expect((update?.object as ReplicaSet | undefined)?.spec.minReadySeconds).toBe(7)
})
