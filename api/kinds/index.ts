import { apiservices } from './apiservice.ts'
import { certificatesigningrequests } from './certificatesigningrequest.ts'
import { componentstatuses } from './componentstatus.ts'
import { configmaps } from './configmap.ts'
import { csidrivers } from './csidriver.ts'
import { csinodes } from './csinode.ts'
import { csistoragecapacities } from './csistoragecapacity.ts'
import { controllerrevisions } from './controllerrevision.ts'
import { cronjobs } from './cronjob.ts'
import { daemonsets } from './daemonset.ts'
import { declare, FACTS, resourceOf } from './declare.ts'
import { deployments } from './deployment.ts'
import { deviceclasses } from './deviceclass.ts'
import { endpoints } from './endpoints.ts'
import { endpointslices } from './endpointslice.ts'
import { events } from './event.ts'
import { eventsV1 } from './event-v1.ts'
import { flowschemas } from './flowschema.ts'
import { ingresses } from './ingress.ts'
import { ingressclasses } from './ingressclass.ts'
import { ipaddresses } from './ipaddress.ts'
import { horizontalpodautoscalers } from './horizontalpodautoscaler.ts'
import { horizontalpodautoscalersV1 } from './horizontalpodautoscaler-v1.ts'
import { jobs } from './job.ts'
import type { Kind } from './kind.ts'
import { leases } from './lease.ts'
import { limitranges } from './limitrange.ts'
import { mutatingadmissionpolicies, mutatingadmissionpolicybindings } from './mutatingadmissionpolicy.ts'
import { mutatingwebhookconfigurations } from './mutatingwebhookconfiguration.ts'
import { namespaces } from './namespace.ts'
import { networkpolicies } from './networkpolicy.ts'
import { nodes } from './node.ts'
import { persistentvolumes } from './persistentvolume.ts'
import { persistentvolumeclaims } from './persistentvolumeclaim.ts'
import { pods } from './pod.ts'
import { priorityclasses } from './priorityclass.ts'
import { prioritylevelconfigurations } from './prioritylevelconfiguration.ts'
import { replicasets } from './replicaset.ts'
import { resourceclaims, resourceclaimtemplates } from './resourceclaim.ts'
import { resourcequotas } from './resourcequota.ts'
import { resourceslices } from './resourceslice.ts'
import { runtimeclasses } from './runtimeclass.ts'
import { poddisruptionbudgets } from './poddisruptionbudget.ts'
import { podtemplates } from './podtemplate.ts'
import { replicationcontrollers } from './replicationcontroller.ts'
import { clusterroles, roles } from './role.ts'
import { clusterrolebindings, rolebindings } from './rolebinding.ts'
import { secrets } from './secret.ts'
import { selfsubjectreviews } from './selfsubjectreview.ts'
import { services } from './service.ts'
import { serviceaccounts } from './serviceaccount.ts'
import { servicecidrs } from './servicecidr.ts'
import { storageclasses } from './storageclass.ts'
import { validatingadmissionpolicies, validatingadmissionpolicybindings } from './validatingadmissionpolicy.ts'
import { validatingwebhookconfigurations } from './validatingwebhookconfiguration.ts'
import { volumeattachments } from './volumeattachment.ts'
import { volumeattributesclasses } from './volumeattributesclass.ts'
import { statefulsets } from './statefulset.ts'

const DECLARED: readonly Kind[] = [
  apiservices,
  certificatesigningrequests,
  clusterrolebindings,
  clusterroles,
  componentstatuses,
  configmaps,
  csidrivers,
  csinodes,
  csistoragecapacities,
  controllerrevisions,
  cronjobs,
  daemonsets,
  deployments,
  deviceclasses,
  endpoints,
  endpointslices,
  events,
  eventsV1,
  flowschemas,
  ingressclasses,
  ingresses,
  ipaddresses,
  horizontalpodautoscalers,
  horizontalpodautoscalersV1,
  jobs,
  leases,
  limitranges,
  mutatingadmissionpolicies,
  mutatingadmissionpolicybindings,
  mutatingwebhookconfigurations,
  namespaces,
  networkpolicies,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods,
  priorityclasses,
  prioritylevelconfigurations,
  replicasets,
  resourceclaims,
  resourceclaimtemplates,
  resourcequotas,
  resourceslices,
  runtimeclasses,
  podtemplates,
  replicationcontrollers,
  rolebindings,
  roles,
  secrets,
  selfsubjectreviews,
  serviceaccounts,
  servicecidrs,
  services,
  storageclasses,
  validatingadmissionpolicies,
  validatingadmissionpolicybindings,
  validatingwebhookconfigurations,
  volumeattachments,
  volumeattributesclasses,
  statefulsets,
]

/** Not rows of the store, or not served yet: refused with 404 by name. */
const WITHOUT_ROWS: readonly string[] = ['customresourcedefinitions.apiextensions.k8s.io']

/** Kinds without rules of their own: all that is true of them stands in the facts. */
const PLAIN: readonly Kind[] = FACTS.filter(
  (fact) =>
    fact.storage !== undefined &&
    fact.preferred !== false &&
    !WITHOUT_ROWS.includes(resourceOf(fact)) &&
    !DECLARED.some((kind) => kind.plural === fact.plural),
).map((fact) => declare(resourceOf(fact), {}))

/** Kubernetes' order of groups and kinds, which discovery shows and clients prefer by. */
const order = (kind: Kind): number =>
  FACTS.findIndex((fact) => fact.group === kind.group && fact.version === kind.version && fact.plural === kind.plural)

/** Every kind that podo serves. */
export const kinds: readonly Kind[] = [...DECLARED, ...PLAIN].toSorted((a, b) => order(a) - order(b))

const byResource = new Map(kinds.filter(({ form }) => form === undefined).map((kind) => [kind.resource, kind]))
const byObject = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]))

/** `pods`, `deployments.apps`: the kind as which it is stored. */
export const kindOfResource = (resource: string): Kind | undefined => byResource.get(resource)

/** What an object says of itself: `apps/v1`, `Deployment`. */
export const kindOfObject = (apiVersion: string, kind: string): Kind | undefined =>
  byObject.get(`${apiVersion} ${kind}`)
