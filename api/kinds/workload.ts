import {
  Path,
  type FieldError,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { type IntOrString, isPercent } from '../meta/intstr.ts'
import { dnsLabelErrors, percentErrors } from '../meta/names.ts'
import type { Resource } from '../meta/object.ts'
import { type LabelSelector, isEverything, labelSelectorErrors, matches, selectorOf } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { PodTemplateSpec } from '../schema/types.generated.ts'
import { nonNegative } from './numbers.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { podSpecWarnings } from './pod/warnings.ts'
import { same, sortedMap } from './same.ts'

/** What the kinds with a Pod template share: pkg/apis/apps/validation. */

/** A LabelSelector as Go prints it. */
export function printedSelector(selector: LabelSelector | null | undefined): object | null {
  if (selector === undefined || selector === null) return null
  const { matchLabels, matchExpressions } = selector
  return {
    ...(Object.keys(matchLabels ?? {}).length === 0 ? {} : { matchLabels: sortedMap(matchLabels) }),
    ...((matchExpressions ?? []).length === 0 ? {} : { matchExpressions }),
  }
}

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

/** One that selects everything is refused; `kind` is what the message calls its owner. */
export const emptySelector = (selector: LabelSelector | null | undefined, at: Path, kind: string): FieldError[] =>
  selector !== undefined && selector !== null && isEmpty(selector)
    ? [invalidValue(at, printedSelector(selector), `empty selector is invalid for ${kind}`)]
    : []

/** A selector is wanted, and one that selects everything is refused (ReplicaSets speak of a deployment too). */
export function selectorErrors(
  selector: LabelSelector | null | undefined,
  at: Path,
  kind = 'deployment',
): FieldError[] {
  if (selector === undefined || selector === null) return [required(at)]
  return [...labelSelectorErrors(selector, at), ...emptySelector(selector, at, kind)]
}

const OPERATORS: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist'])

/** Whether it is a selector at all (`metav1.LabelSelectorAsSelector`); validation has said more where it is none. */
export const isSelector = (selector: LabelSelector | null | undefined): boolean =>
  selector?.matchExpressions?.every(({ operator }) => OPERATORS.has(operator)) !== false

/** The Pods of the template must be those that the selector finds; `at` is the template's path. */
export function mismatch(
  labelSelector: LabelSelector | null | undefined,
  template: PodTemplateSpec | undefined,
  at: Path,
): FieldError[] {
  const labels = template?.metadata?.labels
  if (matches(selectorOf(labelSelector), labels)) return []
  const why = '`selector` does not match template `labels`'
  return [invalidValue(at.child('metadata').child('labels'), sortedMap(labels), why)]
}

/** The Pods of `kind` run for ever, so their template says `Always` and has no deadline. */
export function foreverErrors(template: PodTemplateSpec | undefined, at: Path, kind: string): FieldError[] {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {}
  const spec = at.child('spec')
  return [
    ...(restartPolicy === 'Always' ? [] : [notSupported(spec.child('restartPolicy'), restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [forbidden(spec.child('activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ]
}

/** `ValidatePodTemplateSpecForReplicaSet`; `spec` is the path that holds both selector and template. */
export function templateErrors(
  template: PodTemplateSpec | undefined,
  labelSelector: LabelSelector | null | undefined,
  spec: Path,
  old?: PodTemplateSpec,
): FieldError[] {
  if (!isSelector(labelSelector)) {
    return [invalidValue(spec.child('selector'), printedSelector(labelSelector), 'invalid label selector')]
  }
  const at = spec.child('template')
  return [
    ...(isEverything(selectorOf(labelSelector)) ? [] : mismatch(labelSelector, template, at)),
    ...templateSpecErrors(template, at, old),
    ...foreverErrors(template, at, 'ReplicaSet'),
  ]
}

export const immutableSelector = (
  selector: LabelSelector | null | undefined,
  old: LabelSelector | null | undefined,
): FieldError[] => (same(selector, old) ? [] : [invalidValue('spec.selector', printedSelector(selector), IMMUTABLE)])

/** Numbers of a status: none below zero, none above the replicas, no more available than ready. */
export function replicaStatusErrors<K extends string>(
  status: Readonly<Partial<Record<K | 'replicas' | 'readyReplicas' | 'availableReplicas', unknown>>>,
  fields: readonly K[],
  own: K,
): FieldError[] {
  const at = Path.of('status')
  const number = (field: K | 'replicas' | 'readyReplicas' | 'availableReplicas'): number => {
    const value = status[field]
    return typeof value === 'number' ? value : 0
  }
  const errors = fields.flatMap((field) => nonNegative(at.child(field), number(field)))
  for (const field of [own, 'readyReplicas', 'availableReplicas'] as const) {
    if (number(field) <= number('replicas')) continue
    errors.push(invalidValue(at.child(field), number(field), 'cannot be greater than status.replicas'))
  }
  if (number('availableReplicas') > number('readyReplicas')) {
    const why = 'cannot be greater than readyReplicas'
    errors.push(invalidValue(at.child('availableReplicas'), number('availableReplicas'), why))
  }
  return errors
}

/** `ValidatePositiveIntOrPercent`. */
export const countOrPercent = (at: Path, value: IntOrString): FieldError[] =>
  typeof value === 'number' ? nonNegative(at, value) : eachInvalid(at, value, percentErrors(value))

/** A percentage's number, a plain number, or zero for a text that is neither (`getIntOrPercentValue`). */
export const countOf = (value: IntOrString): number =>
  typeof value === 'number' ? value : Number(isPercent(value) ? value.slice(0, -1) : 0)

/** `IsNotMoreThan100Percent`. */
export const atMostAll = (at: Path, value: IntOrString): FieldError[] =>
  isPercent(value) && countOf(value) > 100 ? [invalidValue(at, value, 'must not be greater than 100%')] : []

/** A count in a status that only rises: the number of collisions of names. */
export const notDecremented = (at: Path, value = 0, old = 0): FieldError[] =>
  value < old ? [invalidValue(at, value, 'cannot be decremented')] : []

/** Pods take their names from these objects. */
export function nameWarnings(name: string): string[] {
  const messages = dnsLabelErrors(name)
  const why =
    'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
  return messages.length === 0 ? [] : [`metadata.name: ${why}: [${messages.join(' ')}]`]
}

/** `GetWarningsForPodTemplate`. */
export function templateWarnings(template: PodTemplateSpec | undefined, at: Path): string[] {
  if (template?.spec === undefined) return []
  const annotations = at.child('metadata').child('annotations')
  return podSpecWarnings(template.spec, template.metadata?.annotations, at.child('spec'), annotations, true)
}

interface Workload extends Resource {
  spec: { template?: PodTemplateSpec }
}

/** Pods take their names and their spec from these; an update warns only where it asks for something else. */
export function workloadWarnings(object: Workload, old?: Workload): string[] {
  const named = old === undefined ? nameWarnings(object.metadata.name) : []
  if (old !== undefined && same(object.spec, old.spec)) return named
  return [...named, ...templateWarnings(object.spec.template, Path.of('spec').child('template'))]
}
