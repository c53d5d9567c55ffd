import { forbidden as refused } from '../meta/failures.ts'
import { type FieldError, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { PriorityClass } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** `HighestUserDefinablePriority` of pkg/apis/scheduling. */
const HIGHEST = 1_000_000_000
const RESERVED = 'system-'
const POLICIES = ['PreemptLowerPriority', 'Never']

/** The two that exist in every cluster, as pkg/registry/scheduling/rest makes them. */
export const SYSTEM_PRIORITY_CLASSES: readonly { name: string; value: number; description: string }[] = [
  {
    name: 'system-node-critical',
    value: 2 * HIGHEST + 1000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2 * HIGHEST,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

/** `IsKnownSystemPriorityClass`: why not, or nothing. */
function notOfSystem({ metadata: { name }, value, globalDefault = false }: PriorityClass): string | undefined {
  const known = SYSTEM_PRIORITY_CLASSES.find((one) => one.name === name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

function policyErrors(policy: string | undefined): FieldError[] {
  if (policy === undefined || POLICIES.includes(policy)) return []
  return [policy === '' ? required('preemptionPolicy') : notSupported('preemptionPolicy', policy, POLICIES)]
}

/** `ValidatePriorityClass` of pkg/apis/scheduling/validation. */
function validateNew(object: PriorityClass): FieldError[] {
  const errors: FieldError[] = []
  if (object.metadata.name.startsWith(RESERVED)) {
    const why = notOfSystem(object)
    const text = `priority class names with '${RESERVED}' prefix are reserved for system use only. error: ${why}`
    if (why !== undefined) errors.push(forbidden('metadata.name', text))
  } else if (object.value > HIGHEST) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST}`))
  }
  return [...errors, ...policyErrors(object.preemptionPolicy)]
}

/** `ValidatePriorityClassUpdate`. */
function validateUpdate(object: PriorityClass, old: PriorityClass): FieldError[] {
  return [
    ...(object.value === old.value ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [invalidValue('preemptionPolicy', object.preemptionPolicy, IMMUTABLE)]),
  ]
}

/** pkg/registry/scheduling/priorityclass/storage: the system's own never go. */
function checkDelete({ metadata: { name } }: PriorityClass): void {
  if (!SYSTEM_PRIORITY_CLASSES.some((one) => one.name === name)) return
  throw refused('priorityclasses.scheduling.k8s.io', name, 'this is a system priority class and cannot be deleted')
}

export const priorityclasses = declare<PriorityClass>('priorityclasses.scheduling.k8s.io', {
  validate: (object, { operation }) => (operation === 'create' ? validateNew(object) : []),
  validateUpdate,
  checkDelete,
})
