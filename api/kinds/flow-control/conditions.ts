import { type FieldError, Path, duplicate, required } from '../../meta/field-error.ts'

const CONDITIONS = Path.of('status').child('conditions')

/** `ValidateFlowSchemaStatus` and that of priority levels: each condition has a type of its own. */
export const conditionTypeErrors = (conditions: readonly { readonly type?: string }[]): FieldError[] =>
  conditions.flatMap(({ type = '' }, i) => {
    const at = CONDITIONS.index(i).child('type')
    return [
      ...(conditions.findIndex((other) => (other.type ?? '') === type) < i ? [duplicate(at, type)] : []),
      ...(type === '' ? [required(at, 'must not be empty')] : []),
    ]
  })
