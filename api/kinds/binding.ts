import { aggregate, badRequest, untranslated } from '../meta/failures.ts'
import { type FieldError, notSupported, required } from '../meta/field-error.ts'
import type { Binding } from '../schema/types.generated.ts'

/** `ValidatePodBinding` of pkg/apis/core/validation. */
function errorsOf({ target }: Binding): FieldError[] {
  const kind = target?.kind ?? ''
  return [
    ...(kind === '' || kind === 'Node' ? [] : [notSupported('target.kind', kind, ['Node', '<empty>'])]),
    ...(target?.name ? [] : [required('target.name')]),
  ]
}

/**
 * The node that a Binding posted to `pods/NAME/binding` names. Throws as BindingREST.Create does: 400 for another name, and
 * a 500 without a reason for a bad target.
 */
export function targetOf(binding: Binding, name: string): string {
  if (binding.metadata?.name !== name) throw badRequest('name in URL does not match name in Binding object')
  const errors = errorsOf(binding)
  if (errors.length > 0) throw untranslated(aggregate(errors))
  return binding.target.name ?? ''
}
