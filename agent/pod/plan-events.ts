import type { Container, Pod } from '../../api/schema/types.generated.ts'
import type { Action } from './action.ts'
import type { Failure, Instance, Seen } from './seen.ts'

type Event = Action & { do: 'event' }

/** Kubelet's events that a plan tells, in its words. The worker tells each key once. */
const event = (key: string, type: Event['type'], reason: string, message: string, container?: string): Event => ({
  do: 'event',
  key,
  type,
  reason,
  message,
  ...(container === undefined ? {} : { container }),
})

/** Milliseconds after a failed pull from which the container shows ImagePullBackOff instead of ErrImagePull. */
export const PULL_ERROR_SHOWN = 3000

export const unsupportedMessage = (fields: readonly string[]): string =>
  `podo cannot honour ${fields.join(', ')} yet: the Pod waits and is not run without ${fields.length === 1 ? 'it' : 'them'}`

export function unsupported(fields: readonly string[]): Event[] {
  return [event(`unsupported ${fields.join()}`, 'Warning', 'UnsupportedByPodo', unsupportedMessage(fields))]
}

export function networkNotReady(trouble: string): Event[] {
  return [event(`network ${trouble}`, 'Warning', 'NetworkNotReady', `network is not ready: ${trouble}`)]
}

/** A Pod that has run loses its sandbox. */
export function sandboxChanged(seen: Seen, attempt: number): Event[] {
  if (seen.instances.length === 0 && seen.sandboxes.length === 0) return []
  const message = 'Pod sandbox changed, it will be killed and re-created.'
  return [event(`SandboxChanged ${attempt}`, 'Normal', 'SandboxChanged', message)]
}

export function invalidImage({ name, image }: Container, message: string): Event[] {
  return [
    event(`InspectFailed ${name} ${image}`, 'Warning', 'InspectFailed', message, name),
    event(`InvalidImageName ${name} ${image}`, 'Warning', 'Failed', 'Error: InvalidImageName', name),
  ]
}

export function badConfig({ name }: Container, message: string): Event[] {
  return [event(`config ${name} ${message}`, 'Warning', 'Failed', `Error: ${message}`, name)]
}

/** `web in pod p_ns(uid)`, kubelet's format.Pod. */
export const podText = ({ metadata: { name, namespace = '', uid } }: Pod): string => `${name}_${namespace}(${uid})`

export function crashBackOff(pod: Pod, instance: Instance): Event[] {
  const message = `Back-off restarting failed container ${instance.container} in pod ${podText(pod)}`
  return [event(`BackOff ${instance.id}`, 'Warning', 'BackOff', message, instance.container)]
}

/** Shortly after a failed pull the container is said to back off. */
export function pullBackOff({ name, image = '' }: Container, failure: Failure, now: number): Action[] {
  if (failure.reason !== 'ErrImagePull') return []
  const shown = failure.at + PULL_ERROR_SHOWN
  if (now < shown) return [{ do: 'wait', until: shown }]
  return [
    event(`pull BackOff ${name} ${failure.at}`, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, name),
    event(`pull Failed ${name} ${failure.at}`, 'Warning', 'Failed', 'Error: ImagePullBackOff', name),
  ]
}

export function deadlineExceeded(): Event[] {
  const message = 'Pod was active on the node longer than the specified deadline'
  return [event('DeadlineExceeded', 'Normal', 'DeadlineExceeded', message)]
}
