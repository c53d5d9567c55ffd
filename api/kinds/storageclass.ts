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
import { compareText } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { StorageClass, TopologySelectorTerm } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { nodeLabelMessage } from './node-label-warnings.ts'
import { same } from './same.ts'
import { driverErrors, parameterErrors } from './storage-parameters.ts'

/** StorageClasses: pkg/registry/storage/storageclass and pkg/apis/storage/validation. */

const TOPOLOGIES = Path.of('allowedTopologies')
const RECLAIM = ['Delete', 'Retain']
const BINDING = ['Immediate', 'WaitForFirstConsumer']

/** `ValidateTopologySelectorTerm`. */
function termErrors({ matchLabelExpressions = [] }: TopologySelectorTerm, at: Path): FieldError[] {
  return matchLabelExpressions.flatMap(({ key = '', values }, i) => {
    const here = at.child('matchLabelExpressions').index(i)
    const list = values ?? []
    return [
      ...(list.length === 0 ? [required(here.child('values'))] : []),
      ...list.flatMap((value, j) => (list.indexOf(value) < j ? [duplicate(here.child('values').index(j), value)] : [])),
      ...eachInvalid(here.child('key'), key, qualifiedNameErrors(key)),
      ...(matchLabelExpressions.findIndex((other) => other.key === key) < i ? [duplicate(here.child('key'), key)] : []),
    ]
  })
}

/** What a term allows, as a text that is the same for the same. */
const textOf = ({ matchLabelExpressions = [] }: TopologySelectorTerm): string => {
  const sets = new Map(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values)].sort(compareText)]))
  return JSON.stringify([...sets].sort(([a], [b]) => compareText(a, b)))
}

/**
 * The list of terms seen begins with as many empty ones as there are terms, so a term that says nothing is a duplicate of
 * each of them (`validateAllowedTopologies`).
 */
function topologyErrors(terms: readonly TopologySelectorTerm[]): FieldError[] {
  const texts = terms.map(textOf)
  return terms.flatMap((term, i) => {
    const at = TOPOLOGIES.index(i)
    const seen = [...terms.map(() => textOf({})), ...texts.slice(0, i)]
    const twins = seen.filter((other) => other === texts[i])
    return [...termErrors(term, at), ...twins.map(() => duplicate(at.child('matchLabelExpressions'), ''))]
  })
}

function validate(of: StorageClass): FieldError[] {
  const { reclaimPolicy = '', volumeBindingMode: mode } = of
  return [
    ...driverErrors(of.provisioner ?? '', 'provisioner'),
    ...parameterErrors(of.parameters, 'parameters'),
    ...(reclaimPolicy === '' || RECLAIM.includes(reclaimPolicy)
      ? []
      : [notSupported('reclaimPolicy', reclaimPolicy, RECLAIM)]),
    ...(mode === undefined
      ? [required('volumeBindingMode')]
      : BINDING.includes(mode)
        ? []
        : [notSupported('volumeBindingMode', mode, BINDING)]),
    ...topologyErrors(of.allowedTopologies ?? []),
  ]
}

function changes(now: StorageClass, old: StorageClass): FieldError[] {
  const frozen = (['parameters', 'provisioner', 'reclaimPolicy'] as const).flatMap((field) =>
    same(now[field], old[field]) ? [] : [forbidden(field, `updates to ${field} are forbidden.`)],
  )
  if (now.volumeBindingMode === old.volumeBindingMode) return frozen
  return [...frozen, invalidValue('volumeBindingMode', now.volumeBindingMode, IMMUTABLE)]
}

const warn = ({ allowedTopologies = [] }: StorageClass): string[] =>
  allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, j) => {
      const message = nodeLabelMessage(key)
      const at = TOPOLOGIES.index(i).child('matchLabelExpressions').index(j).child('key')
      return message === undefined ? [] : [`${at}: ${message}`]
    }),
  )

export const storageclasses = declare<StorageClass>('storageclasses.storage.k8s.io', {
  validate,
  validateUpdate: changes,
  warn,
})
