import { expect, test } from 'vitest'
import { kindOfObject } from '../../api/kinds/index.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/schema/types.generated.ts'
import {
  ago,
  deploymentNamed,
  eventTexts,
  NOW,
  ownedBy,
  podNamed,
  replicasetNamed,
  statusIn,
  StillView,
} from '../../test/simulation/still-view.ts'
import type { Resource } from '../../api/meta/object.ts'
import { disruptionBudget } from './disruption-budget.ts'

const controller = disruptionBudget(kindOfObject)
const labels = { app: 'web' }
const budgetOf = (spec: object, status: object = {}): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: 'b',
      namespace: 'default',
      uid: 'b',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: ago(60),
    },
    spec: { selector: { matchLabels: labels }, ...spec },
    status,
  }) as unknown as PodDisruptionBudget // as much of it as is looked at

/** `healthy` ready Pods and `sick` others, of a ReplicaSet of a Deployment of `replicas`. */
function deployed(replicas: number, healthy: number, sick = 0): Resource[] {
  const d = deploymentNamed('web', { replicas })
  const rs = replicasetNamed('web-1', { replicas }, {}, { labels, ownerReferences: ownedBy(d) })
  const pods = Array.from({ length: healthy + sick }, (_, i) => podNamed(`p${i}`, { owner: rs, ready: i < healthy }))
  return [d, rs, ...pods]
}

const counted = (budget: PodDisruptionBudget, objects: Resource[]): PodDisruptionBudgetStatus =>
  statusIn(controller.reconcile(budget, new StillView(objects))) as unknown as PodDisruptionBudgetStatus

test.each<[string, object, Resource[], [expected: number, desired: number, healthy: number, allowed: number]]>([
  ['a number that must be there', { minAvailable: 2 }, deployed(3, 3), [3, 2, 3, 1]],
  ['a share that must be there, rounded up', { minAvailable: '50%' }, deployed(3, 3), [3, 2, 3, 1]],
  ['a number that may be missing, of what is asked for', { maxUnavailable: 1 }, deployed(5, 3), [5, 4, 3, 0]],
  ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, deployed(5, 5), [5, 3, 5, 2]],
  ['unready Pods', { minAvailable: 1 }, deployed(3, 1, 2), [3, 1, 1, 0]],
  ['no Pods', { minAvailable: 0 }, [], [0, 0, 0, 0]],
  ['no rule at all', {}, deployed(3, 3), [0, 0, 3, 0]],
])('[CT100] a budget of %s', (_, spec, objects, [expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed]) => {
  const status = counted(budgetOf(spec), objects)
  expect(status).toMatchObject({
    expectedPods,
    desiredHealthy,
    currentHealthy,
    disruptionsAllowed,
    observedGeneration: 1,
  })
  const allowed = disruptionsAllowed > 0
  expect(status.conditions).toMatchObject([
    {
      type: 'DisruptionAllowed',
      status: allowed ? 'True' : 'False',
      reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    },
  ])
})

test('[CT100] an eviction that has been allowed counts until the Pod goes, or two minutes', () => {
  const disruptedPods = { p0: ago(60), p1: ago(121), gone: ago(1) }
  const budget = budgetOf({ minAvailable: 1 }, { disruptedPods, observedGeneration: 1 })
  const changes = controller.reconcile(budget, new StillView(deployed(3, 3)))
  expect(statusIn(changes)).toMatchObject({ disruptedPods: { p0: ago(60) }, currentHealthy: 2, disruptionsAllowed: 1 })
  expect(changes).toContainEqual({ do: 'again', at: NOW + 60_001 })
})

test('[CT100] what cannot be counted allows nothing, and says so once', () => {
  const pod = podNamed('p', {
    meta: { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }] },
  })
  const budget = budgetOf({ maxUnavailable: 1 }, { disruptionsAllowed: 1 })
  const changes = controller.reconcile(budget, new StillView([pod]))
  const why = 'found no controllers for pod "p"'
  expect(eventTexts(changes)).toEqual([
    `CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${why}`,
  ])
  const status = statusIn(changes) as unknown as PodDisruptionBudgetStatus
  expect(status).toMatchObject({ disruptionsAllowed: 0, conditions: [{ reason: 'SyncFailed', message: why }] })
  expect(controller.reconcile({ ...budget, status }, new StillView([pod]))).toEqual([])
})

test('[CT101] a changed Pod wakes the budgets that select it before or after', () => {
  const [one, other] = [
    budgetOf({ minAvailable: 1 }),
    budgetOf({ minAvailable: 1, selector: { matchLabels: { app: 'db' } } }),
  ]
  other.metadata.name = 'c'
  const view = new StillView([one, other])
  const pod = podNamed('p')
  const key = { resource: 'pods', namespace: 'default', name: 'p' }
  const woken = controller.wakes?.['pods']?.(
    { type: 'MODIFIED', key, before: pod, after: { ...pod, metadata: { ...pod.metadata, labels: {} } } },
    view,
  )
  expect(woken).toEqual([{ resource: 'poddisruptionbudgets.policy', namespace: 'default', name: 'b' }])
})
