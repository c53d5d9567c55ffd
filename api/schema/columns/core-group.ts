import { compareText } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { ageText } from '../../meta/time.ts'
import { isJsonObject } from '../json-value.ts'
import {
  AGE,
  NAME,
  age,
  at,
  balancerAddresses,
  column,
  conditionOf,
  containers,
  count,
  entriesAt,
  firstOf,
  integer,
  joined,
  labels,
  listAt,
  numberAt,
  or,
  text,
  textAt,
  wide,
  type Column,
  type Formula,
} from './formula.ts'
import { POD } from './pod.ts'

const ROLE_LABEL = 'node-role.kubernetes.io/'
const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class'
const ACCESS_MODES: [mode: string, short: string][] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
]

function nodeStatus(node: JsonObject): string {
  const ready = conditionOf(node, 'Ready')
  const verdict = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec.unschedulable') === true ? `${verdict},SchedulingDisabled` : verdict
}

/** findNodeRoles: a node says its roles by labels of two forms. */
function nodeRoles(node: JsonObject): string {
  const roles = entriesAt(node, 'metadata.labels').map(([key, label]) => {
    if (key.startsWith(ROLE_LABEL)) return key.slice(ROLE_LABEL.length)
    return key === 'kubernetes.io/role' ? String(label) : ''
  })
  return or([...new Set(roles.filter((role) => role !== ''))].sort(compareText).join(','), '<none>')
}

const nodeAddress =
  (type: string): Formula =>
  (node) =>
    textAt(
      listAt(node, 'status.addresses').find((address) => at(address, 'type') === type),
      'address',
    ) || '<none>'

function kernel(node: JsonObject): string {
  const architecture = textAt(node, 'status.nodeInfo.architecture')
  const version = or(textAt(node, 'status.nodeInfo.kernelVersion'), '<unknown>')
  return architecture === '' ? version : `${version} (${architecture})`
}

/** The same event has other field names in events.k8s.io. */
interface EventFields {
  readonly object: string
  readonly message: string
  readonly controller: string
  readonly source: string
  readonly first: string
  readonly last: string
  readonly count: string
}
const firstSeen =
  (fields: EventFields): Formula =>
  (event, now) =>
    ageText(textAt(event, fields.first) || textAt(event, 'eventTime') || undefined, now)
const lastSeen =
  (fields: EventFields): Formula =>
  (event, now) => {
    if (at(event, 'series') !== undefined) return age('series.lastObservedTime')(event, now)
    return at(event, fields.last) === undefined ? firstSeen(fields)(event, now) : age(fields.last)(event, now)
  }
const eventSource =
  (fields: EventFields): Formula =>
  (event) => {
    const component = textAt(event, `${fields.source}.component`) || textAt(event, fields.controller)
    const instance = textAt(event, `${fields.source}.host`) || textAt(event, 'reportingInstance')
    return instance === '' ? component : `${component}, ${instance}`
  }
const eventObject =
  (fields: EventFields): Formula =>
  (event) => {
    const name = textAt(event, `${fields.object}.name`)
    const kind = textAt(event, `${fields.object}.kind`).toLowerCase()
    return name === '' ? kind : `${kind}/${name}`
  }
const eventCount =
  (fields: EventFields): Formula =>
  (event) =>
    at(event, 'series') === undefined ? numberAt(event, fields.count) || 1 : numberAt(event, 'series.count')

const event = (fields: EventFields): Column[] => [
  column('Last Seen', lastSeen(fields)),
  column('Type', text('type')),
  column('Reason', text('reason')),
  column('Object', eventObject(fields)),
  wide('Subobject', text(`${fields.object}.fieldPath`)),
  wide('Source', eventSource(fields)),
  column('Message', (event) => textAt(event, fields.message).trim()),
  wide('First Seen', firstSeen(fields)),
  wide('Count', eventCount(fields)),
  { ...NAME, priority: 1 },
]

function accessModes(modes: Json[]): string {
  return ACCESS_MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',')
}
const phase: Formula = (volume) =>
  at(volume, 'metadata.deletionTimestamp') === undefined ? textAt(volume, 'status.phase') : 'Terminating'
function annotation(object: JsonObject, key: string): string {
  const annotations = at(object, 'metadata.annotations')
  return isJsonObject(annotations) ? String(annotations[key] ?? '') : ''
}
const storageClass: Formula = (volume) => annotation(volume, STORAGE_CLASS) || textAt(volume, 'spec.storageClassName')
const bound =
  (cell: Formula): Formula =>
  (claim, now) =>
    textAt(claim, 'spec.volumeName') === '' ? '' : cell(claim, now)

function claimOf(volume: JsonObject): string {
  const claim = at(volume, 'spec.claimRef')
  return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`
}

/** "name: used/hard" of what is limited (`limits.`), or of the rest. */
const quota =
  (limits: boolean): Formula =>
  (object) => {
    const used = Object.fromEntries(entriesAt(object, 'status.used'))
    return entriesAt(object, 'status.hard')
      .filter(([resource]) => resource.startsWith('limits.') === limits)
      .map(([resource, hard]) => `${resource}: ${String(used[resource] ?? '0')}/${String(hard)}`)
      .join(', ')
  }

function externalIps(service: JsonObject): string {
  const own = listAt(service, 'spec.externalIPs').map(String)
  switch (textAt(service, 'spec.type')) {
    case 'ClusterIP':
    case 'NodePort':
      return or(own.join(','), '<none>')
    case 'LoadBalancer':
      return or([...balancerAddresses(service), ...own].join(','), '<pending>')
    case 'ExternalName':
      return textAt(service, 'spec.externalName')
    default:
      return '<unknown>'
  }
}

function servicePorts(service: JsonObject): string {
  const ports = listAt(service, 'spec.ports').map((port) => {
    const node = numberAt(port, 'nodePort')
    return `${numberAt(port, 'port')}${node > 0 ? `:${node}` : ''}/${textAt(port, 'protocol')}`
  })
  return or(ports.join(','), '<none>')
}

/** formatEndpoints: `ip:port` of every subset; a subset without ports shows its addresses alone. */
function endpoints(object: JsonObject): string {
  const subsets = listAt(object, 'subsets')
  const all = subsets.flatMap((subset) => {
    const ips = listAt(subset, 'addresses').map((address) => textAt(address, 'ip'))
    const ports = listAt(subset, 'ports')
    if (ports.length === 0) return ips
    return ports.flatMap((port) => ips.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${numberAt(port, 'port')}`))
  })
  return firstOf(all, 3, ',', subsets.length === 0 ? '<none>' : '')
}

const health: Formula = (status) =>
  listAt(status, 'conditions').some((it) => at(it, 'type') === 'Healthy' && at(it, 'status') === 'True')
    ? 'Healthy'
    : 'Unhealthy'
const healthy =
  (field: string): Formula =>
  (status) =>
    textAt(
      listAt(status, 'conditions').find((it) => at(it, 'type') === 'Healthy'),
      field,
    )

/** Columns of the core group's kinds, by model without `io.k8s.`. */
export const CORE: Record<string, Column[]> = {
  'api.core.v1.ComponentStatus': [
    NAME,
    column('Status', health),
    column('Message', healthy('message')),
    column('Error', healthy('error')),
  ],
  'api.core.v1.ConfigMap': [NAME, column('Data', count('data', 'binaryData')), AGE],
  'api.core.v1.Endpoints': [NAME, column('Endpoints', endpoints), AGE],
  'api.core.v1.Event': event({
    object: 'involvedObject',
    message: 'message',
    controller: 'reportingComponent',
    source: 'source',
    first: 'firstTimestamp',
    last: 'lastTimestamp',
    count: 'count',
  }),
  'api.events.v1.Event': event({
    object: 'regarding',
    message: 'note',
    controller: 'reportingController',
    source: 'deprecatedSource',
    first: 'deprecatedFirstTimestamp',
    last: 'deprecatedLastTimestamp',
    count: 'deprecatedCount',
  }),
  'api.core.v1.Namespace': [NAME, column('Status', text('status.phase')), AGE],
  'api.core.v1.Node': [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', text('status.nodeInfo.kubeletVersion')),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', text('status.nodeInfo.osImage', '<unknown>')),
    wide('Kernel-Version', kernel),
    wide('Container-Runtime', text('status.nodeInfo.containerRuntimeVersion', '<unknown>')),
  ],
  'api.core.v1.PersistentVolume': [
    NAME,
    column('Capacity', text('spec.capacity.storage', '0')),
    column('Access Modes', (volume) => accessModes(listAt(volume, 'spec.accessModes'))),
    column('Reclaim Policy', text('spec.persistentVolumeReclaimPolicy')),
    column('Status', phase),
    column('Claim', claimOf),
    column('StorageClass', storageClass),
    column('VolumeAttributesClass', text('spec.volumeAttributesClassName', '<unset>')),
    column('Reason', text('status.reason')),
    AGE,
    wide('VolumeMode', text('spec.volumeMode', '<unset>')),
  ],
  'api.core.v1.PersistentVolumeClaim': [
    NAME,
    column('Status', phase),
    column('Volume', text('spec.volumeName')),
    column('Capacity', bound(text('status.capacity.storage', '0'))),
    column(
      'Access Modes',
      bound((claim) => accessModes(listAt(claim, 'status.accessModes'))),
    ),
    column('StorageClass', storageClass),
    column('VolumeAttributesClass', text('spec.volumeAttributesClassName', '<unset>')),
    AGE,
    wide('VolumeMode', text('spec.volumeMode', '<unset>')),
  ],
  'api.core.v1.Pod': POD,
  'api.core.v1.PodTemplate': [
    NAME,
    column('Containers', joined('template.spec.containers', ',', '', 'name')),
    column('Images', joined('template.spec.containers', ',', '', 'image')),
    column('Pod Labels', labels('template.metadata.labels')),
  ],
  'api.core.v1.ReplicationController': [
    NAME,
    column('Desired', integer('spec.replicas'), { type: 'integer' }),
    column('Current', integer('status.replicas'), { type: 'integer' }),
    column('Ready', integer('status.readyReplicas'), { type: 'integer' }),
    AGE,
    ...containers('spec.template.spec.containers'),
    wide('Selector', labels('spec.selector')),
  ],
  'api.core.v1.ResourceQuota': [NAME, column('Request', quota(false)), column('Limit', quota(true)), AGE],
  'api.core.v1.Secret': [NAME, column('Type', text('type')), column('Data', count('data')), AGE],
  'api.core.v1.Service': [
    NAME,
    column('Type', text('spec.type')),
    column('Cluster-IP', (service) => String(listAt(service, 'spec.clusterIPs')[0] ?? '<none>')),
    column('External-IP', externalIps),
    column('Port(s)', servicePorts),
    AGE,
    wide('Selector', labels('spec.selector')),
  ],
  'api.core.v1.ServiceAccount': [NAME, AGE],
}
