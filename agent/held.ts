import type { Resource } from '../api/meta/object.ts'
import { referencesOf } from '../api/references.ts'
import type { Delta, Snapshot } from '../api/wire.ts'
import type { Desired } from './pod/pods.ts'

/** Everything that the control plane last said: kept in memory and, sealed, on the disk. */
export interface Held {
  readonly desired: Desired
  /** This machine's Node object: spec.podCIDR, labels. */
  readonly node: Resource
  readonly clusterCIDR: string
}

export const heldOf = (snapshot: Snapshot): Held => ({
  desired: prune({
    revision: snapshot.revision,
    pods: snapshot.pods,
    configMaps: snapshot.configMaps,
    secrets: snapshot.secrets,
  }),
  node: snapshot.node,
  clusterCIDR: snapshot.clusterCIDR,
})

/** The state after a delta; undefined where it does not follow what is held, and a snapshot is needed. */
export function after(held: Held | undefined, delta: Delta): Held | undefined {
  if (held === undefined || held.desired.revision !== delta.from) return undefined
  const { desired } = held
  return {
    desired: prune({
      revision: delta.revision,
      pods: merged(
        desired.pods,
        delta.pods,
        delta.removed.pods,
        (pod) => pod.metadata.uid,
        (pod) => pod.uid,
      ),
      configMaps: merged(desired.configMaps, delta.configMaps, delta.removed.configMaps, nameOf, refOf),
      secrets: merged(desired.secrets, delta.secrets, delta.removed.secrets, nameOf, refOf),
    }),
    node: delta.node ?? held.node,
    clusterCIDR: held.clusterCIDR,
  }
}

const nameOf = (object: Resource): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`
const refOf = (ref: { namespace: string; name: string }): string => `${ref.namespace}/${ref.name}`

function merged<R>(
  old: readonly Resource[],
  changed: readonly Resource[],
  removed: readonly R[],
  idOf: (object: Resource) => string,
  removedId: (ref: R) => string,
): Resource[] {
  const result = new Map(old.map((object) => [idOf(object), object]))
  for (const ref of removed) result.delete(removedId(ref))
  for (const object of changed) result.set(idOf(object), object)
  return [...result.values()]
}

/** Forgets ConfigMaps and Secrets that no Pod names any more: a node keeps no secret longer than it needs it. */
function prune(desired: Desired): Desired {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  for (const pod of desired.pods) {
    const namespace = pod.metadata.namespace ?? ''
    const names = referencesOf(pod)
    for (const name of names.configMaps) configMaps.add(`${namespace}/${name}`)
    for (const name of names.secrets) secrets.add(`${namespace}/${name}`)
  }
  return {
    ...desired,
    configMaps: desired.configMaps.filter((object) => configMaps.has(nameOf(object))),
    secrets: desired.secrets.filter((object) => secrets.has(nameOf(object))),
  }
}
