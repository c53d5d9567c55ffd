import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { dnsLabelErrors, subdomainName } from '../../meta/names.ts'
import type { ObjectMeta } from '../../meta/object.ts'
import { sign } from '../../meta/quantity.ts'
import type { HostPathVolumeSource, Volume } from '../../schema/types.generated.ts'
import { quantityOf } from '../numbers.ts'
import { claimTemplate } from './claim-template.ts'
import { downwardFile, keysToPaths } from './files.ts'
import type { Volumes } from './mounts.ts'
import { mode, noBacksteps } from './paths.ts'
import { projected } from './projected.ts'
import { csi, iscsiTooLong, REMOTE } from './remote-volumes.ts'
import type { Tolerated } from './tolerated.ts'

/** Volumes of a Pod: `ValidateVolumes` of pkg/apis/core/validation. */

const HOST_PATHS = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** `validateHostPathVolumeSource`. */
export function hostPath({ path = '', type }: HostPathVolumeSource, at: Path, errors: FieldError[]): void {
  if (path === '') return void errors.push(required(at.child('path')))
  noBacksteps(path, at.child('path'), errors)
  if (type !== undefined && !HOST_PATHS.includes(type)) errors.push(notSupported(at.child('type'), type, HOST_PATHS))
}

const PULL = ['Always', 'IfNotPresent', 'Never']

/** `validatePullPolicy`. */
export function pullPolicy(policy: string | undefined, at: Path, errors: FieldError[]): void {
  if (!policy) errors.push(required(at))
  else if (!PULL.includes(policy)) errors.push(notSupported(at, policy, PULL))
}

type Judge = (volume: Volume, at: Path, errors: FieldError[]) => void

/** What the rules need beside the volume. */
interface Around {
  readonly meta: ObjectMeta | undefined
  /** A Pod, not the template of one. */
  readonly isPod: boolean
  readonly old: Tolerated
}

/** The sources that live in the cluster or on the machine. */
const LOCAL: Readonly<Partial<Record<keyof Volume, Judge>>> = {
  hostPath: ({ hostPath: of }, at, errors) => of && hostPath(of, at, errors),
  gitRepo: ({ gitRepo: of }, at, errors) => {
    if (!of?.repository) errors.push(required(at.child('repository')))
    const path = of?.directory ?? ''
    if (path.startsWith('/')) errors.push(invalidValue(at.child('directory'), path, 'must be a relative path'))
    noBacksteps(path, at.child('directory'), errors)
  },
  secret: ({ secret: of }, at, errors) => {
    if (!of?.secretName) errors.push(required(at.child('secretName')))
    mode(of?.defaultMode, at.child('defaultMode'), errors)
    keysToPaths(of?.items, at.child('items'), errors)
  },
  configMap: ({ configMap: of }, at, errors) => {
    if (!of?.name) errors.push(required(at.child('name')))
    mode(of?.defaultMode, at.child('defaultMode'), errors)
    keysToPaths(of?.items, at.child('items'), errors)
  },
  persistentVolumeClaim: ({ persistentVolumeClaim: of }, at, errors) => {
    if (!of?.claimName) errors.push(required(at.child('claimName')))
  },
  downwardAPI: ({ downwardAPI: of }, at, errors) => {
    mode(of?.defaultMode, at.child('defaultMode'), errors)
    for (const file of of?.items ?? []) downwardFile(file, at, errors)
  },
  csi: ({ csi: of }, at, errors) => of && csi(of, at, errors),
}

/** In the order in which Kubernetes looks for a source, with the path of "too many" where it differs from the field. */
const ORDER: readonly (keyof Volume)[] = [
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
]
const MISSPELT: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }
const OTHER_PATH: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' }

function ephemeral(volume: Volume, { meta }: Around, at: Path, errors: FieldError[]): void {
  const template = volume.ephemeral?.volumeClaimTemplate
  const here = at.child('ephemeral').child('volumeClaimTemplate')
  if (template === undefined) errors.push(required(here))
  else claimTemplate(template, here, errors)
  if (!meta?.name || !volume.name) return
  const name = `${meta.name}-${volume.name}`
  for (const message of subdomainName(name, false)) {
    errors.push(invalidValue(at.child('name'), volume.name, `PVC name "${name}": ${message}`))
  }
}

/** `validateVolumeSource`. */
function source(volume: Volume, around: Around, at: Path, errors: FieldError[]): void {
  let found = 0
  const limit = volume.emptyDir?.sizeLimit
  if (volume.emptyDir !== undefined) {
    found++
    if (limit !== undefined && sign(quantityOf(limit)) < 0) {
      errors.push(
        forbidden(at.child('emptyDir').child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'),
      )
    }
  }
  for (const field of ORDER) {
    if (volume[field] === undefined) continue
    if (found++ > 0) {
      errors.push(forbidden(at.child(MISSPELT[field] ?? field), 'may not specify more than 1 volume type'))
    } else if (field === 'ephemeral') ephemeral(volume, around, at, errors)
    else if (volume.projected !== undefined && field === 'projected') {
      projected(volume.projected, at.child(field), errors, around.old)
    } else if (field === 'image') {
      if (around.isPod && !volume.image?.reference) errors.push(required(at.child('image').child('reference')))
      pullPolicy(volume.image?.pullPolicy, at.child('image').child('pullPolicy'), errors)
    } else (LOCAL[field] ?? REMOTE[field])?.(volume, at.child(OTHER_PATH[field] ?? field), errors)
    const long = field === 'iscsi' && volume.iscsi !== undefined ? iscsiTooLong(volume.name, volume.iscsi) : undefined
    if (long !== undefined) errors.push(invalidValue(at.child('name'), volume.name, long))
  }
  if (found === 0) errors.push(required(at, 'must specify a volume type'))
}

/** The valid volumes by name; a mount of another is "not found". */
export function volumes(list: readonly Volume[], around: Around, at: Path, errors: FieldError[]): Volumes {
  const good = new Map<string, Volume>()
  const made = new Set(
    around.meta?.name ? list.filter((of) => of.ephemeral).map(({ name }) => `${around.meta?.name}-${name}`) : [],
  )
  list.forEach((volume, i) => {
    const here = at.index(i)
    const { name = '' } = volume
    const before = errors.length
    source(volume, around, here, errors)
    if (name === '') errors.push(required(here.child('name')))
    else errors.push(...eachInvalid(here.child('name'), name, dnsLabelErrors(name)))
    if (good.has(name)) errors.push(duplicate(here.child('name'), name))
    if (errors.length === before) good.set(name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && made.has(claim)) {
      const field = here.child('persistentVolumeClaim').child('claimName')
      errors.push(invalidValue(field, claim, 'must not reference a PVC that gets created for an ephemeral volume'))
    }
  })
  return good
}
