import {
  type FieldError,
  type Path,
  duplicate,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import type { Condition } from '../schema/types.generated.ts'

/** metav1.Condition, as any status may hold it: ValidateConditions of apimachinery's meta/v1/validation. */

const STATUSES = ['False', 'True', 'Unknown']
const REASON = /^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$/
const REASON_WRONG =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"
const LONGEST_REASON = 1024
const LONGEST_MESSAGE = 32 * 1024

function reasonErrors(reason: string, at: Path): FieldError[] {
  if (reason === '') return [required(at, 'must be set')]
  return [
    ...(REASON.test(reason) ? [] : [invalidValue(at, reason, REASON_WRONG)]),
    ...(byteLength(reason) > LONGEST_REASON ? [tooLong(at, LONGEST_REASON)] : []),
  ]
}

function conditionErrors(condition: Condition, at: Path): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  return [
    ...eachInvalid(at.child('type'), type, qualifiedNameErrors(type)),
    ...(STATUSES.includes(status) ? [] : [notSupported(at.child('status'), status, STATUSES)]),
    ...(observedGeneration < 0
      ? [invalidValue(at.child('observedGeneration'), observedGeneration, 'must be greater than or equal to zero')]
      : []),
    ...(lastTransitionTime ? [] : [required(at.child('lastTransitionTime'), 'must be set')]),
    ...reasonErrors(reason, at.child('reason')),
    ...(byteLength(message) > LONGEST_MESSAGE ? [tooLong(at.child('message'), LONGEST_MESSAGE)] : []),
  ]
}

export function conditionsErrors(conditions: readonly Condition[] | undefined, at: Path): FieldError[] {
  const seen = new Set<string>()
  return (conditions ?? []).flatMap((condition, i) => {
    const again = seen.has(condition.type)
    seen.add(condition.type)
    const twice = again ? [duplicate(at.index(i).child('type'), condition.type)] : []
    return [...twice, ...conditionErrors(condition, at.index(i))]
  })
}
