import { kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Deployment, Node, Pod, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { Change, Controller, Index, View } from '../../worker/control/controller.ts'
import { namespaceController } from '../../worker/control/namespace.ts'
import { isActive } from '../../worker/control/pod-state.ts'
import type { Store, Tx } from '../../worker/store/store.ts'
import type { Mutation } from './world.ts'

/** Bugs planted on purpose, each wrapped around what production code makes. */

type Reconcile = (object: Resource, view: View) => Change[]

/** Replaces the reconcile of one controller by what `bug` makes of it. */
const inController = (name: string, bug: (reconcile: Reconcile) => Reconcile): Mutation => ({
  controllers: (all) =>
    all.map((controller) => {
      if (controller.name !== name) return controller
      const bugged: Controller = {
        ...controller,
        reconcile: bug((object, view) => controller.reconcile(object, view)),
      }
      return bugged
    }),
})

const without = (changes: Change[], drop: (change: Change) => boolean): Change[] => changes.filter((c) => !drop(c))

/** The same view, but for what `other` says. */
const seen = (view: View, other: Partial<View>): View =>
  new Proxy(view, {
    get: (target, property) => {
      const replaced = Reflect.get(other, property)
      if (replaced !== undefined) return replaced
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/** The scheduler looks at bound Pods too, and nothing stops a second binding. */
const doubleBind: Mutation = {
  controllers: (all) =>
    all.map((controller) =>
      controller.name === 'default-scheduler'
        ? {
            ...controller,
            concerns: ({ type }) => type !== 'DELETED',
            reconcile: (pod, view) => {
              const { nodeName: _, ...spec } = (pod as Pod).spec // the scheduler's keys are Pods
              const unbound: Pod = { ...(pod as Pod), spec }
              return controller.reconcile(unbound, view)
            },
          }
        : controller,
    ),
  registry: (registry) => ({
    ...registry,
    bind: (tx, _caller, key, node) => {
      const pod = tx.get(key)?.object as Pod // the key names a Pod
      return tx.update('pods', { ...pod, spec: { ...pod.spec, nodeName: node } } as Pod)
    },
  }),
}

/** A turn forgets to say when it wants to be called next. */
const lostAlarm: Mutation = {
  driver: (turn) => (now) => {
    const next = turn(now)
    return next !== undefined && next > now + 29_000 ? undefined : next
  },
}

/** What waits is only remembered in memory. */
const onlyInMemory: Mutation = {
  store: (store): Store =>
    new Proxy(store, {
      get: (target, property) => {
        if (property !== 'transaction') {
          const value = Reflect.get(target, property)
          return typeof value === 'function' ? value.bind(target) : value
        }
        return <T>(work: (tx: Tx) => T) =>
          target.transaction((tx) => {
            const forgetful = new Proxy(tx, {
              get: (inner, name) => {
                if (name === 'postpone') return () => undefined
                const value = Reflect.get(inner, name)
                return typeof value === 'function' ? value.bind(inner) : value
              },
            })
            return work(forgetful) as never // the work is synchronous, as the compiler has checked where it was written
          })
      },
    }),
}

/** A rolling update takes one Pod more than surge allows. */
const surgePlusOne = inController(
  'deployment-controller',
  (reconcile) => (object, view) =>
    reconcile(object, view).map((change) => {
      if (change.do !== 'update' || change.object.kind !== 'ReplicaSet') return change
      const rs = change.object as ReplicaSet // its kind says so
      const before = view.get<ReplicaSet>('replicasets.apps', rs.metadata.namespace ?? '', rs.metadata.name)
      const grows = (rs.spec.replicas ?? 0) > (before?.spec.replicas ?? 0)
      return grows ? { ...change, object: withReplicas(rs, (rs.spec.replicas ?? 0) + 1) } : change
    }),
)

/** Old Pods are taken away before new ones are available. */
const tooFewAvailable = inController(
  'deployment-controller',
  (reconcile) => (object, view) =>
    reconcile(object, view).map((change) => {
      if (change.do !== 'update' || change.object.kind !== 'ReplicaSet') return change
      const rs = change.object as ReplicaSet // its kind says so
      const before = view.get<ReplicaSet>('replicasets.apps', rs.metadata.namespace ?? '', rs.metadata.name)
      const shrinks = (rs.spec.replicas ?? 0) < (before?.spec.replicas ?? 0) && (rs.spec.replicas ?? 0) > 0
      return shrinks ? { ...change, object: withReplicas(rs, (rs.spec.replicas ?? 0) - 1) } : change
    }),
)

const withReplicas = (rs: ReplicaSet, replicas: number): ReplicaSet => ({ ...rs, spec: { ...rs.spec, replicas } })

/** Recreate does not wait for the old Pods. */
const impatientRecreate = inController('deployment-controller', (reconcile) => (object, view) => {
  const d = object as Deployment // its keys are Deployments
  if (d.spec.strategy.type !== 'Recreate') return reconcile(object, view)
  const blind = seen(view, {
    owned: <T extends Resource>(uid: string, resource?: string): readonly T[] => {
      if (resource === 'pods') return []
      const sets = view.owned<ReplicaSet>(uid, 'replicasets.apps')
      return sets.map((rs) => ({ ...rs, status: { ...rs.status, replicas: 0 } })) as Resource[] as T[] // asked for ReplicaSets
    },
  })
  return reconcile(object, blind)
})

/** Of a ReplicaSet's Pods the best ones are deleted first. */
const wrongVictims = inController('replicaset-controller', (reconcile) => (object, view) => {
  const pods = view.owned<Pod>(object.metadata.uid, 'pods').filter(isActive)
  const best = [...pods].sort((a, b) => Number(isReadyNow(b)) - Number(isReadyNow(a)))
  return reconcile(object, view).map((change) => {
    if (change.do !== 'delete') return change
    const victim = best.shift()
    return victim === undefined ? change : { ...change, object: victim }
  })
})
const isReadyNow = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true

/** The wait for minReadySeconds is forgotten. */
const forgottenClock = inController(
  'replicaset-controller',
  (reconcile) => (object, view) => without(reconcile(object, view), (change) => change.do === 'again'),
)

/** A refused create is not tried again. */
const lostBackoff = inController(
  'replicaset-controller',
  (reconcile) => (object, view) =>
    reconcile(object, view).map((change) =>
      change.do === 'create' && change.failed !== undefined
        ? { ...change, failed: (refusal) => without(change.failed?.(refusal) ?? [], (c) => c.do === 'retry') }
        : change,
    ),
)

/** Orphans go to any ReplicaSet of the namespace. */
const blindAdoption = inController('replicaset-adoption', (reconcile) => (object, view) => {
  const names = view.list('replicasets.apps', object.metadata.namespace).map((rs) => rs.metadata.name)
  const all = { of: () => names } as unknown // its reconcile asks the index only who selects the Pod
  return reconcile(object, seen(view, { index: <I extends Index>() => all as I }))
})

/** Foreground and orphaning deletion never end. */
const forgottenFinalizer = inController(
  'generic-garbage-collector',
  (reconcile) => (object, view) =>
    without(
      reconcile(object, view),
      (change) => change.do === 'update' && change.object.metadata.uid === object.metadata.uid,
    ),
)

/** A foreground deletion does not wait for what it deletes. */
const hastyForeground = inController(
  'generic-garbage-collector',
  (reconcile) => (object, view) => reconcile(object, seen(view, { owned: () => [] })),
)

/** What Pods use is deleted before them. */
const wrongNamespaceOrder: Mutation = {
  controllers: (all) =>
    all.map((controller) => {
      if (controller.name !== 'namespace-controller') return controller
      const rest = kinds.filter((kind) => kind.namespaced && kind.verbs.includes('delete') && kind.resource !== 'pods')
      const second = namespaceController(rest)
      const bugged: Controller = {
        ...controller,
        reconcile: (object, view) => {
          const first = second.reconcile(object as Parameters<typeof second.reconcile>[0], view) // keys are namespaces
          return first.some((change) => change.do === 'delete') ? first : controller.reconcile(object, view)
        },
      }
      return bugged
    }),
}

/** tolerationSeconds are not waited for. */
const hastyEviction = inController('taint-eviction-controller', (reconcile) => (object, view) => {
  const node = object as Node // its keys are nodes
  const early = (node.spec.taints ?? []).map((taint) => ({ ...taint, timeAdded: '2025-01-01T00:00:00Z' }))
  const aged = view.onNode<Pod>(node.metadata.name).map((pod) => ({
    ...pod,
    status: { ...pod.status, conditions: [] },
    metadata: { ...pod.metadata, creationTimestamp: '2025-01-01T00:00:00Z' },
  }))
  const hasty = seen(view, { onNode: <T extends Resource>() => aged as Resource[] as T[] }) // Pods stand on nodes
  return without(
    reconcile({ ...node, spec: { ...node.spec, taints: early } } as Node, hasty),
    (c) => c.do === 'status' || c.do === 'update',
  )
})

/** Every machine silent at once is taken for the end of every machine. */
const noCommonCause = inController('node-controller', (reconcile) => (object, view) => {
  const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: null, lastTransitionTime: null }
  const nodes = view.list<Node>('nodes')
  const [first] = nodes
  if (first === undefined) return reconcile(object, view)
  const phantom: Node = {
    ...first,
    metadata: { ...first.metadata, name: 'phantom' },
    status: { ...first.status, conditions: [ready] },
  }
  return reconcile(object, seen(view, { list: <T extends Resource>() => [...nodes, phantom] as Resource[] as T[] })) // it lists nodes only
})

/** Nodes hold as many Pods as one likes. */
const overcommit = inController('default-scheduler', (reconcile) => (object, view) => {
  const nodes = view.list<Node>('nodes').map((node) => ({
    ...node,
    status: { ...node.status, allocatable: { cpu: '9999', memory: '9999Gi', pods: '9999' } },
  }))
  return reconcile(object, seen(view, { list: <T extends Resource>() => nodes as Resource[] as T[] })) // it lists nodes only
})

/** A Pod that found no place is not tried again. */
const forgottenPod: Mutation = inController(
  'default-scheduler',
  (reconcile) => (object, view) => without(reconcile(object, view), (change) => change.do === 'again'),
)

/** An address that is known is never taken back. */
const staleEndpoints: Mutation = inController(
  'endpoint-controller',
  (reconcile) => (object, view) => without(reconcile(object, view), (change) => change.do === 'update'),
)
/** A deleted Pod keeps its place in the quota. */
const leakyQuota: Mutation = {
  registry: (registry) => ({
    ...registry,
    delete(tx, caller, kind, key, options) {
      const quota = { resource: 'resourcequotas', namespace: 'default', name: 'wide' }
      const before = tx.get(quota)?.object
      const deletion = registry.delete(tx, caller, kind, key, options)
      if (before !== undefined && tx.get(quota) !== undefined) tx.update('resourcequotas', before)
      return deletion
    },
  }),
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a double bind': doubleBind,
  'a lost alarm': lostAlarm,
  'work kept in memory only': onlyInMemory,
  'surge plus one': surgePlusOne,
  'too few available': tooFewAvailable,
  'a Recreate that does not wait': impatientRecreate,
  'the wrong order of deletion': wrongVictims,
  'a forgotten clock': forgottenClock,
  'a lost back-off': lostBackoff,
  'no adoption check': blindAdoption,
  'a forgotten finalizer': forgottenFinalizer,
  'a foreground deletion that does not wait': hastyForeground,
  'the wrong order in a namespace': wrongNamespaceOrder,
  'an eviction before its time': hastyEviction,
  'no common cause': noCommonCause,
  'nodes that hold anything': overcommit,
  'an unschedulable Pod forgotten': forgottenPod,
  'endpoints that stay as they are': staleEndpoints,
  'a quota that gives nothing back': leakyQuota,
}
