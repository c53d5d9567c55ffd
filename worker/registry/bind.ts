import type { Kind } from '../../api/kinds/kind.ts'
import { conflict, notFound } from '../../api/meta/failures.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, PodCondition } from '../../api/schema/types.generated.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import type { Caller, UpdateOptions } from './registry.ts'
import { dryRow, printed } from './stored.ts'

/**
 * BindingREST.setPodHostAndAnnotations of pkg/registry/core/pod/storage: goes round the update strategy, which would
 * refuse a changed spec.nodeName.
 */
export function bind(tx: Tx, caller: Caller, pods: Kind, key: Key, node: string, options: UpdateOptions = {}): Row {
  const row = tx.get(key)
  if (row === undefined) throw notFound('pods', key.name)
  if (options.uid !== undefined && options.uid !== row.uid) {
    throw conflict(
      'pods',
      key.name,
      `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${row.uid}`,
    )
  }
  const pod = printed(pods, bound(key, row.object, node, caller.now))
  return options.dryRun === true ? dryRow(key, pod, row.version) : tx.update(pods.resource, pod)
}

function bound(key: Key, old: Resource, node: string, now: number): Pod {
  const pod = old as Pod // the key names a Pod
  const refuse = (why: string): never => {
    throw conflict('pods/binding', key.name, why)
  }
  if (isDeleting(pod)) refuse(`pod ${key.name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) refuse(`pod ${key.name} is already assigned to node "${pod.spec.nodeName}"`)
  if ((pod.spec.schedulingGates ?? []).length > 0) {
    refuse(`pod ${key.name} has non-empty .spec.schedulingGates`)
  }
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
  }
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled')
  return {
    ...pod,
    spec: { ...pod.spec, nodeName: node },
    status: { ...pod.status, conditions: [...others, scheduled] },
  }
}
