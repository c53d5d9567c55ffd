import type { Container, Pod, SecurityContext } from '../../api/schema/types.generated.ts'
import type { ContainerSpec, ImageInfo, Mount, SandboxSpec } from '../runtime/container.ts'
import { ConfigError } from './env.ts'
import { expand } from './expand.ts'
import { containerLabels, runtimeName, sandboxLabels, type InstanceLabels } from './labels.ts'
import { limitsOf } from './resources.ts'
import type { Around, Sandbox } from './seen.ts'

/** Longest host name that Linux takes; kubelet cuts a Pod's name to it (truncatePodHostnameIfNeeded). */
const HOSTNAME = 63

export function hostnameOf(pod: Pod, nodeName: string): string {
  if (pod.spec.hostNetwork === true) return nodeName
  const name = pod.spec.hostnameOverride ?? pod.spec.hostname ?? pod.metadata.name
  return name.slice(0, HOSTNAME).replace(/[-.]+$/, '')
}

export type Dns = SandboxSpec['dns']

/** Model: kubelet's dns.Configurer.GetPodDNS. Until the cluster has DNS, ClusterFirst is the machine's. */
export function dnsOf(pod: Pod, machine: Dns): Dns {
  const { dnsConfig, dnsPolicy } = pod.spec
  const base = dnsPolicy === 'None' ? { nameservers: [], searches: [], options: [] } : machine
  const options = (dnsConfig?.options ?? []).map(({ name = '', value }) =>
    value === undefined ? name : `${name}:${value}`,
  )
  return {
    nameservers: [...new Set([...(dnsConfig?.nameservers ?? []), ...base.nameservers])].slice(0, 3),
    searches: [...new Set([...base.searches, ...(dnsConfig?.searches ?? [])])],
    options: [...new Set([...base.options, ...options])],
  }
}

export function sandboxSpecOf(
  pod: Pod,
  around: Around,
  options: { attempt: number; address: string; accepted: number; dns: Dns },
): SandboxSpec {
  const { spec } = pod
  const hostname = hostnameOf(pod, around.node.name)
  const own = options.address === '' ? [] : [`${hostname}:${options.address}`]
  const aliases = (spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) => hostnames.map((name) => `${name}:${ip}`))
  const sysctls = Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value]))
  return {
    name: runtimeName(around.node.name, pod, 'POD', options.attempt),
    labels: sandboxLabels(pod, options),
    hostname,
    hostNetwork: spec.hostNetwork === true,
    hostIPC: spec.hostIPC === true,
    dns: dnsOf(pod, options.dns),
    extraHosts: [...own, ...aliases],
    ...(Object.keys(sysctls).length === 0 ? {} : { sysctls }),
  }
}

/** The Pod's address in this sandbox. */
export const addressIn = (sandbox: Sandbox, around: Around): string =>
  sandbox.address === '' ? around.node.address : sandbox.address

export interface ContainerParts {
  readonly labels: InstanceLabels
  readonly sandbox: Sandbox
  readonly image: ImageInfo
  readonly around: Around
  /** Its environment (`environmentOf`). */
  readonly variables: ReadonlyMap<string, string>
  /** What it sees of the Pod's volumes. */
  readonly mounts: readonly Mount[]
}

/** Throws ConfigError where the container cannot be made as it is asked for. */
export function containerSpecOf(pod: Pod, container: Container, parts: ContainerParts): ContainerSpec {
  const { labels, sandbox, image, around, variables } = parts
  const words = (list: string[] | undefined): string[] | undefined => list?.map((word) => expand(word, variables))
  const entrypoint = words(container.command)
  // Kubernetes: a command without args starts without the image's command.
  const command = words(container.args) ?? (entrypoint === undefined ? undefined : [])
  return {
    name: runtimeName(around.node.name, pod, container.name, labels.attempt),
    image: container.image ?? '',
    labels: containerLabels(pod, container, labels),
    sandboxId: sandbox.id,
    pid: pod.spec.hostPID === true ? 'host' : pod.spec.shareProcessNamespace === true ? 'sandbox' : 'own',
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    env: [...variables].map(([name, value]) => `${name}=${value}`),
    ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
    ...limitsOf(pod, container, around.node),
    mounts: [
      ...parts.mounts,
      { source: labels.message, target: container.terminationMessagePath ?? '/dev/termination-log', readOnly: false },
    ],
    ...terminal(container),
    ...security(pod, container, image),
  }
}

function terminal({ tty, stdin, stdinOnce }: Container): Partial<ContainerSpec> {
  return {
    ...(tty === true ? { tty } : {}),
    ...(stdin === true ? { stdin } : {}),
    ...(stdinOnce === true ? { stdinOnce } : {}),
  }
}

function security(pod: Pod, container: Container, image: ImageInfo): Partial<ContainerSpec> {
  const own = container.securityContext ?? {}
  const shared = pod.spec.securityContext ?? {}
  const user = userOf({ ...definedOf(shared), ...definedOf(own) }, image)
  verifyNonRoot(pod, container, image)
  const groups = [...(shared.supplementalGroups ?? []), ...(shared.fsGroup === undefined ? [] : [shared.fsGroup])]
  const options = securityOptions(own, shared.seccompProfile ?? undefined)
  return {
    ...(user === undefined ? {} : { user }),
    ...(groups.length === 0 ? {} : { groupAdd: groups.map(String) }),
    ...(own.readOnlyRootFilesystem === true ? { readOnlyRootFilesystem: true } : {}),
    ...(own.privileged === true ? { privileged: true } : {}),
    ...(own.capabilities?.add === undefined ? {} : { capAdd: own.capabilities.add }),
    ...(own.capabilities?.drop === undefined ? {} : { capDrop: own.capabilities.drop }),
    ...(options.length === 0 ? {} : { securityOptions: options }),
  }
}

type Identity = Pick<SecurityContext, 'runAsUser' | 'runAsGroup'>
const definedOf = ({ runAsUser, runAsGroup }: Identity): Identity => ({
  ...(runAsUser === undefined ? {} : { runAsUser }),
  ...(runAsGroup === undefined ? {} : { runAsGroup }),
})

/** `uid:gid` for Docker. A group alone stands beside the image's user. */
function userOf({ runAsUser, runAsGroup }: Identity, image: ImageInfo): string | undefined {
  if (runAsGroup === undefined) return runAsUser === undefined ? undefined : String(runAsUser)
  const user = runAsUser ?? (image.user.split(':')[0] || '0')
  return `${user}:${runAsGroup}`
}

function securityOptions(own: SecurityContext, podSeccomp: SecurityContext['seccompProfile']): string[] {
  const profile = own.seccompProfile ?? podSeccomp
  // A Pod that says nothing gets the runtime's profile, as with kubelet's seccompDefault.
  return [
    ...(profile?.type === 'Unconfined' ? ['seccomp=unconfined'] : []),
    ...(own.allowPrivilegeEscalation === false ? ['no-new-privileges'] : []),
  ]
}

/** Model: kuberuntime verifyRunAsNonRoot, with its messages. */
function verifyNonRoot(pod: Pod, container: Container, image: ImageInfo): void {
  const own = container.securityContext
  const shared = pod.spec.securityContext
  if ((own?.runAsNonRoot ?? shared?.runAsNonRoot) !== true) return
  const about = `(pod: "${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})", container: ${container.name})`
  const user = own?.runAsUser ?? shared?.runAsUser
  if (user !== undefined) {
    if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${about}`)
    return
  }
  const name = image.user.split(':')[0] ?? ''
  if (name === '' || name === '0')
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${about}`)
  if (!/^\d+$/.test(name))
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root ${about}`,
    )
}
