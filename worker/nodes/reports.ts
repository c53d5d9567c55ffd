import type { Kind } from '../../api/kinds/kind.ts'
import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { EventReport, PodRef, PodStatusReport, Report } from '../../api/wire.ts'
import type { EventRecorder } from '../registry/events.ts'
import type { Caller, Draft, Registry } from '../registry/registry.ts'
import type { Key, Tx } from '../store/store.ts'
import { mergedStatus, type PodLike } from './pod-status.ts'

export interface ReportsTo {
  readonly registry: Registry
  readonly pods: Kind
  readonly events: EventRecorder
  /** Something that the API refused although it came from an agent: a defect that people should hear of. */
  readonly complain: (sentence: string) => void
  /** Milliseconds by which the machine's clock is ahead, where it is off. */
  readonly skew?: number | undefined
}

/**
 * Writes down what an agent reports, inside one transaction. An agent may speak of its own Node and of Pods bound to it
 * only (Kubernetes' NodeRestriction); what concerns a Pod that is gone, or is another one of the same name by now, is
 * passed over.
 */
export function applyReport(tx: Tx, caller: Caller, node: string, report: Report, to: ReportsTo): void {
  for (const { pod, status } of report.statuses) {
    guarded(to, pod, () => writeStatus(tx, caller, node, { pod, status }, to))
  }
  for (const { pod, status } of report.gone) {
    guarded(to, pod, () => {
      writeStatus(tx, caller, node, { pod, status }, to)
      letGo(tx, caller, node, pod, to)
    })
  }
  for (const event of report.events) guarded(to, event.about, () => recordEvent(tx, caller, node, event, to))
}

/** One refusal must not hold up the others, nor be reported again for ever. */
function guarded(to: ReportsTo, about: { namespace: string; name: string }, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    if (error.reason !== 'NotFound' && error.reason !== 'Conflict') {
      to.complain(`a report about ${about.namespace}/${about.name} was refused: ${error.message}`)
    }
  }
}

const keyOf = (pod: PodRef): Key => ({ resource: 'pods', namespace: pod.namespace, name: pod.name })

function ownPod(tx: Tx, node: string, pod: PodRef): PodLike | undefined {
  const row = tx.get(keyOf(pod))
  const object = row?.object as PodLike | undefined // rows of `pods` hold Pods
  return row?.uid === pod.uid && object?.spec?.nodeName === node ? object : undefined
}

function writeStatus(tx: Tx, caller: Caller, node: string, stated: PodStatusReport, to: ReportsTo): void {
  const pod = ownPod(tx, node, stated.pod)
  const status = pod === undefined ? undefined : mergedStatus(pod, stated.status, to.skew)
  if (status === undefined) return
  const change = (old: Resource): Draft => ({ ...old, status }) as Draft // status is a Pod's own field
  to.registry.update(tx, caller, to.pods, keyOf(stated.pod), 'status', change, { uid: stated.pod.uid })
}

/** kubelet's last word on a Pod in deletion: DELETE with grace 0 and the uid as precondition. */
function letGo(tx: Tx, caller: Caller, node: string, pod: PodRef, to: ReportsTo): void {
  const found = ownPod(tx, node, pod)
  if (found === undefined || !isDeleting(found)) return
  to.registry.delete(tx, caller, to.pods, keyOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.uid } })
}

function recordEvent(tx: Tx, caller: Caller, node: string, event: EventReport, to: ReportsTo): void {
  const { about } = event
  const mayTell =
    about.kind === 'Node' ? about.name === node && about.namespace === '' : ownPod(tx, node, about) !== undefined
  if (!mayTell) return
  to.events.record(tx, caller, {
    about: { apiVersion: 'v1', ...about },
    type: event.kind,
    reason: event.reason,
    message: event.message,
    component: 'kubelet',
    host: node,
    ...(event.fieldPath === undefined ? {} : { fieldPath: event.fieldPath }),
  })
}
