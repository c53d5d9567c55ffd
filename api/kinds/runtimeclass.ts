import { Path, type FieldError, eachInvalid, invalidValue } from '../meta/field-error.ts'
import { labelName } from '../meta/names.ts'
import { labelErrors } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { RuntimeClass } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { requirements } from './pod/resources.ts'
import { tolerations } from './pod/tolerations.ts'

const SCHEDULING = Path.of('scheduling')

/** `ValidateRuntimeClass` of pkg/apis/node/validation. */
function validate({ handler = '', overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = eachInvalid('handler', handler, labelName(handler, false))
  // An overhead is judged as the limits of a container are.
  if (overhead !== undefined) requirements({ limits: overhead.podFixed ?? {} }, [], Path.of('overhead'), errors)
  if (scheduling !== undefined) {
    errors.push(...labelErrors(scheduling.nodeSelector, SCHEDULING.child('nodeSelector')))
    tolerations(scheduling.tolerations ?? [], SCHEDULING.child('tolerations'), errors)
  }
  return errors
}

export const runtimeclasses = declare<RuntimeClass>('runtimeclasses.node.k8s.io', {
  validate,
  validateUpdate: ({ handler }, old) => (handler === old.handler ? [] : [invalidValue('handler', handler, IMMUTABLE)]),
})
