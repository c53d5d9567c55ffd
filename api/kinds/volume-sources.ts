import { type FieldError, type Path, eachInvalid, forbidden, required } from '../meta/field-error.ts'
import { dnsLabelErrors, dnsSubdomainErrors } from '../meta/names.ts'
import type { PersistentVolumeSpec, Volume } from '../schema/types.generated.ts'
import { noBacksteps } from './pod/paths.ts'
import { driverNameErrors } from './driver-name.ts'
import { REMOTE, bag, iscsi, need } from './pod/remote-volumes.ts'
import { hostPath } from './pod/volumes.ts'

/** Where the bytes of a PersistentVolume lie: `ValidatePersistentVolumeSpec` of pkg/apis/core/validation. */

type Judge = (spec: PersistentVolumeSpec, at: Path, errors: FieldError[], name: string) => void

/** A Secret of a PersistentVolume may lie in any namespace, so it says in which. */
function secret(ref: { name?: string; namespace?: string } | undefined, at: Path, errors: FieldError[]): void {
  if (ref !== undefined) need(bag(ref), ['name', 'namespace'], at.child('secretRef'), errors)
}

/** `validatePVSecretReference`. */
function csiSecret(ref: { name?: string; namespace?: string } | undefined, at: Path, errors: FieldError[]): void {
  if (ref === undefined) return
  const { name = '', namespace = '' } = ref
  const [here, there] = [at.child('name'), at.child('namespace')]
  errors.push(...(name === '' ? [required(here)] : eachInvalid(here, name, dnsSubdomainErrors(name))))
  errors.push(...(namespace === '' ? [required(there)] : eachInvalid(there, namespace, dnsLabelErrors(namespace))))
}

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

/** The sources that differ from those of Pods. */
const OWN: Readonly<Partial<Record<keyof PersistentVolumeSpec, Judge>>> = {
  hostPath: ({ hostPath: of }, at, errors) => of && hostPath(of, at, errors),
  glusterfs: ({ glusterfs: of }, at, errors) => {
    need(bag(of), ['endpoints', 'path'], at, errors)
    const namespace = of?.endpointsNamespace
    if (namespace === undefined) return
    const why = 'if the endpointnamespace is set, it must be a valid namespace name'
    const messages = namespace === '' ? [why] : dnsLabelErrors(namespace)
    errors.push(...eachInvalid(at.child('endpointsNamespace'), namespace, messages))
  },
  iscsi: ({ iscsi: of }, at, errors, name) => {
    if (of === undefined) return
    iscsi(of, at, errors, name)
    if (of.secretRef !== undefined) need(bag(of.secretRef), ['name'], at.child('secretRef'), errors)
  },
  cinder: ({ cinder: of }, at, errors) => {
    need(bag(of), ['volumeID'], at, errors)
    secret(of?.secretRef, at, errors)
  },
  azureFile: ({ azureFile: of }, at, errors) => {
    need(bag(of), ['secretName', 'shareName'], at, errors)
    if (of?.secretNamespace === '') errors.push(required(at.child('secretNamespace')))
  },
  local: ({ local: of }, at, errors) => {
    if (!of?.path) errors.push(required(at.child('path')))
    else noBacksteps(of.path, at.child('path'), errors)
  },
  storageos: ({ storageos: of }, at, errors) => {
    const { volumeName: name = '', volumeNamespace: namespace = '' } = of ?? {}
    if (name === '') errors.push(required(at.child('volumeName')))
    else errors.push(...eachInvalid(at.child('volumeName'), name, dnsLabelErrors(name)))
    if (namespace !== '') errors.push(...eachInvalid(at.child('volumeNamespace'), namespace, dnsLabelErrors(namespace)))
    secret(of?.secretRef, at, errors)
  },
  csi: ({ csi: of }, at, errors) => {
    errors.push(...driverNameErrors(of?.driver ?? '', at.child('driver')))
    need(bag(of), ['volumeHandle'], at, errors)
    for (const field of CSI_SECRETS) csiSecret(of?.[field], at.child(field), errors)
  },
}

/** In the order in which Kubernetes looks for a source. */
export const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly (keyof PersistentVolumeSpec)[]
const OTHER_PATH: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' }

function judged(
  spec: PersistentVolumeSpec,
  field: (typeof SOURCES)[number],
  name: string,
  at: Path,
  errors: FieldError[],
): void {
  const own = OWN[field]
  if (own !== undefined) return own(spec, at, errors, name)
  // These sources have the same rules in Pods; of their Secrets, in which alone they differ, no rule speaks.
  const volume = { name: '', [field]: spec[field] } as Volume
  if (field !== 'local') REMOTE[field]?.(volume, at, errors)
}

/** One source, no more and no less. `name` is that of the volume, empty where it stands in another object. */
export function sourceErrors(spec: PersistentVolumeSpec, at: Path, name: string): FieldError[] {
  const errors: FieldError[] = []
  let found = 0
  for (const field of SOURCES) {
    if (spec[field] === undefined) continue
    // flexVolume alone is not refused beside another.
    if (found++ > 0 && field !== 'flexVolume') {
      errors.push(forbidden(at.child(field === 'cephfs' ? 'cephFS' : field), 'may not specify more than 1 volume type'))
      continue
    }
    judged(spec, field, name, at.child(OTHER_PATH[field] ?? field), errors)
    if (field === 'local' && spec.nodeAffinity === undefined) {
      errors.push(required(at.child('nodeAffinity'), 'Local volume requires node affinity'))
    }
  }
  if (found === 0) errors.push(required(at, 'must specify a volume type'))
  return errors
}
