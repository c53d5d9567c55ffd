import { rfc3339 } from '../../api/meta/time.ts'
import type { ContainerStatus, Pod, PodCondition } from '../../api/schema/types.generated.ts'

/** The five that kubelet owns, in the order in which it writes them. All others are left as the API has them. */
const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']

interface Verdict {
  type: string
  status: 'True' | 'False'
  reason?: string
  message?: string
}

export interface Shown {
  phase: string
  /** The sandbox runs and has its network. */
  hasSandbox: boolean
  init: readonly ContainerStatus[]
  app: readonly ContainerStatus[]
}

/** Model: k8s.io/kubernetes/pkg/kubelet/status/generate.go. `before` gives the times of what has not changed. */
export function conditionsOf(pod: Pod, shown: Shown, before: readonly PodCondition[], now: number): PodCondition[] {
  const containersReady = containersReadyOf(shown)
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: shown.hasSandbox ? 'True' : 'False' },
    initializedOf(shown),
    readyOf(pod, containersReady),
    containersReady,
  ]
  const scheduled = pod.status.conditions?.find((condition) => condition.type === 'PodScheduled')
  const own = verdicts.map((verdict) => conditionOf(pod, verdict, before, now))
  const foreign = (pod.status.conditions ?? []).filter((condition) => !OWN.includes(condition.type))
  return [...own, scheduled ?? conditionOf(pod, { type: 'PodScheduled', status: 'True' }, before, now), ...foreign]
}

function conditionOf(pod: Pod, verdict: Verdict, before: readonly PodCondition[], now: number): PodCondition {
  const last = before.find(({ type }) => type === verdict.type)
  const { type, ...rest } = verdict
  const { generation } = pod.metadata
  return {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastProbeTime: null,
    lastTransitionTime: last?.status === verdict.status ? last.lastTransitionTime : rfc3339(now),
    ...rest,
  }
}

const listed = (statuses: readonly ContainerStatus[]): string => `[${statuses.map(({ name }) => name).join(' ')}]`

function initializedOf({ phase, init, app }: Shown): Verdict {
  const type = 'Initialized'
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' }
  const incomplete = init.filter(({ ready }) => !ready)
  const hasStarted = app.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated)
  if (incomplete.length === 0 || hasStarted) return { type, status: 'True' }
  const message = `containers with incomplete status: ${listed(incomplete)}`
  return { type, status: 'False', reason: 'ContainersNotInitialized', message }
}

function containersReadyOf({ phase, app }: Shown): Verdict {
  const type = 'ContainersReady'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  const unready = app.filter(({ ready }) => !ready)
  if (unready.length === 0) return { type, status: 'True' }
  const message = `containers with unready status: ${listed(unready)}`
  return { type, status: 'False', reason: 'ContainersNotReady', message }
}

function readyOf(pod: Pod, containersReady: Verdict): Verdict {
  const type = 'Ready'
  if (containersReady.status === 'False') return { ...containersReady, type }
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status.conditions?.find(({ type }) => type === conditionType)
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (condition.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  if (messages.length === 0) return { type, status: 'True' }
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}
