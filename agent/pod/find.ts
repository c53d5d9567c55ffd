import type { Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { hasEnded, type Instance } from './seen.ts'

/** A container at the runtime, or kubelet's sentence why there is none. */
export type Found = { id: string; tty: boolean; running: boolean } | { error: string }

/** The instance whose logs are wanted. Model: Kubelet.validateContainerLogStatus, with its messages. */
export function findContainer(
  pod: Pod,
  status: PodStatus,
  instances: readonly Instance[],
  container: string,
  previous: boolean,
  isTty: (id: string) => boolean,
): Found {
  const name = pod.metadata.name
  const own = instances.filter((instance) => instance.container === container)
  const found = (instance: Instance): Found => ({
    id: instance.id,
    tty: isTty(instance.id),
    running: instance.state === 'running',
  })
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const shown = all.find((each) => each.name === container)
  if (shown === undefined) return { error: `container "${container}" in pod "${name}" is not available` }
  const current = own.find((instance) => instance.state === 'running' || hasEnded(instance))
  if (previous) {
    // While it waits for its restart, the last death is the previous one.
    const dead = own.filter(hasEnded)
    const before = shown.state.waiting === undefined ? dead.find((instance) => instance !== current) : dead[0]
    if (before !== undefined) return found(before)
    return { error: `previous terminated container "${container}" in pod "${name}" not found` }
  }
  if (current !== undefined) return found(current)
  return {
    error: `container "${container}" in pod "${name}" is waiting to start: ${waitingText(shown.state.waiting?.reason)}`,
  }
}

function waitingText(reason: string | undefined): string {
  if (reason === 'ErrImagePull') return "image can't be pulled"
  if (reason === 'ImagePullBackOff') return 'trying and failing to pull image'
  return reason ?? 'ContainerCreating'
}
