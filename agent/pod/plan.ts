import { isDeleting } from '../../api/meta/object.ts'
import type { Container, Pod } from '../../api/schema/types.generated.ts'
import type { Action } from './action.ts'
import { nextBackoff, restartAt } from './backoff.ts'
import { configError } from './env.ts'
import { invalidImageName } from './image.ts'
import type { ContainerKind } from './labels.ts'
import { graceOf } from './labels.ts'
import { deadlineOf, restarts, type Life } from './life.ts'
import * as tell from './plan-events.ts'
import { hasEnded, isAttached, latest, liveSandbox, succeeded } from './seen.ts'
import type { Failure, Instance, Sandbox, Seen } from './seen.ts'
import { nextAttempt } from './status-container.ts'
import { lacksVolumes, planClearing, planVolumes } from './volumes.ts'

/**
 * What to do next for a Pod: recomputed from what the runtime shows, so an agent that restarts goes on where it was.
 * Model: kuberuntime's computePodActions and SyncPod.
 */
export function plan(pod: Pod, life: Life, seen: Seen, now: number): Action[] {
  switch (life.state) {
    case 'running':
      return whileRunning(pod, life.accepted, seen, now)
    case 'terminating':
      return whileTerminating(life, seen)
    case 'terminated':
      return afterwards(pod, seen)
  }
}

function whileRunning(pod: Pod, accepted: number, seen: Seen, now: number): Action[] {
  const { unsupported } = seen.around
  if (unsupported.length > 0) return tell.unsupported(unsupported)
  const deadline = deadlineOf(pod, accepted)
  const alarm: Action[] = deadline === undefined ? [] : [{ do: 'wait', until: deadline }]
  const actions = bringUp(pod, accepted, seen, now)
  // Kubelet's WaitForAttachAndMount: nothing begins before the volumes are there; what runs goes on.
  const begins = ({ do: what }: Action): boolean => what === 'sandbox' || what === 'start'
  const possible = lacksVolumes(pod, seen) ? actions.filter((action) => !begins(action)) : actions
  return [...alarm, ...planVolumes(pod, seen, now), ...possible]
}

function bringUp(pod: Pod, accepted: number, seen: Seen, now: number): Action[] {
  const sandbox = liveSandbox(seen)
  // Until it has its network nothing may join it.
  if (seen.doing.has('sandbox')) return []
  if (sandbox === undefined) return withoutSandbox(pod, accepted, seen, now)
  if (!isAttached(sandbox, seen)) return attach(sandbox, seen, now)
  return [...inSandbox(pod, sandbox, seen, now), ...leftovers(pod, sandbox, seen)]
}

/** The sandbox is missing or dead: whatever joined it ends, then there is a new one. */
function withoutSandbox(pod: Pod, accepted: number, seen: Seen, now: number): Action[] {
  const running = seen.instances.filter((instance) => instance.state === 'running')
  const attempt = nextSandbox(seen)
  const changed = tell.sandboxChanged(seen, attempt)
  if (running.length > 0) {
    const stops = running.map((each) => stop(each, graceOf(pod), `Stopping container ${each.container}`))
    return [...changed, ...stops]
  }
  if (seen.sandboxes.length > 0) return [...changed, ...seen.sandboxes.map(({ id }): Action => ({ do: 'remove', id }))]
  const trouble = seen.around.networkTrouble
  if (trouble !== undefined && pod.spec.hostNetwork !== true) return tell.networkNotReady(trouble)
  const retry = retryOf(seen.failures.get(''))
  if (retry > now) return [{ do: 'wait', until: retry }]
  return [...changed, { do: 'sandbox', attempt, accepted }]
}

/** Gives a sandbox its network, also one that an earlier agent left in the middle; a whole one stays as it is. */
function attach({ id, address }: Sandbox, seen: Seen, now: number): Action[] {
  const trouble = seen.around.networkTrouble
  if (trouble !== undefined) return tell.networkNotReady(trouble)
  const retry = retryOf(seen.failures.get(''))
  if (retry > now) return [{ do: 'wait', until: retry }]
  return [{ do: 'attach', id, address }]
}

/** When what failed may be tried again, in milliseconds since the epoch. */
const retryOf = (failure: Failure | undefined): number =>
  failure === undefined ? 0 : failure.at + failure.backoff * 1000

/** One more than any that a container remembers, for the old sandboxes are removed first. */
const nextSandbox = (seen: Seen): number => Math.max(-1, ...seen.instances.map((instance) => instance.sandbox)) + 1

function inSandbox(pod: Pod, sandbox: Sandbox, seen: Seen, now: number): Action[] {
  const step = nextInit(pod, sandbox, seen)
  if (step === 'wait') return []
  if (step !== 'done') return bring(pod, step, 'init', sandbox, seen, now)
  const actions: Action[] = []
  for (const container of pod.spec.containers) {
    const found = bring(pod, container, 'app', sandbox, seen, now)
    actions.push(...found)
    // Containers start in list order: one that is being started holds back those behind it, one that waits does not.
    if (found.some((action) => action.do === 'start')) break
  }
  return actions
}

/** Init containers run one by one, each to its success in this sandbox. */
function nextInit(pod: Pod, sandbox: Sandbox, seen: Seen): Container | 'wait' | 'done' {
  const here = (instance: Instance): boolean => instance.sandbox === sandbox.attempt
  if (seen.instances.some((instance) => instance.kind === 'app' && here(instance))) return 'done'
  for (const container of pod.spec.initContainers ?? []) {
    const instance = latest(seen, container.name)
    if (instance === undefined || !here(instance)) return container
    if (instance.state === 'running') return 'wait'
    if (!succeeded(instance)) return container
  }
  return 'done'
}

/** What brings one container nearer to what is asked. */
function bring(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  sandbox: Sandbox,
  seen: Seen,
  now: number,
): Action[] {
  const instance = latest(seen, container.name)
  if (instance?.state === 'running')
    return instance.sandbox === sandbox.attempt ? correct(pod, container, instance, seen) : []
  // Made but never started: the agent ended in between. It is made again.
  if (instance?.state === 'created')
    return seen.doing.has(`start ${container.name}`)
      ? [start(container, kind, instance.attempt, sandbox, seen, undefined)]
      : [{ do: 'remove', id: instance.id }]
  const again = kind === 'init' && instance !== undefined && instance.sandbox !== sandbox.attempt
  if (instance !== undefined && !again && !restarts(pod, succeeded(instance))) return []
  const invalid = invalidImageName(container)
  if (invalid !== undefined) return tell.invalidImage(container, invalid)
  const wrong = configError(pod, container, seen.around, sandbox.address)
  if (wrong !== undefined) return tell.badConfig(container, wrong)
  const waiting = waits(pod, container, instance, sandbox, seen, now)
  if (waiting.length > 0) return waiting
  const attempt = nextAttempt(pod, container.name, instance, seen)
  return [start(container, kind, attempt, sandbox, seen, instance)]
}

function start(
  container: Container,
  kind: ContainerKind,
  attempt: number,
  sandbox: Sandbox,
  seen: Seen,
  previous: Instance | undefined,
): Action {
  const failure = seen.failures.get(container.name)
  const pullBackoff = failure?.reason === 'ErrImagePull' ? failure.backoff : 0
  const backoff = nextBackoff(previous)
  return { do: 'start', container: container.name, kind, attempt, backoff, sandboxId: sandbox.id, pullBackoff }
}

/** Back-off after a crash, or after a try that failed before the container ran. */
function waits(
  pod: Pod,
  container: Container,
  instance: Instance | undefined,
  sandbox: Sandbox,
  seen: Seen,
  now: number,
): Action[] {
  const failure = seen.failures.get(container.name)
  const retry = retryOf(failure)
  if (failure !== undefined && retry > now)
    return [{ do: 'wait', until: retry }, ...tell.pullBackOff(container, failure, now)]
  const restart = instance === undefined ? 0 : restartAt(instance, sandbox.attempt)
  if (instance === undefined || restart <= now) return []
  return [{ do: 'wait', until: restart }, ...tell.crashBackOff(pod, instance)]
}

/** A running container that must not go on as it is. */
function correct(pod: Pod, container: Container, instance: Instance, seen: Seen): Action[] {
  const ending = restarts(pod, false) ? ', will be restarted' : ''
  if (instance.image !== (container.image ?? ''))
    return [stop(instance, graceOf(pod), `Container ${container.name} definition changed${ending}`)]
  const failed = seen.probes.get(instance.id)?.failed
  if (failed === undefined) return []
  const probe = failed === 'liveness' ? container.livenessProbe : container.startupProbe
  const grace = probe?.terminationGracePeriodSeconds ?? graceOf(pod)
  return [stop(instance, grace, `Container ${container.name} failed ${failed} probe${ending}`)]
}

function stop(instance: Instance, graceSeconds: number, message: string): Action {
  return { do: 'stop', id: instance.id, container: instance.container, graceSeconds, message }
}

/** What nobody needs any more: containers that run in an older sandbox, deaths older than the last one. */
function leftovers(pod: Pod, sandbox: Sandbox, seen: Seen): Action[] {
  const actions: Action[] = []
  const ended = new Map<string, number>()
  for (const instance of seen.instances) {
    const isCurrent = latest(seen, instance.container) === instance
    if (instance.state === 'running' && instance.sandbox !== sandbox.attempt)
      actions.push(stop(instance, graceOf(pod), `Stopping container ${instance.container}`))
    else if (instance.state === 'running' && !isCurrent)
      actions.push(stop(instance, graceOf(pod), `Stopping container ${instance.container}`))
    if (isCurrent || !hasEnded(instance)) continue
    const count = (ended.get(instance.container) ?? 0) + 1
    ended.set(instance.container, count)
    if (count > 1) actions.push({ do: 'remove', id: instance.id })
  }
  const old = seen.sandboxes.filter(({ id, running }) => id !== sandbox.id && !running)
  return [...actions, ...old.map(({ id }): Action => ({ do: 'remove', id }))]
}

function whileTerminating(life: Life & { state: 'terminating' }, seen: Seen): Action[] {
  const running = seen.instances.filter((instance) => instance.state === 'running')
  const told = life.why === 'deadline' ? tell.deadlineExceeded() : []
  if (running.length > 0) {
    const stops = running.map((each) => stop(each, life.graceSeconds, `Stopping container ${each.container}`))
    return [...told, ...stops]
  }
  // The sandbox goes last: it holds the network that the containers end their work with.
  return seen.sandboxes
    .filter(({ running }) => running)
    .map(({ id }) => ({ do: 'stop', id, container: '', graceSeconds: life.graceSeconds, message: '' }))
}

/** Dead containers stay for their logs until the Pod is deleted. */
function afterwards(pod: Pod, seen: Seen): Action[] {
  const sandboxes = seen.sandboxes.map(({ id }): Action => ({ do: 'remove', id }))
  const created = seen.instances.filter((instance) => isDeleting(pod) || instance.state === 'created')
  return [...sandboxes, ...created.map(({ id }): Action => ({ do: 'remove', id })), ...planClearing(pod, seen)]
}
