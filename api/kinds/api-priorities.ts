/**
 * Where a group stands among the others and a version within it, as the local APIServices say: Kubernetes'
 * DefaultGenericAPIServicePriorities and those of pkg/controlplane. Group → its priority, and those of its versions where
 * they are not 15. apiregistration.k8s.io is the aggregator's own and has no APIService.
 */
const PRIORITIES: Readonly<Record<string, readonly [group: number, versions?: Readonly<Record<string, number>>]>> = {
  '': [18000, { v1: 1 }],
  apps: [17800],
  'events.k8s.io': [17750],
  'authentication.k8s.io': [17700],
  'authorization.k8s.io': [17600],
  autoscaling: [17500, { v2: 30 }],
  batch: [17400],
  'certificates.k8s.io': [17300],
  'networking.k8s.io': [17200],
  policy: [17100],
  'rbac.authorization.k8s.io': [17000],
  'storage.k8s.io': [16800],
  'apiextensions.k8s.io': [16700],
  'admissionregistration.k8s.io': [16700],
  'scheduling.k8s.io': [16600],
  'coordination.k8s.io': [16500],
  'node.k8s.io': [16300],
  'discovery.k8s.io': [16200],
  'flowcontrol.apiserver.k8s.io': [16100, { v1: 21 }],
  'resource.k8s.io': [15900, { v1: 21 }],
}

/** Undefined where the group and version get no APIService of their own. */
export function apiPriority(group: string, version: string): { group: number; version: number } | undefined {
  const [priority, versions] = PRIORITIES[group] ?? []
  return priority === undefined ? undefined : { group: priority, version: versions?.[version] ?? 15 }
}
