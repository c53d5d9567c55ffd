import type { Kind } from '../../api/kinds/kind.ts'
import { conflict, notFound } from '../../api/meta/failures.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, PodCondition } from '../../api/schema/types.generated.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import type { Admission } from './attributes.ts'
import type { Caller, UpdateOptions } from './registry.ts'
import { dryRow, printed } from './stored.ts'

/**
 * BindingREST.setPodHostAndAnnotations of pkg/registry/core/pod/storage: goes round the update strategy, which would
 * refuse a changed spec.nodeName.
 */
export function bind(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  pods: Kind,
  key: Key,
  node: string,
  options: UpdateOptions = {},
): Row {
  const { namespace, name } = key
  const dryRun = options.dryRun === true
  const binding = bindingOf(key, node, options)
  const asked = { operation: 'CREATE', kind: pods, namespace, name, subresource: 'binding', caller, dryRun } as const
  const admitted = admission.mutate(tx, { ...asked, object: binding })
  admission.validate(tx, { ...asked, object: admitted })
  const row = tx.get(key)
  if (row === undefined) throw notFound('pods', key.name)
  if (options.uid !== undefined && options.uid !== row.uid) {
    throw conflict(
      'pods',
      key.name,
      `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${row.uid}`,
    )
  }
  const pod = printed(pods, bound(key, withMeta(row.object, admitted), node, caller.now))
  return dryRun ? dryRow(key, pod, row.version) : tx.update(pods.resource, pod)
}

const bindingOf = ({ namespace, name }: Key, node: string, { uid = '' }: UpdateOptions): Resource => {
  const metadata = { name, namespace, uid, resourceVersion: '', creationTimestamp: '' }
  const binding: Resource & { target: object } = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata,
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  }
  return binding
}

/** What stands on the binding goes over to the Pod: labels that it lacks, and annotations. */
function withMeta(pod: Resource, { metadata: { labels, annotations } }: Resource): Resource {
  if (labels === undefined && annotations === undefined) return pod
  const metadata = { ...pod.metadata }
  if (labels !== undefined) metadata.labels = { ...labels, ...metadata.labels }
  if (annotations !== undefined) metadata.annotations = { ...metadata.annotations, ...annotations }
  return { ...pod, metadata }
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
