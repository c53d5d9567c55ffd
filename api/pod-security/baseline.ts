import { goQuote } from '../meta/go-text.ts'
import type { LifecycleHandler, Probe, SELinuxOptions } from '../schema/types.generated.ts'
import {
  type AnyContainer,
  type Check,
  containersOf,
  type Look,
  named,
  plural,
  type PodLike,
  quoted,
  settersOf,
  sorted,
  unlessUserNamespace,
} from './check.ts'
import { seccompBaseline, seccompOfAnnotations } from './seccomp.ts'

/** The checks of the level `baseline`, in the order of their names, as results are told. */

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

function appArmor(pod: PodLike): ReturnType<Look> {
  const values: string[] = []
  const setters = settersOf(pod, ({ appArmorProfile }) => {
    const type = appArmorProfile?.type
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false
    values.push(type)
    return true
  })
  const annotations = Object.entries(pod.metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR) && !/^$|^runtime\/default$|^localhost\//.test(value))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort()
  const all = [...sorted(values), ...annotations]
  const who = [setters, annotations.length === 0 ? '' : plural('annotation', 'annotations', annotations.length)]
  if (all.length === 0) return undefined
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', all.length),
    detail: `${who.filter((one) => one !== '').join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  }
}

const CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

function capabilities(pod: PodLike): ReturnType<Look> {
  const added = ({ securityContext }: AnyContainer): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((one) => !CAPABILITIES.has(one))
  const bad = containersOf(pod).filter((container) => added(container).length > 0)
  if (bad.length === 0) return undefined
  const names = quoted(sorted(bad.flatMap(added)))
  return {
    reason: 'non-default capabilities',
    detail: `${named(bad)} must not include ${names} in securityContext.capabilities.add`,
  }
}

function hostNamespaces({ spec }: PodLike): ReturnType<Look> {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true)
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
}

function hostPaths({ spec }: PodLike): ReturnType<Look> {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name)
  if (bad.length === 0) return undefined
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quoted(bad)}` }
}

function hostPorts(pod: PodLike): ReturnType<Look> {
  const used = ({ ports = [] }: AnyContainer): string[] =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))
  const bad = containersOf(pod).filter((container) => used(container).length > 0)
  if (bad.length === 0) return undefined
  const ports = sorted(bad.flatMap(used))
  const what = plural('hostPort', 'hostPorts', ports.length)
  return {
    reason: 'hostPort',
    detail: `${named(bad)} ${plural('uses', 'use', bad.length)} ${what} ${ports.join(', ')}`,
  }
}

type Caller = Pick<Probe & LifecycleHandler, 'httpGet' | 'tcpSocket'> | undefined

function probedHosts(pod: PodLike): ReturnType<Look> {
  const hosts = (container: AnyContainer): string[] => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
    const callers: Caller[] = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
    return callers.flatMap((of) => [of?.httpGet?.host ?? '', of?.tcpSocket?.host ?? '']).filter((host) => host !== '')
  }
  const bad = containersOf(pod)
    .filter((container) => hosts(container).length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (bad.length === 0) return undefined
  const found = sorted(bad.flatMap(hosts))
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', found.length)
  return {
    reason: 'probe or lifecycle host',
    detail: `${named(bad)} ${plural('uses', 'use', bad.length)} ${what} ${quoted(found)}`,
  }
}

function privileged(pod: PodLike): ReturnType<Look> {
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.privileged === true)
  if (bad.length === 0) return undefined
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` }
}

export function procMount(pod: PodLike): ReturnType<Look> {
  const typeOf = ({ securityContext }: AnyContainer): string => securityContext?.procMount ?? 'Default'
  const bad = containersOf(pod).filter((container) => typeOf(container) !== 'Default')
  if (bad.length === 0) return undefined
  const types = quoted(sorted(bad.map(typeOf)))
  return { reason: 'procMount', detail: `${named(bad)} must not set securityContext.procMount to ${types}` }
}

const SELINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const seLinux =
  (allowed: readonly string[]): Look =>
  (pod) => {
    const found: SELinuxOptions[] = []
    const setters = settersOf(pod, ({ seLinuxOptions: options }) => {
      if (options === undefined) return false
      const wrong = !allowed.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role)
      if (wrong) found.push(options)
      return wrong
    })
    if (setters === '') return undefined
    const types = sorted(found.map(({ type = '' }) => type).filter((type) => !allowed.includes(type)))
    const data = [
      ...(types.length === 0 ? [] : [`${plural('type', 'types', types.length)} ${quoted(types)}`]),
      ...(found.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(found.some(({ role }) => role) ? ['role may not be set'] : []),
    ]
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`
    return { reason: 'seLinuxOptions', detail }
  }

const SYSCTLS_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]
const SYSCTLS_27 = [...SYSCTLS_0, 'net.ipv4.ip_local_reserved_ports']
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']

const sysctls =
  (allowed: readonly string[]): Look =>
  ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name))
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
  }

function hostProcess(pod: PodLike): ReturnType<Look> {
  const setters = settersOf(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true)
  if (setters === '') return undefined
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` }
}

const check = (id: string, versions: Check['versions']): Check => ({ id, level: 'baseline', versions })

export const BASELINE: readonly Check[] = [
  check('appArmorProfile', { 0: appArmor }),
  check('capabilities_baseline', { 0: capabilities }),
  check('hostNamespaces', { 0: hostNamespaces }),
  check('hostPathVolumes', { 0: hostPaths }),
  check('hostPorts', { 0: hostPorts }),
  check('hostProbesAndHostLifecycle', { 34: probedHosts }),
  check('privileged', { 0: privileged }),
  check('procMount', { 0: procMount, 35: unlessUserNamespace(procMount) }),
  check('seLinuxOptions', { 0: seLinux(SELINUX), 31: seLinux([...SELINUX, 'container_engine_t']) }),
  check('seccompProfile_baseline', { 0: seccompOfAnnotations, 19: seccompBaseline }),
  check('sysctls', {
    0: sysctls(SYSCTLS_0),
    27: sysctls(SYSCTLS_27),
    29: sysctls(SYSCTLS_29),
    32: sysctls(SYSCTLS_32),
  }),
  check('windowsHostProcess', { 0: hostProcess }),
]
