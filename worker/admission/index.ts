import type { LimitedResource } from '../../api/quota/limited.ts'
import type { Admission } from '../registry/attributes.ts'
import { mutatingAdmissionWebhook, validatingAdmissionWebhook } from './admission-webhook.ts'
import { type Authoriser, byTheGuard } from './authoriser.ts'
import { bootstrapTokens } from './bootstrap-tokens.ts'
import { certificateApproval } from './certificate-approval.ts'
import { certificateSigning } from './certificate-signing.ts'
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'
import type { Plugin } from './plugin.ts'
import { type PodSecurity, podSecurity, UNEXEMPTED } from './pod-security.ts'
import { podResizeValidator } from './pod-resize-validator.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota.ts'
import { roleEscalation } from './role-escalation.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'

export type { Action, Authoriser } from './authoriser.ts'
export type { PodSecurity } from './pod-security.ts'
export { podSecurityOf } from './pod-security-setting.ts'

/** What admission needs of the rooms beside it. */
export interface Powers {
  /** Asked by the plugins that look at more than the request itself. */
  readonly may: Authoriser
  /** What holds of Pods where no label says so, and who is exempt. */
  readonly podSecurity: PodSecurity
  /** What nobody may use where no quota covers it. */
  readonly limitedResources: readonly LimitedResource[]
  /** PODO_KEY and the one before, by which bootstrap tokens are made; none where there are no such tokens. */
  readonly bootstrapKeys: readonly string[]
}

/** The plugins that are on by default, in kube-apiserver's order (AllOrderedPlugins of pkg/kubeapiserver/options). */
const plugins = (powers: Powers): readonly Plugin[] => [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction(powers.may),
  taintNodesByCondition,
  podSecurity(powers.podSecurity),
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval(powers.may),
  certificateSigning(powers.may),
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  podResizeValidator,
  bootstrapTokens(powers.bootstrapKeys),
  roleEscalation,
  mutatingAdmissionWebhook,
  validatingAdmissionWebhook,
  resourceQuota(powers.limitedResources),
]

/** The chain of plugins as one. */
export function makeAdmission(powers: Partial<Powers> = {}): Admission {
  return chain(
    plugins({ may: byTheGuard, podSecurity: UNEXEMPTED, limitedResources: [], bootstrapKeys: [], ...powers }),
  )
}

/** Each resource meets only the plugins that look at it. */
export function chain(all: readonly Plugin[]): Admission {
  const chains = new Map<string, readonly Plugin[]>()
  const of = (resource: string): readonly Plugin[] => {
    const found = chains.get(resource) ?? all.filter((plugin) => plugin.of?.includes(resource) ?? true)
    chains.set(resource, found)
    return found
  }
  return {
    mutate(tx, attributes) {
      let { object } = attributes
      for (const plugin of of(attributes.kind.resource)) object = plugin.admit?.(object, attributes, tx) ?? object
      return object
    },
    validate(tx, attributes) {
      for (const plugin of of(attributes.kind.resource)) plugin.validate?.(attributes, tx)
    },
    gone(tx, kind, object) {
      for (const plugin of of(kind.resource)) plugin.gone?.(object, kind, tx)
    },
  }
}
