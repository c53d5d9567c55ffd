import { expect, test } from 'vitest'
import type { Resource } from '../../../api/meta/object.ts'
import type {
  Node,
  PersistentVolumeClaim,
  Pod,
  PodStatus,
  ResourceResourceClaim,
} from '../../../api/schema/types.generated.ts'
import {
  ago,
  nodeNamed,
  NOW,
  only,
  podNamed,
  replicasetNamed,
  statusIn,
  StillView,
} from '../../../test/simulation/still-view.ts'
import type { Change } from '../controller.ts'
import { scheduler } from './scheduler.ts'

const pending = (name: string, spec: Partial<Pod['spec']> = {}, how: Parameters<typeof podNamed>[1] = {}): Pod =>
  podNamed(name, { node: '', phase: 'Pending', status: { conditions: [] }, spec, ...how })
const requests = (cpu: string, memory = '0'): Partial<Pod['spec']> => ({
  containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu, memory } } }],
})
const hostPort = (port: number, hostIP?: string): Partial<Pod['spec']> => ({
  containers: [
    {
      name: 'main',
      image: 'nginx',
      resources: {},
      ports: [{ containerPort: 80, hostPort: port, protocol: 'TCP', ...(hostIP === undefined ? {} : { hostIP }) }],
    },
  ],
})
const schedule = (
  pod: Pod,
  nodes: readonly Node[],
  others: readonly (Pod | ReturnType<typeof replicasetNamed>)[] = [],
) => scheduler.reconcile(pod, new StillView([pod, ...nodes, ...others]))
const nodeOf = (changes: readonly Change[]): string | undefined => only(changes, 'bind')[0]?.node
const messageOf = (changes: readonly Change[]): string | undefined =>
  statusIn<PodStatus>(changes)?.conditions?.[0]?.message

test('[SC1] a Pod is bound to a node that fits, with an event', () => {
  const changes = schedule(pending('web'), [nodeNamed('a')])
  expect(only(changes, 'bind')).toMatchObject([{ pod: { metadata: { name: 'web' } }, node: 'a' }])
  expect(only(changes, 'event')).toMatchObject([
    { type: 'Normal', reason: 'Scheduled', action: 'Binding', message: 'Successfully assigned default/web to a' },
  ])
})

const preferred = (effect: string) => [{ key: 'k', value: 'v', effect }]
const HELPLESS = (nodes: number): string =>
  `preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`
const VICTIMS = 'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.'

/** One node each, and why it cannot take the Pod. */
const REFUSALS: readonly [reason: string, ending: string, pod: Pod, node: Node, others?: readonly Pod[]][] = [
  ['1 node(s) were unschedulable', HELPLESS(1), pending('p'), nodeNamed('a', { spec: { unschedulable: true } })],
  [
    '1 node(s) had untolerated taint(s)',
    HELPLESS(1),
    pending('p'),
    nodeNamed('a', { spec: { taints: preferred('NoSchedule') } }),
  ],
  [
    "1 node(s) didn't match Pod's node affinity/selector",
    HELPLESS(1),
    pending('p', { nodeSelector: { disk: 'ssd' } }),
    nodeNamed('a'),
  ],
  [
    "1 node(s) didn't have free ports for the requested pod ports",
    VICTIMS,
    pending('p', hostPort(80)),
    nodeNamed('a'),
    [podNamed('other', { spec: hostPort(80, '10.0.0.1') })],
  ],
  ['1 Insufficient cpu', HELPLESS(1), pending('p', requests('5')), nodeNamed('a')],
  [
    '1 Insufficient cpu',
    VICTIMS,
    pending('p', requests('3')),
    nodeNamed('a'),
    [podNamed('o', { spec: requests('2') })],
  ],
  ['1 Insufficient cpu, 1 Insufficient memory', HELPLESS(1), pending('p', requests('5', '9Gi')), nodeNamed('a')],
  [
    '1 Too many pods',
    VICTIMS,
    pending('p'),
    nodeNamed('a', { allocatable: { cpu: '4', memory: '8Gi', pods: '1' } }),
    [podNamed('o')],
  ],
]

test.for(REFUSALS)('[SC2] %s', ([reason, ending, pod, node, others]) => {
  const changes = schedule(pod, [node], others)
  const message = `0/1 nodes are available: ${reason}. ${ending}`
  expect(statusIn<PodStatus>(changes)?.conditions).toEqual([
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: ago(0),
      observedGeneration: 1,
    },
  ])
  expect(only(changes, 'event')).toMatchObject([
    { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message },
  ])
  expect(only(changes, 'again')).toEqual([{ do: 'again', at: NOW + 300_000 }])
})

test('[SC3] reasons are counted over the nodes and sorted as text', () => {
  const taint = { spec: { taints: preferred('NoExecute') } }
  const nodes = [nodeNamed('a'), nodeNamed('b', taint), nodeNamed('c', taint)]
  const message = messageOf(schedule(pending('p', requests('3')), nodes, [podNamed('o', { spec: requests('2') })]))
  expect(message).toBe(
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are ' +
      'available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
  )
})

test('without nodes', () => {
  expect(messageOf(schedule(pending('p'), []))).toBe('no nodes available to schedule pods')
})

test('a critical Pod could take the place of others, which podo does not do yet: it says so', () => {
  const pod = pending('p', { ...requests('3'), priority: 2000000000 })
  const message = messageOf(schedule(pod, [nodeNamed('a')], [podNamed('o', { spec: requests('2') })]))
  expect(message).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
      '1 podo does not preempt Pods of lower priority yet.',
  )
})

test('a Pod that never preempts says so', () => {
  const message = messageOf(schedule(pending('p', { ...requests('5'), preemptionPolicy: 'Never' }), [nodeNamed('a')]))
  expect(message).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  )
})

const NOT_YET: readonly (readonly [field: string, spec: Partial<Pod['spec']>])[] = [
  [
    'spec.affinity.podAntiAffinity',
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x' }] } } },
  ],
  [
    'spec.affinity.podAffinity',
    { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x' }] } } },
  ],
  [
    'spec.topologySpreadConstraints',
    { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'x', whenUnsatisfiable: 'DoNotSchedule' }] },
  ],
]

test.for(NOT_YET)('[SC4] what it cannot honour yet it names, and the Pod stays Pending: %s', ([field, spec]) => {
  const changes = schedule(pending('p', spec), [nodeNamed('a')])
  expect(nodeOf(changes)).toBeUndefined()
  expect(messageOf(changes)).toBe(`0/1 nodes are available: podo does not place Pods by ${field} yet. ${HELPLESS(1)}`)
})

const meta = { namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: ago(9) }
const claimNamed = (name: string, volumeName?: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { ...meta, name },
  spec: { resources: {}, ...(volumeName === undefined ? {} : { volumeName }) },
  status: {},
})
const deviceClaim: ResourceResourceClaim = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { ...meta, name: 'gpu' },
  spec: { devices: { requests: [] } },
  status: {},
}
const volume = (source: object): Partial<Pod['spec']> => ({ volumes: [{ name: 'v', ...source }] })
const data = volume({ persistentVolumeClaim: { claimName: 'data' } })
const devices = (claim: object): Partial<Pod['spec']> => ({ resourceClaims: [{ name: 'd', ...claim }] })

test.for<[why: string, spec: Partial<Pod['spec']>, others: Resource[]]>([
  ['persistentvolumeclaim "data" not found', data, []],
  ['pod has unbound immediate PersistentVolumeClaims', data, [claimNamed('data')]],
  ['podo does not mount the volume of persistentvolumeclaim "data" yet', data, [claimNamed('data', 'pv')]],
  ['podo has no CSI driver "d.example.com"', volume({ csi: { driver: 'd.example.com' } }), []],
  [
    'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"',
    volume({ ephemeral: { volumeClaimTemplate: { spec: {} } } }),
    [],
  ],
  ['resourceclaim "gpu" not found', devices({ resourceClaimName: 'gpu' }), []],
  [
    'cannot allocate resourceclaim "gpu": podo has no drivers of devices',
    devices({ resourceClaimName: 'gpu' }),
    [deviceClaim],
  ],
  ['pod claim "d": waiting for its resourceclaim to be created', devices({ resourceClaimTemplateName: 'gpus' }), []],
])('[CT117] a Pod that uses what podo has no driver for stays Pending and says so: %s', ([why, spec, others]) => {
  const pod = pending('p', spec)
  const changes = scheduler.reconcile(pod, new StillView([pod, nodeNamed('a'), ...others]))
  expect(nodeOf(changes)).toBeUndefined()
  expect(messageOf(changes)).toBe(`0/1 nodes are available: ${why}. ${HELPLESS(1)}`)
})

test.for([
  ['one that has a node', podNamed('p')],
  ['one in deletion', pending('p', {}, { meta: { deletionTimestamp: ago(1) } })],
  ['one that ended', pending('p', {}, { phase: 'Failed' })],
  ['one of another scheduler', pending('p', { schedulerName: 'mine' })],
  ['one with gates', pending('p', { schedulingGates: [{ name: 'g' }] })],
] as const)('[SC5] it leaves alone %s', ([, pod]) => {
  expect(schedule(pod, [nodeNamed('a')])).toEqual([])
})

test('[SC6] Pods that ended take nothing; Pods in deletion take until they are gone', () => {
  const full = nodeNamed('a', { allocatable: { cpu: '4', memory: '8Gi', pods: '1' } })
  expect(nodeOf(schedule(pending('p'), [full], [podNamed('o', { phase: 'Succeeded' })]))).toBe('a')
  expect(
    nodeOf(schedule(pending('p'), [full], [podNamed('o', { meta: { deletionTimestamp: ago(1) } })])),
  ).toBeUndefined()
})

/** Two nodes, and which is better. */
const CHOICES: readonly [why: string, best: string, pod: Pod, nodes: Node[], others?: Pod[]][] = [
  ['by name where they are equal', 'a', pending('p'), [nodeNamed('b'), nodeNamed('a')]],
  ['the emptier', 'b', pending('p'), [nodeNamed('a'), nodeNamed('b')], [podNamed('o', { spec: requests('2', '4Gi') })]],
  [
    'the more balanced',
    'b',
    pending('p', requests('1', '2Gi')),
    [nodeNamed('a'), nodeNamed('b')],
    [podNamed('o', { spec: requests('2', '0') }), podNamed('o2', { node: 'b', spec: requests('1', '2Gi') })],
  ],
  [
    'without a taint that would rather not',
    'b',
    pending('p'),
    [nodeNamed('a', { spec: { taints: preferred('PreferNoSchedule') } }), nodeNamed('b')],
  ],
  [
    'the one it prefers',
    'b',
    pending('p', {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 5, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    }),
    [nodeNamed('a'), nodeNamed('b', { labels: { disk: 'ssd' } })],
  ],
]

test.for(CHOICES)('[SC7] of two nodes: %s', ([, best, pod, nodes, others]) => {
  expect(nodeOf(schedule(pod, nodes, others))).toBe(best)
})

test('[SC8] Pods of one ReplicaSet are spread over machines and zones', () => {
  const rs = replicasetNamed('web')
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } })
  const nodes = [nodeNamed('a', zone('x')), nodeNamed('b', zone('x')), nodeNamed('c', zone('y'))]
  const standing = [podNamed('1', { owner: rs, node: 'a' }), podNamed('2', { owner: rs, node: 'b' })]
  expect(nodeOf(schedule(pending('p', {}, { owner: rs }), nodes, standing))).toBe('c')
})

test('a node that has the image saves the pull', () => {
  const image = { names: ['nginx:latest'], sizeBytes: 900 * 1024 * 1024 }
  const [a, b] = [nodeNamed('a'), nodeNamed('b')]
  const stocked = { ...b, status: { ...b.status, images: [image] } }
  expect(nodeOf(schedule(pending('p', requests('100m')), [a, stocked]))).toBe('b')
})

test('[SC9] a higher priority goes first, then who waits longer', () => {
  const order = (a: Pod, b: Pod) => Math.sign(scheduler.order?.(a, b) ?? 0)
  expect(order(pending('z', { priority: 10 }), pending('a'))).toBe(-1)
  const early = pending('z', {}, { meta: { creationTimestamp: ago(9000) } })
  expect(order(early, pending('a'))).toBe(-1)
  expect(order(pending('a'), pending('b'))).toBe(-1)
})

/** A Pod that fails since `since` seconds and was last tried `tried` seconds ago. */
function failing(since: number, tried: number): Change[] {
  const condition = { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: ago(since) }
  const pod = pending('p', {}, { status: { conditions: [condition] } })
  return scheduler.reconcile(pod, new StillView([pod, nodeNamed('a')], { waiting: NOW + (300 - tried) * 1000 }))
}

test('[SC10] woken early, a Pod waits for its back-off: 1 s that doubles to 10 s', () => {
  expect(only(failing(0.5, 0.5), 'again')).toEqual([{ do: 'again', at: NOW + 500 }])
  expect(only(failing(5, 1), 'again')).toEqual([{ do: 'again', at: NOW + 3000 }])
  expect(only(failing(900, 2), 'again')).toEqual([{ do: 'again', at: NOW + 8000 }])
  expect(nodeOf(failing(900, 11))).toBe('a')
})

test('a Pod in its back-off stays there when it is woken again', () => {
  const condition = { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: ago(99) }
  const pod = pending('p', {}, { status: { conditions: [condition] } })
  const view = new StillView([pod, nodeNamed('a')], { waiting: NOW + 4000 })
  expect(scheduler.reconcile(pod, view)).toEqual([{ do: 'again', at: NOW + 4000 }])
})

const key = { resource: 'x', namespace: '', name: 'x' }
test.for([
  ['a node comes', 'nodes', undefined, nodeNamed('a'), true],
  ['a node is uncordoned', 'nodes', nodeNamed('a', { spec: { unschedulable: true } }), nodeNamed('a'), true],
  ['a node gets a label', 'nodes', nodeNamed('a'), nodeNamed('a', { labels: { x: 'y' } }), true],
  ['a node only reports', 'nodes', nodeNamed('a', { ready: 'False' }), nodeNamed('a'), false],
  ['a Pod ends', 'pods', podNamed('p'), podNamed('p', { phase: 'Succeeded' }), true],
  ['a Pod becomes ready', 'pods', podNamed('p', { ready: false }), podNamed('p'), false],
] as const)('[SC11] waiting Pods are tried again when %s: %s', ([, resource, before, after, expected]) => {
  const wakes = scheduler.wakes?.[resource]?.(
    { type: before === undefined ? 'ADDED' : 'MODIFIED', key, before, after },
    new StillView([]),
  )
  expect(wakes === 'waiting').toBe(expected)
})

test('and when a Pod is gone', () => {
  const wake = (pod: Pod) =>
    scheduler.wakes?.['pods']?.({ type: 'DELETED', key, before: pod, after: pod }, new StillView([]))
  expect(wake(podNamed('p'))).toBe('waiting')
  expect(wake(pending('p'))).toEqual([])
})
