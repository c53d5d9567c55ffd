import { type FieldError, Path } from '../meta/field-error.ts'
import { dnsLabelErrors } from '../meta/names.ts'
import type { Pod } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { ipWarnings } from './ip-warnings.ts'
import { ephemeralErrors, withEphemeralContainers } from './pod/ephemeral.ts'
import { prepareCreate, prepareUpdate } from './pod/prepare.ts'
import { resizeErrors, withSizes } from './pod/resize.ts'
import { podCreateErrors } from './pod/spec.ts'
import { podStatusErrors } from './pod/status.ts'
import { podUpdateErrors } from './pod/update.ts'
import { podSpecWarnings } from './pod/warnings.ts'

/** CheckGracefulDelete: a Pod that runs nowhere, or has ended, goes at once. Seconds. */
function grace(pod: Pod, asked: number | undefined): number {
  const { phase } = pod.status ?? {}
  if (!pod.spec.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0
  const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const ANNOTATIONS = Path.of('metadata').child('annotations')

/** Kubernetes warns when a Pod is made, and about addresses that are written to its status. */
function warn(pod: Pod, old?: Pod, operation?: string): string[] {
  if (old !== undefined) {
    if (operation !== 'status') return []
    return (['podIPs', 'hostIPs'] as const).flatMap((field) =>
      (pod.status?.[field] ?? []).flatMap(({ ip = '' }, i) => ipWarnings(STATUS.child(field).index(i).child('ip'), ip)),
    )
  }
  const messages = dnsLabelErrors(pod.metadata.name)
  const why = "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended"
  return [
    ...(messages.length === 0 ? [] : [`metadata.name: ${why}: [${messages.join(' ')}]`]),
    ...podSpecWarnings(pod.spec, pod.metadata.annotations, SPEC, ANNOTATIONS),
  ]
}

/** Subresources through which a part of the spec is written, each with rules in place of those of an update. */
const OWN: Readonly<
  Record<string, { prepare(pod: Pod, old: Pod): Pod; errors(pod: Pod, old: Pod): FieldError[] } | undefined>
> = {
  ephemeralcontainers: { prepare: withEphemeralContainers, errors: ephemeralErrors },
  resize: { prepare: withSizes, errors: resizeErrors },
}

export const pods = declare<Pod>('pods', {
  subresources: [
    'attach',
    'binding',
    'ephemeralcontainers',
    'eviction',
    'exec',
    'log',
    'portforward',
    'proxy',
    'resize',
    'status',
  ],
  prepareCreate,
  prepareUpdate: (pod, old, context) => prepareUpdate(OWN[context.operation]?.prepare(pod, old) ?? pod, old, context),
  // An update's rules include those of the whole Pod, in Kubernetes' order.
  validate: (pod, { operation }) => (operation === 'create' ? podCreateErrors(pod) : []),
  validateUpdate: (pod, old, { operation }) => (OWN[operation]?.errors ?? podUpdateErrors)(pod, old),
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
