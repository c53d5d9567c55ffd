import { expect, test } from 'vitest'
import { formatFieldError } from '../meta/field-error.ts'
import type { JsonObject } from '../meta/object.ts'
import { withDefaults } from '../schema/default.ts'
import type { Pod, PodSpec, PodStatus } from '../schema/types.generated.ts'
import { kindOfResource } from './index.ts'
import { qosOf } from './pod/qos.ts'
import { admitted, furnished, updating } from '../../test/support/admitted.ts'
import { makeAdmission } from '../../worker/admission/index.ts'

const NOW = Date.parse('2026-11-24T04:53:56Z')
const pods = kindOfResource('pods')!
const { rules } = pods

function podOf(spec: object, extra: object = {}): Pod {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-24T04:53:56Z' },
    spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...spec },
    ...extra,
  }
  const defaulted = withDefaults('io.k8s.api.core.v1.Pod', pod as JsonObject) as unknown as Pod
  return admitted(pods, defaulted) as Pod
}

const update = (pod: Pod, old: Pod): string[] => {
  const context = { now: NOW, operation: 'update' }
  const seen = makeAdmission().mutate(furnished('n'), updating(pods, pod, old))
  const prepared = rules.prepareUpdate?.(seen, old, context) ?? seen
  return (rules.validateUpdate?.(prepared, old, context) ?? []).map(formatFieldError)
}
const changed = (old: Pod, spec: Partial<PodSpec>): Pod => ({ ...old, spec: { ...old.spec, ...spec } })

test('[AP79] a Pod’s image may change', () => {
  const old = podOf({})
  expect(update(changed(old, { containers: [{ ...old.spec.containers[0]!, image: 'nginx:2' }] }), old)).toEqual([])
})

test('[AP79] what may not change in a Pod is shown as a unified diff of the whole spec', () => {
  const old = podOf({})
  const [text, ...others] = update(changed(old, { hostname: 'x' }), old)
  expect(others).toEqual([])
  expect(text).toMatch(
    /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,/,
  )
  expect(text?.split('\n').slice(2)).toEqual([
    '   "SELinuxChangePolicy": null',
    '  },',
    '  "ImagePullSecrets": null,',
    '- "Hostname": "",',
    '+ "Hostname": "x",',
    '  "Subdomain": "",',
    '  "SetHostnameAsFQDN": null,',
    '  "Affinity": null,',
    '',
  ])
  expect(text?.split('\n')[1]).toMatch(/^@@ -\d+,7 \+\d+,7 @@$/)
})

test('[AP79] zero values and missing ones are the same Pod', () => {
  const old = podOf({ automountServiceAccountToken: false })
  expect(update(changed(old, { hostname: '', nodeSelector: {}, volumes: [] }), old)).toEqual([])
})

test('[AP79] containers may not come or go', () => {
  const old = podOf({})
  const two = [...old.spec.containers, { ...old.spec.containers[0]!, name: 'd' }]
  expect(update(changed(old, { containers: two }), old)).toEqual([
    'spec.containers: Forbidden: pod updates may not add or remove containers',
  ])
})

test('[AP79] a deadline only comes nearer', () => {
  const old = podOf({ activeDeadlineSeconds: 5 })
  expect(update(changed(old, { activeDeadlineSeconds: 9 }), old)).toEqual([
    'spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value',
  ])
  const { activeDeadlineSeconds: _, ...spec } = old.spec
  expect(update({ ...old, spec }, old)).toEqual([
    'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
  ])
  expect(update(changed(old, { activeDeadlineSeconds: 4 }), old)).toEqual([])
})

test('[AP79] tolerations are only added, and the default ones come back', () => {
  const old = podOf({})
  const own = { key: 'a', operator: 'Exists' }
  expect(update(changed(old, { tolerations: [...old.spec.tolerations!, own] }), old)).toEqual([])
  expect(update(changed(old, { tolerations: [] }), old)).toEqual([])
  const with1 = changed(old, { tolerations: [own, ...old.spec.tolerations!] })
  expect(update(old, with1)).toEqual([
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ])
})

test('[AP79] a gated Pod may be narrowed to fewer nodes, and its gates only go', () => {
  const old = podOf({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: '1' } })
  expect(update(changed(old, { schedulingGates: [], nodeSelector: { a: '1', b: '2' } }), old)).toEqual([])
  expect(update(changed(old, { nodeSelector: { a: '2' } }), old)).toEqual([
    'spec.nodeSelector: Invalid value: {"a":"2"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
  ])
  expect(update(changed(old, { schedulingGates: [{ name: 'g' }, { name: 'h' }] }), old)).toEqual([
    "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'h'",
  ])
})

test('[AP80] a new Pod tolerates trouble of its node for five minutes and gets its priority', () => {
  const { spec } = podOf({})
  expect(spec.tolerations).toEqual([
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ])
  expect(spec).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority', serviceAccountName: 'default' })
  expect(podOf({ priorityClassName: 'system-node-critical' }).spec.priority).toBe(2000001000)
  expect(() => podOf({ priorityClassName: 'nope' })).toThrow(
    'pods "p" is forbidden: no PriorityClass with name nope was found',
  )
  expect(() => podOf({ priority: 7 })).toThrow('the integer value of priority (7) must not be provided in pod spec')
  const own = [{ operator: 'Exists' }]
  expect(podOf({ tolerations: own }).spec.tolerations).toEqual(own)
})

test('[AP80] a new Pod is Pending, has a class of service, and says when it is gated', () => {
  const context = { now: NOW, operation: 'create' }
  const plain = rules.prepareCreate?.(podOf({}), context) as Pod
  expect(plain.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
  const gated = rules.prepareCreate?.(podOf({ schedulingGates: [{ name: 'g' }] }), context) as Pod
  expect(gated.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }])
})

test.each([
  [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
  [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
  [{ requests: { cpu: '1' } }, 'Burstable'],
  [{ limits: { memory: '1Gi' }, requests: { memory: '1Gi' } }, 'Burstable'],
  [{ requests: { cpu: '0' } }, 'BestEffort'],
  [{}, 'BestEffort'],
])('[AP80] resources %j make the class %s', (resources, of) => {
  expect(qosOf({ spec: { containers: [{ name: 'c', resources }] } as PodSpec })).toBe(of)
})

test('[AP80] matchLabelKeys become part of the selector when the Pod is made', () => {
  const pod = podOf({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'a' } },
        matchLabelKeys: ['hash'],
      },
    ],
  })
  const labelled = { ...pod, metadata: { ...pod.metadata, labels: { hash: '1' } } }
  const made = rules.prepareCreate?.(labelled, { now: NOW, operation: 'create' }) as Pod
  expect(made.spec.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions).toEqual([
    { key: 'hash', operator: 'In', values: ['1'] },
  ])
})

const withStatus = (status: object, spec: object = {}): Pod =>
  podOf(spec, { status: { qosClass: 'BestEffort', ...status } })
const statusErrors = (status: object, old: Pod): string[] => {
  const pod = { ...old, status: { qosClass: 'BestEffort', ...status } as PodStatus }
  return (rules.validateStatus?.(pod, old) ?? []).map(formatFieldError)
}
const ended = { name: 'c', state: { terminated: { exitCode: 0 } } }

test('[AP81] a container that has ended for good stays ended', () => {
  const running = { containerStatuses: [{ name: 'c', state: { running: {} } }] }
  expect(statusErrors(running, withStatus({ containerStatuses: [ended] }, { restartPolicy: 'Never' }))).toEqual([
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
  ])
  expect(statusErrors(running, withStatus({ containerStatuses: [ended] }))).toEqual([])
})

test('[AP81] addresses in a status are addresses, and the class of service stays', () => {
  const old = withStatus({})
  expect(statusErrors({ podIPs: [{ ip: 'x' }] }, old)).toEqual([
    'status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ])
  expect(statusErrors({ podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }, old)).toEqual([])
  expect(statusErrors({ qosClass: 'Burstable' }, old)).toEqual([
    'status.qosClass: Invalid value: "Burstable": field is immutable',
  ])
})

test('[AP82] a Pod gets its grace only where it runs', () => {
  expect(rules.grace?.(podOf({}), undefined)).toBe(0)
  expect(rules.grace?.(podOf({ nodeName: 'a' }), undefined)).toBe(30)
  expect(rules.grace?.(podOf({ nodeName: 'a' }), 5)).toBe(5)
  expect(rules.grace?.(podOf({ nodeName: 'a' }, { status: { phase: 'Succeeded' } }), 5)).toBe(0)
})

const create = (spec: object): string[] =>
  (rules.validate?.(podOf(spec), { now: NOW, operation: 'create' }) ?? []).map(formatFieldError)

test.each<[string, object, string[]]>([
  [
    'sidecars may have probes, plain init containers may not be restarted by container',
    {
      initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always', livenessProbe: { exec: { command: ['x'] } } }],
    },
    [],
  ],
  [
    'restart rules want a policy',
    { containers: [{ name: 'c', image: 'i', restartPolicyRules: [{ action: 'X' }] }] },
    [
      'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "X": supported values: "Restart", "RestartAllContainers"',
      'spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified',
    ],
  ],
  [
    'a projected token must live ten minutes',
    {
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 5 } }] } }],
    },
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
    ],
  ],
  [
    'ephemeral volumes bring a claim',
    { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] },
    [
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ],
  [
    'windows options stay off Linux',
    { os: { name: 'linux' }, securityContext: { windowsOptions: { runAsUserName: 'a\\b\\c' } } },
    [
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
      'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
    ],
  ],
  [
    'sysctls of the machine’s namespaces are refused',
    { hostNetwork: true, securityContext: { sysctls: [{ name: 'net/core/somaxconn', value: '1' }] } },
    [
      `spec.securityContext.sysctls[0].name: Invalid value: "net/core/somaxconn": may not be specified when 'hostNetwork' is true`,
    ],
  ],
  [
    'huge pages come whole and with cpu or memory',
    { containers: [{ name: 'c', image: 'i', resources: { limits: { 'hugepages-2Mi': '3Mi' } } }] },
    [
      'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
  ],
])('[AP83] %s', (_, spec, errors) => {
  expect(create(spec)).toEqual(errors)
})

test('[AP83] a negative grace is a second, and fields of gates that are off are dropped', () => {
  const spec = {
    terminationGracePeriodSeconds: -5,
    containers: [{ name: 'c', image: 'i', lifecycle: { stopSignal: 'SIGUSR1' } }],
    volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { name: 'x', path: 'p' } }] } }],
  }
  const made = rules.prepareCreate?.(podOf(spec), { now: NOW, operation: 'create' }) as Pod
  expect(made.spec.terminationGracePeriodSeconds).toBe(1)
  expect(made.spec.containers[0]?.lifecycle).toEqual({})
  expect(made.spec.volumes?.[0]?.projected?.sources).toEqual([{}])
})

test('[AP83] annotations of AppArmor name containers and profiles', () => {
  const pod = podOf({})
  const key = 'container.apparmor.security.beta.kubernetes.io/x'
  const named = { ...pod, metadata: { ...pod.metadata, annotations: { [key]: 'foo' } } }
  const errors = rules.validate?.(named, { now: NOW, operation: 'create' }) ?? []
  expect(errors.map(formatFieldError)).toEqual([
    `metadata.annotations[${key}]: Invalid value: "x": container not found`,
    `metadata.annotations[${key}]: Invalid value: "foo": invalid AppArmor profile name: "foo"`,
  ])
})

test('[AP84] validating an ordinary Pod takes far less than 100 µs', () => {
  const pod = podOf({
    containers: [
      {
        name: 'web',
        image: 'nginx:1',
        ports: [{ name: 'http', containerPort: 80 }],
        env: [
          { name: 'A', value: 'b' },
          { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/', port: 80 } },
      },
    ],
  })
  const context = { now: NOW, operation: 'create' }
  for (let i = 0; i < 2000; i++) rules.validate?.(pod, context)
  let best = Infinity
  for (let round = 0; round < 20; round++) {
    const start = performance.now()
    for (let i = 0; i < 200; i++) rules.validate?.(pod, context)
    best = Math.min(best, ((performance.now() - start) * 1000) / 200)
  }
  expect(best).toBeLessThan(100)
})
