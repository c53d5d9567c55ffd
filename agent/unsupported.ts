import type { Resource } from '../api/meta/object.ts'
import type { Container, Pod, PodSpec, Probe } from '../api/schema/types.generated.ts'

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
      ...containerFields(`spec.initContainers[${i}]`, container),
    ]),
    ...spec.containers.flatMap((container, i) => containerFields(`spec.containers[${i}]`, container)),
  ]
}

const present = (path: string, value: unknown): string[] => (value === undefined || value === false ? [] : [path])

function volumes(spec: PodSpec): string[] {
  return (spec.volumes ?? []).map((volume, i) => {
    const kind = Object.keys(volume).find((field) => field !== 'name') ?? 'emptyDir'
    return `spec.volumes[${i}].${kind}`
  })
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

function containerFields(at: string, container: Container): string[] {
  const security = container.securityContext
  return [
    ...present(`${at}.volumeMounts`, container.volumeMounts),
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
