import type { Pod, Toleration } from '../../api/schema/types.generated.ts'
import type { Plugin } from './plugin.ts'

/** Seconds that a Pod stays bound to a node that is not ready or unreachable. */
const SECONDS = 300
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

const evicted = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: SECONDS,
})

const tolerates = (key: string, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((of) => (of.key === key || !of.key) && (of.effect === 'NoExecute' || !of.effect))

/** A Pod that does not say how long it stays on a lost node stays five minutes. plugin/pkg/admission/defaulttolerationseconds. */
export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  of: ['pods'],
  admit(object, { subresource }) {
    if (subresource !== '') return object
    const pod = object as Pod // asked for Pods only
    const given = pod.spec.tolerations ?? []
    const missing = TAINTS.filter((key) => !tolerates(key, given))
    if (missing.length === 0) return pod
    return { ...pod, spec: { ...pod.spec, tolerations: [...given, ...missing.map(evicted)] } } as Pod // a Pod's field
  },
}
