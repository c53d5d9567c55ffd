import {
  type FieldError,
  Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
  tooLong,
  duplicate,
  notFoundValue,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { ipErrors } from '../../meta/ip.ts'
import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  qualifiedNameErrors,
  rangeMessage,
  subdomainName,
  underscoredSubdomainErrors,
} from '../../meta/names.ts'
import type { ObjectMeta } from '../../meta/object.ts'
import { labelErrors } from '../../meta/selector.ts'
import { annotationErrors } from '../../meta/validate-meta.ts'
import type { Pod, PodDNSConfig, PodSpec, PodTemplateSpec } from '../../schema/types.generated.ts'
import { affinity, spread } from './affinity.ts'
import { MIRROR, podAnnotations, profilesMatch } from './annotations.ts'
import { containers, ephemeralContainers, initContainers, trimmedImage } from './containers.ts'
import { containerResourceErrors } from '../resource-names.ts'
import { brokenBy } from './broken.ts'
import { podClaims, podResources, requirements } from './resources.ts'
import { hostUsers, podSecurityContext } from './security.ts'
import { NOTHING, type Tolerated } from './tolerated.ts'
import { tolerations } from './tolerations.ts'
import { visit } from './visit.ts'
import { volumes } from './volumes.ts'
import { hostProcess, operatingSystem } from './windows.ts'

/** `ValidatePodSpec` of pkg/apis/core/validation: all that Kubernetes refuses, be it something podo runs or not. */

type Names = (name: string) => readonly string[]
const subdomain: Names = (name) => subdomainName(name, false)

function named(value: string | undefined, rule: Names, at: Path, errors: FieldError[]): void {
  if (!value) return
  const messages = rule(value)
  if (messages.length > 0) errors.push(...eachInvalid(at, value, messages))
}

function oneOf(value: string | undefined, known: readonly string[], at: Path, errors: FieldError[]): void {
  if (!value) errors.push(required(at))
  else if (!known.includes(value)) errors.push(notSupported(at, value, known))
}

function dns({ dnsPolicy, dnsConfig }: PodSpec, old: Tolerated, at: Path, errors: FieldError[]): void {
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined)
      return void errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'))
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
      return void errors.push(required(at.child('nameservers'), why))
    }
  }
  if (dnsConfig !== undefined) dnsRules(dnsConfig, old, at, errors)
}

function dnsRules(
  { nameservers = [], searches = [], options = [] }: PodDNSConfig,
  old: Tolerated,
  at: Path,
  errors: FieldError[],
): void {
  if (nameservers.length > 3) {
    errors.push(invalidValue(at.child('nameservers'), nameservers, 'must not have more than 3 nameservers'))
  }
  nameservers.forEach((server, i) => {
    if (!old.addresses.includes(server)) errors.push(...ipErrors(at.child('nameservers').index(i), server))
  })
  const here = at.child('searches')
  if (searches.length > 32) errors.push(invalidValue(here, searches, 'must not have more than 32 search paths'))
  if (byteLength(searches.join(' ')) > 2048) {
    const why = 'must not have more than 2048 characters (including spaces) in the search list'
    errors.push(invalidValue(here, searches, why))
  }
  searches.forEach((search, i) => {
    if (search === '.') return
    const name = search.replace(/\.$/, '')
    errors.push(...eachInvalid(here.index(i), name, underscoredSubdomainErrors(name)))
  })
  options.forEach(({ name = '' }, i) => {
    if (name === '') errors.push(required(at.child('options').index(i), 'must not be empty'))
  })
}

function gates(spec: PodSpec, at: Path, errors: FieldError[]): void {
  spec.readinessGates?.forEach(({ conditionType = '' }, i) => {
    const here = at.child('readinessGates').index(i).child('conditionType')
    errors.push(...eachInvalid(here, conditionType, qualifiedNameErrors(conditionType)))
  })
  const seen = new Set<string>()
  spec.schedulingGates?.forEach(({ name = '' }, i) => {
    const here = at.child('schedulingGates').index(i)
    errors.push(...eachInvalid(here, name, qualifiedNameErrors(name)))
    if (seen.has(name)) errors.push(duplicate(here, name))
    seen.add(name)
  })
}

function hostPorts(spec: PodSpec, isPod: boolean, at: Path, errors: FieldError[]): void {
  if (spec.hostNetwork !== true) return
  spec.containers?.forEach((container, i) => {
    container.ports?.forEach(({ hostPort = 0, containerPort }, j) => {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) return
      const here = at.child('containers').index(i).child('ports').index(j).child('hostPort')
      errors.push(invalidValue(here, hostPort, 'must match `containerPort` when `hostNetwork` is true'))
    })
  })
}

function hostname(spec: PodSpec, at: Path, errors: FieldError[]): void {
  const { hostnameOverride: name } = spec
  if (name === undefined) return
  const here = at.child('hostnameOverride')
  if (spec.setHostnameAsFQDN === true)
    errors.push(forbidden(here, 'may not be specified when setHostnameAsFQDN is true'))
  if (spec.hostNetwork === true) errors.push(forbidden(here, 'may not be specified when hostNetwork is true'))
  if (byteLength(name) > 64) errors.push(tooLong(here, 64))
  errors.push(...eachInvalid(here, name, dnsSubdomainErrors(name)))
}

/** Names, numbers and lists that stand for themselves. */
function simple(spec: PodSpec, old: Tolerated, at: Path, errors: FieldError[]): void {
  named(spec.serviceAccountName, subdomain, at.child('serviceAccountName'), errors)
  named(spec.nodeName, subdomain, at.child('nodeName'), errors)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalidValue(at.child('activeDeadlineSeconds'), deadline, rangeMessage(1, 2147483647)))
  }
  named(spec.hostname, dnsLabelErrors, at.child('hostname'), errors)
  named(spec.subdomain, dnsLabelErrors, at.child('subdomain'), errors)
  if (spec.tolerations !== undefined) tolerations(spec.tolerations, at.child('tolerations'), errors)
  spec.hostAliases?.forEach(({ ip = '', hostnames = [] }, i) => {
    const here = at.child('hostAliases').index(i)
    if (!old.addresses.includes(ip)) errors.push(...ipErrors(here.child('ip'), ip))
    hostnames.forEach((name, j) =>
      errors.push(...eachInvalid(here.child('hostnames').index(j), name, dnsSubdomainErrors(name))),
    )
  })
  named(spec.priorityClassName, subdomain, at.child('priorityClassName'), errors)
  const runtime = spec.runtimeClassName
  if (runtime !== undefined) errors.push(...eachInvalid(at.child('runtimeClassName'), runtime, subdomain(runtime)))
  if (spec.preemptionPolicy !== undefined) {
    oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], at.child('preemptionPolicy'), errors)
  }
  if (spec.overhead !== undefined) {
    requirements({ limits: spec.overhead }, [], at.child('overhead'), errors, containerResourceErrors, old)
  }
}

/** Files that environment variables are read from lie in an emptyDir of the Pod. */
function envFiles(spec: PodSpec, at: Path, errors: FieldError[]): void {
  const all = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]))
  visit(spec, at, (container, here) => {
    container.env?.forEach(({ valueFrom }, i) => {
      const name = valueFrom?.fileKeyRef?.volumeName
      if (name === undefined) return
      const field = here.child('env').index(i).child('valueFrom').child('fileKeyRef').child('volumeName')
      const volume = all.get(name)
      if (volume === undefined) errors.push(notFoundValue(field, name))
      else if (volume.emptyDir === undefined) {
        errors.push(invalidValue(field, name, 'referenced volume must be of type emptyDir'))
      }
    })
  })
}

const RESTART = ['Always', 'OnFailure', 'Never']
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

/** `meta` is that of the Pod, and missing for a template. */
function podSpec(spec: PodSpec, meta: ObjectMeta | undefined, at: Path, errors: FieldError[], old: Tolerated): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(at.child('terminationGracePeriodSeconds')))
  const isPod = meta !== undefined
  const good = volumes(spec.volumes ?? [], { meta, isPod, old }, at.child('volumes'), errors)
  const claims = (spec.resourceClaims ?? []).map(({ name }) => name).filter((name) => name !== '')
  const mirror = meta?.annotations?.[MIRROR] !== undefined
  podClaims(spec.resourceClaims ?? [], mirror, at.child('resourceClaims'), errors)
  const around = { spec, volumes: good, claims, old }
  containers(around, at.child('containers'), errors)
  initContainers(around, at.child('initContainers'), errors)
  ephemeralContainers(around, at.child('ephemeralContainers'), errors)
  podResources(spec, claims, at, errors, old)
  hostPorts(spec, isPod, at, errors)
  oneOf(spec.restartPolicy, RESTART, at.child('restartPolicy'), errors)
  oneOf(spec.dnsPolicy, DNS, at.child('dnsPolicy'), errors)
  if (spec.nodeSelector !== undefined) errors.push(...labelErrors(spec.nodeSelector, at.child('nodeSelector')))
  podSecurityContext(spec, at, errors, old)
  affinity(spec.affinity, at.child('affinity'), errors, old)
  dns(spec, old, at.child('dnsConfig'), errors)
  gates(spec, at, errors)
  if (spec.topologySpreadConstraints !== undefined) {
    spread(spec.topologySpreadConstraints, at.child('topologySpreadConstraints'), errors, old)
  }
  hostProcess(spec, at, errors)
  hostUsers(spec, at, errors, old)
  hostname(spec, at, errors)
  simple(spec, old, at, errors)
  operatingSystem(spec, at, errors)
  envFiles(spec, at, errors)
}

const SPEC = Path.of('spec')
type Annotations = ObjectMeta['annotations']
const ANNOTATIONS = Path.of('metadata').child('annotations')

function wholePodErrors({ spec, metadata }: Pod, tolerated: Tolerated, old?: Annotations): FieldError[] {
  const errors: FieldError[] = []
  if (metadata.annotations !== undefined) podAnnotations(metadata.annotations, spec, ANNOTATIONS, errors, old)
  podSpec(spec, metadata, SPEC, errors, tolerated)
  if (!spec.serviceAccountName) {
    spec.volumes?.forEach((volume, i) => {
      volume.projected?.sources?.forEach((source, j) => {
        if (source.serviceAccountToken === undefined) return
        const at = SPEC.child('volumes').index(i).child('projected').child('sources').index(j)
        const why = 'must not be specified when serviceAccountName is not set'
        errors.push(forbidden(at.child('serviceAccountToken'), why))
      })
    })
  }
  for (const field of ['containers', 'initContainers'] as const) {
    spec[field]?.forEach((container, i) => trimmedImage(container, SPEC.child(field).index(i), errors))
  }
  return errors
}

/**
 * `validatePodMetadataAndSpec`, metadata itself excepted: what holds on create and on update. Few updates are refused, so
 * what the old Pod breaks too is looked for only then.
 */
export function podErrors(pod: Pod, old?: Pod): FieldError[] {
  const errors = wholePodErrors(pod, NOTHING)
  if (errors.length === 0 || old === undefined) return errors
  return wholePodErrors(pod, brokenBy(old.spec), old.metadata.annotations)
}

/** `ValidatePodCreate`. */
export function podCreateErrors(pod: Pod): FieldError[] {
  const errors = podErrors(pod)
  const { spec } = pod
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'))
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'))
  }
  if (pod.metadata.annotations !== undefined) profilesMatch(pod.metadata.annotations, spec, SPEC, errors)
  return errors
}

const NO_SPEC: PodSpec = { containers: [] }

type Template = PodTemplateSpec | undefined

function wholeTemplateErrors(template: Template, at: Path, tolerated: Tolerated, old?: Annotations): FieldError[] {
  const errors: FieldError[] = []
  const { labels, annotations } = template?.metadata ?? {}
  const spec = template?.spec ?? NO_SPEC
  const here = at.child('spec')
  // Kubernetes names both without `metadata`.
  errors.push(...labelErrors(labels, at.child('labels')))
  errors.push(...annotationErrors(annotations, at.child('annotations')))
  if (annotations !== undefined) podAnnotations(annotations, spec, at.child('annotations'), errors, old)
  podSpec(spec, undefined, here, errors, tolerated)
  if (annotations !== undefined) profilesMatch(annotations, spec, here, errors)
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(here.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template'))
  }
  return errors
}

/** `ValidatePodTemplateSpec`: the template of a Deployment or the like, and the one that it replaces. */
export function templateSpecErrors(template: Template, at: Path, old?: Template): FieldError[] {
  const errors = wholeTemplateErrors(template, at, NOTHING)
  if (errors.length === 0 || old === undefined) return errors
  return wholeTemplateErrors(template, at, brokenBy(old.spec ?? NO_SPEC), old.metadata?.annotations)
}
