import { expect, test } from 'vitest'
import type { Json, JsonObject, Resource } from '../meta/object.ts'
import { cellsOf, columnsOf, rowConditionsOf } from './columns.ts'
import recorded from './columns/recorded-cells.json' with { type: 'json' }
import facts from './table/columns.json' with { type: 'json' }
import { modelNames } from './table.ts'

const POD = 'io.k8s.api.core.v1.Pod'
const NOW = Date.parse('2026-01-01T00:05:00Z')
/** Objects of these tests hold only what the columns read. */
const object = (fields: JsonObject): Resource => ({ metadata: { name: 'x' }, ...fields }) as unknown as Resource

const modelOf = ({ group, version, kind }: { group: string; version: string; kind: string }): string => {
  const family = `.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`
  return modelNames().find((model) => model.endsWith(family))!
}

test.each(facts.map((row) => [row.kind, row.group, row] as const))(
  '[AP40] %s (%s) has the columns of Kubernetes',
  (_, __, row) => {
    const own = columnsOf(modelOf(row)).map(({ name, type, format, priority }) => ({ name, type, format, priority }))
    expect(own).toEqual(row.columns.map(({ name, type, format, priority }) => ({ name, type, format, priority })))
  },
)

test.each(recorded.map((row) => [row.id, row] as const))('[AP41] cells as recorded: %s', (_, row) => {
  // The recorded objects are JSON of many shapes.
  expect(cellsOf(row.model, row.object as unknown as Resource, NOW)).toEqual(row.cells)
})

test('[AP283] columns are described as the printers of Kubernetes describe them', () => {
  const described = (model: string) => columnsOf(`io.k8s.${model}`).map(({ name, description }) => [name, description])
  const [name, ready, , , age] = described('api.core.v1.Pod')
  expect(name![1]).toMatch(/^Name must be unique within a namespace\./)
  expect(ready).toEqual(['Ready', 'The aggregate readiness state of this pod for accepting traffic.'])
  expect(age![1]).toMatch(/^CreationTimestamp is a timestamp representing the server time/)
  expect(described('api.apps.v1.ReplicaSet')[3]![1]).toBe(
    'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
  )
  const silent = modelNames().flatMap((model) =>
    columnsOf(model).flatMap((column) => (column.description === '' ? [`${model} ${column.name}`] : [])),
  )
  // A kube-apiserver 1.36.2 says nothing of this one.
  expect(silent).toEqual(['io.k8s.api.node.v1.RuntimeClass Handler'])
})

test('[AP41] a kind without columns shows name and creation', () => {
  const scale = object({ metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' } })
  expect(columnsOf('io.k8s.api.autoscaling.v1.Scale').map((column) => column.name)).toEqual(['Name', 'Created At'])
  expect(cellsOf('io.k8s.api.autoscaling.v1.Scale', scale, NOW)).toEqual(['x', '2026-01-01T00:00:00Z'])
})

const running = (more: JsonObject = {}): JsonObject => ({ ready: true, state: { running: {} }, ...more })
const waiting = (reason: string): JsonObject => ({ state: { waiting: { reason } } })
const ended = (exitCode: number, reason = '', more: JsonObject = {}): JsonObject => ({
  state: { terminated: { exitCode, ...(reason === '' ? {} : { reason }), ...more } },
})
const pod = (status: JsonObject, containers = 1, init: JsonObject[] = [], metadata: JsonObject = {}): Resource =>
  object({
    metadata: { name: 'x', ...metadata },
    spec: {
      containers: Array.from({ length: containers }, (_, i) => ({ name: `c${i}` })),
      initContainers: init,
    },
    status: { phase: 'Running', ...status },
  })
const ready = { type: 'Ready', status: 'True' }
const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' }
const sidecar = { name: 's', restartPolicy: 'Always' }

/** [pod, ready, status]: printPod of kubernetes/pkg/printers/internalversion. */
test.each<[what: string, pod: Resource, ready: string, status: string]>([
  ['runs', pod({ containerStatuses: [running()] }), '1/1', 'Running'],
  ['has no statuses', pod({ phase: 'Pending' }, 2), '0/2', 'Pending'],
  ['was evicted', pod({ phase: 'Failed', reason: 'Evicted' }), '0/1', 'Evicted'],
  ['crashes', pod({ containerStatuses: [waiting('CrashLoopBackOff')] }), '0/1', 'CrashLoopBackOff'],
  [
    'waits first, runs second',
    pod({ containerStatuses: [waiting('ErrImagePull'), running()] }, 2),
    '1/2',
    'ErrImagePull',
  ],
  ['is done', pod({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }), '0/1', 'Completed'],
  ['was killed by a signal', pod({ containerStatuses: [ended(137, '', { signal: 9 })] }), '0/1', 'Signal:9'],
  ['ended without a reason', pod({ containerStatuses: [ended(3)] }), '0/1', 'ExitCode:3'],
  [
    'has one done, one ready',
    pod({ conditions: [ready], containerStatuses: [ended(0, 'Completed'), running()] }, 2),
    '1/2',
    'Running',
  ],
  [
    'has one done, one ready, and is not ready',
    pod({ containerStatuses: [ended(0, 'Completed'), running()] }, 2),
    '1/2',
    'NotReady',
  ],
  [
    'has one done, one failed',
    pod({ containerStatuses: [ended(0, 'Completed'), ended(1, 'Error')] }, 2),
    '0/2',
    'Error',
  ],
  [
    'is gated',
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
    '0/1',
    'SchedulingGated',
  ],
  ['goes', pod({ containerStatuses: [running()] }, 1, [], deleting), '1/1', 'Terminating'],
  [
    'goes and is done',
    pod({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }, 1, [], deleting),
    '0/1',
    'Completed',
  ],
  [
    'goes with its node',
    pod({ reason: 'NodeLost', containerStatuses: [running()] }, 1, [], deleting),
    '1/1',
    'Unknown',
  ],
  [
    'initialises',
    pod({ initContainerStatuses: [ended(0), { state: { running: {} } }] }, 1, [{ name: 'a' }, { name: 'b' }]),
    '0/1',
    'Init:1/2',
  ],
  ['fails to initialise', pod({ initContainerStatuses: [ended(1, 'Error')] }, 1, [{ name: 'a' }]), '0/1', 'Init:Error'],
  [
    'fails to initialise with a code',
    pod({ initContainerStatuses: [ended(7)] }, 1, [{ name: 'a' }]),
    '0/1',
    'Init:ExitCode:7',
  ],
  [
    'backs off while initialising',
    pod({ initContainerStatuses: [waiting('CrashLoopBackOff')] }, 1, [{ name: 'a' }]),
    '0/1',
    'Init:CrashLoopBackOff',
  ],
  [
    'waits to initialise',
    pod({ initContainerStatuses: [waiting('PodInitializing')] }, 1, [{ name: 'a' }]),
    '0/1',
    'Init:0/1',
  ],
  [
    'has a sidecar',
    pod({ initContainerStatuses: [running({ name: 's', started: true })], containerStatuses: [running()] }, 1, [
      sidecar,
    ]),
    '2/2',
    'Running',
  ],
])('[AP42] a Pod that %s', (_, pod, ready, status) => {
  const cells = cellsOf(POD, pod, NOW)
  expect([cells[1], cells[2]]).toEqual([ready, status])
})

test('[AP42] restarts say when the last one was', () => {
  const again = (restartCount: number, finishedAt?: string): JsonObject =>
    running({ restartCount, ...(finishedAt === undefined ? {} : { lastState: { terminated: { finishedAt } } }) })
  const restarts = (...statuses: JsonObject[]): Json => cellsOf(POD, pod({ containerStatuses: statuses }), NOW)[3]!
  expect(restarts(again(0))).toBe('0')
  expect(restarts(again(2))).toBe('2')
  expect(restarts(again(2, '2026-01-01T00:04:00Z'), again(1, '2026-01-01T00:03:00Z'))).toBe('3 (60s ago)')
})

test('[AP42] completed Pods say so in a condition of their row', () => {
  expect(rowConditionsOf(POD, pod({ phase: 'Succeeded' }))).toEqual([
    { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
  ])
  expect(rowConditionsOf(POD, pod({ phase: 'Failed' }))).toEqual([
    { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
  ])
  expect(rowConditionsOf(POD, pod({}))).toEqual([])
  expect(rowConditionsOf('io.k8s.api.core.v1.Namespace', pod({ phase: 'Failed' }))).toEqual([])
})

/** [kind, object, name of the column, its cell] for what the recordings do not show. */
test.each<[model: string, fields: JsonObject, column: string, cell: Json]>([
  ['core.v1.Node', {}, 'Status', 'Unknown'],
  [
    'core.v1.Node',
    { spec: { unschedulable: true }, status: { conditions: [ready] } },
    'Status',
    'Ready,SchedulingDisabled',
  ],
  ['core.v1.Node', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, 'Status', 'NotReady'],
  [
    'core.v1.Node',
    { metadata: { labels: { 'node-role.kubernetes.io/b': '', 'kubernetes.io/role': 'a' } } },
    'Roles',
    'a,b',
  ],
  [
    'core.v1.Node',
    { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } },
    'Internal-IP',
    '192.0.2.1',
  ],
  [
    'core.v1.Node',
    { status: { nodeInfo: { kernelVersion: '6.1', architecture: 'arm64' } } },
    'Kernel-Version',
    '6.1 (arm64)',
  ],
  ['core.v1.Service', { spec: { type: 'LoadBalancer' } }, 'External-IP', '<pending>'],
  ['core.v1.Service', { spec: { type: 'ExternalName', externalName: 'a.example' } }, 'External-IP', 'a.example'],
  ['core.v1.Service', { spec: { clusterIPs: ['None'] } }, 'Cluster-IP', 'None'],
  [
    'core.v1.Service',
    {
      spec: {
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    },
    'Port(s)',
    '80:30080/TCP,53/UDP',
  ],
  [
    'core.v1.Endpoints',
    { subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], ports: [{ port: 80 }, { port: 81 }] }] },
    'Endpoints',
    '10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...',
  ],
  ['core.v1.Event', { series: { count: 4, lastObservedTime: '2026-01-01T00:04:30.000000Z' } }, 'Last Seen', '30s'],
  ['core.v1.Event', { eventTime: '2026-01-01T00:04:00.000000Z' }, 'Last Seen', '60s'],
  ['core.v1.Event', {}, 'Count', 1],
  ['core.v1.Event', { reportingComponent: 'kubelet', reportingInstance: 'n1' }, 'Source', 'kubelet, n1'],
  [
    'core.v1.ResourceQuota',
    { status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } } },
    'Request',
    'pods: 1/5',
  ],
  ['apps.v1.Deployment', { spec: { replicas: 3 }, status: { readyReplicas: 2 } }, 'Ready', '2/3'],
  [
    'apps.v1.ReplicaSet',
    {
      spec: {
        selector: { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] },
      },
    },
    'Selector',
    'a in (x,y),b=1',
  ],
  [
    'apps.v1.ControllerRevision',
    { metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'w', controller: true }] } },
    'Controller',
    'statefulset.apps/w',
  ],
  [
    'autoscaling.v2.HorizontalPodAutoscaler',
    { spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 50 } } }] } },
    'Targets',
    'cpu: <unknown>/50%',
  ],
  ['batch.v1.Job', { spec: { completions: 3 }, status: { succeeded: 1 } }, 'Completions', '1/3'],
  [
    'networking.v1.Ingress',
    { spec: { rules: [{ host: 'a' }, { host: 'b' }, { host: 'c' }, {}] } },
    'Hosts',
    'a,b,c + 1 more...',
  ],
])('[AP43] %s %j: %s is %j', (model, fields, name, cell) => {
  const full = `io.k8s.api.${model}`
  const index = columnsOf(full).findIndex((column) => column.name === name)
  expect(cellsOf(full, object(fields), NOW)[index]).toEqual(cell)
})
