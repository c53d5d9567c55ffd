import { type Amounts, amountsOf, larger, NOTHING, plus } from '../../meta/resource-list.ts'
import type { Container, ContainerStatus, Pod, PodSpec } from '../../schema/types.generated.ts'

/** How amounts are added up, whatever they are made of. */
export interface Arithmetic<A> {
  readonly nothing: A
  plus(a: A, b: A): A
  /** The larger of each. */
  larger(a: A, b: A): A
}

/**
 * What the containers of a Pod need together: AggregateContainerRequests of k8s.io/component-helpers/resource. Init
 * containers run one after another before the others, and sidecars (restartable ones) run on beside all that starts
 * after them.
 */
export function ofContainers<A>(spec: PodSpec, of: (container: Container) => A, how: Arithmetic<A>): A {
  const running = (spec.containers ?? []).map(of).reduce(how.plus, how.nothing)
  let sidecars = how.nothing
  let starting = how.nothing
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = how.plus(sidecars, of(container))
      starting = how.larger(starting, sidecars)
    } else {
      starting = how.larger(starting, how.plus(sidecars, of(container)))
    }
  }
  return how.larger(how.plus(running, sidecars), starting)
}

const EXACT: Arithmetic<Amounts> = { nothing: NOTHING, plus, larger }

/** What may be said of a Pod as a whole: IsSupportedPodLevelResource. */
const isOfPod = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')

type Which = 'requests' | 'limits'

/** The requests or limits of a Pod's spec, those of the Pod as a whole before those of its containers; no overhead. */
export function specified({ spec }: Pick<Pod, 'spec'>, which: Which): Amounts {
  return overridden(spec, which, (container) => amountsOf(container.resources?.[which]))
}

function overridden(spec: PodSpec, which: Which, of: (container: Container) => Amounts): Amounts {
  const result = new Map(ofContainers(spec, of, EXACT))
  for (const [name, amount] of amountsOf(spec.resources?.[which])) if (isOfPod(name)) result.set(name, amount)
  return result
}

/**
 * What a Pod is charged with: PodRequests and PodLimits with UseStatusResources. While containers are resized in place,
 * the larger of what they have and what they are to have counts. Overhead is added, to limits only where there are some.
 */
export function charged(pod: Pod, which: Which): Amounts {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const statuses = new Map([...containerStatuses, ...initContainerStatuses].map((status) => [status.name, status]))
  const infeasible = (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  )
  const total = overridden(pod.spec, which, (container) => {
    const asked = amountsOf(container.resources?.[which])
    const actual = actualOf(statuses.get(container.name), which)
    return actual === undefined ? asked : infeasible ? actual : larger(asked, actual)
  })
  const overhead = amountsOf(pod.spec.overhead)
  if (which === 'requests') return plus(total, overhead)
  return plus(total, new Map([...overhead].filter(([name]) => total.has(name))))
}

function actualOf(status: ContainerStatus | undefined, which: Which): Amounts | undefined {
  if (status?.resources === undefined) return undefined
  const actual = amountsOf(status.resources[which])
  return which === 'requests' ? larger(actual, amountsOf(status.allocatedResources)) : actual
}
