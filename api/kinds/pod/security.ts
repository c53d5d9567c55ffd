import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { idErrors } from '../../meta/names.ts'
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../schema/types.generated.ts'
import { internal } from '../internal.ts'
import { descending } from './paths.ts'
import { NOTHING, type Tolerated } from './tolerated.ts'
import { visit } from './visit.ts'
import { windowsOptions } from './windows.ts'

/** Security contexts: pkg/apis/core/validation. */

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']

function seccomp(profile: SeccompProfile | undefined, at: Path, errors: FieldError[]): void {
  if (profile === undefined) return
  const { type = '', localhostProfile } = profile
  if (type === '') errors.push(required(at.child('type'), 'type is required when seccompProfile is set'))
  else if (!PROFILES.includes(type)) errors.push(notSupported(at.child('type'), type, PROFILES))
  const here = at.child('localhostProfile')
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return
    errors.push(
      invalidValue(here, internal('SeccompProfile', profile), 'can only be set when seccomp type is Localhost'),
    )
  } else if (localhostProfile === undefined) {
    errors.push(required(here, 'must be set when seccomp type is Localhost'))
  } else descending(localhostProfile, here, errors)
}

/** `ValidateAppArmorProfileField`. */
export function appArmor(profile: AppArmorProfile | undefined, at: Path, errors: FieldError[]): void {
  if (profile === undefined) return
  const { type = '', localhostProfile: name } = profile
  const here = at.child('localhostProfile')
  const missing = 'must be set when AppArmor type is Localhost'
  if (type === '') errors.push(required(at.child('type'), 'type is required when appArmorProfile is set'))
  else if (!PROFILES.includes(type)) errors.push(notSupported(at.child('type'), type, PROFILES))
  else if (type !== 'Localhost') {
    if (name !== undefined) errors.push(invalidValue(here, name, 'can only be set when AppArmor type is Localhost'))
  } else if (name === undefined) errors.push(required(here, missing))
  else {
    if (name.trim() !== name) errors.push(invalidValue(here, name, 'must not be padded with whitespace'))
    else if (name === '') errors.push(required(here, missing))
    if (byteLength(name) > 4095) errors.push(tooLong(here, 4095))
  }
}

type Ids = Pick<SecurityContext, 'runAsUser' | 'runAsGroup'>

function ids(of: Ids, at: Path, errors: FieldError[]): void {
  for (const field of ['runAsUser', 'runAsGroup'] as const) {
    const id = of[field]
    if (id !== undefined && (id < 0 || id > 2147483647)) errors.push(...eachInvalid(at.child(field), id, idErrors(id)))
  }
}

/** `ValidateSecurityContext` of a container. */
export function securityContext(
  of: SecurityContext | undefined,
  hostUsers: boolean,
  at: Path,
  errors: FieldError[],
): void {
  if (of === undefined) return
  ids(of, at, errors)
  const { procMount, privileged, capabilities } = of
  if (procMount !== undefined) {
    const here = at.child('procMount')
    if (procMount !== 'Default' && procMount !== 'Unmasked') {
      errors.push(notSupported(here, procMount, ['Default', 'Unmasked']))
    }
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(invalidValue(here, procMount, '`hostUsers` must be false to use `Unmasked`'))
    }
  }
  seccomp(of.seccompProfile, at.child('seccompProfile'), errors)
  if (of.allowPrivilegeEscalation === false) {
    const why = (what: string): string => `cannot set \`allowPrivilegeEscalation\` to false and ${what}`
    const wrong = (what: string): void => void errors.push(invalidValue(at, internal('SecurityContext', of), why(what)))
    if (privileged === true) wrong('`privileged` to true')
    for (const name of capabilities?.add ?? []) {
      if (name === 'CAP_SYS_ADMIN') wrong('`capabilities.Add` CAP_SYS_ADMIN')
    }
  }
  windowsOptions(of.windowsOptions, at.child('windowsOptions'), errors)
  appArmor(of.appArmorProfile, at.child('appArmorProfile'), errors)
}

const SYSCTL_TEXT = String.raw`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`
/** The same language by its parts: the published pattern repeats a repetition. */
const SYSCTL_PART = /^[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/
const isSysctl = (name: string): boolean =>
  byteLength(name) <= 253 && name.split(/[./]/).every((part) => SYSCTL_PART.test(part))

const IPC_SYSCTLS: ReadonlySet<string> = new Set(['kernel.sem'])
const IPC_PREFIXES = ['kernel.shm', 'kernel.msg', 'fs.mqueue.']
const isIpc = (name: string): boolean => IPC_SYSCTLS.has(name) || IPC_PREFIXES.some((prefix) => name.startsWith(prefix))

/** Sysctls of a namespace that the Pod shares with the machine would change the machine: `ValidateHostSysctl`. */
function sharedWith(name: string, { hostNetwork, hostIPC }: PodSpec): string | undefined {
  const dotted = name.replaceAll('/', '.')
  if (hostNetwork === true && dotted.startsWith('net.')) return 'hostNetwork'
  return hostIPC === true && isIpc(dotted) ? 'hostIPC' : undefined
}

export const sharesSysctls = (spec: PodSpec): boolean =>
  spec.securityContext?.sysctls?.some(({ name = '' }) => sharedWith(name, spec) !== undefined) === true

function sysctls(of: PodSecurityContext, spec: PodSpec, old: Tolerated, at: Path, errors: FieldError[]): void {
  const seen = new Set<string>()
  of.sysctls?.forEach(({ name = '' }, i) => {
    const here = at.index(i).child('name')
    const rule = `must have at most 253 characters and match regex ${SYSCTL_TEXT}`
    if (name === '') errors.push(required(here))
    else if (!isSysctl(name)) errors.push(invalidValue(here, name, rule))
    else if (seen.has(name)) errors.push(duplicate(here, name))
    seen.add(name)
    const shared = old.hostSysctls ? undefined : sharedWith(name, spec)
    if (shared !== undefined) errors.push(invalidValue(here, name, `may not be specified when '${shared}' is true`))
  })
}

function choice(value: string | undefined, known: readonly string[], at: Path, errors: FieldError[]): void {
  if (value !== undefined && !known.includes(value)) errors.push(notSupported(at, value, known))
}

/** `validatePodSpecSecurityContext`. */
export function podSecurityContext(spec: PodSpec, specAt: Path, errors: FieldError[], old = NOTHING): void {
  const of = spec.securityContext
  if (of === undefined) return
  const at = specAt.child('securityContext')
  const { fsGroup, supplementalGroups } = of
  if (fsGroup !== undefined) errors.push(...eachInvalid(at.child('fsGroup'), fsGroup, idErrors(fsGroup)))
  ids(of, at, errors)
  supplementalGroups?.forEach((id, i) => {
    errors.push(...eachInvalid(at.child('supplementalGroups').index(i), id, idErrors(id)))
  })
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalidValue(at.child('shareProcessNamespace'), true, why))
  }
  sysctls(of, spec, old, at.child('sysctls'), errors)
  choice(of.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], at.child('fsGroupChangePolicy'), errors)
  seccomp(of.seccompProfile, at.child('seccompProfile'), errors)
  windowsOptions(of.windowsOptions, at.child('windowsOptions'), errors)
  appArmor(of.appArmorProfile, at.child('appArmorProfile'), errors)
  choice(of.supplementalGroupsPolicy, ['Merge', 'Strict'], at.child('supplementalGroupsPolicy'), errors)
  choice(of.seLinuxChangePolicy, ['MountOption', 'Recursive'], at.child('seLinuxChangePolicy'), errors)
}

/** `validateHostUsers`: a user namespace of its own excludes the machine's other namespaces. */
export function hostUsers(spec: PodSpec, at: Path, errors: FieldError[], old = NOTHING): void {
  if (spec.hostUsers !== false) return
  const why = 'when `hostUsers` is false'
  if (spec.hostNetwork === true) errors.push(forbidden(at.child('hostNetwork'), why))
  if (spec.hostPID === true) errors.push(forbidden(at.child('HostPID'), why))
  if (spec.hostIPC === true) errors.push(forbidden(at.child('HostIPC'), why))
  if (old.blockDevices) return
  visit(spec, at, ({ volumeDevices = [] }, here) => {
    if (volumeDevices.length > 0) errors.push(forbidden(here.child('volumeDevices'), why))
  })
}
