import { type FieldError, Path, forbidden, invalidValue, required } from '../../meta/field-error.ts'
import { goJson } from '../../meta/go-text.ts'
import { rangeMessage } from '../../meta/names.ts'
import type {
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Toleration,
} from '../../schema/types.generated.ts'
import { internal } from '../internal.ts'
import { same, sortedMap } from '../same.ts'
import { unifiedDiff } from '../unified-diff.ts'
import { podAnnotationChanges, podAnnotations } from './annotations.ts'
import { podErrors } from './spec.ts'
import { tolerations } from './tolerations.ts'

/** What may change in a Pod that exists: `ValidatePodUpdate` of pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const ANNOTATIONS = Path.of('metadata').child('annotations')

const MUTABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

/** Whether to go on: containers that came or went leave nothing to compare. */
function images(list: readonly Container[], old: readonly Container[], at: Path, errors: FieldError[]): boolean {
  if (list.length !== old.length) {
    errors.push(forbidden(at, 'pod updates may not add or remove containers'))
    return false
  }
  list.forEach(({ image = '' }, i) => {
    const here = at.index(i).child('image')
    if (image === '') errors.push(required(here))
    if (image.trim() !== image) errors.push(invalidValue(here, image, 'must not have leading or trailing whitespace'))
  })
  return true
}

/** A deadline may be set and brought forward. Returns whether to go on. */
function deadline(value: number | undefined, old: number | undefined, errors: FieldError[]): boolean {
  const at = SPEC.child('activeDeadlineSeconds')
  if (value === undefined) {
    if (old !== undefined) errors.push(invalidValue(at, null, 'must not update from a positive integer to nil value'))
    return true
  }
  if (value < 0 || value > 2147483647) errors.push(invalidValue(at, value, rangeMessage(0, 2147483647)))
  else if (old !== undefined && old < value) {
    errors.push(invalidValue(at, value, 'must be less than or equal to previous value'))
  } else return true
  return false
}

function addedTolerations(list: readonly Toleration[], old: readonly Toleration[], errors: FieldError[]): void {
  const at = SPEC.child('tolerations')
  const untimed = (of: Toleration): object => ({ ...of, tolerationSeconds: undefined })
  const kept = old.every((before) => list.some((after) => same(untimed(before), untimed(after))))
  if (kept) tolerations(list, at, errors)
  else errors.push(forbidden(at, 'existing toleration can not be modified except its tolerationSeconds'))
}

function removedGates(pod: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name))
  pod.schedulingGates?.forEach(({ name }, i) => {
    if (before.has(name)) return
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`
    errors.push(forbidden(SPEC.child('schedulingGates').index(i).child('name'), why))
  })
}

function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  const wasEmpty = lists.every((list) => (old[list] ?? []).length === 0)
  if (wasEmpty) return lists.every((list) => (term[list] ?? []).length === 0)
  return lists.every((list) => same((term[list] ?? []).slice(0, old[list]?.length ?? 0), old[list] ?? []))
}

const HARD = 'requiredDuringSchedulingIgnoredDuringExecution'

/** A gated Pod's requirements of nodes may be narrowed. */
function narrowed(affinity: NodeAffinity | undefined, old: NodeAffinity | undefined, errors: FieldError[]): void {
  if (old?.[HARD] === undefined) return
  const at = SPEC.child('affinity').child('nodeAffinity').child(HARD).child('nodeSelectorTerms')
  const before = old[HARD].nodeSelectorTerms
  const after = affinity?.[HARD]?.nodeSelectorTerms ?? []
  const printed = (term: NodeSelectorTerm): object => internal('NodeSelectorTerm', term)
  if (before.length > 0 && before.length !== after.length) {
    const value = affinity?.[HARD] === undefined ? null : after.map(printed)
    const why = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    return void errors.push(invalidValue(at, value, why))
  }
  before.forEach((term, i) => {
    const next = after[i] ?? {}
    if (onlyAdds(next, term)) return
    errors.push(invalidValue(at.index(i), printed(next), 'only additions are allowed (no mutations or deletions)'))
  })
}

/** The new spec with all that may change put back, so that what differs still is what may not. */
function munged(spec: PodSpec, old: PodSpec): PodSpec {
  const withImages = (list: Container[] = [], before: Container[] = []): Container[] =>
    list.map((container, i) => ({ ...container, image: before[i]?.image ?? '' }))
  const result: PodSpec = { ...spec, containers: withImages(spec.containers, old.containers) }
  if (spec.initContainers !== undefined) result.initContainers = withImages(spec.initContainers, old.initContainers)
  putBack(result, old, 'activeDeadlineSeconds', 'schedulingGates', 'tolerations')
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && result.terminationGracePeriodSeconds === 1) {
    putBack(result, old, 'terminationGracePeriodSeconds')
  }
  return result
}

function putBack(spec: PodSpec, old: PodSpec, ...fields: (keyof PodSpec)[]): void {
  for (const field of fields) {
    if (old[field] === undefined) delete spec[field]
    else Object.assign(spec, { [field]: old[field] })
  }
}

/** nodeSelector and node affinity of a Pod that is not yet let to the scheduler. */
function gated(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  if (!same(spec.nodeSelector, old.nodeSelector)) {
    const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value)
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    if (!kept) errors.push(invalidValue(SPEC.child('nodeSelector'), sortedMap(spec.nodeSelector), why))
    putBack(spec, old, 'nodeSelector')
  }
  const before = old.affinity?.nodeAffinity
  const after = spec.affinity?.nodeAffinity
  if (same(before, after)) return
  narrowed(after, before, errors)
  const { nodeAffinity: _, ...others } = spec.affinity ?? {}
  const merged = { ...others, ...(before === undefined ? {} : { nodeAffinity: before }) }
  if (Object.keys(merged).length === 0 && old.affinity === undefined) delete spec.affinity
  else spec.affinity = merged
}

/** The whole of an update's rules, in Kubernetes' order. */
export function podUpdateErrors(pod: Pod, old: Pod): FieldError[] {
  const errors = podErrors(pod, old)
  const { spec } = pod
  podAnnotationChanges(pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}, ANNOTATIONS, errors)
  podAnnotations(pod.metadata.annotations ?? {}, spec, ANNOTATIONS, errors, old.metadata.annotations)
  for (const field of ['containers', 'initContainers'] as const) {
    if (!images(spec[field] ?? [], old.spec[field] ?? [], SPEC.child(field), errors)) return errors
  }
  if (!deadline(spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds, errors)) return errors
  addedTolerations(spec.tolerations ?? [], old.spec.tolerations ?? [], errors)
  removedGates(spec, old.spec, errors)
  if (same(spec, old.spec)) return errors
  const rest = munged(spec, old.spec)
  if ((old.spec.schedulingGates ?? []).length > 0) gated(rest, old.spec, errors)
  const [before, after] = [internal('PodSpec', old.spec), internal('PodSpec', rest)]
  if (same(before, after)) return errors
  const diff = unifiedDiff(goJson(before, 1), goJson(after, 1))
  return [...errors, forbidden(SPEC, `pod updates may not change fields other than ${MUTABLE}\n${diff}`)]
}
