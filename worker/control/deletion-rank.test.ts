import { expect, test } from 'vitest'
import type { Pod } from '../../api/schema/types.generated.ts'
import { ago, NOW, podNamed } from '../../test/simulation/still-view.ts'
import { byDeletionRank } from './deletion-rank.ts'

const restarted = (count: number): Partial<Pod['status']> => ({
  containerStatuses: [
    { name: 'main', state: {}, lastState: {}, ready: true, restartCount: count, image: '', imageID: '' },
  ],
  conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: ago(100) }],
})
const old = { meta: { creationTimestamp: ago(10_000) } }
const cost = (text: string) => ({ meta: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': text } } })

/** Each pair: the first goes before the second, for the reason that names the row. */
const PAIRS: readonly [why: string, first: Pod, second: Pod][] = [
  ['unassigned', podNamed('a', { node: '', phase: 'Running' }), podNamed('b', { ready: false, phase: 'Pending' })],
  ['pending', podNamed('a', { phase: 'Pending' }), podNamed('b', { phase: 'Unknown', ready: false })],
  ['unknown', podNamed('a', { phase: 'Unknown' }), podNamed('b', { ready: false })],
  ['not ready', podNamed('a', { ready: false }), podNamed('b', cost('-5'))],
  ['cheap', podNamed('a', cost('-1')), podNamed('b', { node: 'crowded' })],
  ['crowded', podNamed('a', { node: 'crowded' }), podNamed('b', { readyFor: 1 })],
  ['ready for a shorter time', podNamed('a', { readyFor: 10 }), podNamed('b', { readyFor: 1000 })],
  ['restarted more', podNamed('a', { status: restarted(3), ...old }), podNamed('b', { status: restarted(1) })],
  [
    'younger',
    podNamed('a', { meta: { creationTimestamp: ago(60) }, readyFor: 30 }),
    podNamed('b', { readyFor: 30, ...old }),
  ],
]

test.for(PAIRS)('[CT15] %s goes first', ([, first, second]) => {
  const compare = byDeletionRank((pod) => (pod.spec.nodeName === 'crowded' ? 3 : 1), NOW)
  expect([second, first].sort(compare)).toEqual([first, second])
})

test('times in one power of two are as good as equal, and the uid decides', () => {
  const [a, b] = [podNamed('a', { readyFor: 1000 }), podNamed('b', { readyFor: 1001 })]
  expect([b, a].sort(byDeletionRank(() => 0, NOW))).toEqual(a.metadata.uid < b.metadata.uid ? [a, b] : [b, a])
})

test('a cost that is no number counts as none', () => {
  const [a, b] = [podNamed('a', { ...cost('cheap'), readyFor: 1000 }), podNamed('b', { ...cost('1'), readyFor: 1 })]
  expect([b, a].sort(byDeletionRank(() => 0, NOW))[0]).toBe(a)
})
