import { describe, expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject, Resource } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import { kindOfResource } from './index.ts'
import { countIndexes, overlap } from './job-indexes.ts'
import type { Kind } from './kind.ts'

const kindOf = (resource: string): Kind => {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`no kind ${resource}`)
  return kind
}

/** An object as the registry holds it before it validates. */
function made(resource: string, body: object): Resource {
  const kind = kindOf(resource)
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    ...body,
    metadata: {
      name: 'x',
      namespace: 'n',
      uid: 'u',
      resourceVersion: '1',
      ...('metadata' in body ? (body.metadata as object) : {}),
    },
  }
  const defaulted = withDefaults(kind.model, object as JsonObject) as unknown as Resource
  return kind.rules.prepareCreate?.(defaulted, { now: 0, operation: 'create' }) ?? defaulted
}

const texts = (errors: readonly Parameters<typeof formatFieldError>[0][] = []): string[] => errors.map(formatFieldError)
const created = (resource: string, body: object): string[] =>
  texts(kindOf(resource).rules.validate?.(made(resource, body), { now: 0, operation: 'create' }))

function updated(resource: string, before: object, after: object): string[] {
  const { rules } = kindOf(resource)
  const context = { now: 0, operation: 'update' }
  const [old, sent] = [made(resource, before), made(resource, after)]
  const object = rules.prepareUpdate?.(sent, old, context) ?? sent
  return texts([...(rules.validate?.(object, context) ?? []), ...(rules.validateUpdate?.(object, old, context) ?? [])])
}

const status = (resource: string, body: object, before: object, after: object): string[] =>
  texts(
    kindOf(resource).rules.validateStatus?.(
      made(resource, { ...body, status: after }),
      made(resource, { ...body, status: before }),
    ),
  )

const pod = (spec: object = {}): object => ({ containers: [{ name: 'c', image: 'i' }], ...spec })
const labelled = (spec: object = {}): object => ({ metadata: { labels: { a: 'b' } }, spec: pod(spec) })
const selector = { matchLabels: { a: 'b' } }
const job = (spec: object = {}, of: object = {}): object => ({
  spec: { template: { spec: pod({ restartPolicy: 'Never', ...of }) }, ...spec },
})
const indexed = (spec: object): object => job({ completionMode: 'Indexed', completions: 5, parallelism: 5, ...spec })

describe('Jobs', () => {
  test.each<[string, object, string[]]>([
    [
      'many indexes with a limit of each',
      { completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 },
      [
        'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
        'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
    ],
    [
      'a limit without its policy',
      { maxFailedIndexes: 1 },
      ['spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
    ],
    [
      'no rule of success',
      { successPolicy: { rules: [] } },
      [
        'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
      ],
    ],
    [
      'an empty rule of success',
      { successPolicy: { rules: [{}] } },
      [
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      ],
    ],
    [
      'more successes than indexes',
      { successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 4 }] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
    [
      'indexes that do not rise',
      { successPolicy: { rules: [{ succeededIndexes: '3,1' }] } },
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "3,1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1',
      ],
    ],
    [
      'FailIndex without a limit of each',
      { podFailurePolicy: { rules: [{ action: 'FailIndex', onPodConditions: [{ type: 'A', status: 'True' }] }] } },
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      ],
    ],
    [
      'codes in disorder',
      {
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [2, 1, 1], containerName: 'z' } }],
        },
      },
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "z": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 1',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1,1]: must be ordered',
      ],
    ],
    [
      'no action',
      { podFailurePolicy: { rules: [{ onPodConditions: [{ type: 'A', status: 'x' }] }] } },
      [
        'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
        'spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
      ],
    ],
    [
      'replacing what still ends',
      { podReplacementPolicy: 'TerminatingOrFailed', podFailurePolicy: { rules: [] } },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      'a long manager',
      { managedBy: `a.io/${'x'.repeat(60)}` },
      ['spec.managedBy: Too long: may not be more than 63 bytes'],
    ],
  ])('[AP106] %s', (_, spec, wanted) => {
    expect(created('jobs.batch', indexed(spec))).toEqual(wanted)
  })

  test.each<[string, object, object, string[]]>([
    [
      'completions of an Indexed Job alone',
      indexed({}),
      indexed({ completions: 6 }),
      ['spec.completions: Invalid value: 6: can only be modified in tandem with spec.parallelism'],
    ],
    ['both together', indexed({}), indexed({ completions: 6, parallelism: 6 }), []],
    [
      'a manager',
      indexed({ managedBy: 'a.io/b' }),
      indexed({ managedBy: 'a.io/c' }),
      ['spec.managedBy: Invalid value: "a.io/c": field is immutable'],
    ],
    [
      'a node selector while it is suspended',
      job({ suspend: true }),
      job({ suspend: true }, { nodeSelector: { a: 'b' } }),
      [],
    ],
    [
      'resources while it is suspended',
      job({ suspend: true }),
      job({ suspend: true }, { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] }),
      [],
    ],
    [
      'an error of the whole spec counts twice',
      job(),
      job({ backoffLimit: -1 }),
      [
        'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
  ])('[AP107] an update of %s', (_, before, after, wanted) => {
    expect(updated('jobs.batch', before, after)).toEqual(wanted)
  })

  test('[AP107] a node selector does not change once it runs', () => {
    const [error = '', ...others] = updated('jobs.batch', job(), job({}, { nodeSelector: { a: 'b' } }))
    expect(error).toMatch(
      /^spec\.template: Invalid value: \{"labels":.*"NodeSelector":\{"a":"b"\}.*: field is immutable$/,
    )
    expect(others).toEqual([])
  })

  const TRUE = (...types: string[]): object[] => types.map((type) => ({ type, status: 'True' }))
  const START = '2026-01-01T00:00:00Z'
  test.each<[string, object, object, string[]]>([
    [
      'an end without a start',
      {},
      { conditions: TRUE('SuccessCriteriaMet', 'Complete'), completionTime: START },
      ['status.startTime: Required value: startTime is required for finished job'],
    ],
    [
      'Complete without its announcement',
      { startTime: START },
      { startTime: START, completionTime: START, conditions: TRUE('Complete') },
      [
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
      ],
    ],
    [
      'Complete and Failed',
      { startTime: START },
      {
        startTime: START,
        completionTime: START,
        conditions: TRUE('Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'),
      },
      [
        'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
        'status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
        'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
        'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
      ],
    ],
    [
      'a time of completion of what goes on',
      { startTime: START },
      { startTime: START, completionTime: START },
      [
        'status.completionTime: Invalid value: 2026-01-01 00:00:00 +0000 UTC: cannot set completionTime when there is no Complete=True condition',
      ],
    ],
    [
      'counters that fall',
      { failed: 2, succeeded: 2 },
      { failed: 1, succeeded: 1 },
      [
        'status.failed: Invalid value: 1: cannot decrease the failed counter',
        'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
      ],
    ],
    [
      'more ready than active',
      {},
      { ready: 2, active: 1 },
      ['status.ready: Invalid value: 2: cannot set more ready pods than active'],
    ],
    [
      'indexes of a Job without',
      {},
      { completedIndexes: '0' },
      [
        'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
      ],
    ],
    ['an old fault that stays', { ready: 2, active: 1 }, { ready: 2, active: 1, failed: 1 }, []],
  ])('[AP102] a status with %s', (_, before, after, wanted) => {
    expect(status('jobs.batch', job(), before, after)).toEqual(wanted)
  })

  test.each<[string, number | string]>([
    ['', 0],
    ['1,3-5,7', 5],
    ['3-1', 'non-increasing order, previous: 3, current: 1'],
    [
      '1-2-3',
      'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
    ],
    ['x', 'cannot convert string to integer for index: "x"'],
    ['10', 'too large index: "10"'],
  ])('[AP102] the indexes %j', (text, wanted) => {
    if (typeof wanted === 'number') expect(countIndexes(text, 10)).toBe(wanted)
    else expect(() => countIndexes(text, 10)).toThrow(wanted)
  })

  test('[AP102] indexes that are complete and failed', () => {
    expect(overlap('0-2,5', '3,5-7', 10)).toBe(5)
    expect(overlap('0-2', '3,x', 10)).toBeUndefined()
  })
})

test.each<[string, string, object, string[]]>([
  [
    'a DaemonSet without a selector',
    'daemonsets.apps',
    { spec: { template: labelled() } },
    ['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`'],
  ],
  [
    'a DaemonSet that selects everything',
    'daemonsets.apps',
    { spec: { selector: {}, template: labelled() } },
    ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
  ],
  [
    'a claim that a container mounts',
    'statefulsets.apps',
    {
      spec: {
        selector,
        serviceName: 's',
        template: labelled({ containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'd', mountPath: '/d' }] }] }),
        volumeClaimTemplates: [
          {
            metadata: { name: 'd' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
    [],
  ],
  [
    'a volume that nothing makes',
    'statefulsets.apps',
    {
      spec: {
        selector,
        template: labelled({ containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'd', mountPath: '/d' }] }] }),
      },
    },
    ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "d"'],
  ],
  [
    'a ReplicationController without a template',
    'replicationcontrollers',
    { spec: { replicas: -1 } },
    [
      'spec.selector: Required value',
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template: Required value',
    ],
  ],
  [
    'a ControllerRevision without data',
    'controllerrevisions.apps',
    { revision: -1 },
    ['data: Required value: data is mandatory', 'revision: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'a metric of two sources',
    'horizontalpodautoscalers.autoscaling',
    {
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'a/b', kind: 'K', name: 'n' },
        metrics: [
          {
            type: 'Pods',
            resource: { name: 'cpu', target: { type: 'Value', averageValue: '0' } },
            pods: { metric: { name: 'a/b' }, target: { type: 'x' } },
          },
        ],
      },
    },
    [
      'spec.metrics[0].pods.metric.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.metrics[0].pods.target.type: Invalid value: "x": must be either Utilization, Value, or AverageValue',
      'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.metrics[0].resource: Forbidden: must populate the given metric source only',
    ],
  ],
])('[AP106] %s', (_, resource, body, wanted) => {
  expect(created(resource, body)).toEqual(wanted)
})

const cronjob = (spec: object): object => ({ spec: { jobTemplate: job(), schedule: '* * * * *', ...spec } })
test.each<[string, string, object, object, string[]]>([
  [
    'a zone in the text may stay',
    'cronjobs.batch',
    cronjob({ schedule: 'TZ=UTC * * * * *' }),
    cronjob({ schedule: 'TZ=UTC 1 * * * *' }),
    [],
  ],
  [
    'but not beside a field',
    'cronjobs.batch',
    cronjob({ schedule: 'TZ=UTC * * * * *' }),
    cronjob({ schedule: 'TZ=UTC * * * * *', timeZone: 'UTC' }),
    ['spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule'],
  ],
  [
    'data of a revision',
    'controllerrevisions.apps',
    { data: { a: 1 }, revision: 1 },
    { data: { a: 2 }, revision: 1 },
    ['data: Invalid value: {"a":2}: field is immutable'],
  ],
  [
    'an autoscaler of an old target',
    'horizontalpodautoscalers.autoscaling',
    { spec: { maxReplicas: 1, scaleTargetRef: { kind: 'K', name: 'n' } } },
    { spec: { maxReplicas: 2, scaleTargetRef: { kind: 'K', name: 'n' } } },
    [],
  ],
])('[AP107] an update: %s', (_, resource, before, after, wanted) => {
  expect(updated(resource, before, after)).toEqual(wanted)
})

test('[AP107] a DaemonSet counts the changes of its template in an annotation that nobody else sets', () => {
  const { rules } = kindOf('daemonsets.apps')
  const before = made('daemonsets.apps', { spec: { selector, template: labelled() } })
  const key = 'deprecated.daemonset.template.generation'
  expect(before.metadata.annotations).toEqual({ [key]: '1' })
  const sent = made('daemonsets.apps', {
    metadata: { annotations: { [key]: '7' } },
    spec: { selector, template: labelled({ hostNetwork: true }) },
  })
  const after = rules.prepareUpdate?.(sent, before, { now: 0, operation: 'update' })
  expect(after?.metadata.annotations).toEqual({ [key]: '2' })
})

test('[AP102] conditions of a disruption budget are whole', () => {
  const wanted = [
    'status.conditions[0].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
    'status.conditions[0].lastTransitionTime: Required value: must be set',
    'status.conditions[0].reason: Required value: must be set',
    'status.conditions[1].type: Duplicate value: "A"',
    'status.currentHealthy: Invalid value: -1: must be greater than or equal to 0',
  ]
  const good = { type: 'A', status: 'True', reason: 'R', lastTransitionTime: '2026-01-01T00:00:00Z', message: '' }
  const after = { conditions: [{ type: 'A', status: 'x' }, good], currentHealthy: -1 }
  expect(status('poddisruptionbudgets.policy', { spec: {} }, {}, after)).toEqual(wanted)
})

test.each<[string, string, object, string[]]>([
  [
    'a StatefulSet that keeps every revision',
    'statefulsets.apps',
    { spec: { revisionHistoryLimit: -1, selector, template: labelled() } },
    ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'],
  ],
  [
    'a schedule with a zone',
    'cronjobs.batch',
    cronjob({ schedule: 'TZ=UTC * * * * *' }),
    [
      'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    ],
  ],
])('[AP103] a warning of %s', (_, resource, body, wanted) => {
  expect(kindOf(resource).rules.warn?.(made(resource, body))).toEqual(wanted)
})
