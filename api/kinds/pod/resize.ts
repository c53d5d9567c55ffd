import { type FieldError, Path, forbidden, invalidValue } from '../../meta/field-error.ts'
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../schema/types.generated.ts'
import { same } from '../same.ts'
import { MIRROR } from './annotations.ts'
import { keptBut } from './prepare.ts'
import { qosOf } from './qos.ts'
import { podErrors } from './spec.ts'

/** What `pods/resize` may change: cpu and memory of containers that exist, within their class of service. */

const SPEC = Path.of('spec')
const LISTS = ['containers', 'initContainers'] as const
const AMOUNTS = ['requests', 'limits'] as const
const RESIZABLE = ['cpu', 'memory']

const sameNames = (list: readonly Container[] = [], old: readonly Container[] = []): boolean =>
  list.length === old.length && list.every(({ name }, i) => name === old[i]?.name)

/** The old container with the new one's resources and the policy of resizing them. */
function sized(old: Container, { resources, resizePolicy }: Container): Container {
  const { resources: _, resizePolicy: __, ...rest } = old
  return { ...rest, resources: resources ?? {}, ...(resizePolicy === undefined ? {} : { resizePolicy }) }
}

const sizedList = (list: readonly Container[] = [], old: readonly Container[] = []): Container[] =>
  old.map((container, i) => sized(container, list[i] ?? container))

/**
 * dropNonResizeUpdates of pkg/registry/core/pod/strategy.go. Containers that came, went or moved are left as they were
 * sent, so that validation says so.
 */
export function withSizes(pod: Pod, old: Pod): Pod {
  if (!LISTS.every((list) => sameNames(pod.spec[list], old.spec[list]))) return pod
  const spec: PodSpec = { ...old.spec, containers: sizedList(pod.spec.containers, old.spec.containers) }
  if (old.spec.initContainers !== undefined) {
    spec.initContainers = sizedList(pod.spec.initContainers, old.spec.initContainers)
  }
  return keptBut(pod, old, spec)
}

/** A node that runs the Pod and says nothing of its resources cannot change them: isPodResizeRequestSupported. */
function isSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running !== undefined)
  return running === undefined || running.resources !== undefined
}

function orderErrors(pod: Pod, old: Pod): FieldError[] {
  return LISTS.flatMap((list) => {
    const [after, before] = [pod.spec[list] ?? [], old.spec[list] ?? []]
    if (after.length !== before.length) {
      return [forbidden(SPEC.child(list), `${list} may not be added or removed on resize`)]
    }
    return before.flatMap(({ name }, i) =>
      after[i]?.name === name
        ? []
        : [forbidden(SPEC.child(list).index(i).child('name'), `${list} may not be renamed or reordered on resize`)],
    )
  })
}

/** What was asked for once is asked for still. */
function removedErrors(pod: Pod, old: Pod): FieldError[] {
  return LISTS.flatMap((list) =>
    (old.spec[list] ?? []).flatMap(({ resources }, i) => {
      const after = pod.spec[list]?.[i]?.resources
      const at = SPEC.child(list).index(i).child('resources')
      return AMOUNTS.flatMap((field) => {
        const removed = Object.keys(resources?.[field] ?? {}).some((name) => after?.[field]?.[name] === undefined)
        return removed ? [forbidden(at.child(field), `resource ${field} cannot be removed`)] : []
      })
    }),
  )
}

type Amounts = ResourceRequirements['limits']

/** dropCPUMemoryUpdates: the new list with the old cpu and memory. */
function munged(list: Amounts, old: Amounts): Amounts {
  if (old === undefined) return undefined
  const others = Object.entries(list ?? {}).filter(([name]) => !RESIZABLE.includes(name))
  const kept = Object.entries(old).filter(([name]) => RESIZABLE.includes(name))
  return Object.fromEntries([...others, ...kept])
}

/** The container as it would be without what a resize may change. Claims are lost with it, as in Kubernetes. */
function unsized(container: Container, old: Container): Container {
  const [limits, requests] = AMOUNTS.toReversed().map((field) =>
    munged(container.resources?.[field], old.resources?.[field]),
  )
  const resources = {
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
  }
  return { ...container, resources }
}

function initErrors(pod: Pod, old: Pod): FieldError[] {
  return (pod.spec.initContainers ?? []).flatMap((container, i) => {
    const before = old.spec.initContainers?.[i] ?? container
    if (container.restartPolicy !== 'Always') {
      const why = 'resources for non-sidecar init containers are immutable'
      return same(container, before) ? [] : [forbidden(SPEC, why)]
    }
    const why = 'only cpu and memory resources for sidecar containers are mutable'
    return same(unsized(container, before), before) ? [] : [forbidden(SPEC, why)]
  })
}

function isOnlySized(pod: Pod, old: Pod): boolean {
  const list = (pod.spec.containers ?? []).map((container, i) =>
    unsized(container, old.spec.containers[i] ?? container),
  )
  const { initContainers: _, ...spec } = pod.spec
  const { initContainers: __, ...before } = old.spec
  return same({ ...spec, containers: list }, before)
}

/** `ValidatePodResize` of pkg/apis/core/validation. */
export function resizeErrors(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) return [forbidden('[]', 'static pods cannot be resized')]
  if (old.spec.os?.name === 'windows') return [forbidden('[]', 'windows pods cannot be resized')]
  const errors = podErrors(pod, old)
  const before = old.status?.qosClass || qosOf(old)
  if (before !== qosOf(pod)) {
    const why = 'Pod QOS Class may not change as a result of resizing'
    errors.push(invalidValue(SPEC, pod.status?.qosClass ?? '', why))
  }
  if (!isSupported(old)) errors.push(forbidden(SPEC, 'Pod running on node without support for resize'))
  const order = orderErrors(pod, old)
  if (order.length > 0) return [...errors, ...order]
  errors.push(...removedErrors(pod, old), ...initErrors(pod, old))
  if (errors.length > 0 || isOnlySized(pod, old)) return errors
  return [forbidden(SPEC, 'only cpu and memory resources are mutable')]
}
