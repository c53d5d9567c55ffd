import { expect, test } from 'vitest'
import type { Node, Pod, PodStatus, Taint } from '../../api/schema/types.generated.ts'
import {
  ago,
  eventTexts,
  nodeNamed,
  NOW,
  only,
  podNamed,
  statusIn,
  StillView,
} from '../../test/simulation/still-view.ts'
import { taintEviction } from './taint-eviction.ts'

const KEY = 'node.kubernetes.io/unreachable'
const taint: Taint = { key: KEY, effect: 'NoExecute', timeAdded: ago(100) }
const tolerating = (name: string, tolerationSeconds?: number): Pod =>
  podNamed(name, {
    spec: {
      tolerations: [
        {
          key: KEY,
          operator: 'Exists',
          effect: 'NoExecute',
          ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
        },
      ],
    },
  })
const reconcile = (pods: readonly Pod[], taints: Taint[] = [taint]) => {
  const node = nodeNamed('a', { spec: { taints } })
  return taintEviction.reconcile(node, new StillView([node, ...pods]))
}

test('[CT60] a Pod that does not tolerate is deleted at once: condition, event, grace of its own', () => {
  const changes = reconcile([podNamed('web')])
  expect(eventTexts(changes)).toEqual(['TaintManagerEviction: Marking for deletion Pod default/web'])
  expect(statusIn<PodStatus>(changes)?.conditions).toContainEqual({
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastProbeTime: null,
    lastTransitionTime: ago(0),
    observedGeneration: 1,
  })
  expect(only(changes, 'delete')).toMatchObject([{ do: 'delete', object: { metadata: { name: 'web' } } }])
  expect(only(changes, 'delete')[0]?.graceSeconds).toBeUndefined()
})

test('[CT61] tolerationSeconds count from the time of the taint', () => {
  const changes = reconcile([tolerating('over', 100), tolerating('soon', 130), tolerating('later', 300)])
  expect(only(changes, 'delete').map(({ object }) => object.metadata.name)).toEqual(['over'])
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + 30_000 }])
})

test('or from when the Pod came, if that is later', () => {
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: ago(10) }
  const pod = tolerating('late', 50)
  const changes = reconcile([{ ...pod, status: { ...pod.status, conditions: [scheduled] } }])
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + 40_000 }])
})

test('without a limit it stays for good, and a Pod in deletion is not deleted again', () => {
  expect(reconcile([tolerating('faithful'), podNamed('going', { meta: { deletionTimestamp: ago(1) } })])).toEqual([])
})

test('many are evicted in pieces', () => {
  const changes = reconcile(Array.from({ length: 60 }, (_, i) => podNamed(`p${i}`)))
  expect(only(changes, 'delete')).toHaveLength(50)
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW }])
})

test('a negative time is none', () => {
  expect(only(reconcile([tolerating('hasty', -5)]), 'delete')).toHaveLength(1)
})

test('[CT62] a taint put by hand gets the time from which it counts', () => {
  const changes = reconcile([tolerating('web', 30)], [{ key: KEY, effect: 'NoExecute' }])
  const [update] = only(changes, 'update')
  expect(update?.object).toMatchObject({ spec: { taints: [{ key: KEY, effect: 'NoExecute', timeAdded: ago(0) }] } })
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + 30_000 }])
})

test('a node without NoExecute taints is left without a look at its Pods', () => {
  expect(reconcile([podNamed('web')], [{ key: 'x', effect: 'NoSchedule' }])).toEqual([])
})

test('a Pod wakes its node when it comes to one that is tainted', () => {
  const [node, pod] = [nodeNamed('a', { spec: { taints: [taint] } }), podNamed('web')]
  const key = { resource: 'pods', namespace: 'default', name: 'web' }
  const wake = (before: Pod | undefined, ...nodes: Node[]) =>
    taintEviction.wakes?.['pods']?.({ type: 'MODIFIED', key, before, after: pod }, new StillView(nodes))
  expect(wake(podNamed('web', { node: '' }), node)).toEqual([{ resource: 'nodes', namespace: '', name: 'a' }])
  expect(wake(pod, node)).toEqual([])
  expect(wake(undefined, nodeNamed('a'))).toEqual([])
})
