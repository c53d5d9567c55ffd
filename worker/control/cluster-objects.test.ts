import { expect, test } from 'vitest'
import { CERTIFICATE, P256 } from '../../api/kinds/testdata/certificates.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Secret, ServiceAccount } from '../../api/schema/types.generated.ts'
import { StillView, ago, only } from '../../test/simulation/still-view.ts'
import { kindOf, World } from '../../test/simulation/world.ts'
import { lastMoment } from './csr-cleaner.ts'
import { tokenSecrets } from './token-secrets.ts'

/** The real store, registry, kinds and controllers; what is created is what a client would send. */
function cluster() {
  const world = new World(1)
  const settle = (): void => {
    while (world.alarm !== undefined && world.alarm <= world.now) world.turn()
  }
  const get = (resource: string, namespace: string, name: string): Resource | undefined =>
    world.store.get({ resource, namespace, name })?.object
  return {
    world,
    get,
    create(resource: string, namespace: string, name: string, rest: object): void {
      const { apiVersion, kind } = kindOf(resource)
      const made = world.create(resource, namespace, { apiVersion, kind, metadata: { name }, ...rest })
      expect([resource, name, made]).toEqual([resource, name, true])
      settle()
    },
    change(resource: string, namespace: string, name: string, change: (old: never) => object, subresource = ''): void {
      const object = get(resource, namespace, name)
      if (object === undefined) throw new Error(`no ${name}`)
      expect(world.update(resource, object, (old) => change(old as never) as never, subresource)).toBe(true)
      settle()
    },
    remove(resource: string, namespace: string, name: string): void {
      const object = get(resource, namespace, name)
      if (object !== undefined) expect(world.delete(resource, object)).toBe(true)
      settle()
    },
    wait(ms: number): void {
      world.now += ms
      world.turn()
      settle()
    },
  }
}

const finalizersOf = (object: Resource | undefined): readonly string[] => object?.metadata.finalizers ?? []
const CLAIM = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
const podWith = (nodeName?: string): object => ({
  spec: {
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: [{ name: 'c', image: 'i' }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
  },
})

test('[CT110] a claim that a Pod uses stays until the Pod is gone', () => {
  const { create, remove, get, world } = cluster()
  create('namespaces', '', 'shop', {})
  create('persistentvolumeclaims', 'shop', 'data', CLAIM)
  expect(finalizersOf(get('persistentvolumeclaims', 'shop', 'data'))).toEqual(['kubernetes.io/pvc-protection'])
  create('pods', 'shop', 'p', podWith('a'))
  remove('persistentvolumeclaims', 'shop', 'data')
  expect(get('persistentvolumeclaims', 'shop', 'data')?.metadata.deletionTimestamp).toBeDefined()
  const pod = get('pods', 'shop', 'p')
  if (pod !== undefined) world.delete('pods', pod, { gracePeriodSeconds: 0 })
  expect(get('persistentvolumeclaims', 'shop', 'data')).toBeUndefined()
})

test('[CT110] a claim that only a Pod without a node names goes at once', () => {
  const { create, remove, get } = cluster()
  create('namespaces', '', 'shop', {})
  create('persistentvolumeclaims', 'shop', 'data', CLAIM)
  create('pods', 'shop', 'p', podWith())
  remove('persistentvolumeclaims', 'shop', 'data')
  expect(get('persistentvolumeclaims', 'shop', 'data')).toBeUndefined()
})

test('[CT110] a volume stays while it is bound, a class while a claim names it', () => {
  const { create, remove, change, get } = cluster()
  create('namespaces', '', 'shop', {})
  create('persistentvolumes', '', 'v', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
  })
  change('persistentvolumes', '', 'v', (old: object) => ({ ...old, status: { phase: 'Bound' } }), 'status')
  remove('persistentvolumes', '', 'v')
  expect(finalizersOf(get('persistentvolumes', '', 'v'))).toEqual(['kubernetes.io/pv-protection'])
  change('persistentvolumes', '', 'v', (old: object) => ({ ...old, status: { phase: 'Released' } }), 'status')
  expect(get('persistentvolumes', '', 'v')).toBeUndefined()

  create('volumeattributesclasses.storage.k8s.io', '', 'fast', { driverName: 'd.example.com', parameters: { a: 'b' } })
  create('persistentvolumeclaims', 'shop', 'data', { spec: { ...CLAIM.spec, volumeAttributesClassName: 'fast' } })
  remove('volumeattributesclasses.storage.k8s.io', '', 'fast')
  expect(finalizersOf(get('volumeattributesclasses.storage.k8s.io', '', 'fast'))).toEqual([
    'kubernetes.io/vac-protection',
  ])
  remove('persistentvolumeclaims', 'shop', 'data')
  expect(get('volumeattributesclasses.storage.k8s.io', '', 'fast')).toBeUndefined()
})

test('[CT111] a namespace with a claim that its Pod uses finishes deleting', () => {
  const { create, remove, get, wait, world } = cluster()
  create('namespaces', '', 'shop', {})
  create('persistentvolumeclaims', 'shop', 'data', CLAIM)
  create('pods', 'shop', 'p', podWith('a'))
  remove('namespaces', '', 'shop')
  const pod = get('pods', 'shop', 'p')
  // The machine says that the Pod has ended.
  if (pod !== undefined) world.delete('pods', pod, { gracePeriodSeconds: 0 })
  wait(3_000)
  expect(get('namespaces', '', 'shop')).toBeUndefined()
})

const rules = (...resources: string[]): object[] =>
  resources.map((resource) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] }))
const ROLES = 'clusterroles.rbac.authorization.k8s.io'
const rulesOf = (role: Resource | undefined): unknown => (role as { rules?: unknown } | undefined)?.rules

test('[CT112] a ClusterRole that aggregates has the rules of those that it selects, each once', () => {
  const { create, change, remove, get } = cluster()
  const labels = { 'to-view': 'true' }
  create(ROLES, '', 'b', { metadata: { name: 'b', labels }, rules: rules('pods', 'secrets') })
  create(ROLES, '', 'view', {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
    rules: rules('nodes'),
  })
  expect(rulesOf(get(ROLES, '', 'view'))).toEqual(rules('pods', 'secrets'))
  create(ROLES, '', 'a', { metadata: { name: 'a', labels }, rules: rules('services', 'pods') })
  expect(rulesOf(get(ROLES, '', 'view'))).toEqual(rules('services', 'pods', 'secrets'))
  change(ROLES, '', 'b', (old: Resource) => ({ ...old, metadata: { ...old.metadata, labels: {} } }))
  expect(rulesOf(get(ROLES, '', 'view'))).toEqual(rules('services', 'pods'))
  remove(ROLES, '', 'a')
  expect(rulesOf(get(ROLES, '', 'view')) ?? []).toEqual([])
})

const CSRS = 'certificatesigningrequests.certificates.k8s.io'
const MINUTE = 60_000

test('[CT113] a request that nobody answers goes after a day, one that is answered after an hour', () => {
  const { create, change, get, wait } = cluster()
  const spec = { signerName: 'example.com/s', usages: ['client auth'], request: P256 }
  for (const name of ['waits', 'denied', 'approved']) create(CSRS, '', name, { spec })
  const decide = (name: string, type: string) =>
    change(
      CSRS,
      '',
      name,
      (old: object) => ({ ...old, status: { conditions: [{ type, status: 'True' }] } }),
      'approval',
    )
  decide('denied', 'Denied')
  decide('approved', 'Approved')
  wait(59 * MINUTE)
  expect(get(CSRS, '', 'denied')).toBeDefined()
  wait(2 * MINUTE)
  expect(get(CSRS, '', 'denied')).toBeUndefined()
  wait(22 * 60 * MINUTE)
  expect(get(CSRS, '', 'waits')).toBeDefined()
  wait(60 * MINUTE)
  expect(get(CSRS, '', 'waits')).toBeUndefined()
  expect(get(CSRS, '', 'approved')).toBeDefined()
})

test('[CT113] a request whose certificate ends goes with it', () => {
  const at = (lastUpdateTime: string): number =>
    lastMoment({
      metadata: { creationTimestamp: lastUpdateTime },
      status: {
        certificate: CERTIFICATE,
        conditions: [{ type: 'Approved', status: 'True', lastUpdateTime, lastTransitionTime: lastUpdateTime }],
      },
    } as Parameters<typeof lastMoment>[0]) // what the decision reads
  expect(new Date(at('2026-12-01T18:00:00Z')).toISOString()).toBe('2026-12-01T18:36:49.000Z')
  expect(new Date(at('2026-12-01T17:00:00Z')).toISOString()).toBe('2026-12-01T18:00:00.000Z')
})

const SCHEMAS = 'flowschemas.flowcontrol.apiserver.k8s.io'
const LEVELS = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io'
const conditionsOf = (object: Resource | undefined): unknown =>
  (object as { status?: { conditions?: unknown } } | undefined)?.status?.conditions

test('[CT114] flow schemas say whether their level exists, and those of the system come back', () => {
  const { create, remove, get } = cluster()
  const limited = { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } }
  const level = { type: 'Limited', limited }
  const subjects = [{ kind: 'User', user: { name: '*' } }]
  create(SCHEMAS, '', 'mine', {
    spec: {
      priorityLevelConfiguration: { name: 'slow' },
      matchingPrecedence: 7,
      rules: [{ subjects, nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }],
    },
  })
  expect(conditionsOf(get(SCHEMAS, '', 'mine'))).toMatchObject([
    {
      type: 'Dangling',
      status: 'True',
      reason: 'NotFound',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "slow" but there is no such object',
    },
  ])
  create(LEVELS, '', 'slow', { spec: level })
  expect(conditionsOf(get(SCHEMAS, '', 'mine'))).toMatchObject([{ status: 'False', reason: 'Found' }])
  create(LEVELS, '', 'system', { spec: level })
  remove(LEVELS, '', 'system')
  expect(get(LEVELS, '', 'system')).toMatchObject({ spec: { limited: { nominalConcurrencyShares: 30 } } })
  remove(LEVELS, '', 'slow')
  expect(get(LEVELS, '', 'slow')).toBeUndefined()
})

const SERVICES = 'apiservices.apiregistration.k8s.io'

test('[CT115] an APIService of the cluster is available, one behind a Service never', () => {
  const { create, get } = cluster()
  const available = (name: string): unknown => conditionsOf(get(SERVICES, '', name))
  const spec = { groupPriorityMinimum: 1, versionPriority: 1 }
  create('namespaces', '', 'shop', {})
  create(SERVICES, '', 'v1.apps', { spec: { ...spec, group: 'apps', version: 'v1' } })
  expect(available('v1.apps')).toMatchObject([
    { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' },
  ])
  const service = { namespace: 'shop', name: 'm' }
  create(SERVICES, '', 'v1.m.io', { spec: { ...spec, group: 'm.io', version: 'v1', service } })
  expect(available('v1.m.io')).toMatchObject([
    { status: 'False', reason: 'ServiceNotFound', message: 'service/m in "shop" is not present' },
  ])
  create('services', 'shop', 'm', { spec: { ports: [{ port: 443 }] } })
  expect(available('v1.m.io')).toMatchObject([{ status: 'False', reason: 'FailedDiscoveryCheck' }])
})

test('[CT116] the Secret of a token goes with its ServiceAccount', () => {
  const meta = { namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp: ago(9) }
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...meta, name: 'robot', uid: 'robot-1' },
  }
  const secret = (annotations: Record<string, string>, type = 'kubernetes.io/service-account-token'): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...meta, name: 's', annotations },
    type,
  })
  const name = { 'kubernetes.io/service-account.name': 'robot' }
  const mine = secret({ ...name, 'kubernetes.io/service-account.uid': 'robot-1' })
  const kept = (object: Secret, others: Resource[]): boolean =>
    only(tokenSecrets('CA').reconcile(object, new StillView(others)), 'delete').length === 0
  expect(kept(mine, [account])).toBe(true)
  expect(kept(secret(name), [account])).toBe(true)
  expect(kept(mine, [])).toBe(false)
  expect(kept(secret({ ...name, 'kubernetes.io/service-account.uid': 'robot-0' }), [account])).toBe(false)
  expect(kept(secret(name, 'Opaque'), [])).toBe(true)
  const key = { resource: 'serviceaccounts', namespace: 'shop', name: 'robot' }
  const wakes = tokenSecrets('CA').wakes?.['serviceaccounts']
  const gone = { type: 'DELETED', key, before: account, after: account } as const
  expect(wakes?.(gone, new StillView([mine]))).toEqual([{ resource: 'secrets', namespace: 'shop', name: 's' }])
  expect(wakes?.(gone, new StillView([secret(name, 'Opaque')]))).toEqual([])
})
