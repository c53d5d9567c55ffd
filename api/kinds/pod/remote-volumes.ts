import {
  type FieldError,
  type Path,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { dnsLabelErrors, rangeMessage, subdomainName } from '../../meta/names.ts'
import type {
  AzureDiskVolumeSource,
  CSIVolumeSource,
  FCVolumeSource,
  ISCSIVolumeSource,
  QuobyteVolumeSource,
  Volume,
} from '../../schema/types.generated.ts'
import { driverNameErrors } from '../driver-name.ts'

/** Sources of volumes that lie on other machines: pkg/apis/core/validation. */

type Judge = (volume: Volume, at: Path, errors: FieldError[]) => void

export function need(
  of: Readonly<Record<string, unknown>> | undefined,
  fields: readonly string[],
  at: Path,
  errors: FieldError[],
): void {
  for (const field of fields) {
    const value = of?.[field]
    if (!value || (Array.isArray(value) && value.length === 0)) errors.push(required(at.child(field)))
  }
}

/** The fields of a source, whatever its type: rules that only want something to be there. */
export const bag = (of: object | undefined): Readonly<Record<string, unknown>> => ({ ...of })
const needs =
  (source: keyof Volume, ...fields: string[]): Judge =>
  (volume, at, errors) => {
    const of = volume[source]
    need(typeof of === 'object' ? bag(of) : undefined, fields, at, errors)
  }

function partition(value: number | undefined, at: Path, errors: FieldError[]): void {
  if (value !== undefined && (value < 0 || value > 255)) {
    // Zero is allowed, though the text says otherwise.
    errors.push(invalidValue(at.child('partition'), value, rangeMessage(1, 255)))
  }
}

const SCHEMES: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

function iscsiName(name: string, unknown: string, at: Path, errors: FieldError[]): void {
  const scheme = SCHEMES[name.slice(0, 3)]
  if (scheme === undefined) errors.push(invalidValue(at, name, unknown))
  else if (!scheme.test(name)) errors.push(invalidValue(at, name, 'must be valid format'))
}

const ISCSI_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'

/** The path that the kubelet makes of both must fit where iSCSI puts it; nothing where it does. */
export const iscsiTooLong = (volume: string, { initiatorName, targetPortal }: Portal): string | undefined =>
  initiatorName !== undefined && byteLength(`${volume}:${targetPortal}`) > 64 ? ISCSI_LONG : undefined

type Portal = Pick<ISCSIVolumeSource, 'initiatorName' | 'targetPortal'>

/** `name` is that of a PersistentVolume. It and a Pod's volume differ in texts, and in what else they say of the Secret. */
export function iscsi(
  of: Omit<ISCSIVolumeSource, 'secretRef'> & { readonly secretRef?: object },
  at: Path,
  errors: FieldError[],
  name?: string,
): void {
  need(bag(of), ['targetPortal'], at, errors)
  const long = name === undefined ? undefined : iscsiTooLong(name, of)
  if (long !== undefined) errors.push(invalidValue(at.child('targetportal'), of.targetPortal, long))
  need(bag(of), ['iqn'], at, errors)
  const unknown = `must be valid format${name === undefined ? ' starting with iqn, eui, or naa' : ''}`
  if (of.iqn) iscsiName(of.iqn, unknown, at.child('iqn'), errors)
  if (of.lun < 0 || of.lun > 255) errors.push(invalidValue(at.child('lun'), of.lun, rangeMessage(0, 255)))
  const asksForSecret = of.chapAuthDiscovery === true || of.chapAuthSession === true
  if (asksForSecret && of.secretRef === undefined) errors.push(required(at.child('secretRef')))
  if (of.initiatorName !== undefined) iscsiName(of.initiatorName, unknown, at.child('initiatorname'), errors)
}

function fc({ targetWWNs = [], wwids = [], lun }: FCVolumeSource, at: Path, errors: FieldError[]): void {
  const here = at.child('targetWWNs')
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(here, 'must specify either targetWWNs or wwids, but not both'))
  }
  if (targetWWNs.length === 0) return
  if (wwids.length > 0) {
    errors.push(invalidValue(here, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'))
  }
  if (lun === undefined) errors.push(required(at.child('lun'), 'lun is required if targetWWNs is specified'))
  else if (lun < 0 || lun > 255) errors.push(invalidValue(at.child('lun'), lun, rangeMessage(0, 255)))
}

/** What net.SplitHostPort takes. */
const HOST_PORT = /^(?:\[[^[\]]*\]|[^[\]:]*):[^:]*$/

function quobyte({ registry = '', tenant = '', volume }: QuobyteVolumeSource, at: Path, errors: FieldError[]): void {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas'
  if (registry === '') errors.push(required(at.child('registry'), pairs))
  else if (byteLength(tenant) >= 65) {
    errors.push(required(at.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'))
  } else {
    for (const pair of registry.split(',')) {
      if (!HOST_PORT.test(pair)) errors.push(invalidValue(at.child('registry'), registry, pairs))
    }
  }
  if (!volume) errors.push(required(at.child('volume')))
}

const CACHING = ['None', 'ReadOnly', 'ReadWrite']
const DISKS = ['Dedicated', 'Managed', 'Shared']
const MANAGED = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

function azureDisk(of: AzureDiskVolumeSource, at: Path, errors: FieldError[]): void {
  need(bag(of), ['diskName', 'diskURI'], at, errors)
  const { cachingMode, kind, diskURI = '' } = of
  if (cachingMode !== undefined && !CACHING.includes(cachingMode)) {
    errors.push(notSupported(at.child('cachingMode'), cachingMode, CACHING))
  }
  if (kind === undefined) return
  if (!DISKS.includes(kind)) errors.push(notSupported(at.child('kind'), kind, DISKS))
  const [start, form] = kind === 'Managed' ? ['/subscriptions/', MANAGED] : ['https://', BLOB]
  if (!diskURI.startsWith(start)) errors.push(notSupported(at.child('diskURI'), diskURI, [form]))
}

/** `validateCSIVolumeSource`. */
export function csi(
  { driver = '', nodePublishSecretRef: secret }: CSIVolumeSource,
  at: Path,
  errors: FieldError[],
): void {
  errors.push(...driverNameErrors(driver, at.child('driver')))
  if (secret === undefined) return
  const { name = '' } = secret
  if (name === '') errors.push(required(at.child('nodePublishSecretRef').child('name')))
  else errors.push(...eachInvalid(at.child('name'), name, subdomainName(name, false)))
}

function secretName(ref: { name?: string } | undefined, at: Path, errors: FieldError[]): void {
  if (ref !== undefined && !ref.name) errors.push(required(at.child('secretRef').child('name')))
}

export const REMOTE: Readonly<Partial<Record<keyof Volume, Judge>>> = {
  gcePersistentDisk: ({ gcePersistentDisk: of }, at, errors) => {
    need(bag(of), ['pdName'], at, errors)
    partition(of?.partition, at, errors)
  },
  awsElasticBlockStore: ({ awsElasticBlockStore: of }, at, errors) => {
    need(bag(of), ['volumeID'], at, errors)
    partition(of?.partition, at, errors)
  },
  nfs: ({ nfs: of }, at, errors) => {
    need(bag(of), ['server', 'path'], at, errors)
    const path = of?.path ?? ''
    if (!path.startsWith('/')) errors.push(invalidValue(at.child('path'), path, 'must be an absolute path'))
  },
  iscsi: ({ iscsi: of }, at, errors) => of && iscsi(of, at, errors),
  glusterfs: needs('glusterfs', 'endpoints', 'path'),
  flocker: ({ flocker: of }, at, errors) => {
    const { datasetName: name = '', datasetUUID: uuid = '' } = of ?? {}
    if (name === '' && uuid === '') errors.push(required(at, 'one of datasetName and datasetUUID is required'))
    if (name !== '' && uuid !== '') {
      errors.push(invalidValue(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
    }
    if (name.includes('/')) errors.push(invalidValue(at.child('datasetName'), name, "must not contain '/'"))
  },
  rbd: needs('rbd', 'monitors', 'image'),
  cinder: ({ cinder: of }, at, errors) => {
    need(bag(of), ['volumeID'], at, errors)
    secretName(of?.secretRef, at, errors)
  },
  cephfs: needs('cephfs', 'monitors'),
  quobyte: ({ quobyte: of }, at, errors) => of && quobyte(of, at, errors),
  fc: ({ fc: of }, at, errors) => of && fc(of, at, errors),
  flexVolume: ({ flexVolume: of }, at, errors) => {
    need(bag(of), ['driver'], at, errors)
    for (const key of Object.keys(of?.options ?? {})) {
      const domain = `.${(key.split('/')[0] ?? '').toLowerCase()}`
      if (!domain.endsWith('.kubernetes.io') && !domain.endsWith('.k8s.io')) continue
      const why = 'kubernetes.io and k8s.io namespaces are reserved'
      errors.push(invalidValue(at.child('options').key(key), key, why))
    }
  },
  azureFile: needs('azureFile', 'secretName', 'shareName'),
  vsphereVolume: needs('vsphereVolume', 'volumePath'),
  photonPersistentDisk: needs('photonPersistentDisk', 'pdID'),
  portworxVolume: needs('portworxVolume', 'volumeID'),
  azureDisk: ({ azureDisk: of }, at, errors) => of && azureDisk(of, at, errors),
  scaleIO: needs('scaleIO', 'gateway', 'system', 'volumeName'),
  storageos: ({ storageos: of }, at, errors) => {
    const { volumeName: name = '', volumeNamespace: namespace = '' } = of ?? {}
    if (name === '') errors.push(required(at.child('volumeName')))
    else errors.push(...eachInvalid(at.child('volumeName'), name, dnsLabelErrors(name)))
    if (namespace !== '') errors.push(...eachInvalid(at.child('volumeNamespace'), namespace, dnsLabelErrors(namespace)))
    secretName(of?.secretRef, at, errors)
  },
}
