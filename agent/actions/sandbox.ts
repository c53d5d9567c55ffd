import type { Action } from '../pod/action.ts'
import { RETRY } from '../pod/backoff.ts'
import { sandboxSpecOf } from '../pod/spec.ts'
import { isDown, messageOf, type Acting } from './acting.ts'

/** Makes and starts the Pod's sandbox. Its network comes next. */
export async function makeSandbox(acting: Acting, action: Action & { do: 'sandbox' }): Promise<void> {
  const { pod, around, runtime, network, containers, addresses } = acting
  const { attempt, accepted } = action
  let id: string | undefined
  try {
    const address = pod.spec.hostNetwork === true ? '' : addresses.take(pod.metadata.uid)
    const dns = await network.dns()
    id = await runtime.createSandbox(sandboxSpecOf(pod, around, { attempt, address, accepted, dns }))
    await runtime.start(id)
    acting.failed('', undefined)
    await containers.refresh(id)
  } catch (error) {
    sandboxFailed(acting, error)
    if (id !== undefined) await runtime.remove(id)
    await containers.relist()
  } finally {
    addresses.settle(pod.metadata.uid)
  }
}

/** Gives a running sandbox its network, or repairs it. */
export async function attachSandbox(acting: Acting, { id, address }: Action & { do: 'attach' }): Promise<void> {
  const { runtime, network, containers } = acting
  try {
    const detail = await runtime.inspect(id)
    if (detail === undefined || detail.pid === 0) return await containers.refresh(id)
    await network.attach({ id, pid: detail.pid, address })
    acting.attached(id)
    acting.failed('', undefined)
  } catch (error) {
    sandboxFailed(acting, error)
  }
}

function sandboxFailed(acting: Acting, error: unknown): void {
  if (isDown(error)) throw error
  const message = `Failed to create pod sandbox: ${messageOf(error)}`
  acting.tell('Warning', 'FailedCreatePodSandBox', message)
  acting.failed('', { reason: 'FailedCreatePodSandBox', message, backoff: RETRY })
}
