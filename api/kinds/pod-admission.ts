import { forbiddenFor } from '../meta/failures.ts'
import type { Pod, PodSpec, Toleration } from '../schema/types.generated.ts'

/**
 * What the default admission plugins do to a Pod, as pure functions. The volume with the ServiceAccount's token is not
 * among them: podo has no tokens for Pods.
 */

/** Seconds that a Pod stays bound to a node that is not ready or unreachable. */
const SECONDS = 300

const evicted = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: SECONDS,
})

const tolerates = (key: string, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((of) => (of.key === key || !of.key) && (of.effect === 'NoExecute' || !of.effect))

/** DefaultTolerationSeconds, on create and on update. */
export function withTolerations(spec: PodSpec): PodSpec {
  const given = spec.tolerations ?? []
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerates(key, given),
  )
  return missing.length === 0 ? spec : { ...spec, tolerations: [...given, ...missing.map(evicted)] }
}

/** The PriorityClasses that every API server makes for itself. */
const CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2000000000,
  'system-node-critical': 2000001000,
}
const POLICY = 'PreemptLowerPriority'

/** Priority: the number and the policy come from the class, never from the Pod. Throws 403. */
export function withPriority(name: string, spec: PodSpec): PodSpec {
  const of = spec.priorityClassName ?? ''
  const computed = of === '' ? 0 : CLASSES[of]
  if (computed === undefined) throw forbiddenFor('pods', name, `no PriorityClass with name ${of} was found`)
  const { priority = computed, preemptionPolicy = POLICY } = spec
  const refuse = (what: string, given: number | string, right: number | string): Error =>
    forbiddenFor(
      'pods',
      name,
      `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${right} from the given PriorityClass name`,
    )
  if (priority !== computed) throw refuse('integer value of priority', priority, computed)
  if (preemptionPolicy !== POLICY) throw refuse('string value of PreemptionPolicy', preemptionPolicy, POLICY)
  return { ...spec, priority, preemptionPolicy }
}

/** ServiceAccount: a Pod that names none runs as `default`. */
export function withServiceAccount(spec: PodSpec): PodSpec {
  if (spec.serviceAccountName) return spec
  return { ...spec, serviceAccountName: 'default', serviceAccount: 'default' }
}

/** All of them, in the order in which kube-apiserver runs them on a new Pod. */
export function admitPod(pod: Pod): Pod {
  const spec = withTolerations(withPriority(pod.metadata.name, withServiceAccount(pod.spec)))
  return { ...pod, spec }
}

/** On an update only what would otherwise look like a change is put back. */
export function admitPodUpdate(pod: Pod, old: Pod): Pod {
  const { priority = old.spec.priority, preemptionPolicy = old.spec.preemptionPolicy } = pod.spec
  const spec: PodSpec = {
    ...pod.spec,
    ...(priority === undefined ? {} : { priority }),
    ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
  }
  return { ...pod, spec: withTolerations(spec) }
}
