import { dnsLabelErrors } from '../meta/names.ts'
import type { Pod } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { admitPod } from './pod-admission.ts'
import { prepareCreate, prepareUpdate } from './pod/prepare.ts'
import { podCreateErrors } from './pod/spec.ts'
import { podStatusErrors } from './pod/status.ts'
import { podUpdateErrors } from './pod/update.ts'

/** CheckGracefulDelete: a Pod that runs nowhere, or has ended, goes at once. Seconds. */
function grace(pod: Pod, asked: number | undefined): number {
  const { phase } = pod.status ?? {}
  if (!pod.spec.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0
  const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

function warn(pod: Pod, old?: Pod): string[] {
  if (old !== undefined) return []
  const messages = dnsLabelErrors(pod.metadata.name)
  if (messages.length === 0) return []
  const why = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended"
  return [`metadata.name: ${why}: [${messages.join(' ')}]`]
}

export const pods = declare<Pod>('pods', {
  subresources: ['binding', 'exec', 'log', 'status'],
  admit: admitPod,
  prepareCreate,
  prepareUpdate,
  // An update's rules include those of the whole Pod, in Kubernetes' order.
  validate: (pod, { operation }) => (operation === 'create' ? podCreateErrors(pod) : []),
  validateUpdate: podUpdateErrors,
  validateStatus: podStatusErrors,
  warn,
  grace,
  fields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    // The API server knows the label but never fills it (ToSelectableFields).
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
})
