import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { dnsSubdomainErrors } from '../../meta/names.ts'
import type { PodSpec, WindowsSecurityContextOptions } from '../../schema/types.generated.ts'
import { visit } from './visit.ts'

/** What a Pod may ask for by its operating system. podo's nodes run Linux, but the API is Kubernetes'. */

const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const isDnsDomain = (text: string): boolean =>
  text.split('.').every((part) => /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(part))

function userErrors(name: string): string[] {
  const say = (rule: string): string => `runAsUserName${rule}`
  if (name === '') return [say(' cannot be an empty string')]
  if (/\p{Cc}/u.test(name)) return [say(' cannot contain control characters')]
  const parts = name.split('\\')
  if (parts.length > 2) return [say(' cannot contain more than one backslash')]
  const user = parts.at(-1) ?? ''
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined
  const errors: string[] = []
  if (byteLength(domain ?? '') >= 256) errors.push(say("'s Domain length must be under 256 characters"))
  if (domain !== undefined && !NETBIOS.test(domain) && !isDnsDomain(domain)) {
    errors.push(say("'s Domain doesn't match the NetBios nor the DNS format"))
  }
  if (user === '') errors.push(say("'s User cannot be empty"))
  else if (byteLength(user) > 104) errors.push(say("'s User length must not be longer than 104 characters"))
  if (/^[. ]+$/.test(user)) errors.push(say("'s User cannot contain only periods or spaces"))
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    errors.push(say(String.raw`'s User cannot contain the following characters: "/\:;|=,+*?<>@[]`))
  }
  return errors
}

/** `validateWindowsSecurityContextOptions`. */
export function windowsOptions(of: WindowsSecurityContextOptions | undefined, at: Path, errors: FieldError[]): void {
  if (of === undefined) return
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = of
  if (name !== undefined)
    errors.push(...eachInvalid(at.child('gmsaCredentialSpecName'), name, dnsSubdomainErrors(name)))
  if (spec === '') {
    errors.push(invalidValue(at.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'))
  } else if (spec !== undefined && byteLength(spec) > 65536) {
    errors.push(invalidValue(at.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec size must be under 64 KiB'))
  }
  if (user !== undefined) errors.push(...eachInvalid(at.child('runAsUserName'), user, userErrors(user)))
}

/** `validateWindowsHostProcessPod`: all containers of a Pod, or none, run as processes of the host. */
export function hostProcess(spec: PodSpec, at: Path, errors: FieldError[]): void {
  const whole = spec.securityContext?.windowsOptions?.hostProcess
  let [all, host] = [0, 0]
  visit(spec, at, (container, here) => {
    all++
    const own = container.securityContext?.windowsOptions?.hostProcess
    if (whole !== undefined && own !== undefined && whole !== own) {
      const field = here.child('securityContext').child('windowsOptions').child('hostProcess')
      errors.push(
        invalidValue(field, own, `pod hostProcess value must be identical if both are specified, was ${whole}`),
      )
    }
    if (own ?? whole) host++
  })
  if (host === 0) return
  if (host !== all) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalidValue(at, '', why))
  }
  if (spec.hostNetwork === true) return
  errors.push(
    invalidValue(at.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'),
  )
}

const NOT_WINDOWS = 'cannot be set for a windows pod'
const POD_FIELDS = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const
/** In the order in which Kubernetes looks. */
const CONTEXT = [
  'appArmorProfile',
  'seLinuxOptions',
  '',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  '+',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
]
const CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
]

/** Whether the field is there: a list that is empty, or a flag that is false, counts as missing where Go has no pointer. */
const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0)

function windowsPod(spec: PodSpec, at: Path, errors: FieldError[]): void {
  const context: Readonly<Record<string, unknown>> = { ...spec.securityContext }
  const own = (field: (typeof POD_FIELDS)[number]): void => {
    const value = spec[field]
    if (value === undefined || (value === false && (field === 'hostPID' || field === 'hostIPC'))) return
    errors.push(forbidden(at.child(field), NOT_WINDOWS))
  }
  for (const field of CONTEXT) {
    if (field === '') for (const name of POD_FIELDS.slice(0, 3)) own(name)
    else if (field === '+') own('shareProcessNamespace')
    else if (isSet(context[field])) errors.push(forbidden(at.child('securityContext').child(field), NOT_WINDOWS))
  }
  visit(spec, at, (container, here) => {
    const fields: Readonly<Record<string, unknown>> = { ...container.securityContext }
    for (const field of CONTAINER) {
      if (fields[field] !== undefined) errors.push(forbidden(here.child('securityContext').child(field), NOT_WINDOWS))
    }
  })
}

function linuxPod(spec: PodSpec, at: Path, errors: FieldError[]): void {
  const why = 'windows options cannot be set for a linux pod'
  const refuse = (here: Path): void =>
    void errors.push(forbidden(here.child('securityContext').child('windowsOptions'), why))
  if (spec.securityContext?.windowsOptions !== undefined) refuse(at)
  visit(spec, at, (container, here) => {
    if (container.securityContext?.windowsOptions !== undefined) refuse(here)
  })
}

/** `validateOS`, then the rules of that system. */
export function operatingSystem(spec: PodSpec, at: Path, errors: FieldError[]): void {
  if (spec.os === undefined) return
  const { name = '' } = spec.os
  if (name === '') errors.push(required(at.child('os').child('name')))
  else if (name === 'linux') linuxPod(spec, at, errors)
  else if (name === 'windows') windowsPod(spec, at, errors)
  else errors.push(notSupported(at.child('os'), name, ['linux', 'windows']))
}
