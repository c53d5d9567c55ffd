import { makeAdmission } from '../../worker/admission/index.ts'
import { expect, test } from 'vitest'
import { kindOfObject, kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Pod, ReplicaSet } from '../../api/schema/types.generated.ts'
import { Driver } from '../../worker/control/driver.ts'
import { allControllers } from '../../worker/control/index.ts'
import { EventRecorder } from '../../worker/registry/events.ts'
import { makeRegistry, type Caller } from '../../worker/registry/index.ts'
import { openNodeStore } from '../../worker/store/node.ts'
import type { Reader, Row, Store, Tx } from '../../worker/store/store.ts'
import { Chance } from './chance.ts'
import { nodeNamed, NOW, podNamed, replicasetNamed } from './still-view.ts'
import { kindOf } from './world.ts'

const NODES = 50
const PODS_OF_A_SET = 10

/** A store that counts the rows that it hands out, whether from its memory or from the database. */
function counting(store: Store): { store: Store; rows: () => number } {
  let rows = 0
  const count = (result: Row | readonly Row[] | undefined): typeof result => {
    rows += Array.isArray(result) ? result.length : 1
    return result
  }
  const reads: ReadonlySet<PropertyKey> = new Set<keyof Reader>(['get', 'list', 'owned', 'onNode', 'few'])
  const wrapped = <T extends object>(inner: T): T =>
    new Proxy(inner, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        if (property === 'transaction') return (work: (tx: Tx) => never) => store.transaction((tx) => work(wrapped(tx)))
        if (!reads.has(property)) return value.bind(target)
        return (...args: unknown[]) => count(value.apply(target, args))
      },
    })
  return { store: wrapped(store), rows: () => rows }
}

/** `pods` running Pods, ten to a ReplicaSet, over fifty nodes; they are put there as they would be after a long life. */
function fill(store: Store, pods: number): void {
  store.transaction((tx) => {
    const put = (resource: string, object: Resource): void => {
      tx.insert(resource, object)
    }
    put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default', uid: 'ns', resourceVersion: '', creationTimestamp: '2026-01-01T00:00:00Z' },
    })
    put('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'default',
        namespace: 'default',
        uid: 'sa',
        resourceVersion: '',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
    })
    for (let i = 0; i < NODES; i++)
      put('nodes', nodeNamed(`n${i}`, { allocatable: { cpu: '64', memory: '64Gi', pods: '500' } }))
    for (let s = 0; s < pods / PODS_OF_A_SET; s++) {
      const labels = { app: `app-${s}` }
      const [replicas, ready] = [PODS_OF_A_SET, PODS_OF_A_SET]
      const rs = replicasetNamed(
        `set-${s}`,
        { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
        { replicas, fullyLabeledReplicas: ready, readyReplicas: ready, availableReplicas: ready },
      )
      put('replicasets.apps', { ...rs, spec: { ...rs.spec, template: templateOf(labels) } } as ReplicaSet)
      for (let p = 0; p < PODS_OF_A_SET; p++) {
        const node = `n${(s * PODS_OF_A_SET + p) % NODES}`
        put('pods', podNamed(`set-${s}-${p}`, { owner: rs, node, meta: { labels } }))
      }
    }
  })
}
const templateOf = (labels: Record<string, string>) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'nginx:1', resources: {} }] },
})

/** Rows read by one status change of a Pod, and by one Pod deleted and replaced. */
function cost(pods: number): { status: number; replaced: number } {
  const inner = openNodeStore(':memory:', { freeze: false })
  fill(inner, pods)
  const { store, rows } = counting(inner)
  const registry = makeRegistry(kinds, makeAdmission())
  const chance = new Chance(1)
  const driver = new Driver({
    store,
    registry,
    kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
    controllers: allControllers({ kinds, ca: '' }),
    recorder: new EventRecorder(registry, kindOf('events')),
    dice: chance,
    liveness: { lastHeard: () => NOW, startedAt: NOW },
  })
  inner.subscribe((changes) => driver.changed(changes))
  const caller: Caller = { user: { name: 'admin', groups: [] }, now: NOW, warnings: [], dice: chance }
  const pod = (name: string) => ({ resource: 'pods', namespace: 'default', name })
  const flip = (name: string, status: string): void => {
    inner.transaction((tx) => {
      registry.update(tx, caller, kindOf('pods'), pod(name), 'status', (old) => withReady(old as Pod, status)) // the key names a Pod
    })
    driver.turn(NOW)
  }
  const replace = (name: string): void => {
    inner.transaction((tx) => {
      registry.delete(tx, caller, kindOf('pods'), pod(name), { gracePeriodSeconds: 0 })
    })
    driver.turn(NOW)
  }
  const during = (work: () => void): number => {
    const before = rows()
    work()
    return rows() - before
  }
  // The first of each kind builds what is kept while the object is awake.
  flip('set-0-0', 'False')
  replace('set-1-0')
  const result = { status: during(() => flip('set-2-0', 'False')), replaced: during(() => replace('set-3-0')) }
  expect(inner.list({ resource: 'pods' })).toHaveLength(pods)
  expect(driver.failures).toBe(0)
  inner.close()
  return result
}

const withReady = (pod: Pod, status: string): Pod => ({
  ...pod,
  status: { ...pod.status, conditions: (pod.status.conditions ?? []).map((condition) => ({ ...condition, status })) },
})

test('[CT44] what one change of a Pod costs does not depend on how many Pods there are', { timeout: 120_000 }, () => {
  const [few, some, many] = [cost(100), cost(1_000), cost(10_000)]
  expect(few.status).toBeGreaterThan(0)
  expect([some, many]).toEqual([few, few])
  expect(few.status).toBeLessThan(60)
  expect(few.replaced).toBeLessThan(250)
})
