import { expect, test } from 'vitest'
import { kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Pod, PodSpec } from '../../api/schema/types.generated.ts'
import { admitted, furnished, someone, updating } from '../../test/support/admitted.ts'
import { testApi } from '../../test/support/api.ts'
import { makeAdmission } from './index.ts'

const pods = kindOfResource('pods')!
const classes = kindOfResource('priorityclasses.scheduling.k8s.io')!

const podOf = (spec: object = {}, metadata: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }) as unknown as Pod
const specOf = (spec: object, objects: Readonly<Record<string, object>> = {}, metadata: object = {}): PodSpec =>
  (admitted(pods, podOf(spec, metadata), furnished('n', objects)) as Pod).spec
const refusal = (spec: object, objects: Readonly<Record<string, object>> = {}, metadata: object = {}): string => {
  try {
    specOf(spec, objects, metadata)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'admitted'
}

test('[AP181] a Pod tolerates trouble of its node for five minutes, unless it says otherwise', () => {
  const [notReady, unreachable] = ['not-ready', 'unreachable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }))
  expect(specOf({}).tolerations).toEqual([notReady, unreachable])
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }
  expect(specOf({ tolerations: [own] }).tolerations).toEqual([own, unreachable])
  const all = [{ operator: 'Exists' }]
  expect(specOf({ tolerations: all }).tolerations).toEqual(all)
  const other = [{ operator: 'Exists', effect: 'NoSchedule' }]
  expect(specOf({ tolerations: other }).tolerations).toHaveLength(3)
})

test('[AP182] priority and preemption come from the class, and one class is everybody’s default', () => {
  const path = 'priorityclasses.scheduling.k8s.io//'
  const low = { value: 42, preemptionPolicy: 'Never' }
  expect(specOf({})).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' })
  expect(specOf({})).not.toHaveProperty('priorityClassName')
  expect(specOf({ priorityClassName: 'system-node-critical' }).priority).toBe(2000001000)
  expect(specOf({ priorityClassName: 'low' }, { [`${path}low`]: low })).toMatchObject({
    priority: 42,
    preemptionPolicy: 'Never',
  })
  const defaults = { [`${path}a`]: { ...low, globalDefault: true }, [`${path}b`]: { value: 7, globalDefault: true } }
  expect(specOf({}, defaults)).toMatchObject({ priority: 7, priorityClassName: 'b' })
  expect(refusal({ priorityClassName: 'nope' })).toBe(
    'pods "p" is forbidden: no PriorityClass with name nope was found',
  )
  expect(refusal({ priority: 3 })).toBe(
    'pods "p" is forbidden: the integer value of priority (3) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  )
  expect(refusal({ preemptionPolicy: 'Never' })).toBe(
    'pods "p" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
  )
})

test('[AP182] a second default class is refused, and the first may be updated', () => {
  const first = { 'priorityclasses.scheduling.k8s.io//a': { value: 1, globalDefault: true } }
  const made = (name: string, globalDefault = true) =>
    ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 2,
      globalDefault,
    }) as never
  expect(() => admitted(classes, made('b'), furnished('n', first))).toThrow(
    'priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default. Only one default can exist',
  )
  admitted(classes, made('b', false), furnished('n', first))
  makeAdmission().validate(furnished('n', first), updating(classes, made('a'), made('a')))
  expect(() => makeAdmission().validate(furnished('n', first), updating(classes, made('b'), made('b', false)))).toThrow(
    'PriorityClass a is already marked as default',
  )
})

test('[AP182] an update that leaves the priority out keeps it', () => {
  const old = podOf({ priority: 5, preemptionPolicy: 'Never', serviceAccountName: 'default' })
  const asked = updating(pods, podOf({ serviceAccountName: 'default' }), old)
  expect(makeAdmission().mutate(furnished('n'), asked)).toMatchObject({
    spec: { priority: 5, preemptionPolicy: 'Never' },
  })
})

test('[AP183] a Pod runs as an account that exists, and pulls images as that says', () => {
  expect(specOf({})).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' })
  expect(refusal({ serviceAccountName: 'ghost' })).toBe(
    'pods "p" is forbidden: error looking up service account n/ghost: serviceaccount "ghost" not found',
  )
  const account = { 'serviceaccounts/n/s': { imagePullSecrets: [{ name: 'pull' }] } }
  expect(specOf({ serviceAccountName: 's' }, account).imagePullSecrets).toEqual([{ name: 'pull' }])
  const own = [{ name: 'own' }]
  expect(specOf({ serviceAccountName: 's', imagePullSecrets: own }, account).imagePullSecrets).toEqual(own)
})

test.each<[string, object, string]>([
  [
    'a volume',
    { volumes: [{ name: 'v', secret: { secretName: 'x' } }] },
    'volume with secret.secretName="x" is not allowed because service account s does not reference that secret',
  ],
  [
    'an init container’s variable',
    {
      initContainers: [
        { name: 'i', image: 'i', env: [{ name: 'V', valueFrom: { secretKeyRef: { name: 'x', key: 'k' } } }] },
      ],
    },
    'init container i with envVar V referencing secret.secretName="x" is not allowed because service account s does not reference that secret',
  ],
  [
    'a container’s environment',
    { containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: 'x' } }] }] },
    'container c with envFrom referencing secret.secretName="x" is not allowed because service account s does not reference that secret',
  ],
  [
    'a pull secret',
    { imagePullSecrets: [{ name: 'ok' }, { name: 'x' }] },
    'imagePullSecrets[1].name="x" is not allowed because service account s does not reference that imagePullSecret',
  ],
  [
    'nothing',
    {
      volumes: [{ name: 'v', secret: { secretName: 'ok' } }],
      imagePullSecrets: [{ name: 'ok' }],
    },
    '',
  ],
])('[AP183] an account that insists keeps its Pods from other Secrets: %s', (_what, spec, why) => {
  const account = (value: string) => ({
    'serviceaccounts/n/s': {
      metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': value } },
      secrets: [{ name: 'ok' }],
      imagePullSecrets: [{ name: 'ok' }],
    },
  })
  const asked = { ...spec, serviceAccountName: 's' }
  expect(refusal(asked, account('true'))).toBe(why === '' ? 'admitted' : `pods "p" is forbidden: ${why}`)
  expect(refusal(asked, account('yes'))).toBe('admitted')
})

test.each<[object, string]>([
  [{ serviceAccountName: 'default' }, 'a mirror pod may not reference service accounts'],
  [{ volumes: [{ name: 'v', secret: { secretName: 'x' } }] }, 'a mirror pod may not reference secrets'],
  [
    { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
    'a mirror pod may not use ServiceAccountToken volume projections',
  ],
])('[AP183] a mirror Pod reaches nothing of the API: %o', (spec, why) => {
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } }
  expect(refusal({ nodeName: 'a', ...spec }, {}, mirror)).toBe(`pods "p" is forbidden: ${why}`)
  expect(specOf({ nodeName: 'a' }, {}, mirror)).not.toHaveProperty('serviceAccountName')
})

test('[AP184] a RuntimeClass says what its Pods cost beyond their containers and where they run', () => {
  const runtime = {
    'runtimeclasses.node.k8s.io//r': {
      handler: 'h',
      overhead: { podFixed: { cpu: '10m' } },
      scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] },
    },
    'runtimeclasses.node.k8s.io//bare': { handler: 'h' },
  }
  const spec = specOf({ runtimeClassName: 'r', nodeSelector: { c: 'd' } }, runtime)
  expect(spec).toMatchObject({ overhead: { cpu: '10m' }, nodeSelector: { a: 'b', c: 'd' } })
  expect(spec.tolerations?.at(-1)).toEqual({ key: 'k', operator: 'Exists' })
  expect(specOf({ runtimeClassName: 'r', overhead: { cpu: '0.01' } }, runtime).overhead).toEqual({ cpu: '10m' })
  const wrong: [object, string][] = [
    [{ runtimeClassName: 'ghost' }, 'pod rejected: RuntimeClass "ghost" not found'],
    [{ overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
    [
      { runtimeClassName: 'bare', overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      { runtimeClassName: 'r', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      { runtimeClassName: 'r', nodeSelector: { a: 'x' } },
      'conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = x',
    ],
  ]
  for (const [given, why] of wrong) expect(refusal(given, runtime)).toBe(`pods "p" is forbidden: ${why}`)
})

test('[AP184] of two tolerations of which one covers the other, the wider stays', () => {
  const narrow = { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }
  const runtime = {
    'runtimeclasses.node.k8s.io//r': { handler: 'h', scheduling: { tolerations: [{ key: 'k', operator: 'Exists' }] } },
  }
  const { tolerations = [] } = specOf({ runtimeClassName: 'r', tolerations: [narrow] }, runtime)
  expect(tolerations.filter(({ key }) => key === 'k')).toEqual([{ key: 'k', operator: 'Exists' }])
})

test('[AP185] a Pod that has a node carries its zone and region', () => {
  const labels = {
    'topology.kubernetes.io/zone': 'z',
    'topology.kubernetes.io/region': 'r',
    'kubernetes.io/hostname': 'h',
  }
  const nodes = { 'nodes//a': { metadata: { labels } } }
  const made = admitted(pods, podOf({ nodeName: 'a' }, { labels: { app: 'x' } }), furnished('n', nodes), someone())
  expect(made.metadata.labels).toEqual({
    app: 'x',
    'topology.kubernetes.io/zone': 'z',
    'topology.kubernetes.io/region': 'r',
  })
  const own = { 'topology.kubernetes.io/zone': 'mine' }
  expect(
    admitted(pods, podOf({ nodeName: 'a' }, { labels: own }), furnished('n', nodes)).metadata.labels,
  ).toMatchObject(own)
  expect(admitted(pods, podOf({}), furnished('n', nodes)).metadata).not.toHaveProperty('labels')
  expect(admitted(pods, podOf({ nodeName: 'gone' }), furnished('n', nodes)).metadata).not.toHaveProperty('labels')
})

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const mount = (name: string) => ({ name, readOnly: true, mountPath: TOKEN_PATH })

test('[AP199] every container of a new Pod gets a token, the API’s authority and the namespace', () => {
  const init = [{ name: 'i', image: 'i' }]
  const spec = specOf({ initContainers: init, volumes: [{ name: 'v', emptyDir: {} }] })
  expect(spec.volumes?.[0]).toEqual({ name: 'v', emptyDir: {} })
  expect(spec.volumes?.slice(1)).toEqual([
    {
      name: 'kube-api-access-bcdfg',
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
      },
    },
  ])
  for (const { volumeMounts } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    expect(volumeMounts).toEqual([mount('kube-api-access-bcdfg')])
  }
})

test('[AP199] what the Pod, its account or its containers say otherwise holds', () => {
  const off = { 'serviceaccounts/n/s': { automountServiceAccountToken: false } }
  const volumes = (spec: object) => specOf({ serviceAccountName: 's', ...spec }, off).volumes?.length
  expect(volumes({})).toBeUndefined()
  expect(volumes({ automountServiceAccountToken: true })).toBe(1)
  expect(specOf({ automountServiceAccountToken: false })).not.toHaveProperty('volumes')
  const own = { volumeMounts: [{ name: 'v', mountPath: TOKEN_PATH }] }
  const taken = { containers: [{ name: 'c', image: 'i', ...own }], volumes: [{ name: 'v', emptyDir: {} }] }
  expect(specOf(taken)).toMatchObject(taken)
  expect(specOf(taken).volumes).toHaveLength(1)
  const brought = specOf({ volumes: [{ name: 'kube-api-access-mine', projected: { sources: [] } }] })
  expect(brought.volumes).toHaveLength(1)
  expect(brought.containers[0]?.volumeMounts).toEqual([mount('kube-api-access-mine')])
})

test('[AP199] a Pod from before is left alone', () => {
  const old = podOf({ serviceAccountName: 'default' })
  const seen = makeAdmission().mutate(furnished('n'), updating(pods, old, old)) as Pod
  expect(seen.spec).not.toHaveProperty('volumes')
})

test('[AP185] a Pod that is bound gets them with its node', async () => {
  const t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })
  await t.call('POST', '/api/v1/nodes', { metadata: { name: 'a', labels: { 'topology.kubernetes.io/zone': 'z' } } })
  const url = '/api/v1/namespaces/n/pods'
  await t.call('POST', url, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  const target = { kind: 'Node', name: 'a' }
  expect((await t.call('POST', `${url}/p/binding`, { metadata: { name: 'p' }, target })).status).toBe(201)
  expect((await t.call('GET', `${url}/p`)).body).toMatchObject({
    metadata: { labels: { 'topology.kubernetes.io/zone': 'z' } },
    spec: { nodeName: 'a' },
  })
  t.close()
})

test.each<[string, object, object, string]>([
  ['within its node', { cpu: '2' }, {}, ''],
  [
    'beyond it',
    { cpu: '4500m', memory: '2Gi' },
    {},
    "node didn't have enough allocatable resources: cpu, requested: 4500, allocatable: 4000; memory, requested: 2147483648, allocatable: 1073741824",
  ],
  [
    'on Windows',
    { cpu: '1' },
    { 'kubernetes.io/os': 'windows' },
    'pod resize is only supported on linux nodes, node "a" is "windows"',
  ],
])('[AP194] a Pod is resized as far as its node goes: %s', (_what, requests, labels, why) => {
  const nodes = {
    'nodes//a': { metadata: { labels }, status: { allocatable: { cpu: '4', memory: '1Gi' } } },
  }
  const sized = (amounts: object, generation: number): Pod =>
    podOf({ nodeName: 'a', containers: [{ name: 'c', image: 'i', resources: { requests: amounts } }] }, { generation })
  const asked = updating(pods, sized(requests, 2), sized({}, 1), someone(), 'resize')
  const judge = (): void => makeAdmission().validate(furnished('n', nodes), asked)
  if (why === '') judge()
  else expect(judge).toThrow(why)
})
