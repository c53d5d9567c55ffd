import { Path, type FieldError, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { dnsLabelErrors } from '../meta/names.ts'
import type { Resource } from '../meta/object.ts'
import { type LabelSelector, isEverything, labelSelectorErrors, matches, selectorOf } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { PodTemplateSpec } from '../schema/types.generated.ts'
import { nonNegative } from './numbers.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { podSpecWarnings } from './pod/warnings.ts'
import { same, sortedMap } from './same.ts'

/** What Deployments and ReplicaSets share: pkg/apis/apps/validation. */

/** A LabelSelector as Go prints it. */
function printed(selector: LabelSelector | null | undefined): object | null {
  if (selector === undefined || selector === null) return null
  const { matchLabels, matchExpressions } = selector
  return {
    ...(Object.keys(matchLabels ?? {}).length === 0 ? {} : { matchLabels: sortedMap(matchLabels) }),
    ...((matchExpressions ?? []).length === 0 ? {} : { matchExpressions }),
  }
}

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

/** A selector is wanted, and one that selects everything is refused (ReplicaSets speak of a deployment too). */
export function selectorErrors(selector: LabelSelector | null | undefined, at: Path): FieldError[] {
  if (selector === undefined || selector === null) return [required(at)]
  const errors = labelSelectorErrors(selector, at)
  if (isEmpty(selector)) errors.push(invalidValue(at, printed(selector), 'empty selector is invalid for deployment'))
  return errors
}

const OPERATORS: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist'])

/** `ValidatePodTemplateSpecForReplicaSet`; `spec` is the path that holds both selector and template. */
export function templateErrors(
  template: PodTemplateSpec | undefined,
  labelSelector: LabelSelector | null | undefined,
  spec: Path,
): FieldError[] {
  if (labelSelector?.matchExpressions?.some(({ operator }) => !OPERATORS.has(operator))) {
    return [invalidValue(spec.child('selector'), printed(labelSelector), 'invalid label selector')]
  }
  const at = spec.child('template')
  const errors: FieldError[] = []
  const selector = selectorOf(labelSelector)
  const labels = template?.metadata?.labels
  if (!isEverything(selector) && !matches(selector, labels)) {
    const why = '`selector` does not match template `labels`'
    errors.push(invalidValue(at.child('metadata').child('labels'), sortedMap(labels), why))
  }
  errors.push(...templateSpecErrors(template, at))
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {}
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec').child('restartPolicy'), restartPolicy, ['Always']))
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicaSet is not Supported'
    errors.push(forbidden(at.child('spec').child('activeDeadlineSeconds'), why))
  }
  return errors
}

export const immutableSelector = (
  selector: LabelSelector | null | undefined,
  old: LabelSelector | null | undefined,
): FieldError[] => (same(selector, old) ? [] : [invalidValue('spec.selector', printed(selector), IMMUTABLE)])

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

interface Workload extends Resource {
  spec: { template?: PodTemplateSpec }
}

/** Pods take their names and their spec from these; an update warns only where it asks for something else. */
export function workloadWarnings(object: Workload, old?: Workload): string[] {
  const messages = old === undefined ? dnsLabelErrors(object.metadata.name) : []
  const why =
    'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
  const named = messages.length === 0 ? [] : [`metadata.name: ${why}: [${messages.join(' ')}]`]
  const { template } = object.spec
  if (template?.spec === undefined || (old !== undefined && same(object.spec, old.spec))) return named
  const at = Path.of('spec').child('template')
  const annotations = at.child('metadata').child('annotations')
  return [...named, ...podSpecWarnings(template.spec, template.metadata?.annotations, at.child('spec'), annotations)]
}
