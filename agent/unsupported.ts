import type { Resource } from '../api/meta/object.ts'
import type {
  Container,
  EmptyDirVolumeSource,
  Pod,
  PodSpec,
  Probe,
  VolumeMount,
} from '../api/schema/types.generated.ts'

/**
 * The fields of a Pod that this agent cannot honour yet, as paths. Such a Pod is accepted as Kubernetes would, stays
 * Pending with a reason and an event that name the fields, and is never run without them.
 */
export function unsupportedFields(object: Resource): string[] {
  const { spec } = object as Pod // the control plane sends Pods here, decoded and defaulted
  return [
    ...volumes(spec),
    ...podFields(spec),
    ...(spec.initContainers ?? []).flatMap((container, i) => [
      ...present(`spec.initContainers[${i}].restartPolicy`, container.restartPolicy),
      ...containerFields(`spec.initContainers[${i}]`, container, spec),
    ]),
    ...spec.containers.flatMap((container, i) => containerFields(`spec.containers[${i}]`, container, spec)),
  ]
}

const present = (path: string, value: unknown): string[] => (value === undefined || value === false ? [] : [path])

/** What a volume may be (`agent/volumes`). */
const VOLUMES = new Set(['configMap', 'secret', 'downwardAPI', 'projected', 'emptyDir'])
const SOURCES = new Set(['serviceAccountToken', 'configMap', 'secret', 'downwardAPI'])

function volumes(spec: PodSpec): string[] {
  return (spec.volumes ?? []).flatMap((volume, i) => {
    const at = `spec.volumes[${i}]`
    const { emptyDir, projected } = volume
    const strange = Object.keys(volume).filter((field) => field !== 'name' && !VOLUMES.has(field))
    return [
      ...strange.map((field) => `${at}.${field}`),
      ...(emptyDir === undefined ? [] : emptyDirFields(`${at}.emptyDir`, emptyDir)),
      ...(projected?.sources ?? []).flatMap((source, j) =>
        Object.keys(source)
          .filter((field) => !SOURCES.has(field))
          .map((field) => `${at}.projected.sources[${j}].${field}`),
      ),
    ]
  })
}

/** A limit on the disk asks for an eviction of the Pod; in memory the kernel holds it. */
function emptyDirFields(at: string, { medium = '', sizeLimit }: EmptyDirVolumeSource): string[] {
  if (medium === 'Memory') return []
  return medium === '' ? present(`${at}.sizeLimit`, sizeLimit) : [`${at}.medium`]
}

/** A part of a volume that containers write could be a link that leads out of it by the time it is mounted. */
function mountFields(at: string, mount: VolumeMount, spec: PodSpec): string[] {
  const volume = spec.volumes?.find(({ name }) => name === mount.name)
  const { mountPropagation = 'None', recursiveReadOnly = 'Disabled' } = mount
  return [
    ...(volume?.emptyDir === undefined ? [] : present(`${at}.subPath`, mount.subPath)),
    ...(volume?.emptyDir === undefined ? [] : present(`${at}.subPathExpr`, mount.subPathExpr)),
    ...(mountPropagation === 'None' ? [] : [`${at}.mountPropagation`]),
    ...(recursiveReadOnly === 'Enabled' ? [`${at}.recursiveReadOnly`] : []),
  ]
}

function podFields(spec: PodSpec): string[] {
  return [
    ...(spec.os?.name === 'windows' ? ['spec.os.name'] : []),
    ...(spec.hostUsers === false ? ['spec.hostUsers'] : []),
    ...present('spec.runtimeClassName', spec.runtimeClassName),
    ...present('spec.resourceClaims', spec.resourceClaims),
    ...present('spec.resources', spec.resources),
    ...present('spec.setHostnameAsFQDN', spec.setHostnameAsFQDN),
    ...(spec.securityContext?.seccompProfile?.type === 'Localhost' ? ['spec.securityContext.seccompProfile'] : []),
    ...(spec.securityContext?.appArmorProfile?.type === 'Localhost' ? ['spec.securityContext.appArmorProfile'] : []),
    ...present('spec.securityContext.seLinuxOptions', spec.securityContext?.seLinuxOptions),
    ...present('spec.securityContext.windowsOptions', spec.securityContext?.windowsOptions),
  ]
}

function containerFields(at: string, container: Container, spec: PodSpec): string[] {
  const security = container.securityContext
  return [
    ...(container.volumeMounts ?? []).flatMap((mount, i) => mountFields(`${at}.volumeMounts[${i}]`, mount, spec)),
    ...present(`${at}.volumeDevices`, container.volumeDevices),
    ...present(`${at}.lifecycle`, container.lifecycle),
    ...present(`${at}.restartPolicyRules`, container.restartPolicyRules),
    ...present(`${at}.resources.claims`, container.resources.claims),
    ...(container.ports ?? []).flatMap(({ hostPort = 0 }, i) => (hostPort > 0 ? [`${at}.ports[${i}].hostPort`] : [])),
    ...(container.env ?? []).flatMap(({ valueFrom }, i) =>
      present(`${at}.env[${i}].valueFrom.fileKeyRef`, valueFrom?.fileKeyRef),
    ),
    ...probe(`${at}.livenessProbe`, container.livenessProbe),
    ...probe(`${at}.readinessProbe`, container.readinessProbe),
    ...probe(`${at}.startupProbe`, container.startupProbe),
    ...(security?.seccompProfile?.type === 'Localhost' ? [`${at}.securityContext.seccompProfile`] : []),
    ...(security?.appArmorProfile?.type === 'Localhost' ? [`${at}.securityContext.appArmorProfile`] : []),
    ...(security?.procMount === 'Unmasked' ? [`${at}.securityContext.procMount`] : []),
    ...present(`${at}.securityContext.seLinuxOptions`, security?.seLinuxOptions),
    ...present(`${at}.securityContext.windowsOptions`, security?.windowsOptions),
  ]
}

const probe = (at: string, wanted: Probe | undefined): string[] => present(`${at}.grpc`, wanted?.grpc)
