import { expect, test } from 'vitest'
import type { Container, Pod, PodSpec } from '../../api/schema/types.generated.ts'
import { keyOf, type Action } from './action.ts'
import { begin, next, type Life } from './life.ts'
import { plan } from './plan.ts'
import { NO_VOLUMES, volumesPrint, type VolumesFailure, type VolumesSeen } from './volumes.ts'
import type { Instance, Sandbox, Seen } from './seen.ts'
import { statusOf } from './status.ts'

const NOW = Date.UTC(2026, 0, 1)
const RUNNING = begin(NOW)
const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: `${name}:1`,
  resources: {},
  ...more,
})
const pod = (spec: Partial<PodSpec> = {}, more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [container('a'), container('b')], restartPolicy: 'Always', ...spec },
  status: {},
  ...more,
})
const sandbox = (more: Partial<Sandbox> = {}): Sandbox => ({
  id: 's0',
  attempt: 0,
  running: true,
  address: '10.0.0.2',
  accepted: NOW,
  exitCode: 0,
  ...more,
})
const instance = (name: string, more: Partial<Instance> = {}): Instance => ({
  id: `${name}${more.attempt ?? 0}`,
  container: name,
  kind: 'app',
  attempt: 0,
  sandbox: 0,
  image: `${name}:1`,
  imageId: 'sha256:1',
  backoff: 0,
  state: 'running',
  createdAt: NOW - 1000,
  startedAt: NOW - 1000,
  finishedAt: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  message: '',
  ...more,
})
const dead = (name: string, exitCode: number, more: Partial<Instance> = {}): Instance =>
  instance(name, { state: 'exited', exitCode, finishedAt: NOW - 500, ...more })
const seen = (more: Partial<Seen> = {}): Seen => ({
  sandboxes: [sandbox()],
  instances: [],
  attached: new Set(['s0']),
  failures: new Map(),
  probes: new Map(),
  volumes: NO_VOLUMES,
  doing: new Set(),
  last: undefined,
  around: {
    node: { name: 'n', address: '192.0.2.1', cpus: 2, memoryBytes: 2 ** 31, diskBytes: 2 ** 40 },
    api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
    configMaps: new Map(),
    secrets: new Map(),
    unsupported: [],
  },
  ...more,
})
const keys = (actions: Action[]): string[] => actions.filter(({ do: what }) => what !== 'event').map(keyOf)
const inits = { initContainers: [container('i'), container('j')] }
const init = (name: string, exitCode: number, more: Partial<Instance> = {}): Instance =>
  dead(name, exitCode, { kind: 'init', ...more })

const MOUNTS = { volumes: [{ name: 'v', emptyDir: {} }] }
/** Volumes of such a Pod that are as they should be. */
const HELD: VolumesSeen = { ...NO_VOLUMES, ready: true, print: volumesPrint(pod(MOUNTS), seen().around) }
const failure = (more: Partial<VolumesFailure> = {}): VolumesFailure => ({
  at: NOW,
  backoff: 500,
  print: HELD.print,
  silentSince: undefined,
  ...more,
})

/** What the plan is for a running Pod, in the words of its actions. */
const CASES: [string, Partial<PodSpec>, Partial<Seen>, string[]][] = [
  ['nothing yet: a sandbox', {}, { sandboxes: [] }, ['sandbox']],
  ['a sandbox under way: nothing joins it', {}, { doing: new Set(['sandbox']) }, []],
  ['a sandbox without network: its network', {}, { attached: new Set() }, ['attach s0']],
  ['a dead sandbox goes before a new one comes', {}, { sandboxes: [sandbox({ running: false })] }, ['remove s0']],
  [
    'what ran in a dead sandbox ends first',
    {},
    { sandboxes: [sandbox({ running: false })], instances: [instance('a')] },
    ['stop a0 30'],
  ],
  ['volumes before a sandbox', MOUNTS, { sandboxes: [] }, ['volumes']],
  ['nothing begins while they are made', MOUNTS, { sandboxes: [], doing: new Set(['volumes']) }, ['volumes']],
  ['nor in a sandbox that runs', MOUNTS, {}, ['volumes']],
  ['what runs is looked after', MOUNTS, { instances: [instance('a', { image: 'old' })] }, ['volumes', 'stop a0 30']],
  ['with volumes it goes on', MOUNTS, { volumes: HELD }, ['start a']],
  ['a token that will be due', MOUNTS, { volumes: { ...HELD, renewAt: NOW + 1 } }, ['wait', 'start a']],
  ['a token that is due', MOUNTS, { volumes: { ...HELD, renewAt: NOW } }, ['volumes', 'start a']],
  ['what they show has changed', MOUNTS, { volumes: { ...HELD, print: 'old' } }, ['volumes', 'start a']],
  ['a failure waits', MOUNTS, { volumes: { ...HELD, failure: failure() } }, ['wait', 'start a']],
  ['and is repeated', MOUNTS, { volumes: { ...HELD, failure: failure({ at: NOW - 500 }) } }, ['volumes', 'start a']],
  [
    'at once with something else',
    MOUNTS,
    { volumes: { ...HELD, print: '', failure: failure({ print: 'old' }) } },
    ['volumes', 'start a'],
  ],
  ['the first container alone is begun', {}, {}, ['start a']],
  ['the one under way holds the others back', {}, { doing: new Set(['start a']) }, ['start a']],
  ['then the next', {}, { instances: [instance('a')] }, ['start b']],
  ['all run: nothing to do', {}, { instances: [instance('a'), instance('b')] }, []],
  [
    'one that waits does not hold back the others',
    {},
    { instances: [dead('a', 1, { backoff: 10 })] },
    ['wait', 'start b'],
  ],
  [
    'a failed pull does not either',
    {},
    { failures: new Map([['a', { reason: 'ErrImagePull', message: '', at: NOW, backoff: 10 }]]) },
    ['wait', 'wait', 'start b'],
  ],
  ['init containers come one by one', inits, {}, ['start i']],
  ['a running one is waited for', inits, { instances: [instance('i', { kind: 'init' })] }, []],
  ['the next after success', inits, { instances: [init('i', 0)] }, ['start j']],
  ['a failed one again', inits, { instances: [init('i', 1)] }, ['start i']],
  ['the containers after the last', inits, { instances: [init('i', 0), init('j', 0)] }, ['start a']],
  [
    'init containers that someone removed do not run again beside what runs',
    inits,
    { instances: [instance('a'), instance('b')] },
    [],
  ],
  [
    'in a new sandbox the inits run again, whatever the policy',
    { ...inits, restartPolicy: 'OnFailure' },
    { sandboxes: [sandbox({ attempt: 1 })], instances: [init('i', 0)] },
    ['start i'],
  ],
  [
    'made and not started, by an agent that is gone: away with it',
    {},
    { instances: [instance('a', { state: 'created' }), instance('b')] },
    ['remove a0'],
  ],
  ['OnFailure: success stays', { restartPolicy: 'OnFailure' }, { instances: [dead('a', 0), instance('b')] }, []],
  [
    'OnFailure: failure again',
    { restartPolicy: 'OnFailure' },
    { instances: [dead('a', 2), instance('b')] },
    ['start a'],
  ],
  ['Never: neither', { restartPolicy: 'Never' }, { instances: [dead('a', 2), instance('b')] }, []],
  [
    'a second dead instance goes, the last stays',
    {},
    { instances: [instance('a', { attempt: 2 }), dead('a', 1, { attempt: 1 }), dead('a', 1), instance('b')] },
    ['remove a0'],
  ],
  [
    'what runs in an older sandbox ends',
    {},
    {
      sandboxes: [sandbox({ attempt: 1 })],
      instances: [instance('a', { attempt: 1, sandbox: 1 }), instance('a'), instance('b', { sandbox: 1 })],
    },
    ['stop a0 30'],
  ],
  [
    'a failed liveness probe kills',
    {},
    {
      instances: [instance('a'), instance('b')],
      probes: new Map([['a0', { started: true, ready: true, failed: 'liveness' as const }]]),
    },
    ['stop a0 30'],
  ],
  [
    'a sandbox that failed waits',
    {},
    { sandboxes: [], failures: new Map([['', { reason: '', message: '', at: NOW, backoff: 10 }]]) },
    ['wait'],
  ],
]
test.each(CASES)('%s', (_, spec, more, expected) => {
  expect(keys(plan(pod(spec), RUNNING, seen(more), NOW))).toEqual(expected)
})

test('[AG78] a Pod that ran here goes without its token after ten silent seconds, a new one waits', () => {
  const silent = (since: number, instances: Instance[]): Action[] => {
    const volumes = { ...NO_VOLUMES, failure: failure({ backoff: 60_000, silentSince: since }) }
    return plan(pod(MOUNTS), RUNNING, seen({ sandboxes: [], instances, volumes }), NOW).filter(
      ({ do: what }) => what !== 'event',
    )
  }
  const before = [dead('a', 255)]
  expect(silent(NOW - 10_000, before)).toEqual([{ do: 'volumes', print: HELD.print, withoutToken: true }])
  expect(silent(NOW - 9000, before)).toEqual([{ do: 'wait', until: NOW + 1000 }])
  expect(silent(NOW - 20_000, [])).toEqual([{ do: 'wait', until: NOW + 60_000 }])
})

test('[AG77] the volumes of a Pod that has ended are taken away, once', () => {
  const ended: Life = { state: 'terminated', accepted: NOW, why: 'finished' }
  const afterwards = (volumes: VolumesSeen): string[] =>
    keys(plan(pod(MOUNTS), ended, seen({ sandboxes: [], volumes }), NOW))
  expect(afterwards(HELD)).toEqual(['clear'])
  expect(afterwards({ ...NO_VOLUMES, cleared: true })).toEqual([])
})

test('the grace of a kill is the probe’s where it says one', () => {
  const livenessProbe = { terminationGracePeriodSeconds: 3 }
  const it = pod({ containers: [container('a', { livenessProbe })] })
  const shown = seen({
    instances: [instance('a')],
    probes: new Map([['a0', { started: true, ready: true, failed: 'liveness' }]]),
  })
  expect(keys(plan(it, RUNNING, shown, NOW))).toEqual(['stop a0 3'])
})

const deleted = pod(
  {},
  { metadata: { ...pod().metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 } },
)
const TERMINATING: Life = { state: 'terminating', accepted: NOW, why: 'deleted', graceSeconds: 5 }

test('[AG14] all containers end together, the sandbox after them, and then everything goes', () => {
  const both = seen({ instances: [instance('a'), instance('b')] })
  expect(next(deleted, RUNNING, both, NOW)).toEqual(TERMINATING)
  expect(keys(plan(deleted, TERMINATING, both, NOW))).toEqual(['stop a0 5', 'stop b0 5'])
  const ended = seen({ instances: [dead('a', 0), dead('b', 0)] })
  expect(keys(plan(deleted, TERMINATING, ended, NOW))).toEqual(['stop s0 5'])
  const silent = seen({ sandboxes: [sandbox({ running: false })], instances: [dead('a', 0)] })
  const terminated = next(deleted, TERMINATING, silent, NOW)
  expect(terminated.state).toBe('terminated')
  expect(keys(plan(deleted, terminated, silent, NOW))).toEqual(['remove s0', 'remove a0'])
})

test('a Pod is not terminated while something of it is still being started', () => {
  const starting = seen({ sandboxes: [], doing: new Set(['start a']) })
  expect(next(deleted, TERMINATING, starting, NOW)).toBe(TERMINATING)
  expect(next(deleted, TERMINATING, seen({ sandboxes: [] }), NOW).state).toBe('terminated')
})

test('what the API calls Failed never runs again and keeps its reason', () => {
  const failed = pod({}, { status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } })
  const life = next(failed, RUNNING, seen({ instances: [instance('a')] }), NOW)
  expect(life).toMatchObject({ state: 'terminating', why: 'finished' })
  expect(statusOf(failed, life, seen({ instances: [dead('a', 0), dead('b', 0)] }), NOW)).toMatchObject({
    phase: 'Failed',
    reason: 'Evicted',
    message: 'low on memory',
  })
})

test('times of conditions move only with their status', () => {
  const shown = seen({ instances: [instance('a'), instance('b')] })
  const first = statusOf(pod(), RUNNING, shown, NOW)
  const later = statusOf(pod(), RUNNING, { ...shown, last: first }, NOW + 60_000)
  expect(later).toEqual(first)
  const broken = statusOf(
    pod(),
    RUNNING,
    { ...shown, instances: [dead('a', 1, { backoff: 10 }), instance('b')], last: first },
    NOW + 60_000,
  )
  const time = (type: string) => broken.conditions?.find((each) => each.type === type)?.lastTransitionTime
  expect([time('Ready'), time('Initialized')]).toEqual(['2026-01-01T00:01:00Z', '2026-01-01T00:00:00Z'])
})

test('conditions of others stay, readiness gates count', () => {
  const gate = { type: 'example.com/gate', status: 'False', lastProbeTime: null, lastTransitionTime: null }
  const it = pod(
    { readinessGates: [{ conditionType: 'example.com/gate' }, { conditionType: 'none' }] },
    { status: { conditions: [gate] } },
  )
  const { conditions = [] } = statusOf(it, RUNNING, seen({ instances: [instance('a'), instance('b')] }), NOW)
  expect(conditions.at(-1)).toEqual(gate)
  expect(conditions.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message:
      'the status of pod readiness gate "example.com/gate" is not "True", but False, corresponding condition of pod readiness gate "none" does not exist.',
  })
})

const phase = (spec: Partial<PodSpec>, instances: Instance[], life: Life = RUNNING): string | undefined =>
  statusOf(pod(spec), life, seen({ instances }), NOW).phase
const TERMINATED: Life = { state: 'terminated', accepted: NOW, why: 'deleted' }
test.each([
  ['nothing ran', {}, [], 'Pending'],
  ['one of two ran', {}, [instance('a')], 'Pending'],
  ['both run', {}, [instance('a'), instance('b')], 'Running'],
  ['an init is not done', inits, [init('i', 0)], 'Pending'],
  ['an init failed, Never', { ...inits, restartPolicy: 'Never' }, [init('i', 1)], 'Failed'],
  ['both ended, Always', {}, [dead('a', 0), dead('b', 1)], 'Running'],
  ['both ended well, OnFailure', { restartPolicy: 'OnFailure' }, [dead('a', 0), dead('b', 0)], 'Succeeded'],
  ['one failed, OnFailure', { restartPolicy: 'OnFailure' }, [dead('a', 0), dead('b', 1)], 'Running'],
  ['one failed, Never', { restartPolicy: 'Never' }, [dead('a', 0), dead('b', 1)], 'Failed'],
  ['one failed, one runs, Never', { restartPolicy: 'Never' }, [instance('a'), dead('b', 1)], 'Running'],
])('[AG22] phase: %s', (_, spec, instances, expected) => {
  expect(phase(spec, instances)).toBe(expected)
})
test('phase at the end of a deletion: Succeeded only where all ended well', () => {
  expect(phase({}, [dead('a', 0), dead('b', 0)], TERMINATED)).toBe('Succeeded')
  expect(phase({}, [dead('a', 0), dead('b', 143)], TERMINATED)).toBe('Failed')
})

test('a killed child is no OOM of the container unless it failed', () => {
  const reason = (exitCode: number) =>
    statusOf(
      pod({ restartPolicy: 'Never' }),
      RUNNING,
      seen({ instances: [dead('a', exitCode, { oomKilled: true })] }),
      NOW,
    ).containerStatuses?.[0]?.state.terminated?.reason
  expect([reason(137), reason(0)]).toEqual(['OOMKilled', 'Completed'])
})
