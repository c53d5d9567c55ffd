import type { Resource } from '../../api/meta/object.ts'
import { referencesOf } from '../../api/references.ts'
import type { Delta, PodRef, Snapshot } from '../../api/wire.ts'
import type { Change, Reader, Row } from '../store/store.ts'

/** What a node should run, read from the store: pure in what it is given. */

interface PodLike extends Resource {
  spec?: { nodeName?: string }
  status?: { phase?: string; conditions?: { type: string; status: string }[] }
}
/** Rows of `pods` hold Pods. */
const podOf = (row: Row | undefined): PodLike | undefined => row?.object as PodLike | undefined

const REFERENCED = { configmaps: 'configMaps', secrets: 'secrets' } as const
type Referenced = keyof typeof REFERENCED

const isReferenced = (resource: string): resource is Referenced => resource in REFERENCED

/** All that the node should run. The revision is the store's version: everything up to it is contained. */
export function snapshotOf(reader: Reader, node: Resource, clusterCIDR: string): Snapshot {
  const pods = reader.onNode(node.metadata.name).map((row) => row.object)
  const draft = emptyDelta()
  for (const pod of pods) addReferenced(reader, pod, undefined, draft)
  return {
    type: 'snapshot',
    revision: reader.version,
    node: sent(node),
    clusterCIDR,
    pods: pods.map(sent),
    configMaps: [...draft.configMaps.values()],
    secrets: [...draft.secrets.values()],
  }
}

/** A delta while it is put together: the last state of each object, by what names it. */
interface Draft {
  node?: Resource
  pods: Map<string, Resource>
  configMaps: Map<string, Resource>
  secrets: Map<string, Resource>
  removed: { pods: Map<string, PodRef>; configMaps: Map<string, Ref>; secrets: Map<string, Ref> }
}
interface Ref {
  namespace: string
  name: string
}
const emptyDelta = (): Draft => ({
  pods: new Map(),
  configMaps: new Map(),
  secrets: new Map(),
  removed: { pods: new Map(), configMaps: new Map(), secrets: new Map() },
})

/** The parts of a delta that the changes make; the socket adds the revisions. */
export type DeltaBody = Omit<Delta, 'type' | 'from' | 'revision'>

/**
 * Who names which ConfigMap or Secret, while the object is awake: built for a namespace when one of its ConfigMaps or
 * Secrets changes, forgotten when one of its Pods comes, goes or names something else.
 */
export class Namers {
  readonly #namespaces = new Map<string, Map<string, Set<string>>>()

  forget(namespace: string): void {
    this.#namespaces.delete(namespace)
  }

  nodesOf(reader: Reader, resource: Referenced, namespace: string, name: string): ReadonlySet<string> {
    let known = this.#namespaces.get(namespace)
    if (known === undefined) this.#namespaces.set(namespace, (known = namersIn(reader, namespace)))
    return known.get(`${resource}/${name}`) ?? new Set()
  }
}

function namersIn(reader: Reader, namespace: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const row of reader.list({ resource: 'pods', namespace })) {
    const node = podOf(row)?.spec?.nodeName
    if (node === undefined || node === '') continue
    for (const [resource, names] of references(row.object)) {
      for (const name of names) {
        const key = `${resource}/${name}`
        found.set(key, (found.get(key) ?? new Set()).add(node))
      }
    }
  }
  return found
}

function references(pod: Resource): [Referenced, ReadonlySet<string>][] {
  const { configMaps, secrets } = referencesOf(pod)
  return [
    ['configmaps', configMaps],
    ['secrets', secrets],
  ]
}

/**
 * What committed changes mean for the nodes that `wants` names. A change that the agent itself reported (a status) means
 * nothing to it and makes no delta.
 */
export function deltasOf(
  changes: readonly Change[],
  wants: (node: string) => boolean,
  reader: Reader,
  namers: Namers,
): Map<string, DeltaBody> {
  const drafts = new Map<string, Draft>()
  const draftOf = (node: string): Draft => {
    let draft = drafts.get(node)
    if (draft === undefined) drafts.set(node, (draft = emptyDelta()))
    return draft
  }
  for (const change of changes) {
    const { resource, namespace, name } = change.key
    if (resource === 'pods') addPod(change, wants, draftOf, reader, namers)
    else if (resource === 'nodes' && wants(name) && nodeChanged(change)) draftOf(name).node = sent(change.after.object)
    else if (isReferenced(resource)) {
      for (const node of namers.nodesOf(reader, resource, namespace, name)) {
        if (wants(node)) addObject(draftOf(node), resource, change)
      }
    }
  }
  return new Map([...drafts].map(([node, draft]) => [node, bodyOf(draft)]))
}

function addPod(
  change: Change,
  wants: (node: string) => boolean,
  draftOf: (node: string) => Draft,
  reader: Reader,
  namers: Namers,
): void {
  const { namespace, name } = change.key
  const after = podOf(change.after)
  const before = podOf(change.before)
  const node = after?.spec?.nodeName
  if (after === undefined || node === undefined || node === '') return
  const known = before?.spec?.nodeName === node ? before : undefined
  if (change.type !== 'DELETED' && known !== undefined && concerns(known) === concerns(after)) return
  namers.forget(namespace)
  if (!wants(node)) return
  const draft = draftOf(node)
  const uid = after.metadata.uid
  if (change.type === 'DELETED') {
    draft.pods.delete(uid)
    draft.removed.pods.set(uid, { namespace, name, uid })
    return
  }
  draft.pods.set(uid, sent(after))
  addReferenced(reader, after, known, draft)
}

/** Adds what the Pod names and its node does not hold yet. */
function addReferenced(reader: Reader, pod: Resource, known: Resource | undefined, draft: Draft): void {
  const namespace = pod.metadata.namespace ?? ''
  const held = new Map(known === undefined ? [] : references(known))
  for (const [resource, names] of references(pod)) {
    for (const name of names) {
      if (held.get(resource)?.has(name) === true) continue
      const row = reader.get({ resource, namespace, name })
      if (row !== undefined) draft[REFERENCED[resource]].set(`${namespace}/${name}`, sent(row.object))
    }
  }
}

function addObject(draft: Draft, resource: Referenced, change: Change): void {
  const { namespace, name } = change.key
  const id = `${namespace}/${name}`
  const list = REFERENCED[resource]
  if (change.type === 'DELETED') {
    draft[list].delete(id)
    draft.removed[list].set(id, { namespace, name })
  } else {
    draft.removed[list].delete(id)
    draft[list].set(id, sent(change.after.object))
  }
}

const bodyOf = (draft: Draft): DeltaBody => ({
  ...(draft.node === undefined ? {} : { node: draft.node }),
  pods: [...draft.pods.values()],
  configMaps: [...draft.configMaps.values()],
  secrets: [...draft.secrets.values()],
  removed: {
    pods: [...draft.removed.pods.values()],
    configMaps: [...draft.removed.configMaps.values()],
    secrets: [...draft.removed.secrets.values()],
  },
})

/** Conditions of a Pod that its node makes (pkg/kubelet/types/pod_status.go, PodConditionByKubelet) and need not hear of. */
const OWN_CONDITIONS = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
  'PodResizeInProgress',
])

/** The part of a Pod that its node acts on, as text to compare: all but what the node itself reports. */
function concerns(pod: PodLike): string {
  const { resourceVersion: _, managedFields: __, ...metadata } = pod.metadata
  const phase = pod.status?.phase
  const ended = phase === 'Succeeded' || phase === 'Failed' ? phase : ''
  const conditions = (pod.status?.conditions ?? []).filter((condition) => !OWN_CONDITIONS.has(condition.type))
  return JSON.stringify([metadata, pod.spec, ended, conditions])
}

function nodeChanged(change: Change): boolean {
  if (change.type === 'DELETED') return false
  const parts = (object: (Resource & { spec?: object }) | undefined) =>
    JSON.stringify([object?.spec, object?.metadata.labels, object?.metadata.annotations])
  return parts(change.before?.object) !== parts(change.after.object)
}

/** An object as it travels: nobody on a node reads managedFields. */
function sent(object: Resource): Resource {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
