import type { Kind } from '../../api/kinds/kind.ts'
import { apiService } from './api-service.ts'
import { clusterRoleAggregation } from './cluster-role-aggregation.ts'
import { csrCleaner } from './csr-cleaner.ts'
import { flowSchema, priorityLevel } from './flow-control.ts'
import { attributesClassProtection, claimProtection, volumeProtection } from './storage-protection.ts'
import { podAdoption, replicasetAdoption } from './adoption.ts'
import type { Controller } from './controller.ts'
import { deployment } from './deployment.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { endpoints } from './endpoints.ts'
import { endpointSlices } from './endpoint-slices.ts'
import { garbageCollector } from './garbage-collector.ts'
import { namespaceController } from './namespace.ts'
import { nodeIpam } from './node-ipam.ts'
import { nodeLifecycle } from './node-lifecycle.ts'
import { podGc, terminatedGc, unscheduledGc } from './pod-gc.ts'
import { replicaset } from './replicaset.ts'
import { resourceQuota } from './resource-quota.ts'
import { rootCa } from './root-ca.ts'
import { scheduler } from './scheduler/scheduler.ts'
import { serviceAccount } from './service-account.ts'
import { serviceAddresses, strayAddresses } from './service-addresses.ts'
import { serviceCidr } from './service-cidr.ts'
import { serviceNetwork } from './service-network.ts'
import { taintEviction } from './taint-eviction.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { type SignToken, tokenSecrets } from './token-secrets.ts'

export interface ControllerSettings {
  /** Every kind that is served. */
  readonly kinds: readonly Kind[]
  /** PEM of the authority that vouches for the API's certificate; empty where public ones do. */
  readonly ca: string
  /** The API's URL, where it is known. */
  readonly api?: string
  /** IPv4 range of all Pods; `10.244.0.0/14` where left out. */
  readonly clusterCidr?: string
  /** Signs what Secrets of service accounts hold; where left out they stay empty. */
  readonly signToken?: SignToken
}

/**
 * All controllers, in the order in which the driver serves them: nodes and what goes away first, then Pods, what counts
 * Pods, what counts those, and the scheduler last, when every Pod that is wanted exists.
 */
export function allControllers({ kinds, ca, api, clusterCidr, signToken }: ControllerSettings): Controller[] {
  const content = kinds.filter((kind) => kind.namespaced && kind.form === undefined && kind.verbs.includes('delete'))
  const kindOf = (apiVersion: string, name: string): Kind | undefined =>
    kinds.find((kind) => kind.apiVersion === apiVersion && kind.kind === name)
  return [
    serviceAccount,
    tokenSecrets(ca, signToken),
    clusterRoleAggregation,
    apiService,
    priorityLevel,
    flowSchema,
    csrCleaner,
    rootCa(ca),
    serviceNetwork(api),
    serviceCidr,
    serviceAddresses,
    strayAddresses,
    tokenCleaner,
    nodeIpam(clusterCidr),
    nodeLifecycle,
    taintEviction,
    podGc,
    unscheduledGc,
    terminatedGc(),
    resourceQuota(content),
    garbageCollector(kindOf),
    claimProtection,
    volumeProtection,
    attributesClassProtection,
    namespaceController(content),
    podAdoption,
    replicaset,
    replicasetAdoption,
    deployment,
    disruptionBudget(kindOf),
    endpoints,
    endpointSlices,
    scheduler,
  ]
}
