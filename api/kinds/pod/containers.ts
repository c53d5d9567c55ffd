import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
  tooMany,
} from '../../meta/field-error.ts'
import { dnsLabelErrors, portErrors, portNameErrors } from '../../meta/names.ts'
import type { Container, ContainerPort, ContainerResizePolicy, PodSpec } from '../../schema/types.generated.ts'
import { containerResourceErrors } from '../resource-names.ts'
import { env, envFrom } from './env.ts'
import { type Volumes, volumeDevices, volumeMounts } from './mounts.ts'
import { lifecycle, probes } from './probes.ts'
import { requirements } from './resources.ts'
import { securityContext } from './security.ts'
import type { Tolerated } from './tolerated.ts'
import type { AnyContainer } from './visit.ts'
import { pullPolicy } from './volumes.ts'

/** Containers of all three sorts: pkg/apis/core/validation. */

/** What a container is judged against. */
export interface Surroundings {
  readonly spec: PodSpec
  readonly volumes: Volumes
  /** Names in spec.resourceClaims. */
  readonly claims: readonly string[]
  readonly old: Tolerated
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError']

function ports(list: readonly ContainerPort[], at: Path, errors: FieldError[]): void {
  const names = new Set<string>()
  list.forEach((port, position) => {
    const { name = '', containerPort = 0, hostPort = 0, protocol = '' } = port
    const here = at.index(position)
    const messages = name === '' ? [] : portNameErrors(name)
    if (messages.length > 0) errors.push(...eachInvalid(here.child('name'), name, messages))
    else if (names.has(name)) errors.push(duplicate(here.child('name'), name))
    else if (name !== '') names.add(name)
    if (containerPort === 0) errors.push(required(here.child('containerPort')))
    else errors.push(...eachInvalid(here.child('containerPort'), containerPort, portErrors(containerPort)))
    if (hostPort !== 0) errors.push(...eachInvalid(here.child('hostPort'), hostPort, portErrors(hostPort)))
    if (protocol === '') errors.push(required(here.child('protocol')))
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(here.child('protocol'), protocol, PROTOCOLS))
  })
}

/** A port of the machine serves one container of the Pod. */
function hostPorts(list: readonly Container[], at: Path, errors: FieldError[]): void {
  const taken = new Set<string>()
  list.forEach((container, i) => {
    container.ports?.forEach(({ hostPort = 0, hostIP = '', protocol = '' }, j) => {
      if (hostPort === 0) return
      const text = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(text)) errors.push(duplicate(at.index(i).child('ports').index(j).child('hostPort'), text))
      taken.add(text)
    })
  })
}

/** These errors are about the list, not the entry. */
function resizePolicy(list: readonly ContainerResizePolicy[], podPolicy: string, at: Path, errors: FieldError[]): void {
  const seen = new Set<string>()
  list.forEach(({ resourceName: name = '', restartPolicy: policy = '' }, i) => {
    if (seen.has(name)) errors.push(duplicate(at.index(i), name))
    seen.add(name)
    if (name === '') errors.push(required(at))
    else if (name !== 'cpu' && name !== 'memory') errors.push(notSupported(at, name, ['cpu', 'memory']))
    const known = ['NotRequired', 'RestartContainer']
    if (policy === '') errors.push(required(at))
    else if (!known.includes(policy)) errors.push(notSupported(at, policy, known))
    if (podPolicy === 'Never' && policy !== 'NotRequired') {
      errors.push(invalidValue(at, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
    }
  })
}

const POLICIES = ['Always', 'Never', 'OnFailure']
const ACTIONS = ['Restart', 'RestartAllContainers']

/** `validateContainerRestartPolicy`: a container's own policy and the rules by exit code. */
function restartPolicy(container: Container, at: Path, errors: FieldError[]): void {
  const { restartPolicy: policy, restartPolicyRules: rules = [] } = container
  const here = at.child('restartPolicy')
  if (policy === undefined) {
    if (rules.length === 0) return
    errors.push(required(here, 'must specify restartPolicy when restart rules are used'))
  } else if (!POLICIES.includes(policy)) errors.push(notSupported(here, policy, POLICIES))
  const list = at.child('restartPolicyRules')
  if (rules.length > 20) errors.push(tooMany(list, rules.length, 20))
  rules.forEach(({ action = '', exitCodes }, i) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(list.index(i).child('action'), action, ACTIONS))
    const codes = list.index(i).child('exitCodes')
    if (exitCodes === undefined) return void errors.push(required(codes, 'must be specified'))
    const { operator = '', values = [] } = exitCodes
    if (operator !== 'In' && operator !== 'NotIn')
      errors.push(notSupported(codes.child('operator'), operator, ['In', 'NotIn']))
    if (values.length > 255) errors.push(tooMany(codes.child('values'), values.length, 255))
  })
}

/** `validateContainerCommon`. */
function common(container: AnyContainer, around: Surroundings, at: Path, errors: FieldError[]): void {
  const { name = '', image = '', terminationMessagePolicy: policy = '' } = container
  if (name === '') errors.push(required(at.child('name')))
  else errors.push(...eachInvalid(at.child('name'), name, dnsLabelErrors(name)))
  if (image === '') errors.push(required(at.child('image')))
  if (policy === '') errors.push(required(at.child('terminationMessagePolicy')))
  else if (!MESSAGE_POLICIES.includes(policy)) {
    errors.push(notSupported(at.child('terminationMessagePolicy'), policy, MESSAGE_POLICIES))
  }
  const { spec, volumes, claims, old } = around
  if (container.ports !== undefined) ports(container.ports, at.child('ports'), errors)
  if (container.env !== undefined) env(container.env, at.child('env'), errors)
  if (container.envFrom !== undefined) envFrom(container.envFrom, at.child('envFrom'), errors)
  if (container.volumeMounts !== undefined) volumeMounts(container, volumes, at.child('volumeMounts'), errors)
  if (container.volumeDevices !== undefined) volumeDevices(container, volumes, at.child('volumeDevices'), errors)
  pullPolicy(container.imagePullPolicy, at.child('imagePullPolicy'), errors)
  if (container.resources !== undefined) {
    requirements(container.resources, claims, at.child('resources'), errors, containerResourceErrors, old)
  }
  if (container.resizePolicy !== undefined) {
    resizePolicy(container.resizePolicy, spec.restartPolicy ?? '', at.child('resizePolicy'), errors)
  }
  securityContext(container.securityContext, spec.hostUsers !== false, at.child('securityContext'), errors)
}

/** `validateContainerOnlyForPod`: templates were never checked for this. */
export function trimmedImage(container: AnyContainer, at: Path, errors: FieldError[]): void {
  const { image = '' } = container
  if (image.trim() === image) return
  errors.push(invalidValue(at.child('image'), image, 'must not have leading or trailing whitespace'))
}

/** `validateContainers`. */
export function containers(around: Surroundings, at: Path, errors: FieldError[]): void {
  const list = around.spec.containers ?? []
  if (list.length === 0) return void errors.push(required(at))
  const grace = around.spec.terminationGracePeriodSeconds
  const names = new Set<string>()
  list.forEach((container, i) => {
    const here = at.index(i)
    common(container, around, here, errors)
    const { name = '' } = container
    if (names.has(name)) errors.push(duplicate(here.child('name'), name))
    names.add(name)
    if (container.lifecycle !== undefined) lifecycle(container.lifecycle, grace, here.child('lifecycle'), errors)
    probes(container, grace, here, errors)
    restartPolicy(container, here, errors)
  })
  hostPorts(list, at, errors)
}

const SIDECARS_ONLY = 'may not be set for init containers without restartPolicy=Always'

/** `validateInitContainers`: only a sidecar may have probes and hooks. */
export function initContainers(around: Surroundings, at: Path, errors: FieldError[]): void {
  const grace = around.spec.terminationGracePeriodSeconds
  const names = new Set((around.spec.containers ?? []).map(({ name }) => name))
  around.spec.initContainers?.forEach((container, i) => {
    const here = at.index(i)
    common(container, around, here, errors)
    restartPolicy(container, here, errors)
    const { name = '' } = container
    if (names.has(name)) errors.push(duplicate(here.child('name'), name))
    else if (name !== '') names.add(name)
    hostPorts([container], at, errors)
    if (container.restartPolicy === 'Always') {
      if (container.lifecycle !== undefined) lifecycle(container.lifecycle, grace, here.child('lifecycle'), errors)
      probes(container, grace, here, errors)
      return
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[field] !== undefined) errors.push(forbidden(here.child(field), SIDECARS_ONLY))
    }
    container.resizePolicy?.forEach((policy, j) => {
      if (policy.restartPolicy !== 'RestartContainer') return
      const why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
      errors.push(invalidValue(here.child('resizePolicy').index(j).child('restartPolicy'), policy.restartPolicy, why))
    })
  })
}

const NEVER = 'cannot be set for an Ephemeral Container'
/** What a debug container may not have, in the order of the Go type. */
const REFUSED = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

const isUnset = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** `validateEphemeralContainers`. */
export function ephemeralContainers(around: Surroundings, at: Path, errors: FieldError[]): void {
  const { containers: regular = [], initContainers: init = [], ephemeralContainers: list = [] } = around.spec
  const others = new Set([...regular, ...init].map(({ name }) => name))
  const names = new Set(others)
  list.forEach((container, i) => {
    const here = at.index(i)
    common(container, around, here, errors)
    trimmedImage(container, here, errors)
    const { name = '', targetContainerName: target = '' } = container
    if (names.has(name)) errors.push(duplicate(here.child('name'), name))
    names.add(name)
    if (target !== '' && !others.has(target)) errors.push(notFoundValue(here.child('targetContainerName'), target))
    for (const field of REFUSED) if (!isUnset(container[field])) errors.push(forbidden(here.child(field), NEVER))
    container.volumeMounts?.forEach((mount, j) => {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (mount[field]) errors.push(forbidden(here.child('volumeMounts').index(j).child(field), NEVER))
      }
    })
  })
}
