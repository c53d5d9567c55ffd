import { rfc3339 } from '../../meta/time.ts'
import type {
  Container,
  EphemeralContainer,
  LabelSelector,
  Pod,
  PodAffinityTerm,
  PodCondition,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../../schema/types.generated.ts'
import { withAppArmor } from './app-armor.ts'
import { qosOf } from './qos.ts'
import type { HookContext } from '../kind.ts'

/** What the Pod strategy changes before it validates: pkg/registry/core/pod/strategy.go. */

function withoutStopSignal<C extends Container | EphemeralContainer>(container: C): C {
  if (container.lifecycle?.stopSignal === undefined) return container
  const { stopSignal: _, ...lifecycle } = container.lifecycle
  return { ...container, lifecycle }
}

/** ClusterTrustBundleProjection and PodCertificateRequest are off. */
function withoutCertificates(volume: Volume): Volume {
  const sources = volume.projected?.sources
  if (!sources?.some((of) => of.clusterTrustBundle !== undefined || of.podCertificate !== undefined)) return volume
  const kept = sources.map((source) => {
    const { clusterTrustBundle: _, podCertificate: __, ...rest } = source
    return rest
  })
  return { ...volume, projected: { ...volume.projected, sources: kept } }
}

/** Fields of gates that are off in 1.36 are dropped without a word, as Kubernetes does (DropDisabledPodFields). */
export function withoutDisabled(spec: PodSpec): PodSpec {
  const { schedulingGroup: _, ...kept } = spec
  return {
    ...kept,
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(withoutCertificates) }),
    containers: (spec.containers ?? []).map(withoutStopSignal),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withoutStopSignal) }),
    ...(spec.ephemeralContainers === undefined
      ? {}
      : { ephemeralContainers: spec.ephemeralContainers.map(withoutStopSignal) }),
  }
}

/** The same for the template of a Deployment or a ReplicaSet. */
export const preparedTemplate = (template: PodTemplateSpec): PodTemplateSpec =>
  template?.spec === undefined ? template : { ...template, spec: withoutDisabled(template.spec) }

type Labels = Readonly<Record<string, string>>

function merged(selector: LabelSelector, keys: readonly string[], operator: string, labels: Labels): LabelSelector {
  const added = keys.flatMap((key) => {
    const value = labels[key]
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
  if (added.length === 0) return selector
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] }
}

/**
 * matchLabelKeys and mismatchLabelKeys become requirements of the selector when the Pod is made. A weighted term may come
 * without its term; validation says so.
 */
function withLabelKeys<T extends Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>>(
  term: T,
  labels: Labels,
): T {
  if (term === undefined) return term
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term
  if (labelSelector === undefined || matchLabelKeys.length + mismatchLabelKeys.length === 0) return term
  const matching = merged(labelSelector, matchLabelKeys, 'In', labels)
  return { ...term, labelSelector: merged(matching, mismatchLabelKeys, 'NotIn', labels) }
}

function withSelectors(spec: PodSpec, labels: Labels): PodSpec {
  const prepared = { ...spec }
  if (spec.affinity !== undefined) {
    prepared.affinity = { ...spec.affinity }
    for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
      const affinity = spec.affinity[kind]
      if (affinity === undefined) continue
      const {
        requiredDuringSchedulingIgnoredDuringExecution: hard,
        preferredDuringSchedulingIgnoredDuringExecution: soft,
      } = affinity
      prepared.affinity[kind] = {
        ...(hard === undefined
          ? {}
          : { requiredDuringSchedulingIgnoredDuringExecution: hard.map((term) => withLabelKeys(term, labels)) }),
        ...(soft === undefined
          ? {}
          : {
              preferredDuringSchedulingIgnoredDuringExecution: soft.map((term) => ({
                ...term,
                podAffinityTerm: withLabelKeys(term.podAffinityTerm, labels),
              })),
            }),
      }
    }
  }
  if (spec.topologySpreadConstraints !== undefined) {
    prepared.topologySpreadConstraints = spec.topologySpreadConstraints.map((of) => withLabelKeys(of, labels))
  }
  return prepared
}

const gated = (now: number): PodCondition => ({
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  lastTransitionTime: rfc3339(now),
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
})

/** Init containers stood in annotations before they had a field (Convert_v1_Pod_To_core_Pod). */
const OLD_INIT = /^pod\.(?:alpha|beta)\.kubernetes\.io\/init-container(?:s|-statuses)$/

/** What reading a Pod makes of it: a grace below zero is a second, and old annotations are gone. */
function converted(pod: Pod): Pod {
  const { annotations } = pod.metadata
  const hasOld = Object.keys(annotations ?? {}).some((key) => OLD_INIT.test(key))
  const isNegative = (pod.spec.terminationGracePeriodSeconds ?? 0) < 0
  if (!hasOld && !isNegative) return pod
  const kept = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !OLD_INIT.test(key)))
  return {
    ...pod,
    metadata: { ...pod.metadata, ...(hasOld ? { annotations: kept } : {}) },
    spec: { ...pod.spec, ...(isNegative ? { terminationGracePeriodSeconds: 1 } : {}) },
  }
}

export function prepareCreate(given: Pod, { now, warnings }: HookContext): Pod {
  const pod = converted(given)
  const spec = withSelectors(withoutDisabled(pod.spec), pod.metadata.labels ?? {})
  const conditions = (spec.schedulingGates ?? []).length > 0 ? { conditions: [gated(now)] } : {}
  const ready = withAppArmor({ ...pod, spec }, warnings)
  return { ...ready, status: { phase: 'Pending', ...conditions, qosClass: qosOf(ready) } }
}

/** A condition without observedGeneration keeps the one that its type had. */
function keptGenerations(conditions: readonly PodCondition[], old: readonly PodCondition[]): PodCondition[] {
  const before = new Map<string, PodCondition[]>()
  for (const condition of old) before.set(condition.type, [...(before.get(condition.type) ?? []), condition])
  return conditions.map((condition) => {
    const generation = before.get(condition.type)?.shift()?.observedGeneration
    if (condition.observedGeneration || generation === undefined) return condition
    return { ...condition, observedGeneration: generation }
  })
}

/** Metadata that a subresource of the spec leaves alone: metav1.ResetObjectMetaForStatus. */
const LEFT = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** The old Pod with this spec, and what the write says of metadata that it may change. */
export function keptBut(pod: Pod, old: Pod, spec: PodSpec): Pod {
  const metadata = { ...pod.metadata }
  for (const field of LEFT) {
    if (old.metadata[field] === undefined) delete metadata[field]
    else Object.assign(metadata, { [field]: old.metadata[field] })
  }
  return { ...old, metadata, spec }
}

function prepareStatus(pod: Pod, old: Pod): Pod {
  const { ownerReferences: _, ...metadata } = pod.metadata
  const owners = old.metadata.ownerReferences
  const status = { ...pod.status }
  const [qosClass, observed] = [
    status.qosClass || old.status?.qosClass,
    status.observedGeneration || old.status?.observedGeneration,
  ]
  if (qosClass !== undefined) status.qosClass = qosClass
  if (observed !== undefined) status.observedGeneration = observed
  if (status.conditions !== undefined) {
    status.conditions = keptGenerations(status.conditions, old.status?.conditions ?? [])
  }
  return { ...pod, metadata: owners === undefined ? metadata : { ...metadata, ownerReferences: owners }, status }
}

export function prepareUpdate(pod: Pod, old: Pod, { operation }: HookContext): Pod {
  if (operation === 'status') return prepareStatus(pod, old)
  const read = converted(pod)
  return { ...read, spec: withoutDisabled(read.spec) }
}
