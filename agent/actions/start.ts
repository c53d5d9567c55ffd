import type { Container } from '../../api/schema/types.generated.ts'
import type { Action } from '../pod/action.ts'
import { doubled, RETRY } from '../pod/backoff.ts'
import { credentialsFor } from '../pod/credentials.ts'
import { ConfigError, environmentOf } from '../pod/env.ts'
import { pullPolicyOf } from '../pod/image.ts'
import { wantedMounts } from '../pod/mounts.ts'
import { sandboxOf } from '../pod/seen.ts'
import { addressIn, containerSpecOf } from '../pod/spec.ts'
import type { ImageInfo, Mount } from '../runtime/runtime.ts'
import { isDown, messageOf, type Acting } from './acting.ts'

type Start = Action & { do: 'start' }

/** A failure that has a waiting reason of its own. */
class StartFailure extends Error {
  readonly reason: string
  readonly backoff: number
  constructor(reason: string, message: string, backoff: number) {
    super(message)
    this.reason = reason
    this.backoff = backoff
  }
}

/** Image, container, start: kubelet's startContainer, with its events. */
export async function startContainer(acting: Acting, action: Start): Promise<void> {
  const { pod, containers, runtime } = acting
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const container = all.find(({ name }) => name === action.container)
  if (container === undefined) return
  try {
    const image = await bringImage(acting, container, action)
    const id = await create(acting, container, action, image)
    if (acting.signal.aborted) await runtime.remove(id)
    else await start(acting, container, id)
    acting.failed(container.name, undefined)
    await containers.refresh(id)
  } catch (error) {
    if (acting.signal.aborted) return
    if (isDown(error)) throw error
    const { reason, message, backoff } = failureOf(error)
    acting.tell(
      'Warning',
      'Failed',
      `Error: ${reason === 'CreateContainerError' || reason === 'CreateContainerConfigError' ? message : reason}`,
      container.name,
    )
    acting.failed(container.name, { reason, message, backoff })
    await containers.relist()
  }
}

function failureOf(error: unknown): { reason: string; message: string; backoff: number } {
  if (error instanceof StartFailure) return error
  const reason = error instanceof ConfigError ? 'CreateContainerConfigError' : 'CreateContainerError'
  return { reason, message: messageOf(error), backoff: RETRY }
}

async function create(acting: Acting, container: Container, action: Start, image: ImageInfo): Promise<string> {
  const { pod, around, runtime } = acting
  const found = acting.containers.get(action.sandboxId)
  if (found === undefined) throw new Error('the Pod’s sandbox is gone')
  const sandbox = sandboxOf(found.detail)
  const { kind, attempt, backoff } = action
  const message = await acting.messages.make(pod.metadata.uid, container.name, attempt)
  const labels = { kind, attempt, backoff, sandbox: sandbox.attempt, message }
  const variables = environmentOf(pod, container, around, addressIn(sandbox, around))
  const mounts: Mount[] = []
  for (const wanted of wantedMounts(pod, container, variables)) {
    const { target, readOnly } = wanted
    mounts.push({ source: await acting.volumes.source(pod, wanted), target, readOnly })
  }
  const spec = containerSpecOf(pod, container, { labels, sandbox, image, around, variables, mounts })
  const id = await runtime.create(spec)
  acting.tell('Normal', 'Created', 'Container created', container.name)
  return id
}

/** One that does not start stays as it is, with its error: a life of its own, which counts. */
async function start(acting: Acting, container: Container, id: string): Promise<void> {
  try {
    await acting.runtime.start(id)
    acting.tell('Normal', 'Started', 'Container started', container.name)
  } catch (error) {
    if (isDown(error)) throw error
    acting.tell('Warning', 'Failed', `Error: ${messageOf(error)}`, container.name)
  }
}

async function bringImage(acting: Acting, container: Container, action: Start): Promise<ImageInfo> {
  const { image: ref = '' } = container
  const policy = pullPolicyOf(container)
  const present = policy === 'Always' ? undefined : await acting.runtime.image(ref)
  if (present !== undefined) {
    const message = `Container image "${ref}" already present on machine and can be accessed by the pod`
    acting.tell('Normal', 'Pulled', message, container.name)
    return present
  }
  if (policy === 'Never') {
    const message = `Container image "${ref}" is not present with pull policy of Never`
    acting.tell('Warning', 'ErrImageNeverPull', message, container.name)
    throw new StartFailure('ErrImageNeverPull', message, RETRY)
  }
  return pull(acting, container, ref, action)
}

async function pull(acting: Acting, container: Container, ref: string, action: Start): Promise<ImageInfo> {
  const { pod, around, clock, pulls } = acting
  acting.tell('Normal', 'Pulling', `Pulling image "${ref}"`, container.name)
  const began = clock.now()
  try {
    const image = await pulls.pull(ref, credentialsFor(pod, ref, around.secrets), acting.signal)
    const took = secondsText(clock.now() - began)
    const message = `Successfully pulled image "${ref}" in ${took} (${took} including waiting). Image size: ${image.size} bytes.`
    acting.tell('Normal', 'Pulled', message, container.name)
    return image
  } catch (error) {
    if (isDown(error)) throw error
    const message = messageOf(error)
    if (!acting.signal.aborted)
      acting.tell('Warning', 'Failed', `Failed to pull image "${ref}": ${message}`, container.name)
    throw new StartFailure('ErrImagePull', message, doubled(action.pullBackoff))
  }
}

/** Milliseconds as Go prints a duration: `234ms`, `1.2s`, `1m2.5s`. */
export function secondsText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`
  const minutes = Math.floor(milliseconds / 60_000)
  const seconds = `${Math.round(milliseconds - minutes * 60_000) / 1000}s`
  return minutes === 0 ? seconds : `${minutes}m${seconds}`
}
