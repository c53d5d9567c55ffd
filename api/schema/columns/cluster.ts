import type { Json, JsonObject } from '../../meta/object.ts'
import { elapsed } from '../../meta/time.ts'
import { isJsonObject } from '../json-value.ts'
import {
  AGE,
  NAME,
  at,
  balancerAddresses,
  column,
  conditionOf,
  count,
  firstOf,
  integer,
  joined,
  listAt,
  numberAt,
  selector,
  selectorText,
  text,
  textAt,
  value,
  wide,
  type Column,
  type Formula,
} from './formula.ts'

/** The name of a class, marked where an annotation makes it the default one. */
const className =
  (annotation: string): Formula =>
  (object) => {
    const annotations = at(object, 'metadata.annotations')
    const isDefault = isJsonObject(annotations) && annotations[annotation] === 'true'
    return `${textAt(object, 'metadata.name')}${isDefault ? ' (default)' : ''}`
  }

/** Subjects of a role binding: `namespace/name` of service accounts, names of the others. */
const subjects =
  (kind: string): Formula =>
  (binding) =>
    listAt(binding, 'subjects')
      .filter((subject) => at(subject, 'kind') === kind)
      .map((subject) => (kind === 'ServiceAccount' ? `${textAt(subject, 'namespace')}/` : '') + textAt(subject, 'name'))
      .join(', ')
const roleBinding: Column[] = [
  NAME,
  column('Role', (binding) => `${textAt(binding, 'roleRef.kind')}/${textAt(binding, 'roleRef.name')}`),
  AGE,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
]

function available(service: JsonObject): string {
  const condition = conditionOf(service, 'Available')
  if (condition === undefined || condition['status'] === 'True') return textAt(condition, 'status') || 'Unknown'
  return `${textAt(condition, 'status')} (${textAt(condition, 'reason')})`
}
function apiService(service: JsonObject): string {
  const backend = at(service, 'spec.service')
  return backend === undefined ? 'Local' : `${textAt(backend, 'namespace')}/${textAt(backend, 'name')}`
}

function requestState(request: JsonObject): string {
  const has = (type: string) => conditionOf(request, type) !== undefined
  const verdict = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  const issued = textAt(request, 'status.certificate') !== ''
  return `${verdict}${has('Failed') ? ',Failed' : ''}${issued ? ',Issued' : ''}`
}
function requestedDuration(request: JsonObject): string {
  const seconds = at(request, 'spec.expirationSeconds')
  return seconds === undefined ? '<none>' : elapsed(Number(seconds) * 1000)
}

function hosts(ingress: JsonObject): string {
  const rules = listAt(ingress, 'spec.rules')
  const named = rules.map((rule) => textAt(rule, 'host')).filter((host) => host !== '')
  if (named.length === 0) return '*'
  const shown = named.slice(0, 3)
  // formatHosts counts every rule that follows the third host, with a host of its own or not.
  const isCut = shown.length === 3 && rules.findIndex((rule) => textAt(rule, 'host') === shown[2]) < rules.length - 1
  return isCut ? `${shown.join(',')} + ${rules.length - 3} more...` : shown.join(',')
}
function classParameters(ingressClass: JsonObject): string {
  const parameters = at(ingressClass, 'spec.parameters')
  if (parameters === undefined) return '<none>'
  const group = textAt(parameters, 'apiGroup')
  return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`
}
function parentRef(address: JsonObject): string {
  const parent = at(address, 'spec.parentRef')
  if (parent === undefined) return '<none>'
  const group = textAt(parent, 'group')
  const resource = `${textAt(parent, 'resource')}${group === '' ? '' : `.${group}`}`
  const parts = [resource, textAt(parent, 'namespace'), textAt(parent, 'name')]
  return parts
    .filter((part) => part !== '')
    .join('/')
    .toLowerCase()
}

function audiences(driver: JsonObject): string {
  const requests = at(driver, 'spec.tokenRequests')
  return requests === undefined ? '<unset>' : (joined('spec.tokenRequests', ',', '', 'audience')(driver, 0) as string)
}

function paramKind(policy: JsonObject): string {
  const kind = at(policy, 'spec.paramKind')
  return kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`
}
function paramRef(binding: JsonObject): string {
  const ref = at(binding, 'spec.paramRef')
  const name = textAt(ref, 'name')
  if (name !== '') return `${textAt(ref, 'namespace') || '*'}/${name}`
  const selector = at(ref, 'selector')
  return selector === undefined ? '<unset>' : selectorText(selector)
}
const policy = (rules: string, path: string): Column[] => [
  NAME,
  column(rules, count(path), { type: 'integer' }),
  column('ParamKind', paramKind),
  AGE,
]
const policyBinding: Column[] = [NAME, column('PolicyName', text('spec.policyName')), column('ParamRef', paramRef), AGE]
const webhooks: Column[] = [NAME, column('Webhooks', count('webhooks'), { type: 'integer' }), AGE]

const slicePort = (port: Json): string => textAt(port, 'port') || textAt(port, 'name') || '*'
const sliceAddresses = (slice: JsonObject): string[] =>
  listAt(slice, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses').map(String))

function claimState(claim: JsonObject): string {
  const deleting = at(claim, 'metadata.deletionTimestamp') !== undefined
  const allocated = at(claim, 'status.allocation') !== undefined
  const states = [
    ...(deleting ? ['deleted'] : []),
    ...(!allocated && !deleting ? ['pending'] : []),
    ...(allocated ? ['allocated'] : []),
    ...(allocated && listAt(claim, 'status.reservedFor').length > 0 ? ['reserved'] : []),
  ]
  return states.join(',')
}

const shares: Formula = (level) =>
  at(level, 'spec.limited.nominalConcurrencyShares') ?? at(level, 'spec.exempt.nominalConcurrencyShares') ?? '<none>'
const queuing = (field: string): Formula => value(`spec.limited.limitResponse.queuing.${field}`, '<none>')

/** Columns of the other groups, by model without `io.k8s.`. */
export const CLUSTER: Record<string, Column[]> = {
  'api.admissionregistration.v1.MutatingAdmissionPolicy': policy('Mutations', 'spec.mutations'),
  'api.admissionregistration.v1.MutatingAdmissionPolicyBinding': policyBinding,
  'api.admissionregistration.v1.MutatingWebhookConfiguration': webhooks,
  'api.admissionregistration.v1.ValidatingAdmissionPolicy': policy('Validations', 'spec.validations'),
  'api.admissionregistration.v1.ValidatingAdmissionPolicyBinding': policyBinding,
  'api.admissionregistration.v1.ValidatingWebhookConfiguration': webhooks,
  'api.certificates.v1.CertificateSigningRequest': [
    NAME,
    AGE,
    column('SignerName', text('spec.signerName', '<none>')),
    column('Requestor', text('spec.username')),
    column('RequestedDuration', requestedDuration),
    column('Condition', requestState),
  ],
  'api.coordination.v1.Lease': [NAME, column('Holder', text('spec.holderIdentity')), AGE],
  'api.discovery.v1.EndpointSlice': [
    NAME,
    column('AddressType', text('addressType')),
    column('Ports', (slice) => firstOf(listAt(slice, 'ports').map(slicePort), 3, ',', '<unset>')),
    column('Endpoints', (slice) => firstOf(sliceAddresses(slice), 3, ',', '<unset>')),
    AGE,
  ],
  'api.flowcontrol.v1.FlowSchema': [
    NAME,
    column('PriorityLevel', text('spec.priorityLevelConfiguration.name')),
    column('MatchingPrecedence', integer('spec.matchingPrecedence')),
    column('DistinguisherMethod', text('spec.distinguisherMethod.type', '<none>')),
    AGE,
    column('MissingPL', (schema) => textAt(conditionOf(schema, 'Dangling'), 'status') || '?'),
  ],
  'api.flowcontrol.v1.PriorityLevelConfiguration': [
    NAME,
    column('Type', text('spec.type')),
    column('NominalConcurrencyShares', shares),
    column('Queues', queuing('queues')),
    column('HandSize', queuing('handSize')),
    column('QueueLengthLimit', queuing('queueLengthLimit')),
    AGE,
  ],
  'api.networking.v1.Ingress': [
    NAME,
    column('Class', text('spec.ingressClassName', '<none>')),
    column('Hosts', hosts),
    column('Address', (ingress) => balancerAddresses(ingress).join(',')),
    column('Ports', (ingress) => (listAt(ingress, 'spec.tls').length > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'api.networking.v1.IngressClass': [
    { ...NAME, cell: className('ingressclass.kubernetes.io/is-default-class') },
    column('Controller', text('spec.controller')),
    column('Parameters', classParameters),
    AGE,
  ],
  'api.networking.v1.IPAddress': [NAME, column('ParentRef', parentRef)],
  'api.networking.v1.NetworkPolicy': [NAME, column('Pod-Selector', selector('spec.podSelector')), AGE],
  'api.networking.v1.ServiceCIDR': [NAME, column('CIDRs', joined('spec.cidrs')), AGE],
  'api.node.v1.RuntimeClass': [NAME, column('Handler', text('handler')), AGE],
  'api.policy.v1.PodDisruptionBudget': [
    NAME,
    column('Min Available', text('spec.minAvailable', 'N/A')),
    column('Max Unavailable', text('spec.maxUnavailable', 'N/A')),
    column('Allowed Disruptions', (budget) => numberAt(budget, 'status.disruptionsAllowed'), { type: 'integer' }),
    AGE,
  ],
  'api.rbac.v1.ClusterRoleBinding': roleBinding,
  'api.rbac.v1.RoleBinding': roleBinding,
  'api.resource.v1.DeviceClass': [NAME, AGE],
  'api.resource.v1.ResourceClaim': [NAME, column('State', claimState), AGE],
  'api.resource.v1.ResourceClaimTemplate': [NAME, AGE],
  'api.resource.v1.ResourceSlice': [
    NAME,
    column('Node', text('spec.nodeName')),
    column('Driver', text('spec.driver')),
    column('Pool', text('spec.pool.name')),
    AGE,
  ],
  'api.scheduling.v1.PriorityClass': [
    NAME,
    column('Value', integer('value'), { type: 'integer' }),
    column('Global-Default', value('globalDefault', false), { type: 'boolean' }),
    AGE,
    column('PreemptionPolicy', text('preemptionPolicy')),
  ],
  'api.storage.v1.CSIDriver': [
    NAME,
    column('AttachRequired', value('spec.attachRequired', true), { type: 'boolean' }),
    column('PodInfoOnMount', value('spec.podInfoOnMount', false), { type: 'boolean' }),
    column('StorageCapacity', value('spec.storageCapacity', false), { type: 'boolean' }),
    column('TokenRequests', audiences),
    column('RequiresRepublish', value('spec.requiresRepublish', false), { type: 'boolean' }),
    column('Modes', joined('spec.volumeLifecycleModes', ',', '<none>')),
    AGE,
  ],
  'api.storage.v1.CSINode': [NAME, column('Drivers', count('spec.drivers'), { type: 'integer' }), AGE],
  'api.storage.v1.StorageClass': [
    { ...NAME, cell: className('storageclass.kubernetes.io/is-default-class') },
    column('Provisioner', text('provisioner')),
    column('ReclaimPolicy', text('reclaimPolicy', 'Delete')),
    column('VolumeBindingMode', text('volumeBindingMode', 'Immediate')),
    column('AllowVolumeExpansion', value('allowVolumeExpansion', false)),
    AGE,
  ],
  'api.storage.v1.VolumeAttachment': [
    NAME,
    column('Attacher', text('spec.attacher'), { format: 'name' }),
    column('PV', text('spec.source.persistentVolumeName')),
    column('Node', text('spec.nodeName')),
    column('Attached', value('status.attached', false), { type: 'boolean' }),
    AGE,
  ],
  'api.storage.v1.VolumeAttributesClass': [NAME, column('DriverName', text('driverName')), AGE],
  'kube-aggregator.pkg.apis.apiregistration.v1.APIService': [
    NAME,
    column('Service', apiService),
    column('Available', available),
    AGE,
  ],
}
