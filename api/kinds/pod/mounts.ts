import {
  type FieldError,
  type Path,
  forbidden,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import type { Volume, VolumeDevice, VolumeMount } from '../../schema/types.generated.ts'
import { descending } from './paths.ts'
import type { AnyContainer } from './visit.ts'

/** Volumes of the Pod that are valid, by name. */
export type Volumes = ReadonlyMap<string, Volume>

const PROPAGATION = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible']

function propagation(mode: string, container: AnyContainer, at: Path, errors: FieldError[]): void {
  if (!PROPAGATION.includes(mode)) errors.push(notSupported(at, mode, PROPAGATION))
  if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'))
  }
}

function recursive(mount: VolumeMount, at: Path, errors: FieldError[]): void {
  const { recursiveReadOnly: mode, readOnly, mountPropagation } = mount
  if (mode === undefined || mode === 'Disabled') return
  if (!RECURSIVE.includes(mode)) return void errors.push(notSupported(at, mode, RECURSIVE))
  if (readOnly !== true) errors.push(forbidden(at, 'may only be specified when readOnly is true'))
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'))
  }
}

/** `ValidateVolumeMounts`. Some errors stand at the list rather than at the mount, as in Kubernetes. */
export function volumeMounts(container: AnyContainer, volumes: Volumes, at: Path, errors: FieldError[]): void {
  const points = new Set<string>()
  const devices = container.volumeDevices ?? []
  container.volumeMounts?.forEach((mount, i) => {
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount
    const here = at.index(i)
    if (name === '') errors.push(required(here.child('name')))
    if (!volumes.has(name)) errors.push(notFoundValue(here.child('name'), name))
    if (mountPath === '') errors.push(required(here.child('mountPath')))
    if (points.has(mountPath)) errors.push(invalidValue(here.child('mountPath'), mountPath, 'must be unique'))
    points.add(mountPath)
    if (devices.some((device) => device.name === name)) {
      errors.push(invalidValue(here.child('name'), name, 'must not already exist in volumeDevices'))
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      errors.push(invalidValue(here.child('mountPath'), mountPath, 'must not already exist as a path in volumeDevices'))
    }
    if (subPath !== '') descending(subPath, at.child('subPath'), errors)
    if (subPathExpr !== '') {
      if (subPath !== '') {
        errors.push(
          invalidValue(here.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
        )
      }
      descending(subPathExpr, at.child('subPathExpr'), errors)
    }
    const mode = mount.mountPropagation
    if (mode !== undefined) propagation(mode, container, at.child('mountPropagation'), errors)
    recursive(mount, at.child('recursiveReadOnly'), errors)
  })
}

const ONLY_CLAIMS = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'

function device(of: VolumeDevice, volumes: Volumes, at: Path, errors: FieldError[]): void {
  const { name = '' } = of
  const volume = volumes.get(name)
  if (volume !== undefined && volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
    errors.push(invalidValue(at.child('name'), name, ONLY_CLAIMS))
  }
  if (volume === undefined) errors.push(notFoundValue(at.child('name'), name))
  if (!of.devicePath) errors.push(required(at.child('devicePath')))
}

/** `ValidateVolumeDevices`. */
export function volumeDevices(container: AnyContainer, volumes: Volumes, at: Path, errors: FieldError[]): void {
  const paths = new Set<string>()
  const names = new Set<string>()
  const mounts = container.volumeMounts ?? []
  container.volumeDevices?.forEach((of, i) => {
    const here = at.index(i)
    const { name = '', devicePath = '' } = of
    if (name === '') errors.push(required(here.child('name')))
    if (names.has(name)) errors.push(invalidValue(here.child('name'), name, 'must be unique'))
    device(of, volumes, here, errors)
    if (paths.has(devicePath)) errors.push(invalidValue(here.child('devicePath'), devicePath, 'must be unique'))
    if (devicePath.split('/').includes('..')) {
      errors.push(invalidValue(here.child('devicePath'), devicePath, "can not contain backsteps ('..')"))
    } else paths.add(devicePath)
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalidValue(here.child('name'), name, 'must not already exist in volumeMounts'))
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      const why = 'must not already exist as a path in volumeMounts'
      errors.push(invalidValue(here.child('devicePath'), devicePath, why))
    }
    if (name !== '') names.add(name)
  })
}
