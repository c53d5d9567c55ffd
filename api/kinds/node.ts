import {
  Path,
  type FieldError,
  duplicate,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { cidrErrors, parseCidr } from '../meta/ip.ts'
import { labelValueErrors, qualifiedNameErrors } from '../meta/names.ts'
import { milliValue, sign } from '../meta/quantity.ts'
import type { Node, Taint } from '../schema/types.generated.ts'
import { annotated, listOf } from './annotated.ts'
import { declare } from './declare.ts'
import { cidrWarnings } from './ip-warnings.ts'
import type { HookContext } from './kind.ts'
import { NEGATIVE, positive, quantityOf } from './numbers.ts'
import { isIntegerResource } from './resource-names.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const META = Path.of('metadata')
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** `validateNodeTaints`; Kubernetes reports them below metadata. */
function taintErrors(taints: readonly Taint[], list = META.child('taints')): FieldError[] {
  const seen = new Set<string>()
  return taints.flatMap(({ key = '', value = '', effect, timeAdded }, i) => {
    const at = list.index(i)
    const errors = eachInvalid(at.child('key'), key, qualifiedNameErrors(key))
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) errors.push(invalidValue(at.child('value'), value, wrong.join(';')))
    if (!effect) errors.push(required(at.child('effect')))
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(at.child('effect'), effect, EFFECTS))
    const pair = `${effect} ${key}`
    if (seen.has(pair)) {
      const printed = { Key: key, Value: value, Effect: effect ?? '', TimeAdded: timeAdded ?? null }
      errors.push({ ...duplicate(at, printed), detail: 'taints must be unique by key and effect pair' })
    }
    seen.add(pair)
    return errors
  })
}

const TAINTS = 'scheduler.alpha.kubernetes.io/taints'
const AVOID = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

const READ = listOf<Taint>('io.k8s.api.core.v1.Taint', 'Taint')

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `ValidateNodeSpecificAnnotations`: what stood in annotations before Nodes had taints. */
function annotationErrors({ metadata }: Node): FieldError[] {
  const at = META.child('annotations')
  const errors: FieldError[] = []
  const [taints, avoid] = [metadata.annotations?.[TAINTS], metadata.annotations?.[AVOID]]
  if (taints) {
    const list = annotated(taints, (why) => errors.push(invalidValue(at, TAINTS, why)), READ)
    errors.push(...taintErrors(list ?? [], at.child(TAINTS)))
  }
  if (!avoid) return errors
  const pods = annotated(
    avoid,
    (why) => errors.push(invalidValue(at.child('AvoidPods'), AVOID, why)),
    (value) => value,
  )
  const entries = isRecord(pods) && Array.isArray(pods['preferAvoidPods']) ? pods['preferAvoidPods'] : []
  return [...errors, ...entries.flatMap((entry, i) => avoidErrors(entry, at.child(AVOID).index(i)))]
}

/** `validatePreferAvoidPodsEntry`. */
function avoidErrors(entry: unknown, at: Path): FieldError[] {
  const signature = isRecord(entry) && isRecord(entry['podSignature']) ? entry['podSignature'] : {}
  const here = at.child('PodSignature')
  const owner = signature['podController']
  if (!isRecord(owner)) return [required(here)]
  if (owner['controller'] === true) return []
  return [invalidValue(here.child('PodController').child('Controller'), false, 'must point to a controller')]
}

function resourceErrors(node: Node): FieldError[] {
  const errors: FieldError[] = []
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, text] of Object.entries(node.status?.[list] ?? {})) {
      const at = STATUS.child(list).child(name)
      const amount = quantityOf(text)
      if (sign(amount) < 0) errors.push(invalidValue(at, text, NEGATIVE))
      if (isIntegerResource(name) && milliValue(amount) % 1000 !== 0) {
        errors.push(invalidValue(at, text, 'must be an integer'))
      }
    }
  }
  return errors
}

function featureErrors(features: readonly string[]): FieldError[] {
  const at = STATUS.child('declaredFeatures')
  return features.slice(1).flatMap((feature, i) => {
    const before = features[i] ?? ''
    if (feature === before) return [duplicate(at.index(i + 1), feature)]
    return feature < before ? [invalidValue(at.index(i + 1), feature, 'list must be sorted alphabetically')] : []
  })
}

/** `old`: those that the node has may stay as they are. */
function podCidrErrors(cidrs: readonly string[], old: readonly string[]): FieldError[] {
  const at = SPEC.child('podCIDRs')
  const errors = cidrs.flatMap((cidr, i) => (old.includes(cidr) ? [] : cidrErrors(at.index(i), cidr)))
  const versions = new Set(cidrs.map((cidr) => parseCidr(cidr)?.ip.version))
  if (cidrs.length > 2 || (cidrs.length === 2 && versions.size < 2)) {
    errors.push(invalidValue(at, cidrs, 'may specify no more than one CIDR for each IP family'))
  }
  return errors
}

/** `ValidateNode` of pkg/apis/core/validation. */
function validate(node: Node, _: HookContext, old?: Node): FieldError[] {
  const swap = node.status?.nodeInfo?.swap?.capacity
  return [
    ...annotationErrors(node),
    ...taintErrors(node.spec?.taints ?? []),
    ...resourceErrors(node),
    ...(swap === undefined ? [] : positive(META.child('nodeSwapStatus').child('capacity'), swap)),
    ...featureErrors(node.status?.declaredFeatures ?? []),
    ...podCidrErrors(node.spec?.podCIDRs ?? [], old?.spec?.podCIDRs ?? []),
  ]
}

const ONCE = (field: string): FieldError =>
  forbidden(
    SPEC.child(`${field === 'podCIDR' ? 'podCIDRs' : field}`),
    `node updates may not change ${field} except from "" to valid`,
  )

/** `ValidateNodeUpdate`: what runs for the node and for its status. */
function changeErrors(node: Node, old: Node): FieldError[] {
  const errors = [
    ...annotationErrors(node),
    ...resourceErrors(node),
    ...featureErrors(node.status?.declaredFeatures ?? []),
  ]
  const addresses = new Set<string>()
  node.status?.addresses?.forEach(({ type, address }, i) => {
    const printed = { Type: type, Address: address }
    const text = JSON.stringify(printed)
    if (addresses.has(text)) errors.push(duplicate(STATUS.child('addresses').index(i), printed))
    addresses.add(text)
  })
  const [before, after] = [old.spec?.podCIDRs ?? [], node.spec?.podCIDRs ?? []]
  if (before.length > 0 && before.length !== after.length) errors.push(ONCE('podCIDR'))
  else before.forEach((cidr, i) => cidr !== after[i] && errors.push(ONCE('podCIDR')))
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) errors.push(ONCE('providerID'))
  errors.push(...taintErrors(node.spec?.taints ?? []))
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) {
    errors.push(forbidden(SPEC.child('externalID'), 'may not be updated'))
  }
  return errors
}

/** DynamicKubeletConfig is gone: its fields are dropped. */
function withoutConfig(node: Node): Node {
  if (node.spec?.configSource === undefined && node.status?.config === undefined) return node
  const { configSource: _, ...spec } = node.spec ?? {}
  const { config: __, ...status } = node.status ?? {}
  return { ...node, spec, status: status as Node['status'] } // the rest of a status is a status
}

function warn(node: Node): string[] {
  const { configSource, externalID, podCIDRs = [] } = node.spec ?? {}
  return [
    ...(configSource === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...podCIDRs.flatMap((cidr, i) => cidrWarnings(SPEC.child('podCIDRs').index(i), cidr)),
  ]
}

export const nodes = declare<Node>('nodes', {
  subresources: ['proxy', 'status'],
  prepareCreate: withoutConfig,
  prepareUpdate: withoutConfig,
  validate,
  validateUpdate: changeErrors,
  validateStatus: changeErrors,
  warn,
  fields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
})
