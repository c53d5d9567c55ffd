import { rfc3339 } from '../../api/meta/time.ts'
import type { ContainerStatus, Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { conditionsOf } from './conditions.ts'
import { isTerminal, startTimeOf, type Life } from './life.ts'
import { qosOf } from './resources.ts'
import { isAttached, liveSandbox, type Seen } from './seen.ts'
import { containerStatusOf } from './status-container.ts'

/** The Pod's whole status in kubelet's words. Model: Kubelet.generateAPIPodStatus. */
export function statusOf(pod: Pod, life: Life, seen: Seen, now: number): PodStatus {
  const last = seen.last ?? pod.status
  const of = (kind: 'init' | 'app'): ContainerStatus[] =>
    ((kind === 'init' ? pod.spec.initContainers : pod.spec.containers) ?? []).map((container) =>
      containerStatusOf(pod, container, kind, life, seen, now),
    )
  const init = of('init')
  const app = of('app')
  const why = whyOf(pod, life, last)
  const phase = why.phase ?? phaseOf(pod, life, init, app)
  const hasSandbox = isConnected(seen, last)
  const { generation } = pod.metadata
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: conditionsOf(pod, { phase, hasSandbox, init, app }, last.conditions ?? [], now),
    ...(why.message === undefined ? {} : { message: why.message }),
    ...(why.reason === undefined ? {} : { reason: why.reason }),
    ...addresses(pod, seen, last),
    startTime: rfc3339(startTimeOf(pod, life.accepted)),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: app,
    qosClass: last.qosClass ?? qosOf(pod),
  }
}

/** A sandbox that had its network when the agent last looked is believed to have it until it has looked again. */
function isConnected(seen: Seen, last: PodStatus): boolean {
  const sandbox = liveSandbox(seen)
  if (sandbox === undefined || seen.doing.has('sandbox')) return false
  return isAttached(sandbox, seen) || last.podIP === sandbox.address
}

interface End {
  phase?: string
  reason?: string
  message?: string
}

/** A phase that has been terminal stays, and its reason with it. */
function whyOf(pod: Pod, life: Life, last: PodStatus): End {
  const kept = isTerminal(last.phase) ? last : isTerminal(pod.status.phase) ? pod.status : undefined
  if (kept !== undefined) {
    const { phase = '', reason, message } = kept
    return { phase, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) }
  }
  if (life.state === 'running' || life.why !== 'deadline') return {}
  const message = 'Pod was active on the node longer than the specified deadline'
  return { phase: 'Failed', reason: 'DeadlineExceeded', message }
}

/** Model: kubelet's getPhase. A container that waits to be restarted counts as stopped. */
function phaseOf(pod: Pod, life: Life, init: readonly ContainerStatus[], app: readonly ContainerStatus[]): string {
  const policy = pod.spec.restartPolicy ?? 'Always'
  const end = (status: ContainerStatus) =>
    status.state.terminated ?? (status.state.waiting && status.lastState.terminated)
  const failedInit = init.some((status) => (end(status)?.exitCode ?? 0) !== 0 && policy === 'Never')
  if (failedInit) return 'Failed'
  const hasStarted = app.some((status) => status.state.running !== undefined || end(status) !== undefined)
  if (!hasStarted && init.some((status) => status.state.terminated?.exitCode !== 0)) return 'Pending'
  if (app.some((status) => status.state.running === undefined && end(status) === undefined)) return 'Pending'
  if (app.some((status) => status.state.running !== undefined)) return 'Running'
  const allSucceeded = app.every((status) => end(status)?.exitCode === 0)
  if (life.state === 'terminated') return allSucceeded ? 'Succeeded' : 'Failed'
  if (policy === 'Always') return 'Running'
  if (allSucceeded) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function addresses(pod: Pod, seen: Seen, last: PodStatus): Partial<PodStatus> {
  const { address } = seen.around.node
  const host = address === '' ? {} : { hostIP: address, hostIPs: [{ ip: address }] }
  const sandbox = isConnected(seen, last) ? liveSandbox(seen) : undefined
  const own = sandbox === undefined ? last.podIP : pod.spec.hostNetwork === true ? address : sandbox.address
  if (own === undefined || own === '') return host
  return { ...host, podIP: own, podIPs: [{ ip: own }] }
}
