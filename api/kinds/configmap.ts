import { Path, type FieldError, eachInvalid, forbidden, invalidValue, tooLong } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { configKeyErrors } from '../meta/names.ts'
import type { ConfigMap } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { base64Length, FROZEN, MAX_DATA } from './data.ts'
import { same } from './same.ts'

/** `ValidateConfigMap` of pkg/apis/core/validation. */
function contentErrors({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(data)) {
    const at = Path.of('data').key(key)
    errors.push(...eachInvalid(at, key, configKeyErrors(key)))
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalidValue(at, key, 'duplicate of key present in binaryData'))
    }
    size += byteLength(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...eachInvalid(Path.of('binaryData').key(key), key, configKeyErrors(key)))
    size += base64Length(value)
  }
  // The error is about the whole object, whose path Go prints as `[]`.
  if (size > MAX_DATA) errors.push(tooLong('[]', MAX_DATA))
  return errors
}

/** What may not change in `ValidateConfigMapUpdate`, where it comes before the rest. */
function changeErrors(object: ConfigMap, old: ConfigMap): FieldError[] {
  if (old.immutable !== true) return []
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', FROZEN)]),
    ...(same(object.data, old.data) ? [] : [forbidden('data', FROZEN)]),
    ...(same(object.binaryData, old.binaryData) ? [] : [forbidden('binaryData', FROZEN)]),
  ]
}

export const configmaps = declare<ConfigMap>('configmaps', {
  validate: (object, { operation }) => (operation === 'create' ? contentErrors(object) : []),
  validateUpdate: (object, old) => [...changeErrors(object, old), ...contentErrors(object)],
})
