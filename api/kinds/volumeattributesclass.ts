import { type FieldError, invalidValue, required } from '../meta/field-error.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { VolumeAttributesClass } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { same, sortedMap } from './same.ts'
import { driverErrors, parameterErrors } from './storage-parameters.ts'

/** VolumeAttributesClasses: pkg/apis/storage/validation. */

function validate({ driverName = '', parameters }: VolumeAttributesClass): FieldError[] {
  const isEmpty = Object.keys(parameters ?? {}).length === 0
  return [
    ...driverErrors(driverName, 'driverName'),
    ...(isEmpty ? [required('parameters', 'must contain at least one key/value pair')] : []),
    ...parameterErrors(parameters, 'parameters'),
  ]
}

export const volumeattributesclasses = declare<VolumeAttributesClass>('volumeattributesclasses.storage.k8s.io', {
  validate,
  validateUpdate: (now, old) => [
    ...(now.driverName === old.driverName ? [] : [invalidValue('driverName', now.driverName, IMMUTABLE)]),
    ...(same(now.parameters, old.parameters) ? [] : [invalidValue('parameters', sortedMap(now.parameters), IMMUTABLE)]),
  ],
})
