import type { Reset } from '../schema/apply/reset.ts'
import type { Kind } from './kind.ts'

/**
 * What a write through a subresource ('' for the object) does not own, because the server puts it back: GetResetFields
 * and GetResetFieldsFilter of the strategies in pkg/registry. Where nothing stands here it is the status through the
 * object and the spec through `/status`.
 */
const RESETS: Readonly<Record<string, Readonly<Record<string, Reset>>>> = {
  pods: {
    status: { drop: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'] },
    ephemeralcontainers: { only: ['spec.ephemeralContainers'] },
    resize: {
      only: ['containers', 'initContainers'].flatMap((list) =>
        ['resources', 'resizePolicy'].map((field) => `spec.${list}.*.${field}`),
      ),
    },
  },
  namespaces: { finalize: { drop: ['status'] } },
  'deployments.apps': { status: { drop: ['spec', 'metadata.labels'] } },
  'certificatesigningrequests.certificates.k8s.io': {
    '': { drop: ['spec', 'status'] },
    approval: { drop: ['spec', 'status.certificate'] },
  },
  'flowschemas.flowcontrol.apiserver.k8s.io': { status: { drop: ['metadata', 'spec'] } },
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': { status: { drop: ['metadata', 'spec'] } },
  'volumeattachments.storage.k8s.io': { status: { drop: ['metadata', 'spec'] } },
}

const STATUS: Reset = { drop: ['status'] }
const SPEC: Reset = { drop: ['spec'] }
const NONE: Reset = { drop: [] }

/** What is reset by a write of this kind through a subresource. */
export function resetOf({ resource, subresources = [] }: Kind, subresource: string): Reset {
  const row = RESETS[resource]?.[subresource]
  if (row !== undefined) return row
  if (subresource === 'status') return SPEC
  return subresource === '' && subresources.some(({ name }) => name === 'status') ? STATUS : NONE
}
