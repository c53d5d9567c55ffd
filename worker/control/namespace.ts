import type { Kind } from '../../api/kinds/kind.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { Namespace, NamespaceCondition } from '../../api/schema/types.generated.ts'
import { withUpdated } from './conditions.ts'
import { type Change, type Controller, keyOf, type View } from './controller.ts'

const FINALIZER = 'kubernetes'
/** Objects deleted in one transaction; the rest follows in the next. */
const CHUNK = 50
/**
 * While more than this is left, a look counts them all again: not each object that goes brings one, but this pause.
 * (Kubernetes always waits, for an estimate of up to 16 s.)
 */
const MANY = 50
const PAUSE_MS = 2_000

type ContentKind = Pick<Kind, 'resource' | 'group' | 'plural'>

/**
 * Empties a namespace that is being deleted and lets it go: pkg/controller/namespace/deletion. Pods go first
 * (OrderedNamespaceDeletion), so that what they use outlives them. `kinds`: the namespaced ones that can be deleted.
 */
export function namespaceController(kinds: readonly ContentKind[]): Controller<Namespace> {
  const pods = kinds.filter((kind) => kind.resource === 'pods')
  const others = kinds.filter((kind) => kind.resource !== 'pods')
  return {
    name: 'namespace-controller',
    resource: 'namespaces',
    concerns: ({ type, after }) => type !== 'DELETED' && isDeleting(after),
    wakes: {
      '*': ({ type, after }, view) => {
        const name = after.metadata.namespace
        if (type !== 'DELETED' || name === undefined) return []
        const namespace = view.get<Namespace>('namespaces', '', name)
        return namespace !== undefined && isDeleting(namespace) ? [keyOf('namespaces', namespace)] : []
      },
    },
    reconcile(namespace, view) {
      if (!isDeleting(namespace) || (namespace.spec?.finalizers ?? []).length === 0) return []
      if (view.waiting !== undefined && view.waiting > view.now) return [{ do: 'again', at: view.waiting }]
      const first = contentOf(namespace, pods, view)
      const content = first.length > 0 ? first : contentOf(namespace, others, view)
      if (content.length === 0) return finish(namespace, view.now)
      return [...status(namespace, content, view.now), ...empty(content, view)]
    },
  }
}

type Content = { kind: ContentKind; objects: readonly Resource[] }[]

const contentOf = (namespace: Namespace, kinds: readonly ContentKind[], view: View): Content =>
  kinds
    .map((kind) => ({ kind, objects: view.list(kind.resource, namespace.metadata.name) }))
    .filter(({ objects }) => objects.length > 0)

function empty(content: Content, view: View): Change[] {
  const living = content.flatMap(({ objects }) => objects.filter((object) => !isDeleting(object)))
  const deletions = living
    .slice(0, CHUNK)
    .map((object): Change => ({ do: 'delete', object, propagation: 'Background' }))
  if (living.length > 0) return [...deletions, { do: 'again', at: view.now }]
  const left = content.reduce((sum, { objects }) => sum + objects.length, 0)
  return left > MANY ? [{ do: 'again', at: view.now + PAUSE_MS }] : []
}

function finish(namespace: Namespace, now: number): Change[] {
  const finalizers = (namespace.spec.finalizers ?? []).filter((name) => name !== FINALIZER)
  return [...status(namespace, [], now), { do: 'finalize', object: namespace, finalizers }]
}

const fine = (type: string, reason: string, message: string): Omit<NamespaceCondition, 'lastTransitionTime'> => ({
  type,
  status: 'False',
  reason,
  message,
})
const bad = (type: string, reason: string, message: string): Omit<NamespaceCondition, 'lastTransitionTime'> => ({
  type,
  status: 'True',
  reason,
  message,
})

/** The conditions of namespaceConditionUpdater, in its order and words. */
function status(namespace: Namespace, content: Content, now: number): Change[] {
  const conditions = [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    fine(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    remaining(content),
    finalizersRemaining(content),
  ]
  const result = conditions.reduce<NamespaceCondition[]>(
    (before, condition) => withUpdated(before, { ...condition, lastTransitionTime: rfc3339(now) }),
    namespace.status?.conditions ?? [],
  )
  return [{ do: 'status', object: namespace, status: { ...namespace.status, conditions: result } }]
}

function remaining(content: Content): Omit<NamespaceCondition, 'lastTransitionTime'> {
  const type = 'NamespaceContentRemaining'
  if (content.length === 0) return fine(type, 'ContentRemoved', 'All content successfully removed')
  const counts = content.map(
    ({ kind, objects }) => `${kind.plural}.${kind.group} has ${objects.length} resource instances`,
  )
  return bad(type, 'SomeResourcesRemain', `Some resources are remaining: ${counts.sort().join(', ')}`)
}

function finalizersRemaining(content: Content): Omit<NamespaceCondition, 'lastTransitionTime'> {
  const type = 'NamespaceFinalizersRemaining'
  const counts = new Map<string, number>()
  for (const object of content.flatMap(({ objects }) => objects)) {
    for (const name of object.metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  if (counts.size === 0) {
    return fine(type, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
  }
  const texts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`)
  const message = `Some content in the namespace has finalizers remaining: ${texts.sort().join(', ')}`
  return bad(type, 'SomeFinalizersRemain', message)
}
