import type { Resource } from '../../api/meta/object.ts'
import type { Deployment, Node, Pod, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { DeleteOptions, Draft } from '../../worker/registry/index.ts'
import { BAD_IMAGE } from './agent.ts'
import type { World } from './world.ts'

/** What a user or fate may do to the world. Each answers in one word what it did, for the trace of a failing seed. */
type Action = (world: World) => string

const NAMES = ['web', 'api', 'db']
const NAMESPACES = ['default', 'shop']
const IMAGES = ['nginx:1', 'nginx:2', 'nginx:3', 'nginx:4', `${BAD_IMAGE}:1`]
const POLICIES = ['Background', 'Foreground', 'Orphan'] as const
/** So that a history stays small enough to be fast. */
const MOST_REPLICAS = 5
const MOST_NODES = 5

function podSpec(world: World): {
  containers: object[]
  terminationGracePeriodSeconds: number
  tolerations?: object[]
} {
  const quick = ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 10,
  }))
  return {
    containers: [
      {
        name: 'main',
        image: world.chance.pick(IMAGES.slice(0, 4)),
        resources: { requests: { cpu: `${world.chance.pick([50, 100, 200]) ?? 50}m` } },
      },
    ],
    terminationGracePeriodSeconds: world.chance.int(0, 10),
    ...(world.chance.maybe(0.5) ? { tolerations: quick } : {}),
  }
}

function strategy(world: World): object {
  if (world.chance.maybe(0.2)) return { type: 'Recreate' }
  const pairs = [
    { maxSurge: 1, maxUnavailable: 0 },
    { maxSurge: 0, maxUnavailable: 1 },
    { maxSurge: '25%', maxUnavailable: '25%' },
    { maxSurge: 2, maxUnavailable: 2 },
  ]
  return { type: 'RollingUpdate', rollingUpdate: world.chance.pick(pairs) }
}

const draft = (apiVersion: string, kind: string, metadata: Draft['metadata'], spec: object): Draft => {
  const object: Draft & { spec: object } = { apiVersion, kind, ...(metadata === undefined ? {} : { metadata }), spec }
  return object
}

const createDeployment: Action = (world) => {
  const [name, namespace] = [world.chance.pick(NAMES) ?? '', world.chance.pick(NAMESPACES) ?? '']
  const labels = { app: name }
  const took = world.create(
    'deployments.apps',
    namespace,
    draft(
      'apps/v1',
      'Deployment',
      { name },
      {
        replicas: world.chance.int(0, MOST_REPLICAS),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(world) },
        strategy: strategy(world),
        minReadySeconds: world.chance.pick([0, 0, 3, 8]),
        progressDeadlineSeconds: world.chance.pick([30, 600]),
        revisionHistoryLimit: world.chance.pick([1, 2, 10]),
      },
    ),
  )
  return took ? `create deployment ${namespace}/${name}` : 'create refused'
}

const createReplicaSet: Action = (world) => {
  const name = `bare-${world.chance.pick(NAMES)}`
  const labels = { app: name }
  world.create(
    'replicasets.apps',
    world.chance.pick(NAMESPACES) ?? '',
    draft(
      'apps/v1',
      'ReplicaSet',
      { name },
      {
        replicas: world.chance.int(0, 3),
        minReadySeconds: world.chance.pick([0, 5]),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(world) },
      },
    ),
  )
  return `create ${name}`
}

/** A Pod by hand, perhaps with labels that a ReplicaSet wants. */
const createPod: Action = (world) => {
  const labels = { app: world.chance.maybe(0.5) ? `bare-${world.chance.pick(NAMES)}` : 'lonely' }
  const name = `by-hand-${world.chance.suffix(3)}`
  world.create('pods', world.chance.pick(NAMESPACES) ?? '', draft('v1', 'Pod', { name, labels }, podSpec(world)))
  return `create pod ${name}`
}

/** Does `change` to a random object of the resource. */
const edit =
  <T extends Resource>(resource: string, what: string, change: (object: T, world: World) => T): Action =>
  (world) => {
    const object = world.chance.pick(world.list<T>(resource))
    if (object === undefined) return 'nothing'
    const changed = change(object, world)
    world.update<T>(resource, object, () => changed)
    return `${what} ${object.metadata.namespace ?? ''}/${object.metadata.name}`
  }

const scale = edit<Deployment>('deployments.apps', 'scale', (d, world) => ({
  ...d,
  spec: { ...d.spec, replicas: world.chance.int(0, MOST_REPLICAS) },
}))
const scaleReplicaSet = edit<ReplicaSet>('replicasets.apps', 'scale', (rs, world) => ({
  ...rs,
  spec: { ...rs.spec, replicas: rs.metadata.ownerReferences ? (rs.spec.replicas ?? 0) : world.chance.int(0, 3) },
}))
const setImage = edit<Deployment>('deployments.apps', 'set image', (d, world) =>
  withTemplate(d, {
    ...d.spec.template,
    spec: {
      ...d.spec.template.spec,
      containers: d.spec.template.spec.containers.map((c) => ({ ...c, image: world.chance.pick(IMAGES) ?? '' })),
    },
  }),
)
const withTemplate = (d: Deployment, template: Deployment['spec']['template']): Deployment => ({
  ...d,
  spec: { ...d.spec, template },
})

/** `kubectl rollout undo`: the template of another ReplicaSet, without its hash. */
const undo = edit<Deployment>('deployments.apps', 'undo', (d, world) => {
  const sets = world
    .list<ReplicaSet>('replicasets.apps', d.metadata.namespace)
    .filter((rs) => rs.metadata.ownerReferences?.[0]?.uid === d.metadata.uid)
  const old = world.chance.pick(sets)
  if (old === undefined) return d
  const { 'pod-template-hash': _, ...labels } = old.spec.template.metadata.labels ?? {}
  return withTemplate(d, { ...old.spec.template, metadata: { ...old.spec.template.metadata, labels } })
})
const pause = edit<Deployment>('deployments.apps', 'pause or resume', (d) => ({
  ...d,
  spec: { ...d.spec, paused: d.spec.paused !== true },
}))
const restart = edit<Deployment>('deployments.apps', 'restart', (d, world) =>
  withTemplate(d, {
    ...d.spec.template,
    metadata: { ...d.spec.template.metadata, annotations: { restarted: world.chance.suffix(4) } },
  }),
)

/** Takes a Pod out of its ReplicaSet, or gives it labels that one wants. */
const relabel = edit<Pod>('pods', 'relabel', (pod, world) => {
  const labels = world.chance.maybe(0.5)
    ? { ...pod.metadata.labels, app: world.chance.pick([...NAMES, `bare-${world.chance.pick(NAMES)}`, 'none']) ?? '' }
    : { ...world.chance.pick(world.list<Pod>('pods'))?.metadata.labels }
  return { ...pod, metadata: { ...pod.metadata, labels } }
})
const cordon = edit<Node>('nodes', 'cordon', (node) => ({
  ...node,
  spec: { ...node.spec, unschedulable: node.spec.unschedulable !== true },
}))
const taint = edit<Node>('nodes', 'taint', (node, world) => {
  const taints = node.spec.taints ?? []
  const ours = taints.filter(({ key }) => key !== 'drain')
  const effect = world.chance.pick(['NoSchedule', 'NoExecute']) ?? ''
  const next = ours.length < taints.length ? ours : [...ours, { key: 'drain', effect }]
  return { ...node, spec: { ...node.spec, taints: next } }
})

const remove =
  (resource: string, options: (world: World) => DeleteOptions = () => ({})): Action =>
  (world) => {
    const object = world.chance.pick(world.list(resource))
    if (object === undefined) return 'nothing'
    const how = options(world)
    world.delete(resource, object, how)
    return `delete ${resource} ${object.metadata.namespace ?? ''}/${object.metadata.name} ${JSON.stringify(how)}`
  }
const anyPolicy = (world: World): DeleteOptions => ({ propagationPolicy: world.chance.pick(POLICIES) ?? 'Background' })
const anyGrace = (world: World): DeleteOptions =>
  world.chance.maybe(0.2) ? { gracePeriodSeconds: world.chance.int(0, 3) } : {}

const deleteNode: Action = (world) => {
  const node = world.chance.pick(world.list<Node>('nodes'))
  if (node === undefined || world.list('nodes').length <= 2) return 'nothing'
  const agent = world.agents.get(node.metadata.name)
  // Its credential goes with it: the agent is never heard again.
  if (agent !== undefined) world.lose(agent, true)
  world.agents.delete(node.metadata.name)
  world.delete('nodes', node)
  return `delete node ${node.metadata.name}`
}
const addNode: Action = (world) => {
  const name = `node-${world.chance.suffix(3)}`
  if (world.agents.size >= MOST_NODES || world.agents.has(name)) return 'nothing'
  world.join(name, world.chance.maybe(0.5) ? { 'topology.kubernetes.io/zone': 'a' } : {})
  return `join ${name}`
}
const deleteNamespace: Action = (world) => {
  const namespace = world.get('namespaces', '', 'shop')
  if (namespace === undefined) {
    world.create('namespaces', '', draft('v1', 'Namespace', { name: 'shop' }, {}))
    return 'create namespace'
  }
  world.delete('namespaces', namespace)
  return 'delete namespace'
}

const crash: Action = (world) => {
  const agent = world.chance.pick([...world.agents.values()].filter(({ alive }) => alive))
  const life = world.chance.pick([...(agent?.lives.values() ?? [])])
  if (agent === undefined || life === undefined) return 'nothing'
  agent.crash(life, world.now)
  return `crash ${life.name}`
}
const lose: Action = (world) => {
  const agent = world.chance.pick([...world.agents.values()])
  if (agent === undefined) return 'nothing'
  const power = world.chance.maybe(0.5)
  world.lose(agent, power)
  return `${power ? 'power off' : 'cut off'} ${agent.name}`
}
const restore: Action = (world) => {
  const agent = world.chance.pick([...world.agents.values()].filter(({ connected }) => !connected))
  if (agent === undefined) return 'nothing'
  world.restore(agent)
  return `restore ${agent.name}`
}
const loseAll: Action = (world) => {
  for (const agent of world.agents.values()) world.lose(agent, false)
  return 'cut off all'
}
const refuse: Action = (world) => {
  world.refusing = !world.refusing
  return world.refusing ? 'refuse Pods' : 'accept Pods'
}
const evict: Action = (world) => {
  world.evict()
  return 'evict'
}

const WEIGHTED: readonly (readonly [number, Action])[] = [
  [9, createDeployment],
  [2, createReplicaSet],
  [2, createPod],
  [8, scale],
  [2, scaleReplicaSet],
  [10, setImage],
  [3, restart],
  [4, undo],
  [4, pause],
  [4, relabel],
  [5, remove('pods', anyGrace)],
  [3, remove('deployments.apps', anyPolicy)],
  [2, remove('replicasets.apps', anyPolicy)],
  [1, remove('serviceaccounts')],
  [1, remove('configmaps')],
  [2, cordon],
  [2, taint],
  [1, deleteNode],
  [3, addNode],
  [1, deleteNamespace],
  [7, crash],
  [4, lose],
  [7, restore],
  [0.5, loseAll],
  [1.5, refuse],
  [6, evict],
]
const TOTAL = WEIGHTED.reduce((sum, [weight]) => sum + weight, 0)

/** Does one of them and says which. */
export function actAtRandom(world: World): string {
  let left = world.chance.real() * TOTAL
  for (const [weight, action] of WEIGHTED) {
    left -= weight
    if (left <= 0) return action(world)
  }
  return 'nothing'
}

/** Everybody wishes well: what is broken is mended, so that the cluster can come to what was asked. */
export function mendAll(world: World): void {
  world.refusing = false
  world.join('spare')
  for (const node of world.list<Node>('nodes')) {
    const agent = world.agents.get(node.metadata.name)
    if (agent !== undefined) world.restore(agent)
    world.update<Node>('nodes', node, (old) => {
      const { taints, unschedulable: _, ...spec } = old.spec
      return { ...old, spec: { ...spec, taints: (taints ?? []).filter(({ key }) => key !== 'drain') } }
    })
  }
  // Relabelled, such a Pod may belong to a ReplicaSet of a good template, which would wait for it for ever.
  for (const pod of world.list<Pod>('pods')) {
    if (pod.spec.containers[0]?.image?.startsWith(BAD_IMAGE) === true) world.delete('pods', pod)
  }
  for (const d of world.list<Deployment>('deployments.apps')) {
    world.update<Deployment>('deployments.apps', d, (old) => {
      const containers = old.spec.template.spec.containers.map((c) =>
        c.image?.startsWith(BAD_IMAGE) === true ? { ...c, image: 'nginx:9' } : c,
      )
      const spec = { ...old.spec.template.spec, containers }
      const mended = withTemplate(old, { ...old.spec.template, spec })
      return { ...mended, spec: { ...mended.spec, paused: false } }
    })
  }
}
