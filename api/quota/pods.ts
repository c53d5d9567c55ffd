import { charged } from '../kinds/pod/requests.ts'
import { qosOf } from '../kinds/pod/qos.ts'
import type { Resource } from '../meta/object.ts'
import { type Amounts, amountsOf, count, plus } from '../meta/resource-list.ts'
import type { Container, Pod, PodAffinityTerm } from '../schema/types.generated.ts'
import { countName, type Evaluator, satisfies, type Scope } from './evaluator.ts'

/** Pods: pkg/quota/v1/evaluator/core/pods.go. */

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const NAMES: ReadonlySet<string> = new Set([
  'pods',
  countName('pods'),
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
])
/** A quota on these obliges every container to say what it asks for. */
const DEMANDED: ReadonlySet<string> = new Set(
  ['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
)

/** helper.IsNativeResource. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

const countsName = (name: string): boolean =>
  NAMES.has(name) ||
  name.startsWith('hugepages-') ||
  name.startsWith('requests.hugepages-') ||
  (name.startsWith('requests.') && !isNative(name))

/** podComputeUsageHelper: what requests and limits are called in quotas. */
function computed(requests: Amounts, limits: Amounts): Amounts {
  const result = new Map([['pods', count(1)]])
  for (const [name, amount] of requests) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) {
      result.set(name, amount).set(`requests.${name}`, amount)
    } else if (!isNative(name) && !name.startsWith('requests.')) {
      result.set(`requests.${name}`, amount)
    }
  }
  for (const [name, amount] of limits) if (COMPUTE.includes(name)) result.set(`limits.${name}`, amount)
  return result
}

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** A Pod that has ended is an object still, and takes nothing any more. */
function usage(object: Resource): Amounts {
  const pod = object as Pod // asked for Pods only
  const own: Amounts = new Map([[countName('pods'), count(1)]])
  return isOver(pod) ? own : plus(own, computed(charged(pod, 'requests'), charged(pod, 'limits')))
}

function lacks(names: readonly string[], object: Resource): string | undefined {
  const { spec } = object as Pod // asked for Pods only
  const demanded = names.filter((name) => DEMANDED.has(name)).sort()
  if (demanded.length === 0) return undefined
  const said = (container: Container): Amounts =>
    computed(amountsOf(container.resources?.requests), amountsOf(container.resources?.limits))
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
    (container) => [container.name, said(container)] as const,
  )
  const missing = demanded.flatMap((name) => {
    const silent = containers.filter(([, amounts]) => !amounts.has(name)).map(([container]) => container)
    return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent)].sort().join(',')}`]
  })
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`
}

const isTerminating = ({ spec }: Pod): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0

function crossesNamespaces({ spec }: Pod): boolean {
  const crosses = (term: PodAffinityTerm | undefined): boolean =>
    (term?.namespaces ?? []).length > 0 || term?.namespaceSelector !== undefined
  return [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].some(
    (affinity) =>
      affinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(crosses) ||
      affinity?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) =>
        crosses(podAffinityTerm),
      ),
  )
}

function matches(scope: Scope, object: Resource): boolean {
  const pod = object as Pod // asked for Pods only
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return qosOf(pod) === 'BestEffort'
    case 'NotBestEffort':
      return qosOf(pod) !== 'BestEffort'
    case 'PriorityClass':
      return satisfies(scope, pod.spec.priorityClassName || undefined)
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod)
    default:
      return false
  }
}

export const pods: Evaluator = {
  resource: 'pods',
  counts: countsName,
  usage,
  matches,
  lacks,
  refuses: (operation, subresource) => (operation === 'CREATE' ? subresource === '' : subresource === 'resize'),
}
