import {
  type FieldError,
  Path,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { ipErrors, parseIp } from '../../meta/ip.ts'
import { dnsLabelErrors, idErrors, qualifiedNameErrors, subdomainName } from '../../meta/names.ts'
import { IMMUTABLE } from '../../meta/validate-meta.ts'
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from '../../schema/types.generated.ts'
import { podAnnotationChanges, podAnnotations } from './annotations.ts'

/** What may be written to a Pod's status: `ValidatePodStatusUpdate` of pkg/apis/core/validation. */

const STATUS = Path.of('status')
const ANNOTATIONS = Path.of('metadata').child('annotations')
const SYSTEM: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized'])
const GENERATION = 'must be a non-negative integer'
const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const

function conditions(status: PodStatus, errors: FieldError[]): void {
  status.conditions?.forEach(({ type = '', observedGeneration = 0 }, i) => {
    const at = STATUS.child('conditions').index(i)
    if (observedGeneration < 0) {
      errors.push(invalidValue(at.child('observedGeneration'), observedGeneration, GENERATION))
    }
    if (!SYSTEM.has(type)) errors.push(...eachInvalid(at.child('Type'), type, qualifiedNameErrors(type)))
  })
}

/** Whether a container that ended with this code is started again. */
function mayRestart(container: Container, { restartPolicy }: PodSpec, exitCode: number): boolean {
  const rule = (container.restartPolicyRules ?? []).find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) === true
    return exitCodes !== undefined && (exitCodes.operator === 'In' ? listed : !listed)
  })
  if (container.restartPolicy !== undefined && rule !== undefined) return true
  const policy = container.restartPolicy ?? restartPolicy ?? 'Always'
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never'
}

/** What has ended stays ended, unless its policy starts it again. */
function transitions(list: (typeof LISTS)[number], pod: Pod, old: Pod, errors: FieldError[]): void {
  const { spec } = old
  const regular = list === 'containerStatuses' ? (spec.containers ?? []) : (spec.initContainers ?? [])
  const rules = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(
    (of) => of.restartPolicyRules ?? [],
  )
  if (list !== 'ephemeralContainerStatuses' && rules.some(({ action }) => action === 'RestartAllContainers')) return
  old.status?.[list]?.forEach((before, i) => {
    const ended = before.state?.terminated
    if (ended === undefined) return
    const after = pod.status?.[list]?.find(({ name }) => name === before.name)
    if (after === undefined || after.state?.terminated !== undefined) return
    const container =
      list === 'ephemeralContainerStatuses' ? undefined : regular.find(({ name }) => name === before.name)
    if (container !== undefined && mayRestart(container, spec, ended.exitCode)) return
    const why = 'may not be transitioned to non-terminated state'
    errors.push(forbidden(STATUS.child(list).index(i).child('state'), why))
  })
}

function addresses(
  field: 'podIPs' | 'hostIPs',
  status: PodStatus,
  old: PodStatus | undefined,
  errors: FieldError[],
): void {
  const at = STATUS.child(field)
  const list = status[field] ?? []
  const before = new Set(old?.[field]?.map(({ ip }) => ip))
  list.forEach(({ ip = '' }, i) => {
    if (!before.has(ip)) errors.push(...ipErrors(at.index(i), ip))
  })
  if (list.length < 2) return
  const versions = new Set(list.map(({ ip = '' }) => parseIp(ip)?.version))
  if (versions.size === 2 && list.length === 2) return
  const printed = list.map(({ ip = '' }) => ({ IP: ip }))
  errors.push(invalidValue(at, printed, 'may specify no more than one IP for each IP family'))
}

function users(list: (typeof LISTS)[number], { spec, status }: Pod, errors: FieldError[]): void {
  status?.[list]?.forEach(({ user }, i) => {
    const linux = user?.linux
    if (linux === undefined) return
    const at = STATUS.child(list).index(i).child('user').child('linux')
    if (spec.os?.name === 'windows') return void errors.push(forbidden(at, 'cannot be set for a windows pod'))
    for (const field of ['uid', 'gid'] as const)
      errors.push(...eachInvalid(at.child(field), linux[field], idErrors(linux[field])))
    linux.supplementalGroups?.forEach((id, j) => {
      errors.push(...eachInvalid(at.child('supplementalGroups').index(j), id, idErrors(id)))
    })
  })
}

const HEALTH = ['Healthy', 'Unhealthy', 'Unknown']

type Health = NonNullable<ContainerStatus['allocatedResourcesStatus']>[number]

function health({ resources = [] }: Health, at: Path, errors: FieldError[]): void {
  const seen = new Set<string>()
  resources.forEach(({ resourceID = '', health: state = '', message }, i) => {
    const here = at.child('resources').index(i)
    if (!HEALTH.includes(state)) errors.push(notSupported(here.child('health'), state, HEALTH))
    if (message === '') errors.push(required(here.child('message'), 'must be non-empty if specified'))
    else if (byteLength(message ?? '') > 1024) errors.push(tooLong(here.child('message'), 1024))
    if (seen.has(resourceID)) errors.push(duplicate(here.child('resourceID'), resourceID))
    seen.add(resourceID)
  })
}

function allocated(list: (typeof LISTS)[number], { spec, status }: Pod, errors: FieldError[]): void {
  const containers = list === 'containerStatuses' ? spec.containers : (spec.initContainers ?? [])
  status?.[list]?.forEach((of, i) => {
    const at = STATUS.child(list).index(i).child('allocatedResourcesStatus')
    const statuses = of.allocatedResourcesStatus ?? []
    if (list === 'ephemeralContainerStatuses') {
      if (statuses.length > 0) errors.push(forbidden(at, 'must not be specified in container status'))
      return
    }
    const container = containers.find(({ name }) => name === of.name)
    statuses.forEach((resource, j) => {
      if (container !== undefined) known(container, resource.name, at.index(j), errors)
      health(resource, at.index(j), errors)
    })
  })
}

function known({ resources }: Container, name: string, at: Path, errors: FieldError[]): void {
  const isClaim = name.startsWith('claim:')
  const names = isClaim
    ? (resources?.claims ?? []).map((claim) => `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`)
    : Object.keys(resources?.requests ?? {})
  if (names.includes(name)) return
  const why = isClaim
    ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
    : "must match one of the container's resource requests"
  errors.push(invalidValue(at.child('name'), name, why))
}

function claims({ spec, status }: Pod, errors: FieldError[]): void {
  const seen = new Set<string>()
  status?.resourceClaimStatuses?.forEach(({ name, resourceClaimName: claim }, i) => {
    const at = STATUS.child('resourceClaimStatuses').index(i)
    if (!spec.resourceClaims?.some((of) => of.name === name)) {
      errors.push(invalidValue(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'))
    }
    if (seen.has(name)) errors.push(duplicate(at.child('name'), name))
    seen.add(name)
    if (claim !== undefined)
      errors.push(...eachInvalid(at.child('resourceClaimName'), claim, subdomainName(claim, false)))
  })
  const extended = status?.extendedResourceClaimStatus
  if (extended === undefined) return
  const at = STATUS.child('extendedResourceClaimStatus')
  const mappings = extended.requestMappings ?? []
  if (mappings.length === 0)
    errors.push(required(at.child('requestMappings'), 'at least one request mapping is required'))
  for (const { requestName } of mappings) {
    errors.push(...eachInvalid(at.child('requestName'), requestName, dnsLabelErrors(requestName)))
  }
  const { resourceClaimName: claim = '' } = extended
  if (claim === '') errors.push(required(at.child('resourceClaimName')))
  else errors.push(...eachInvalid(at.child('resourceClaimName'), claim, subdomainName(claim, false)))
}

function nominated(pod: Pod, old: Pod, errors: FieldError[]): void {
  const name = pod.status?.nominatedNodeName ?? ''
  if (name === '' || name === old.status?.nominatedNodeName) return
  const at = STATUS.child('nominatedNodeName')
  errors.push(...eachInvalid(at, name, subdomainName(name, false)))
  if (old.spec.nodeName) errors.push(forbidden(at, 'may not be set on pods that are already bound to a node'))
}

export function podStatusErrors(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const annotations = pod.metadata.annotations ?? {}
  podAnnotationChanges(annotations, old.metadata.annotations ?? {}, ANNOTATIONS, errors)
  podAnnotations(annotations, pod.spec, ANNOTATIONS, errors, old.metadata.annotations)
  const status = pod.status ?? {}
  conditions(status, errors)
  nominated(pod, old, errors)
  const { observedGeneration = 0, qosClass = '', hostIPs = [] } = status
  if (observedGeneration < 0) {
    errors.push(invalidValue(STATUS.child('observedGeneration'), observedGeneration, GENERATION))
  }
  if (qosClass !== (old.status?.qosClass ?? ''))
    errors.push(invalidValue(STATUS.child('qosClass'), qosClass, IMMUTABLE))
  for (const list of LISTS) transitions(list, pod, old, errors)
  claims(pod, errors)
  addresses('podIPs', status, old.status, errors)
  const [first] = hostIPs
  if (first !== undefined && first.ip !== status.hostIP) {
    errors.push(invalidValue(STATUS.child('hostIPs').index(0).child('ip'), first.ip, 'must be equal to `hostIP`'))
  }
  addresses('hostIPs', status, old.status, errors)
  for (const list of LISTS) users(list, pod, errors)
  for (const list of LISTS) allocated(list, pod, errors)
  return errors
}
